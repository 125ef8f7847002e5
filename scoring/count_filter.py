"""Which notes and raters have enough ratings to be fitted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.tables.arrays import Bool, Ratings


def count_filter(
    ratings: Ratings, notes: int, participants: int, ratings_per_note: int, ratings_per_rater: int
) -> Bool:
    """Which ratings stay: drop small notes, then small raters, then notes that became small; once, in that
    order.

    Source: twitter/communitynotes 273c895, scoring/src/scoring/process_data.py, ``filter_ratings``.
    """

    def large(codes: NDArray[np.int32], kept: Bool, size: int, least: int) -> Bool:
        counts = np.bincount(codes[kept], minlength=size)
        return kept & (counts >= least)[codes]

    kept = np.ones(len(ratings), np.bool_)
    kept = large(ratings.note, kept, notes, ratings_per_note)
    kept = large(ratings.rater, kept, participants, ratings_per_rater)
    return large(ratings.note, kept, notes, ratings_per_note)
