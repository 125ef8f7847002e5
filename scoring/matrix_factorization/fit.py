"""A fit: several starts, the lowest loss, a stable sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.solver import Regularization, Solution, Tolerance, solve
from scoring.matrix_factorization.spectral import spectral_start

SPECTRAL = "spectral"
"""Name of the start that needs nothing but the ratings."""

_SAME_LOSS = 1e-9
"""Relative; starts that end this close in loss ended in the same place."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters at the loss's minimum, in the matrix's order, and how they were found."""

    note_intercept: Floats
    note_factor: Floats
    rater_intercept: Floats
    rater_factor: Floats
    global_intercept: float
    loss: float
    mean_squared_error: float
    """Of the ratings, without regularization."""
    start: str
    """Which start gave the lowest loss."""
    losses: Mapping[str, float]
    """The loss each start ended with."""
    sweeps: int
    converged: bool


def fit(
    matrix: RatingMatrix,
    *,
    starts: Mapping[str, Floats] | None = None,
    weights: Regularization | None = None,
    tolerance: Tolerance | None = None,
) -> Fit:
    """The lowest minimum found from the spectral start and every start in ``starts``.

    A start is an (n, 2) array of note intercepts and factors in the matrix's order. The loss has several
    minima where periods or communities of raters are weakly linked; the spectral start found the lowest in
    all measurements, and wins ties, so that the result does not hang on a start that happened to be at
    hand.

    The loss cannot tell a set of factors from its mirror image; as in the official fit
    (matrix_factorization.py, ``_flip_factors_for_identification``), at least half of the raters' nonzero
    factors come out negative. An exact tie is settled by the sum of the factors.
    """
    if matrix.count == 0:
        return _nothing_to_fit()
    weights = weights or Regularization()
    solutions = {SPECTRAL: solve(matrix, spectral_start(matrix, weights), weights, tolerance)}
    for name, start in (starts or {}).items():
        solutions[name] = solve(matrix, start, weights, tolerance)
    best = SPECTRAL
    for name, solution in solutions.items():
        if solution.loss < solutions[best].loss * (1 - _SAME_LOSS):
            best = name
    return _as_fit(best, solutions)


def _as_fit(best: str, solutions: Mapping[str, Solution]) -> Fit:
    solution = solutions[best]
    rater_factor = solution.raters[:, 1]
    sign = -1.0 if needs_flip(rater_factor) else 1.0
    return Fit(
        note_intercept=solution.notes[:, 0].copy(),
        note_factor=sign * solution.notes[:, 1],
        rater_intercept=solution.raters[:, 0].copy(),
        rater_factor=sign * rater_factor,
        global_intercept=solution.mean,
        loss=solution.loss,
        mean_squared_error=solution.error,
        start=best,
        losses={name: other.loss for name, other in solutions.items()},
        sweeps=solution.sweeps,
        converged=solution.converged,
    )


def needs_flip(rater_factor: Floats) -> bool:
    """Whether fewer than half of the nonzero factors are negative."""
    negative = int(np.count_nonzero(rater_factor < 0))
    positive = int(np.count_nonzero(rater_factor > 0))
    if negative != positive:
        return negative < positive
    return float(np.sum(rater_factor)) > 0


def _nothing_to_fit() -> Fit:
    nobody = np.empty(0)
    return Fit(nobody, nobody, nobody, nobody, 0.0, 0.0, 0.0, SPECTRAL, {}, 0, converged=True)
