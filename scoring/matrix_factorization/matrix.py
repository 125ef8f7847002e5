"""Ratings of one fit as sorted index arrays, seen from the notes and from the raters."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.matrix_factorization.index_kernels import (
    Codes,
    count_codes,
    fill_rows,
    transpose_rows,
)
from scoring.matrix_factorization.kernels import Entries, Floats, Pointer

MAX_ENTITIES = 1 << 30
"""Two bits of an entry's 32 hold the rating."""

_RATINGS_PER_BLOCK = 1 << 18
_MOST_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One side's ratings, row after row; see :mod:`.kernels` for the layout."""

    pointer: Pointer
    entries: Entries

    def __len__(self) -> int:
        return len(self.pointer) - 1

    @property
    def ratings(self) -> NDArray[np.int64]:
        """How many ratings each row holds."""
        return np.diff(self.pointer)

    def blocks(self) -> list[tuple[int, int]]:
        """The rows in runs of about equally many ratings, (first, beyond last).

        They follow from the ratings alone, so that sums over blocks come out the same on any machine.
        """
        count = min(max(len(self.entries) // _RATINGS_PER_BLOCK, 1), _MOST_BLOCKS)
        targets = np.arange(1, count) * (len(self.entries) // count)
        bounds = [0, *np.searchsorted(self.pointer, targets).tolist(), len(self)]
        return list(pairwise(bounds))


@dataclass(frozen=True, slots=True)
class RatingMatrix:
    """The ratings of one fit. Rows of ``by_note`` and ``by_rater`` are numbered within the fit.

    ``notes`` and ``raters`` (ascending) give the caller's number of each row. The arrays do not depend on
    the order in which the ratings came. A rating takes eight bytes, and no more while the arrays are made.
    """

    notes: NDArray[np.int64]
    raters: NDArray[np.int64]
    by_note: Side
    by_rater: Side

    @property
    def count(self) -> int:
        """How many ratings."""
        return len(self.by_note.entries)

    @classmethod
    def build(
        cls, note: NDArray[np.integer], rater: NDArray[np.integer], level: NDArray[np.uint8]
    ) -> RatingMatrix:
        """From one row a rating: the note's and the rater's number (≥ 0, below 2³¹), and the level 0, 1, 2.

        A rater rates a note once. Ratings that come sorted by note and rater are indexed fastest.
        """
        note_codes, rater_codes = (np.ascontiguousarray(codes, np.int32) for codes in (note, rater))
        notes, note_row, note_pointer = _renumbered(note_codes)
        raters, rater_row, rater_pointer = _renumbered(rater_codes)
        if max(len(notes), len(raters)) >= MAX_ENTITIES:
            raise ValueError(f"a fit holds fewer than {MAX_ENTITIES} notes and raters")
        note_entries = np.empty(len(note_codes), np.uint32)
        rater_entries = np.empty(len(note_codes), np.uint32)
        ascending = fill_rows(
            note_codes,
            note_row,
            rater_codes,
            rater_row,
            np.ascontiguousarray(level, np.uint8),
            note_pointer,
            note_entries,
        )
        transpose_rows(note_pointer, note_entries, rater_pointer, rater_entries)
        if not ascending:
            transpose_rows(rater_pointer, rater_entries, note_pointer, note_entries)
        return cls(notes, raters, Side(note_pointer, note_entries), Side(rater_pointer, rater_entries))

    def note_rows(self, values: Floats, missing: float = 0.0) -> Floats:
        """``values`` (by the caller's note number) in this matrix's order; ``missing`` for NaN or beyond
        the end.
        """
        return _picked(values, self.notes, missing)

    def rater_rows(self, values: Floats, missing: float = 0.0) -> Floats:
        """``values`` (by the caller's rater number) in this matrix's order; ``missing`` for NaN or beyond
        the end.
        """
        return _picked(values, self.raters, missing)


def _renumbered(codes: Codes) -> tuple[NDArray[np.int64], Codes, Pointer]:
    """The codes that occur, each code's row among them, and where its run of ratings begins."""
    counts = count_codes(codes, int(codes.max()) + 1 if len(codes) else 0)
    occurring = np.flatnonzero(counts)
    row_of = (np.cumsum(counts > 0) - 1).astype(np.int32)
    return occurring, row_of, _pointer(counts[occurring])


def _pointer(counts: NDArray[np.int64]) -> Pointer:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _picked(values: Floats, numbers: NDArray[np.int64], missing: float) -> Floats:
    picked = np.full(len(numbers), missing)
    within = numbers < len(values)
    picked[within] = values[numbers[within]]
    picked[np.isnan(picked)] = missing
    return picked
