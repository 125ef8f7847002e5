"""Whether raters of a note's own side call it incorrect beyond their habit.

Source: twitter/communitynotes 273c895, scoring/src/scoring/incorrect_filter.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.tables.arrays import Int64, Ratings
from scoring.tables.values import NotHelpfulTag

Floats = NDArray[np.float64]

LARGEST_FACTOR: Final = 0.4
"""Factors are clipped at this size before they are compared."""
INTERVAL: Final = 0.3
"""Raters nearer to the note than this are of its own side (constants.py, intervalHalfWidth)."""


@dataclass(frozen=True, slots=True)
class IncorrectHabits:
    """Per participant, over all ratings in a model's scope that carry a not-helpful tag."""

    incorrect: Int64
    """Ratings with the tag "incorrect"."""
    total: Int64

    @property
    def rate(self) -> Floats:
        """How often a rater's criticism is that the note is incorrect; 0 for raters without any."""
        return self.incorrect / np.maximum(self.total, 1)


@dataclass(frozen=True, slots=True)
class IncorrectVotes:
    """Per note, over the ratings of its own side that carry a not-helpful tag."""

    voters: Int64
    incorrect: Int64
    """Ratings with the tag "incorrect"."""
    expected: Floats
    """Sum of the voters' rates."""

    @property
    def score(self) -> Floats:
        """Votes by the logarithm of what was to be expected; infinite where these raters never call a note
        incorrect, NaN where they do not do so here either.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            score: Floats = self.incorrect / np.log1p(self.expected)
        return score


def incorrect_habits(ratings: Ratings, participants: int) -> IncorrectHabits:
    """From all ratings in a model's scope."""
    critical = ratings.not_helpful_tags != 0
    incorrect = (ratings.not_helpful_tags & NotHelpfulTag.INCORRECT) != 0
    return IncorrectHabits(
        np.bincount(ratings.rater[incorrect], minlength=participants),
        np.bincount(ratings.rater[critical], minlength=participants),
    )


def incorrect_votes(
    ratings: Ratings, note_factor: Floats, rater_factor: Floats, habits: IncorrectHabits
) -> IncorrectVotes:
    """``ratings`` are the final round's; factors by note and by participant."""
    notes = len(note_factor)
    rows = np.flatnonzero(ratings.not_helpful_tags)
    note, rater = ratings.note[rows], ratings.rater[rows]
    distance = np.abs(_clipped(rater_factor)[rater] - _clipped(note_factor)[note])
    near = distance < INTERVAL
    rows, note, rater = rows[near], note[near], rater[near]
    incorrect = (ratings.not_helpful_tags[rows] & NotHelpfulTag.INCORRECT) != 0
    return IncorrectVotes(
        np.bincount(note, minlength=notes),
        np.bincount(note[incorrect], minlength=notes),
        np.bincount(note, habits.rate[rater], minlength=notes).astype(np.float64),
    )


def _clipped(factor: Floats) -> Floats:
    return np.clip(factor, -LARGEST_FACTOR, LARGEST_FACTOR)
