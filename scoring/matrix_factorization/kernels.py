"""Loops over ratings, compiled by numba on first use and cached beside this file.

A side's ratings are stored row after row: row i's entries are ``entries[pointer[i]:pointer[i + 1]]``, each
``other_index << 2 | level`` with level 0, 1, 2 for the rating 0, ½, 1. Parameters of a side are an (n, 2)
table of (intercept, factor). A kernel works on the rows from ``first`` to before ``beyond``; sums run in a
fixed order, so equal input gives equal bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Table = NDArray[np.float64] | NDArray[np.float32]
Pointer = NDArray[np.int64]
Entries = NDArray[np.uint32]
Sums = tuple[float, float, float, float, float]

_FAST: Any = {"contract", "nsz"}


@njit(cache=True, nogil=True, fastmath=_FAST)
def solve_rows(
    pointer: Pointer,
    entries: Entries,
    first: int,
    beyond: int,
    other: Table,
    intercept_ridge: float,
    factor_ridge: float,
    solution: Floats,
) -> Sums:
    """Each row's best (intercept, factor) given the other side, as an affine function of μ.

    With z = rating − other intercept and g = other factor over a row's n ratings, H = [[n + ridge, Σg],
    [Σg, Σg² + ridge]]: writes p = H⁻¹(Σz, Σgz) and q = H⁻¹(n, Σg) to the row's four columns of
    ``solution``, so that the row's optimum is p − μ q. Returns Σz, Σz², Σ w·p, Σ w·q and Σ r·p over these
    rows, with w = (n, Σg) and r = (Σz, Σgz).

    A row's sums have the precision of ``other``: in float32 they run twice as fast.
    """
    of = other.dtype.type
    half = of(0.5)
    all_z = all_zz = all_wp = all_wq = all_rp = 0.0
    for row in range(first, beyond):
        begin = pointer[row]
        end = pointer[row + 1]
        # Two sums of each kind: the additions of one do not wait for those of the other.
        z0 = gz0 = zz0 = g0 = gg0 = of(0.0)
        z1 = gz1 = zz1 = g1 = gg1 = of(0.0)
        position = begin
        while position + 1 < end:
            entry = entries[position]
            index = np.intp(entry >> 2)
            z = half * of(entry & 3) - other[index, 0]
            g = other[index, 1]
            z0 += z
            zz0 += z * z
            gz0 += g * z
            g0 += g
            gg0 += g * g
            entry = entries[position + 1]
            index = np.intp(entry >> 2)
            z = half * of(entry & 3) - other[index, 0]
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
            z = half * of(entry & 3) - other[index, 0]
            g = other[index, 1]
            z0 += z
            zz0 += z * z
            gz0 += g * z
            g0 += g
            gg0 += g * g
        sum_z = float(z0) + float(z1)
        sum_gz = float(gz0) + float(gz1)
        sum_g = float(g0) + float(g1)
        count = float(end - begin)
        h00 = count + intercept_ridge
        h11 = float(gg0) + float(gg1) + factor_ridge
        scale = 1.0 / (h00 * h11 - sum_g * sum_g)
        p0 = (h11 * sum_z - sum_g * sum_gz) * scale
        p1 = (h00 * sum_gz - sum_g * sum_z) * scale
        q0 = (h11 * count - sum_g * sum_g) * scale
        q1 = intercept_ridge * sum_g * scale
        solution[row, 0] = p0
        solution[row, 1] = p1
        solution[row, 2] = q0
        solution[row, 3] = q1
        all_z += sum_z
        all_zz += float(zz0) + float(zz1)
        all_wp += count * p0 + sum_g * p1
        all_wq += count * q0 + sum_g * q1
        all_rp += sum_z * p0 + sum_gz * p1
    return all_z, all_zz, all_wp, all_wq, all_rp


@njit(cache=True, nogil=True, fastmath=_FAST)
def residual_product(
    pointer: Pointer,
    entries: Entries,
    first: int,
    beyond: int,
    own_intercept: Floats,
    other: Table,
    mean: float,
    product: Floats,
) -> None:
    """``product`` = E·v with E the residuals rating − μ − both intercepts, zero where unrated.

    ``other`` holds the other side's intercept and v, in two columns, and its precision is the sums'.
    """
    of = other.dtype.type
    half = of(0.5)
    for row in range(first, beyond):
        begin = pointer[row]
        end = pointer[row + 1]
        total0 = total1 = weight0 = weight1 = of(0.0)
        position = begin
        while position + 1 < end:
            entry = entries[position]
            index = np.intp(entry >> 2)
            value = other[index, 1]
            total0 += (half * of(entry & 3) - other[index, 0]) * value
            weight0 += value
            entry = entries[position + 1]
            index = np.intp(entry >> 2)
            value = other[index, 1]
            total1 += (half * of(entry & 3) - other[index, 0]) * value
            weight1 += value
            position += 2
        if position < end:
            entry = entries[position]
            index = np.intp(entry >> 2)
            value = other[index, 1]
            total0 += (half * of(entry & 3) - other[index, 0]) * value
            weight0 += value
        weight = float(weight0) + float(weight1)
        product[row] = float(total0) + float(total1) - (mean + own_intercept[row]) * weight


@njit(cache=True, nogil=True)
def weighted_sums(
    pointer: Pointer,
    entries: Entries,
    first: int,
    beyond: int,
    other: Floats,
    other_weight: Floats,
    sums: Floats,
) -> None:
    """Writes Σv, Σvg, Σvg², Σvz, Σvgz and Σvz² of each row to its six columns of ``sums``.

    z and g as in :func:`solve_rows`; v is the other side's weight.
    """
    for row in range(first, beyond):
        weights = weighted_g = weighted_gg = weighted_z = weighted_gz = weighted_zz = 0.0
        for position in range(pointer[row], pointer[row + 1]):
            entry = entries[position]
            index = np.intp(entry >> 2)
            z = 0.5 * float(entry & 3) - other[index, 0]
            g = other[index, 1]
            v = other_weight[index]
            weights += v
            weighted_g += v * g
            weighted_gg += v * g * g
            weighted_z += v * z
            weighted_gz += v * g * z
            weighted_zz += v * z * z
        sums[row, 0] = weights
        sums[row, 1] = weighted_g
        sums[row, 2] = weighted_gg
        sums[row, 3] = weighted_z
        sums[row, 4] = weighted_gz
        sums[row, 5] = weighted_zz


@njit(cache=True, nogil=True)
def record_step(
    point: Floats, image: Floats, scale: Floats, steps: Floats, slot: int, products: Floats
) -> float:
    """``steps[slot]`` = (image − point)·scale, and its products with every recorded step; gives the largest
    |image − point| of an intercept.

    ``point`` and ``image`` are (n, 2), ``scale`` (n,), ``steps`` (k, n, 2), ``products`` (k,).
    """
    largest = 0.0
    products[:] = 0.0
    for row in range(len(point)):
        first = image[row, 0] - point[row, 0]
        largest = max(largest, abs(first))
        first *= scale[row]
        second = (image[row, 1] - point[row, 1]) * scale[row]
        steps[slot, row, 0] = first
        steps[slot, row, 1] = second
        for other in range(len(steps)):
            products[other] += first * steps[other, row, 0] + second * steps[other, row, 1]
    return largest


@njit(cache=True, nogil=True)
def combine(tables: Floats, shares: Floats, combined: Floats) -> None:
    """``combined`` = Σ share · table over ``tables`` (k, n, 2)."""
    for row in range(len(combined)):
        first = second = 0.0
        for which in range(len(tables)):
            first += shares[which] * tables[which, row, 0]
            second += shares[which] * tables[which, row, 1]
        combined[row, 0] = first
        combined[row, 1] = second
