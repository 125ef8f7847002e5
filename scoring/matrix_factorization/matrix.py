"""Ratings of one fit as sorted index arrays, seen from the notes and from the raters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.matrix_factorization.kernels import (
    Entries,
    Floats,
    Pointer,
    group_rows,
    transpose_entries,
)

MAX_ENTITIES = 1 << 30
"""Two bits of an entry's 32 hold the rating."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side's ratings, row after row; see :mod:`.kernels` for the layout."""

    pointer: Pointer
    entries: Entries

    def __len__(self) -> int:
        return len(self.pointer) - 1


@dataclass(frozen=True, slots=True)
class RatingMatrix:
    """The ratings of one fit. Rows of ``by_note`` and ``by_rater`` are numbered within the fit.

    ``notes`` and ``raters`` (ascending) give the caller's number of each row. The arrays do not depend on
    the order in which the ratings came.
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
        """From one row a rating: the note's and the rater's number (≥ 0), and the level 0, 1, 2."""
        notes, note_row = _renumbered(note)
        raters, rater_row = _renumbered(rater)
        if max(len(notes), len(raters)) >= MAX_ENTITIES:
            raise ValueError(f"a fit holds fewer than {MAX_ENTITIES} notes and raters")
        pointer, order = group_rows(note_row, len(notes))
        entries = (rater_row[order].astype(np.uint32) << np.uint32(2)) | level[order].astype(np.uint32)
        rater_pointer, rater_entries = transpose_entries(pointer, entries, len(raters))
        note_pointer, note_entries = transpose_entries(rater_pointer, rater_entries, len(notes))
        return cls(notes, raters, Side(note_pointer, note_entries), Side(rater_pointer, rater_entries))

    def note_rows(self, values: Floats, missing: float = 0.0) -> Floats:
        """``values`` (by the caller's note number) in this matrix's order; ``missing`` for NaN or beyond
        the end.
        """
        return _picked(values, self.notes, missing)


def _renumbered(codes: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    size = int(codes.max()) + 1 if len(codes) else 0
    present = np.zeros(size, np.bool_)
    present[codes] = True
    row_of = np.cumsum(present) - 1
    return np.flatnonzero(present), row_of[codes]


def _picked(values: Floats, numbers: NDArray[np.int64], missing: float) -> Floats:
    picked = np.full(len(numbers), missing)
    within = numbers < len(values)
    picked[within] = values[numbers[within]]
    picked[np.isnan(picked)] = missing
    return picked
