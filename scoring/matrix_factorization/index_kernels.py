"""Ratings sorted into rows, compiled by numba on first use and cached beside this file.

The layout is told in :mod:`.kernels`.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scoring.matrix_factorization.kernels import Entries, Pointer

Codes = NDArray[np.int32]


@njit(cache=True, nogil=True)
def count_codes(codes: Codes, size: int) -> NDArray[np.int64]:
    """How often each code below ``size`` occurs."""
    counts = np.zeros(size, np.int64)
    for code in codes:
        counts[code] += 1
    return counts


@njit(cache=True, nogil=True)
def fill_rows(
    codes: Codes,
    row_of: Codes,
    other_codes: Codes,
    other_row_of: Codes,
    level: NDArray[np.uint8],
    pointer: Pointer,
    entries: Entries,
) -> bool:
    """Each rating written to its row, in the order given; whether every row came out ascending."""
    cursor = pointer[:-1].copy()
    ascending = True
    for position in range(len(codes)):
        row = row_of[codes[position]]
        target = cursor[row]
        entry = np.uint32(other_row_of[other_codes[position]] << 2) | np.uint32(level[position])
        entries[target] = entry
        ascending = ascending and (target == pointer[row] or entries[target - 1] < entry)
        cursor[row] = target + 1
    return ascending


@njit(cache=True, nogil=True)
def transpose_rows(
    pointer: Pointer, entries: Entries, other_pointer: Pointer, other_entries: Entries
) -> None:
    """The same ratings seen from the other side; entries of a row come in order of the other index."""
    cursor = other_pointer[:-1].copy()
    for row in range(len(pointer) - 1):
        for position in range(pointer[row], pointer[row + 1]):
            entry = entries[position]
            other_row = entry >> 2
            other_entries[cursor[other_row]] = np.uint32(row << 2) | np.uint32(entry & 3)
            cursor[other_row] += 1
