"""A start for the solver: intercepts alone, then the direction in which the residuals vary together the
most.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scoring.matrix_factorization.kernels import Floats, residual_product
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.solver import Regularization, Ridges, best_side

_INTERCEPT_SWEEPS = 3
_LANCZOS_STEPS = 8
_LANCZOS_SEED = 0
_COUNT_WEIGHT = 0.15
"""How much a rating adds to its row's scale: about a squared factor of the other side."""
_FACTOR_RMS = 0.4
"""The size of note factors in fits of the public data; the first sweeps correct it."""


def spectral_start(matrix: RatingMatrix, weights: Regularization) -> Floats:
    """Note intercepts and factors, (n, 2), in the matrix's order.

    The factors are the leading right singular vector of the residuals of a fit of intercepts only, with
    rows scaled by their number of ratings plus ridge, found by the Lanczos iteration. All factors are 0
    where nothing is left to explain.
    """
    ridges = Ridges.of(matrix, weights)
    notes = np.zeros((len(matrix.notes), 2))
    raters = np.zeros((len(matrix.raters), 2))
    note_response = np.empty_like(notes)
    rater_response = np.empty_like(raters)
    mean = 0.0
    for _ in range(_INTERCEPT_SWEEPS):
        best_side(matrix.by_rater, notes, ridges.raters, ridges.mean, raters, rater_response)
        mean, _ = best_side(matrix.by_note, raters, ridges.notes, ridges.mean, notes, note_response)
    notes[:, 1] = _leading_factor(matrix, notes[:, 0].copy(), raters[:, 0].copy(), mean, ridges)
    return notes


def _leading_factor(
    matrix: RatingMatrix, note_intercept: Floats, rater_intercept: Floats, mean: float, ridges: Ridges
) -> Floats:
    by_note, by_rater = matrix.by_note, matrix.by_rater
    note_scale = 1 / np.sqrt(_COUNT_WEIGHT * np.diff(by_note.pointer) + ridges.notes[1])
    rater_scale = 1 / (_COUNT_WEIGHT * np.diff(by_rater.pointer) + ridges.raters[1])
    rater_product = np.empty(len(by_rater))
    note_product = np.empty(len(by_note))

    def apply(vector: Floats) -> Floats:
        residual_product(
            by_rater.pointer,
            by_rater.entries,
            rater_intercept,
            note_intercept,
            mean,
            note_scale * vector,
            rater_product,
        )
        residual_product(
            by_note.pointer,
            by_note.entries,
            note_intercept,
            rater_intercept,
            mean,
            rater_scale * rater_product,
            note_product,
        )
        return note_scale * note_product

    vector = leading_eigenvector(apply, len(by_note))
    factor = note_scale * vector
    size = np.sqrt(np.mean(factor**2))
    return factor * (_FACTOR_RMS / size) if size > 0 else factor


def leading_eigenvector(apply: Callable[[Floats], Floats], size: int) -> Floats:
    """The eigenvector of the largest eigenvalue of a positive semidefinite operator on vectors of ``size``.

    Lanczos with full orthogonalisation; stops early when the operator's range is exhausted, and gives
    zeros for the zero operator. Accurate enough for a start, not for a result.
    """
    vector = np.random.default_rng(_LANCZOS_SEED).standard_normal(size)
    vector /= np.sqrt(np.sum(vector**2))
    basis = [vector]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(_LANCZOS_STEPS, size)):
        image = apply(basis[-1])
        diagonal.append(float(np.sum(image * basis[-1])))
        for _twice in range(2):
            for earlier in basis:
                image = image - np.sum(image * earlier) * earlier
        norm = float(np.sqrt(np.sum(image**2)))
        if norm <= 1e-12 * max(abs(diagonal[0]), 1e-300):
            break
        beside.append(norm)
        basis.append(image / norm)
    steps = len(diagonal)
    tridiagonal = np.diag(diagonal) + np.diag(beside[: steps - 1], 1) + np.diag(beside[: steps - 1], -1)
    values, vectors = np.linalg.eigh(tridiagonal)
    if values[-1] <= np.finfo(float).eps:
        return np.zeros(size)
    leading: Floats = np.sum(np.stack(basis[:steps]) * vectors[:, -1][:, None], axis=0)
    return leading
