"""Loops over ratings, compiled by numba on first use and cached beside this file.

A side's ratings are stored row after row: row i's entries are ``entries[pointer[i]:pointer[i + 1]]``, each
``other_index << 2 | level`` with level 0, 1, 2 for the rating 0, ½, 1. Parameters of a side are an (n, 2)
float64 array of (intercept, factor). Sums run in a fixed order on one thread, so equal input gives equal
bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pointer = NDArray[np.int64]
Entries = NDArray[np.uint32]

_FAST = {"contract", "nsz"}


@njit(cache=True, nogil=True)
def group_rows(keys: NDArray[Any], rows: int) -> tuple[Pointer, NDArray[np.int64]]:
    """A stable counting sort: where each key's run begins, and the positions in order of key."""
    pointer = np.zeros(rows + 1, np.int64)
    for key in keys:
        pointer[key + 1] += 1
    for row in range(rows):
        pointer[row + 1] += pointer[row]
    cursor = pointer[:-1].copy()
    order = np.empty(len(keys), np.int64)
    for position in range(len(keys)):
        key = keys[position]
        order[cursor[key]] = position
        cursor[key] += 1
    return pointer, order


@njit(cache=True, nogil=True)
def transpose_entries(pointer: Pointer, entries: Entries, columns: int) -> tuple[Pointer, Entries]:
    """The same ratings seen from the other side; entries of a row come in order of the other index."""
    other_pointer = np.zeros(columns + 1, np.int64)
    for entry in entries:
        other_pointer[(entry >> 2) + 1] += 1
    for column in range(columns):
        other_pointer[column + 1] += other_pointer[column]
    cursor = other_pointer[:-1].copy()
    other_entries = np.empty(len(entries), np.uint32)
    for row in range(len(pointer) - 1):
        for position in range(pointer[row], pointer[row + 1]):
            entry = entries[position]
            column = entry >> 2
            other_entries[cursor[column]] = np.uint32(row << 2) | (entry & 3)
            cursor[column] += 1
    return other_pointer, other_entries


@njit(cache=True, nogil=True, fastmath=_FAST)
def solve_side(
    pointer: Pointer,
    entries: Entries,
    other: Floats,
    intercept_ridge: float,
    factor_ridge: float,
    solution: Floats,
    response: Floats,
) -> tuple[float, float, float, float, float]:
    """Each row's best (intercept, factor) given the other side, as an affine function of μ.

    With z = rating − other intercept and g = other factor over a row's n ratings, H = [[n + ridge, Σg],
    [Σg, Σg² + ridge]]: writes ``solution`` p = H⁻¹(Σz, Σgz) and ``response`` q = H⁻¹(n, Σg), so that the
    row's optimum is p − μ q. Returns Σz, Σz², Σ w·p, Σ w·q and Σ r·p over all rows, with w = (n, Σg) and r
    = (Σz, Σgz).
    """
    all_z = all_zz = all_wp = all_wq = all_rp = 0.0
    for row in range(len(pointer) - 1):
        begin = pointer[row]
        end = pointer[row + 1]
        z0 = gz0 = zz0 = g0 = gg0 = 0.0
        z1 = gz1 = zz1 = g1 = gg1 = 0.0
        position = begin
        while position + 1 < end:
            entry = entries[position]
            index = np.intp(entry >> 2)
            z = 0.5 * (entry & 3) - other[index, 0]
            g = other[index, 1]
            z0 += z
            zz0 += z * z
            gz0 += g * z
            g0 += g
            gg0 += g * g
            entry = entries[position + 1]
            index = np.intp(entry >> 2)
            z = 0.5 * (entry & 3) - other[index, 0]
            g = other[index, 1]
            z1 += z
            zz1 += z * z
            gz1 += g * z
            g1 += g
            gg1 += g * g
            position += 2
        if position < end:
            entry = entries[position]
            index = np.intp(entry >> 2)
            z = 0.5 * (entry & 3) - other[index, 0]
            g = other[index, 1]
            z0 += z
            zz0 += z * z
            gz0 += g * z
            g0 += g
            gg0 += g * g
        sum_z = z0 + z1
        sum_gz = gz0 + gz1
        sum_g = g0 + g1
        count = float(end - begin)
        h00 = count + intercept_ridge
        h11 = gg0 + gg1 + factor_ridge
        scale = 1.0 / (h00 * h11 - sum_g * sum_g)
        p0 = (h11 * sum_z - sum_g * sum_gz) * scale
        p1 = (h00 * sum_gz - sum_g * sum_z) * scale
        q0 = (h11 * count - sum_g * sum_g) * scale
        q1 = (h00 - count) * sum_g * scale
        solution[row, 0] = p0
        solution[row, 1] = p1
        response[row, 0] = q0
        response[row, 1] = q1
        all_z += sum_z
        all_zz += zz0 + zz1
        all_wp += count * p0 + sum_g * p1
        all_wq += count * q0 + sum_g * q1
        all_rp += sum_z * p0 + sum_gz * p1
    return all_z, all_zz, all_wp, all_wq, all_rp


@njit(cache=True, nogil=True)
def shift_by_mean(solution: Floats, response: Floats, mean: float) -> None:
    """``solution`` becomes p − μ q in place."""
    for row in range(len(solution)):
        solution[row, 0] -= mean * response[row, 0]
        solution[row, 1] -= mean * response[row, 1]


@njit(cache=True, nogil=True, fastmath=_FAST)
def residual_product(
    pointer: Pointer,
    entries: Entries,
    intercept: Floats,
    other_intercept: Floats,
    mean: float,
    vector: Floats,
    product: Floats,
) -> None:
    """``product`` = E·``vector`` with E the residuals rating − μ − both intercepts, zero where unrated."""
    for row in range(len(pointer) - 1):
        total = 0.0
        weight = 0.0
        for position in range(pointer[row], pointer[row + 1]):
            entry = entries[position]
            index = np.intp(entry >> 2)
            value = vector[index]
            total += (0.5 * (entry & 3) - other_intercept[index]) * value
            weight += value
        product[row] = total - (mean + intercept[row]) * weight


@njit(cache=True, nogil=True, fastmath=_FAST)
def squared_error(pointer: Pointer, entries: Entries, own: Floats, other: Floats, mean: float) -> float:
    """Σ (rating − prediction)² over all ratings."""
    total = 0.0
    for row in range(len(pointer) - 1):
        base = mean + own[row, 0]
        factor = own[row, 1]
        for position in range(pointer[row], pointer[row + 1]):
            entry = entries[position]
            index = np.intp(entry >> 2)
            error = 0.5 * (entry & 3) - base - other[index, 0] - factor * other[index, 1]
            total += error * error
    return total
