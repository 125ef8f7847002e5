"""Notes that raters of both viewpoints call harassing or abusive.

A factorization like that of helpfulness, of one tag instead: the note's intercept says how much the tag is
given whatever the rater's viewpoint. Raters who found such notes helpful are penalized for it.

Source: twitter/communitynotes 273c895, scoring/src/scoring/tag_consensus.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.count_filter import count_filter
from scoring.logistic.descent import FACTORIZATION_DESCENT, Free, Observations, Parts, Ridges, fit_parts
from scoring.logistic.kernels import Floats
from scoring.matrix_factorization.loss import Regularization
from scoring.tables.arrays import Int8, Ratings, taken
from scoring.tables.values import HelpfulnessLevel, NotHelpfulTag

TAGS_CHANGED_MS: Final = 1_639_699_200_000
"""2021-12-17: the choice of tags last changed (constants.py, lastRatingTagsChangeTimeMillis)."""

UNLABELED: Final = -1
_START_SCALE: Final = 2.0
"""Factors start at so many times those of helpfulness."""

_WEIGHTS: Final = Regularization()
_RIDGES: Final = Ridges(
    note=(_WEIGHTS.note_factor, _WEIGHTS.note_intercept),
    rater=(_WEIGHTS.rater_factor, 0.0, _WEIGHTS.rater_intercept),
    common=_WEIGHTS.global_intercept,
)


@dataclass(frozen=True, slots=True)
class HarassmentConsensus:
    """By note; NaN where the model says nothing."""

    note_intercept: Floats
    note_factor: Floats


def harassment_consensus(
    ratings: Ratings,
    first_note_factor: Floats,
    first_rater_factor: Floats,
    *,
    ratings_per_note: int = 5,
    ratings_per_rater: int = 10,
) -> HarassmentConsensus:
    """How far each note is held to be harassment or abuse, on the scale of log odds.

    ``ratings`` are the first prescoring round's by raters who passed for helpful, in order of note;
    ``first_note_factor`` and ``first_rater_factor`` that round's factors by note and by participant (NaN:
    none). All is NaN where there is nothing to learn from: no rating left, or only one label.
    """
    notes, participants = len(first_note_factor), len(first_rater_factor)
    consensus = HarassmentConsensus(np.full(notes, np.nan), np.full(notes, np.nan))
    label = harassment_labels(ratings)
    labeled = label != UNLABELED
    kept = taken(ratings, labeled)
    enough = count_filter(kept, notes, participants, ratings_per_note, ratings_per_rater)
    given = label[labeled][enough] == 1
    if not given.any() or given.all():
        return consensus
    observations = Observations.build(kept.note[enough], kept.rater[enough], given)
    note_factor = _START_SCALE * np.nan_to_num(first_note_factor[observations.notes])
    rater_factor = _START_SCALE * np.nan_to_num(first_rater_factor[observations.raters])
    start = Parts(
        note=np.stack([note_factor, np.zeros_like(note_factor)], axis=1),
        rater=np.stack([rater_factor, np.ones_like(rater_factor), np.zeros_like(rater_factor)], axis=1),
        common=np.zeros((1, 1)),
    )
    share = float(np.mean(given))
    fitted, _ = fit_parts(
        observations,
        np.where(given, (1.0 - share) / share, 1.0),
        start,
        _RIDGES,
        Free(note=(True, True), rater=(True, False, True)),
        FACTORIZATION_DESCENT,
    )
    factor = fitted.rater[:, 0]
    flipped = np.count_nonzero(factor < 0) < np.count_nonzero(factor > 0)
    consensus.note_factor[observations.notes] = -fitted.note[:, 0] if flipped else fitted.note[:, 0]
    consensus.note_intercept[observations.notes] = fitted.note[:, 1]
    return consensus


def harassment_labels(ratings: Ratings) -> Int8:
    """1 where the rating calls the note harassment or abuse, 0 where it finds it helpful or gives "other" as
    its reason, -1 where it tells nothing. The tag of harassment outweighs both. "Helpful" in the form of 2021
    tells nothing: the official labels go by the level, which that form did not have.
    """
    tags = ratings.not_helpful_tags
    label = np.full(len(ratings), UNLABELED, np.int8)
    label[(ratings.level == HelpfulnessLevel.HELPFUL) & ~ratings.old_form] = 0
    label[(tags & NotHelpfulTag.OTHER) != 0] = 0
    label[(tags & NotHelpfulTag.SPAM_HARASSMENT_OR_ABUSE) != 0] = 1
    label[ratings.created_at_ms < TAGS_CHANGED_MS] = UNLABELED
    return label
