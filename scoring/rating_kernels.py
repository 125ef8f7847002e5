"""Loops over all ratings outside the factorization, compiled by numba on first use and cached beside this
file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def sorted_positions(
    note: NDArray[Any], rater: NDArray[Any], kept: NDArray[np.bool_], notes: int, raters: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each note's ratings begin, and the kept ratings' positions in order of note, then rater.

    ``kept`` is by note. Two counting sorts, of fewer than 2³¹ ratings: the result does not depend on the
    order of the rows.
    """
    rater_cursor = np.zeros(raters + 1, np.int64)
    pointer = np.zeros(notes + 1, np.int64)
    for position in range(len(note)):
        if kept[note[position]]:
            rater_cursor[rater[position] + 1] += 1
            pointer[note[position] + 1] += 1
    for row in range(raters):
        rater_cursor[row + 1] += rater_cursor[row]
    for row in range(notes):
        pointer[row + 1] += pointer[row]
    total = pointer[notes]
    by_rater = np.empty(total, np.int32)
    for position in range(len(note)):
        if kept[note[position]]:
            row = rater[position]
            by_rater[rater_cursor[row]] = position
            rater_cursor[row] += 1
    cursor = pointer[:-1].copy()
    order = np.empty(total, np.int64)
    for position in by_rater:
        row = note[position]
        order[cursor[row]] = position
        cursor[row] += 1
    return pointer, order


@njit(cache=True, nogil=True)
def count_bits(pointer: NDArray[np.int64], masks: NDArray[np.uint16], bits: int) -> NDArray[np.int32]:
    """How often each bit is set among a row's masks, (rows, bits)."""
    counts = np.zeros((len(pointer) - 1, bits), np.int32)
    for row in range(len(pointer) - 1):
        for position in range(pointer[row], pointer[row + 1]):
            mask = masks[position]
            bit = 0
            while mask:
                if mask & 1:
                    counts[row, bit] += 1
                mask >>= 1
                bit += 1
    return counts


@njit(cache=True, nogil=True)
def weighted_bits(
    row: NDArray[np.int32],
    masks: NDArray[np.uint16],
    weight: NDArray[np.float64],
    rows: int,
    bits: int,
) -> NDArray[np.float64]:
    """Sum of the weights of the masks with each bit set, by row, (rows, bits)."""
    sums = np.zeros((rows, bits))
    for position in range(len(masks)):
        mask = masks[position]
        bit = 0
        while mask:
            if mask & 1:
                sums[row[position], bit] += weight[position]
            mask >>= 1
            bit += 1
    return sums


@njit(cache=True, nogil=True)
def final_round_sums(
    pointer: NDArray[np.int64],
    rater: NDArray[np.int32],
    level: NDArray[np.uint8],
    intercept: NDArray[np.float64],
    factor: NDArray[np.float64],
    mean: float,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """What the final phase needs of each note's ratings, in one pass; all of them enter the fit.

    Gives per note the five sums of :class:`~scoring.matrix_factorization.note_fit.NoteSums`; and by side
    (factor < 0, factor ≥ 0) the raters, the helpful ratings, the not helpful ratings and the sum of levels.
    """
    notes = len(pointer) - 1
    sums = np.zeros((5, notes))
    sides = np.zeros((4, 2, notes), np.int32)
    for row in range(notes):
        count = f = ff = y = fy = 0.0
        for position in range(pointer[row], pointer[row + 1]):
            who = rater[position]
            rating = level[position]
            g = factor[who]
            residual = 0.5 * rating - mean - intercept[who]
            count += 1.0
            f += g
            ff += g * g
            y += residual
            fy += g * residual
            side = 0 if g < 0.0 else 1
            sides[0, side, row] += 1
            sides[1, side, row] += rating == 2
            sides[2, side, row] += rating == 0
            sides[3, side, row] += rating
        sums[0, row] = count
        sums[1, row] = f
        sums[2, row] = ff
        sums[3, row] = y
        sums[4, row] = fy
    return sums, sides
