"""How strongly raters near a note's own side give it each not-helpful tag.

Source: twitter/communitynotes 273c895, scoring/src/scoring/tag_filter.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.rating_kernels import weighted_bits
from scoring.tables.arrays import Bool, Ratings
from scoring.tables.values import NotHelpfulTag

Floats = NDArray[np.float64]

TAGS: Final = len(NotHelpfulTag)
DISTANCE_PERCENTILE: Final = 40
"""The distance at which a rating's weight is one half (constants.py, tagPercentileForNormalization)."""


@dataclass(frozen=True, slots=True)
class TagTotals:
    """Per note; 0 and NaN where no rating counts."""

    adjusted: Floats
    """(n, 13): sum of the weights of ratings with a tag, in file order."""
    weight: Floats
    """(n,): sum of all ratings' weights."""

    @property
    def ratio(self) -> Floats:
        """(n, 13): share of the weight that comes with a tag."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio: Floats = self.adjusted / self.weight[:, None]
        return ratio


def tag_totals(ratings: Ratings, note_factor: Floats, rater_factor: Floats) -> TagTotals:
    """Ratings weighed by 1 / (1 + (d / D)⁵), d being the distance of rater and note.

    Distances are between factors in standard deviations, notes' and raters' each by themselves; D is the
    40th percentile of all. ``ratings`` are a fit's own; the factors (by note and by participant, NaN outside
    the fit) are scaled over those that occur in them.
    """
    notes = len(note_factor)
    if not len(ratings):
        return TagTotals(np.zeros((notes, TAGS)), np.zeros(notes))
    distance = np.abs(_standardized(rater_factor)[ratings.rater] - _standardized(note_factor)[ratings.note])
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = distance / np.nanpercentile(distance, DISTANCE_PERCENTILE)
        squared = scaled * scaled
        weight = 1.0 / (1.0 + squared * squared * scaled)
    return TagTotals(
        weighted_bits(ratings.note, ratings.not_helpful_tags, weight, notes, TAGS),
        np.bincount(ratings.note, weight, minlength=notes).astype(np.float64),
    )


def tag_thresholds(totals: TagTotals, helpful: Bool, quantile: float) -> Floats:
    """(13,): the ratio of each tag that a share of ``quantile`` of the Helpful notes stays below.

    0 where there is no Helpful note; NaN, which holds nothing against a note, where a ratio is undefined.
    """
    ratio = totals.ratio[helpful & (totals.weight != 0)]
    if not len(ratio):
        return np.zeros(TAGS)
    thresholds: Floats = np.quantile(ratio, quantile, axis=0)
    return thresholds


def _standardized(factor: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled: Floats = (factor - np.nanmean(factor)) / np.nanstd(factor)
    return scaled
