"""A fit: several starts, the lowest loss, a stable sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.loss import Objective, Regularization
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.solver import Tolerance, minimize
from scoring.matrix_factorization.spectral import spectral_start
from scoring.matrix_factorization.workers import Workers, workers_for

SPECTRAL = "spectral"
GRADUATED = "graduated penalty"
"""Names of the starts that need nothing but the ratings."""

_RANDOM_SPREAD = (0.3, 0.4)
"""Standard deviations of a random start's note intercepts and factors, as in fits of the public data."""
_PENALTY_SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
_GRADUAL_TOLERANCE = Tolerance(step=1e-3, decrease=1e-5, sweeps=30)

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
    seed: int = 0,
    random_starts: int = 0,
    threads: int | None = None,
) -> Fit:
    """The lowest minimum found from the starts that need only the ratings and every start in ``starts``.

    A start is an (n, 2) array of note intercepts and factors in the matrix's order. The loss has several
    minima where periods or communities of raters are weakly linked; without the diamond penalty the spectral
    start found the lowest in all measurements, and wins ties, so that the result does not hang on a start
    that happened to be at hand. ``seed`` draws what is random; ``threads`` None takes two for large fits, and
    their number does not change the result.

    The loss cannot tell a set of factors from its mirror image; as in the official fit
    (matrix_factorization.py, ``_flip_factors_for_identification``), at least half of the raters' nonzero
    factors come out negative. An exact tie is settled by the sum of the factors.
    """
    if matrix.count == 0:
        return _nothing_to_fit()
    objective = Objective.of(matrix, weights or Regularization())
    with workers_for(matrix.count, threads) as workers:
        cold = cold_starts(objective, workers, seed=seed, random_starts=random_starts)
        found = lowest(objective, {**cold, **(starts or {})}, tolerance, workers)
    return with_stable_sign(found)


def cold_starts(
    objective: Objective, workers: Workers, *, seed: int, random_starts: int
) -> dict[str, Floats]:
    """The starts that need only the ratings: spectral first, as many random ones as asked for.

    Under the diamond penalty, whose minima are many because each note settles for one of its two parameters,
    there is another: the spectral start's minimum without the penalty, followed as the penalty grows.
    """
    spectral = spectral_start(objective, seed=seed, workers=workers)
    starts = {SPECTRAL: spectral}
    if objective.ridges.diamond:
        starts[GRADUATED] = _graduated(objective, spectral, workers)
    generator = np.random.default_rng(seed)
    for number in range(random_starts):
        starts[f"random {number + 1}"] = generator.normal(0.0, _RANDOM_SPREAD, spectral.shape)
    return starts


def _graduated(objective: Objective, start: Floats, workers: Workers) -> Floats:
    for share in _PENALTY_SHARES:
        ridges = replace(objective.ridges, diamond=share * objective.ridges.diamond)
        start = minimize(replace(objective, ridges=ridges), start, _GRADUAL_TOLERANCE, workers).notes
    return start


def lowest(
    objective: Objective, starts: Mapping[str, Floats], tolerance: Tolerance | None, workers: Workers
) -> Fit:
    """The lowest minimum found from ``starts``, the first of which wins ties; factors as they come out."""
    solutions = {
        name: minimize(objective, start, tolerance or Tolerance(), workers) for name, start in starts.items()
    }
    best, *others = solutions
    for name in others:
        if solutions[name].loss < solutions[best].loss * (1 - _SAME_LOSS):
            best = name
    solution = solutions[best]
    return Fit(
        note_intercept=solution.notes[:, 0].copy(),
        note_factor=solution.notes[:, 1].copy(),
        rater_intercept=solution.raters[:, 0].copy(),
        rater_factor=solution.raters[:, 1].copy(),
        global_intercept=solution.mean,
        loss=solution.loss,
        mean_squared_error=solution.error,
        start=best,
        losses={name: other.loss for name, other in solutions.items()},
        sweeps=solution.sweeps,
        converged=solution.converged,
    )


def with_stable_sign(found: Fit) -> Fit:
    """The same fit, with the camps' signs exchanged where too few raters are negative."""
    if not needs_flip(found.rater_factor):
        return found
    return replace(found, note_factor=-found.note_factor, rater_factor=-found.rater_factor)


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
