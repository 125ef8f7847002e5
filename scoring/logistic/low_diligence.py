"""Notes that raters of good repute call wrong or badly sourced.

A rating's logit is ``e_n·e_u + b_n·rep_u + b_u + g``: raters are told apart by viewpoint e_u and by how much
their tags foretell those of others, rep_u; the note's intercept b_n counts. Prescoring fits it in three
rounds. The final phase keeps raters as they are and finds e_n, then b_n.

The official first round begins with note and rater intercepts drawn at random and stops early, so that two
runs differ: b_n by .003 to .007 on average, and on another side of the threshold for two to seven notes in a
thousand. Here it starts at the minimum of the loss without viewpoints and rater intercepts, which depends on
the data alone; the result is as near to an official one as another official one is.

Source: twitter/communitynotes 273c895, scoring/src/scoring/reputation_matrix_factorization/diligence_model.py
and reputation_matrix_factorization.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.logistic.descent import (
    REPUTATION_DESCENT,
    Free,
    Observations,
    Parts,
    Ridges,
    fit_notes_alone,
    fit_parts,
)
from scoring.logistic.intercepts import intercepts_alone
from scoring.logistic.kernels import Floats
from scoring.tables.arrays import Bool, Int32, Uint16, spread
from scoring.tables.values import NotHelpfulTag

LOW_DILIGENCE_TAGS: Final = (
    NotHelpfulTag.INCORRECT | NotHelpfulTag.IRRELEVANT_SOURCES | NotHelpfulTag.SOURCES_MISSING_OR_UNRELIABLE
)

TAG_WEIGHT: Final = 100.0
"""What a rating with one of the tags counts for in the first two rounds (posWeight)."""
LAST_TAG_WEIGHT: Final = 500.0
"""The same in the third."""

L2_LAMBDA: Final = 0.03
RATER_INTERCEPT_WEIGHT: Final = 10.0
REPUTATION_WEIGHT: Final = 50.0
"""Ridges of b_u and rep_u, in units of those of e_n, b_n and e_u; g has none."""

REPUTATION_FLOOR: Final = 0.1
REPUTATION_EXPONENT: Final = 0.5
"""In the third round a rater counts for (floor + reputation^exponent)/(1 + floor) (alpha, reputationExp)."""
NOTE_EXPONENT: Final = -0.5
"""Power of a note's total weight that its ratings are multiplied with in the third round (noteNormExp)."""
_NOTE_EPSILON: Final = 2.0**-20

RIDGES: Final = Ridges(
    note=(L2_LAMBDA, L2_LAMBDA),
    rater=(L2_LAMBDA, L2_LAMBDA * REPUTATION_WEIGHT, L2_LAMBDA * RATER_INTERCEPT_WEIGHT),
)
FIRST_ROUND: Final = Free(note=(True, True), rater=(True, False, True))
SECOND_ROUND: Final = Free(note=(True, False), rater=(True, True, True))
THIRD_ROUND: Final = Free(note=(False, True), rater=(False, False, True))
"""What the rounds fit: all but reputations; all but note intercepts; intercepts."""


@dataclass(frozen=True, slots=True)
class LowDiligencePrescoring:
    """By note and by participant; NaN where the model says nothing."""

    note_factor: Floats
    """e_n"""
    note_intercept_round2: Floats
    note_intercept: Floats
    """b_n"""
    rater_factor: Floats
    """e_u"""
    rater_reputation: Floats
    rater_intercept_round2: Floats
    rater_intercept: Floats
    """b_u"""
    global_intercept_round1: float
    global_intercept_round2: float
    global_intercept: float
    """g; NaN where there was no rating."""
    ratings_per_note: float
    """The density that scales the final phase's regularization; 0 where there was no rating."""


def prescore_low_diligence(
    note: Int32, rater: Int32, not_helpful_tags: Uint16, rater_factor: Floats, notes: int
) -> LowDiligencePrescoring:
    """Fit the three rounds to the ratings of the final prescoring round, given in order of note.

    ``note``, ``rater`` and ``not_helpful_tags`` are by rating; ``rater_factor`` is that round's factor by
    participant.
    """
    participants = len(rater_factor)
    if len(note) == 0:
        no_note, nobody = np.full(notes, np.nan), np.full(participants, np.nan)
        return LowDiligencePrescoring(
            *(no_note, no_note, no_note, nobody, nobody, nobody, nobody), np.nan, np.nan, np.nan, 0.0
        )
    observations = Observations.build(note, rater, gives_tag(not_helpful_tags))
    size = np.where(observations.label, TAG_WEIGHT, 1.0)
    first, _ = fit_parts(
        observations,
        size,
        start_of_first_round(observations, rater_factor),
        RIDGES,
        FIRST_ROUND,
        REPUTATION_DESCENT,
    )
    second, _ = fit_parts(observations, size, first, RIDGES, SECOND_ROUND, REPUTATION_DESCENT)
    third, _ = fit_parts(
        observations,
        last_weights(observations, second.rater[:, 1]),
        second,
        RIDGES,
        THIRD_ROUND,
        REPUTATION_DESCENT,
    )

    def by_note(values: Floats) -> Floats:
        return spread(values, observations.notes, notes)

    def by_rater(values: Floats) -> Floats:
        return spread(values, observations.raters, participants)

    return LowDiligencePrescoring(
        note_factor=by_note(third.note[:, 0]),
        note_intercept_round2=by_note(second.note[:, 1]),
        note_intercept=by_note(third.note[:, 1]),
        rater_factor=by_rater(third.rater[:, 0]),
        rater_reputation=by_rater(third.rater[:, 1]),
        rater_intercept_round2=by_rater(second.rater[:, 2]),
        rater_intercept=by_rater(third.rater[:, 2]),
        global_intercept_round1=float(first.common[0, 0]),
        global_intercept_round2=float(second.common[0, 0]),
        global_intercept=float(third.common[0, 0]),
        ratings_per_note=len(observations) / len(observations.notes),
    )


def final_low_diligence(
    note: Int32, rater: Int32, not_helpful_tags: Uint16, prescoring: LowDiligencePrescoring, notes: int
) -> Floats:
    """The note intercepts that the status rules use, by note; NaN where a note has no rating here.

    ``note``, ``rater`` and ``not_helpful_tags`` are the final round's ratings, in order of note. e_n and b_n
    start at 0, whatever prescoring knew of the note, as they do in the official results. A rater without
    parameters has reputation, viewpoint and intercept 0.
    """
    result = np.full(notes, np.nan)
    if len(note) == 0 or np.isnan(prescoring.global_intercept):
        return result
    observations = Observations.build(note, rater, gives_tag(not_helpful_tags))
    factor, reputation, intercept_round2, intercept = (
        np.nan_to_num(values[observations.raters])
        for values in (
            prescoring.rater_factor,
            prescoring.rater_reputation,
            prescoring.rater_intercept_round2,
            prescoring.rater_intercept,
        )
    )
    who = observations.rater
    ridge = L2_LAMBDA * prescoring.ratings_per_note / len(observations)
    note_factor = fit_notes_alone(
        observations,
        np.where(observations.label, TAG_WEIGHT, 1.0),
        factor[who],
        intercept_round2[who] + prescoring.global_intercept_round2,
        ridge,
        REPUTATION_DESCENT,
    )
    result[observations.notes] = fit_notes_alone(
        observations,
        last_weights(observations, reputation),
        reputation[who],
        note_factor[observations.note] * factor[who] + intercept[who] + prescoring.global_intercept,
        ridge,
        REPUTATION_DESCENT,
    )
    return result


def gives_tag(not_helpful_tags: Uint16) -> Bool:
    """Which ratings call the note wrong or badly sourced."""
    gives: Bool = (not_helpful_tags & LOW_DILIGENCE_TAGS) != 0
    return gives


def start_of_first_round(observations: Observations, rater_factor: Floats) -> Parts:
    """Viewpoints from the factorization, reputation 1, and the best intercepts for e_n = b_u = 0."""
    notes = len(observations.notes)
    given = np.add.reduceat(observations.label.astype(np.int64), observations.pointer[:-1])
    intercept, common = intercepts_alone(
        given, np.diff(observations.pointer), TAG_WEIGHT, L2_LAMBDA * len(observations) / notes
    )
    factor = np.nan_to_num(rater_factor[observations.raters])
    return Parts(
        note=np.stack([np.zeros(notes), intercept], axis=1),
        rater=np.stack([factor, np.ones_like(factor), np.zeros_like(factor)], axis=1),
        common=np.array([[common]]),
    )


def last_weights(observations: Observations, reputation: Floats) -> Floats:
    """The third round's weights of the ratings: by the rater's reputation, and less on a note with many.

    ``reputation`` is by rater of the observations.
    """
    of_rater = (REPUTATION_FLOOR + np.maximum(reputation, 0.0) ** REPUTATION_EXPONENT) / (
        1.0 + REPUTATION_FLOOR
    )
    size = np.where(observations.label, LAST_TAG_WEIGHT, 1.0) * of_rater[observations.rater]
    total = np.add.reduceat(size, observations.pointer[:-1]) + _NOTE_EPSILON
    weights: Floats = size * (total**NOTE_EXPONENT)[observations.note]
    return weights
