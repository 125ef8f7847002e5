"""Which ratings prove a rater right or wrong.

Source: twitter/communitynotes 273c895, scoring/src/scoring/note_ratings.py, ``get_valid_ratings``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.statuses import CRH, CRNH, StatusArray
from scoring.tables.arrays import Bool, Int64, Notes, Ratings
from scoring.tables.values import MISSING_MS, HelpfulnessLevel

HOUR_MS = 3_600_000
RATING_WINDOW_MS = 48 * HOUR_MS
"""Ratings in this time after the note's creation are made before its public data appear."""

HISTORY_FROM_MS = 1_652_918_400_000
"""2022-05-19: notes written before it have no reliable time of status (deletedNoteTombstonesLaunchTime)."""

_FIRST_RATINGS_OF_OLD_NOTES = 5


def timely(ratings: Ratings, notes: Notes, latest_non_nmr_ms: Int64) -> Bool:
    """Which ratings were made before their note's outcome could be known.

    Within 48 hours of the note, and before its status left NMR; of a note from before 2022-05-19, the
    first five.
    """
    created = notes.created_at_ms[ratings.note]
    early = ratings.created_at_ms - created < RATING_WINDOW_MS
    decided = latest_non_nmr_ms[ratings.note]
    before_status = (decided == MISSING_MS) | (decided > ratings.created_at_ms)
    old = created < HISTORY_FROM_MS
    result = early & ~old & before_status
    rows = np.flatnonzero(early & old)
    if len(rows):
        rows = rows[np.lexsort((ratings.rater[rows], ratings.created_at_ms[rows], ratings.note[rows]))]
        note = ratings.note[rows]
        first = np.flatnonzero(np.r_[True, note[1:] != note[:-1]])
        rank = np.arange(len(rows)) - np.repeat(first, np.diff(np.r_[first, len(rows)]))
        result[rows[rank < _FIRST_RATINGS_OF_OLD_NOTES]] = True
    return np.asarray(result, np.bool_)


@dataclass(frozen=True, slots=True)
class RatingOutcomes:
    """Per participant, how many valid ratings agreed with their note's status, by that status."""

    successful_helpful: Int64
    """Helpful, on a Helpful note."""
    successful_not_helpful: Int64
    """Not helpful, on a Not Helpful note."""
    unsuccessful_helpful: Int64
    """Not helpful, on a Helpful note (published as unsuccessfulRatingHelpfulCount)."""
    unsuccessful_not_helpful: Int64
    """Helpful, on a Not Helpful note."""

    @property
    def successful(self) -> Int64:
        """All ratings that agreed."""
        return self.successful_helpful + self.successful_not_helpful

    @property
    def valid(self) -> Int64:
        """All ratings that count."""
        return self.successful + self.unsuccessful_helpful + self.unsuccessful_not_helpful


def rating_outcomes(
    ratings: Ratings, is_timely: Bool, note_status: StatusArray, participants: int
) -> RatingOutcomes:
    """Count the timely "helpful" and "not helpful" ratings of notes that are CRH or CRNH; "somewhat" never
    counts.
    """
    status = note_status[ratings.note]
    helpful = ratings.level == HelpfulnessLevel.HELPFUL
    not_helpful = ratings.level == HelpfulnessLevel.NOT_HELPFUL

    def count(which: Bool) -> Int64:
        return np.bincount(ratings.rater[is_timely & which], minlength=participants).astype(np.int64)

    return RatingOutcomes(
        successful_helpful=count(helpful & (status == CRH)),
        successful_not_helpful=count(not_helpful & (status == CRNH)),
        unsuccessful_helpful=count(not_helpful & (status == CRH)),
        unsuccessful_not_helpful=count(helpful & (status == CRNH)),
    )
