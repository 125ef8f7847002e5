"""Whose ratings a model listens to.

Source: twitter/communitynotes 273c895, scoring/src/scoring/helpfulness_scores.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.statuses import CRH, CRNH, StatusArray
from scoring.tables.arrays import Bool, Int32, Ratings
from scoring.tables.values import HelpfulnessLevel
from scoring.valid_ratings import RatingOutcomes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HelpfulnessThresholds:
    """Defaults of the official models (mf_base_scorer.py, MFBaseScorer.__init__)."""

    mean_note_score: float = 0.05
    crh_minus_crnh_ratio: float = 0.0
    agree_ratio: float = 0.66
    crnh_multiplier: float = 5.0
    harassment: float = 2.0
    """Intercept of the harassment consensus from which a note counts as harassing
    (minimumHarassmentScoreToPenalize).
    """
    harassment_penalty: float = 10.0
    """Valid ratings that calling such a note helpful costs (tagConsensusHarassmentHelpfulRatingPenalty)."""
    penalty_grows: bool = True
    """Whether the penalty is in proportion to the consensus (multiplyPenaltyByHarassmentScore)."""


@dataclass(frozen=True, slots=True)
class Helpfulness:
    """Per participant; NaN where there is nothing to judge by."""

    crh_crnh_ratio_difference: Floats
    """Share of authored notes that are CRH, minus five times the share that are CRNH."""
    mean_note_score: Floats
    """Mean intercept of authored notes."""
    agree_ratio: Floats
    """Successful ratings among the valid ones."""
    penalized_agree_ratio: Floats
    """The same after penalties for calling harassing notes helpful are taken from the successful ones."""
    above_threshold: Bool


def judge_contributors(
    author: Int32,
    note_intercept: Floats,
    note_status: StatusArray,
    outcomes: RatingOutcomes,
    thresholds: HelpfulnessThresholds,
    penalty: Floats | None = None,
) -> Helpfulness:
    """A contributor is heard if their ratings agree with outcomes and their own notes, if any, are no
    worse than so-so.

    A contributor without a valid rating is not heard. ``author``, ``note_intercept`` and ``note_status``
    are by note; only notes with an intercept are judged. ``penalty`` is by participant.

    Where the least mean note score is not positive, every author passes: the official condition for new
    authors is written so that it then always holds.
    """
    participants = len(outcomes.successful)
    scored = ~np.isnan(note_intercept)
    writer = author[scored]

    def per_author(values: NDArray[np.floating] | NDArray[np.bool_]) -> Floats:
        weights = values[scored].astype(np.float64)
        return np.bincount(writer, weights, minlength=participants).astype(np.float64)

    written = np.bincount(writer, minlength=participants)
    with np.errstate(divide="ignore", invalid="ignore"):
        crh_share = per_author(note_status == CRH) / written
        crnh_share = per_author(note_status == CRNH) / written
        ratio_difference: Floats = crh_share - thresholds.crnh_multiplier * crnh_share
        mean_score = per_author(note_intercept) / written
        agree_ratio: Floats = outcomes.successful / outcomes.valid
        penalized = agree_ratio if penalty is None else (outcomes.successful - penalty) / outcomes.valid
    penalized = np.where(outcomes.valid > 0, penalized, np.nan)
    good_author = (written == 0) | (
        (ratio_difference >= thresholds.crh_minus_crnh_ratio) & (mean_score >= thresholds.mean_note_score)
    )
    if thresholds.mean_note_score <= 0:
        good_author[:] = True
    return Helpfulness(
        crh_crnh_ratio_difference=ratio_difference,
        mean_note_score=mean_score,
        agree_ratio=agree_ratio,
        penalized_agree_ratio=penalized,
        above_threshold=good_author
        & (agree_ratio >= thresholds.agree_ratio)
        & (penalized >= thresholds.agree_ratio),
    )


def harassment_penalty(
    ratings: Ratings, harassment: Floats, participants: int, thresholds: HelpfulnessThresholds
) -> Floats:
    """What each participant loses for calling harassing notes helpful, whenever they did.

    ``harassment`` is the consensus's intercept by note, NaN where it has none.
    """
    score = harassment[ratings.note]
    counts = (ratings.level == HelpfulnessLevel.HELPFUL) & (score >= thresholds.harassment)
    cost = np.full(np.count_nonzero(counts), thresholds.harassment_penalty)
    if thresholds.penalty_grows:
        cost *= score[counts] / thresholds.harassment
    return np.bincount(ratings.rater[counts], cost, minlength=participants).astype(np.float64)
