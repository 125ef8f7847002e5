"""A start for the solver: intercepts alone, then the direction in which the residuals vary together the
most.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scoring.matrix_factorization.half_sweeps import PlainHalfSweeps
from scoring.matrix_factorization.kernels import Floats, Table, residual_product
from scoring.matrix_factorization.loss import Objective
from scoring.matrix_factorization.matrix import Side
from scoring.matrix_factorization.solver import WORTH_SINGLE
from scoring.matrix_factorization.workers import Workers

_INTERCEPT_SWEEPS = 2
_RITZ_RESIDUAL = 5e-4
"""Of the eigenvector, relative to its eigenvalue. Ratings that hang together settle in some 6 steps; where
communities are weakly linked it takes 25, and a start cut short of that has the signs of whole communities
wrong, from which no solver recovers."""
_MOST_LANCZOS_STEPS = 60
_COUNT_WEIGHT = 0.15
"""How much a rating adds to its row's scale: about a squared factor of the other side."""
_FACTOR_RMS = 0.4
"""The size of note factors in fits of the public data; the first sweeps correct it."""


def spectral_start(objective: Objective, *, seed: int = 0, workers: Workers | None = None) -> Floats:
    """Note intercepts and factors, (n, 2), in the order of the objective's notes; at least one rating.

    The factors are the leading right singular vector of the residuals of a fit of intercepts only, with
    rows scaled by their number of ratings plus ridge, found by the Lanczos iteration from a random vector
    drawn by ``seed``. All factors are 0 where nothing is left to explain. Weights of ratings and the diamond
    penalty are left to the solver.
    """
    workers = workers or Workers()
    halves = PlainHalfSweeps(objective, workers)
    halves.sums_in_single = objective.count >= WORTH_SINGLE
    found = halves.best_raters(np.zeros((len(objective.by_note), 2)))
    for _ in range(_INTERCEPT_SWEEPS):
        notes = halves.best_notes(found)
        found = halves.best_raters(notes)
    notes[:, 1] = _leading_factor(objective, notes[:, 0], found.raters[:, 0], found.mean, seed, workers)
    return notes


def _leading_factor(
    objective: Objective,
    note_intercept: Floats,
    rater_intercept: Floats,
    mean: float,
    seed: int,
    workers: Workers,
) -> Floats:
    by_note, by_rater = objective.by_note, objective.by_rater
    note_scale = 1 / np.sqrt(_COUNT_WEIGHT * by_note.ratings + objective.ridges.notes[1])
    rater_scale = 1 / (_COUNT_WEIGHT * by_rater.ratings + objective.ridges.raters[1])

    def product(side: Side, own: Floats, other: Floats, vector: Floats) -> Floats:
        result = np.empty(len(side))
        table: Table = np.stack([other, vector], axis=1)
        if objective.count >= WORTH_SINGLE:
            table = table.astype(np.float32)
        workers.on_blocks(
            lambda first, beyond: residual_product(
                side.pointer, side.entries, first, beyond, own, table, mean, result
            ),
            side.blocks(),
        )
        return result

    def apply(vector: Floats) -> Floats:
        by_raters = product(by_rater, rater_intercept, note_intercept, note_scale * vector)
        image: Floats = note_scale * product(
            by_note, note_intercept, rater_intercept, rater_scale * by_raters
        )
        return image

    factor: Floats = note_scale * leading_eigenvector(apply, len(by_note), seed)
    size = np.sqrt(np.mean(factor**2))
    return factor * (_FACTOR_RMS / size) if size > 0 else factor


def leading_eigenvector(apply: Callable[[Floats], Floats], size: int, seed: int = 0) -> Floats:
    """The eigenvector of the largest eigenvalue of a positive semidefinite operator on vectors of ``size``.

    Lanczos, until the residual is small or the operator's range is exhausted; zeros for the zero operator.
    Accurate enough for a start, not for a result. The basis is not orthogonalised again: it loses
    orthogonality only as an eigenvector converges, and then the iteration ends.
    """
    vector = np.random.default_rng(seed).standard_normal(size)
    basis = [vector / np.sqrt(np.sum(vector**2))]
    diagonal: list[float] = []
    beside: list[float] = []
    for step in range(min(_MOST_LANCZOS_STEPS, size)):
        image = apply(basis[-1])
        diagonal.append(float(np.sum(image * basis[-1])))
        image = image - diagonal[-1] * basis[-1]
        if step:
            image -= beside[-1] * basis[-2]
        norm = float(np.sqrt(np.sum(image**2)))
        values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
        shares = vectors[:, -1]
        if values[-1] <= np.finfo(float).eps:
            return np.zeros(size)
        if norm * abs(shares[-1]) <= _RITZ_RESIDUAL * values[-1]:
            break
        beside.append(norm)
        basis.append(image / norm)
    leading = np.zeros(size)
    for share, direction in zip(shares, basis, strict=False):
        leading += share * direction
    return leading
