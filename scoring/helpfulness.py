"""Whose ratings a model listens to.

Source: twitter/communitynotes 273c895, scoring/src/scoring/helpfulness_scores.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.statuses import CRH, CRNH, StatusArray
from scoring.tables.arrays import Bool, Int32
from scoring.valid_ratings import RatingOutcomes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HelpfulnessThresholds:
    """Defaults of the official models (mf_base_scorer.py, MFBaseScorer.__init__)."""

    mean_note_score: float = 0.05
    crh_minus_crnh_ratio: float = 0.0
    agree_ratio: float = 0.66
    crnh_multiplier: float = 5.0


@dataclass(frozen=True, slots=True)
class Helpfulness:
    """Per participant; NaN where there is nothing to judge by."""

    crh_crnh_ratio_difference: Floats
    """Share of authored notes that are CRH, minus five times the share that are CRNH."""
    mean_note_score: Floats
    """Mean intercept of authored notes."""
    agree_ratio: Floats
    """Successful ratings among the valid ones."""
    above_threshold: Bool


def judge_contributors(
    author: Int32,
    note_intercept: Floats,
    note_status: StatusArray,
    outcomes: RatingOutcomes,
    thresholds: HelpfulnessThresholds,
) -> Helpfulness:
    """A contributor is heard if their ratings agree with outcomes and their own notes, if any, are no
    worse than so-so.

    A contributor without a valid rating is not heard. ``author``, ``note_intercept`` and ``note_status``
    are by note; only notes with an intercept are judged.
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
    good_author = (written == 0) | (
        (ratio_difference >= thresholds.crh_minus_crnh_ratio) & (mean_score >= thresholds.mean_note_score)
    )
    return Helpfulness(
        crh_crnh_ratio_difference=ratio_difference,
        mean_note_score=mean_score,
        agree_ratio=agree_ratio,
        above_threshold=good_author & (agree_ratio >= thresholds.agree_ratio),
    )
