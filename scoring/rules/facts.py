"""What the rules of one model may look at, as arrays over all notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.filters.incorrect import IncorrectVotes
from scoring.filters.tags import TagTotals
from scoring.statuses import StatusArray
from scoring.tables.arrays import Bool, Int32

Single = NDArray[np.float32]
"""The official rules compare single precision, in which 0.4 is not below 0.40; so do these."""


@dataclass(frozen=True, slots=True)
class StatusThresholds:
    """Defaults of the official models (mf_base_scorer.py, MFBaseScorer.__init__; mf_core_scorer.py)."""

    ratings_needed: int = 5
    crh_intercept: float = 0.40
    crh_inertia: float = 0.01
    crnh_intercept: float = -0.05
    crnh_factor_multiplier: float = -0.8
    crnh_upper_bound: float = -0.04
    not_misleading_crnh_intercept: float = -0.15
    crh_factor: float = 0.5
    firm_reject_intercept: float | None = None
    """Below it a note is held back firmly; None where the model never does so."""
    tag_total: float = 2.5
    """Weight of ratings with a tag that a note must exceed to be filtered for it (minAdjustedTotal)."""
    incorrect_tags: int = 2
    incorrect_voters: int = 3
    incorrect_score: float = 2.5
    """How far raters call a note incorrect beyond their habit (incorrectFilterThreshold)."""
    low_diligence_intercept: float = 0.263
    no_high_volume_intercept: float = 0.37
    """What the intercept must reach without the raters of highest volume."""
    no_correlated_intercept: float = 0.37
    """What it must reach without raters who act as one."""
    net_helpful_needed: int | None = 4
    """Net helpful ratings that each side of the factor must bring; None where sides need not balance."""
    balance_net_helpful: int = 10
    """From here on a side's net helpful ratings suffice whatever their share."""
    balance_share: float = 0.05


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """Known after the first prescoring round."""

    thresholds: StatusThresholds
    ratings: Int32
    """Ratings by raters the model hears, helpful raters or not."""
    intercept: Single
    """NaN where the note was not fitted."""
    factor: Single
    not_misleading: Bool


@dataclass(frozen=True, slots=True)
class Sides:
    """Final-round ratings by the sign of the rater's factor: (2, n) arrays, negative first (zero counts as
    positive).
    """

    raters: Int32
    helpful: Int32
    not_helpful: Int32
    level_sum: Int32
    """Sum of levels 0, 1, 2: twice the sum of ratings."""
    sampled: Int32
    """Ratings that answer a request sent to a random sample of contributors, whether or not the note has
    enough ratings for a fit.
    """

    @property
    def least_net_helpful(self) -> Int32:
        """Helpful minus not helpful ratings of the side where that is less, at least 0."""
        net: Int32 = np.maximum(np.min(self.helpful - self.not_helpful, axis=0), 0)
        return net

    @property
    def mean_rating(self) -> Single:
        """Mean rating of each side, (2, n); NaN where a side has no rater."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (0.5 * self.level_sum / self.raters).astype(np.float32)


@dataclass(frozen=True, slots=True)
class FinalFacts(NoteFacts):
    """Known in the final phase."""

    highest_intercept: Single
    """Over the pseudo-raters' fits; NaN where they were not asked for."""
    previous_status: StatusArray
    """The note's public status before this round."""
    sides: Sides
    tags: TagTotals
    tag_thresholds: NDArray[np.float64]
    """(13,) by not-helpful tag; NaN where there is none to hold a note against."""
    incorrect: IncorrectVotes
    low_diligence_intercept: Single
    no_high_volume_intercept: Single
    """Without the raters of highest volume; NaN where too few ratings are left."""
    no_correlated_intercept: Single
