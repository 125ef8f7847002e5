"""The loss solved to its minimum from one start.

With raters, notes and μ the loss is biquadratic: given one side, the other side and μ are a linear
least-squares problem of independent 2×2 systems joined by μ alone. Alternating between the sides never
raises the loss; Anderson mixing (Walker and Ni, SIAM J. Numer. Anal. 49, 2011) makes that fixed-point
iteration fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.matrix_factorization.kernels import Floats, shift_by_mean, solve_side, squared_error
from scoring.matrix_factorization.matrix import RatingMatrix, Side


@dataclass(frozen=True, slots=True)
class Regularization:
    """Weights of the squared parameters: means over raters and over notes, and of μ².

    Defaults of the official model (matrix_factorization.py, MatrixFactorization.__init__).
    """

    rater_intercept: float = 0.15
    rater_factor: float = 0.03
    note_intercept: float = 0.15
    note_factor: float = 0.03
    global_intercept: float = 0.15


@dataclass(frozen=True, slots=True)
class Tolerance:
    """When to stop: the largest step of a note intercept and the loss's relative decrease, both in one
    sweep.
    """

    step: float = 1e-6
    decrease: float = 1e-10
    sweeps: int = 500


@dataclass(frozen=True, slots=True)
class Ridges:
    """The loss times the number of ratings: a ridge for each row's (intercept, factor), and for μ."""

    raters: tuple[float, float]
    notes: tuple[float, float]
    mean: float

    @classmethod
    def of(cls, matrix: RatingMatrix, weights: Regularization) -> Ridges:
        """The loss takes means over entities, so a row's ridge is its weight times ratings per row."""
        per_rater = matrix.count / len(matrix.raters)
        per_note = matrix.count / len(matrix.notes)
        return cls(
            (weights.rater_intercept * per_rater, weights.rater_factor * per_rater),
            (weights.note_intercept * per_note, weights.note_factor * per_note),
            weights.global_intercept * matrix.count,
        )


@dataclass(frozen=True, slots=True)
class Solution:
    """A minimum: (n, 2) arrays of (intercept, factor) in the matrix's order, μ, and the loss there.

    ``error`` is the mean squared error alone.
    """

    raters: Floats
    notes: Floats
    mean: float
    loss: float
    error: float
    sweeps: int
    converged: bool


_ANDERSON_DEPTH = 5
_ROUNDING = 1e-14


def solve(
    matrix: RatingMatrix,
    notes: Floats,
    weights: Regularization,
    tolerance: Tolerance | None = None,
) -> Solution:
    """The minimum reached from ``notes``, an (n, 2) start of note intercepts and factors; n ≥ 1."""
    tolerance = tolerance or Tolerance()
    ridges = Ridges.of(matrix, weights)
    raters = np.empty((len(matrix.raters), 2))
    rater_response = np.empty_like(raters)
    note_response = np.empty_like(notes)
    note_weight = np.sqrt(np.diff(matrix.by_note.pointer) + ridges.notes[0])[:, None]

    def sweep_raters(at: Floats) -> tuple[float, float]:
        """Sets ``raters`` to their best for these notes; gives μ and the loss there."""
        mean, data = best_side(matrix.by_rater, at, ridges.raters, ridges.mean, raters, rater_response)
        intercept_ridge, factor_ridge = ridges.notes
        size = np.sum(at**2, axis=0)
        return mean, float(data + intercept_ridge * size[0] + factor_ridge * size[1]) / matrix.count

    def sweep_notes() -> Floats:
        swept = np.empty_like(notes)
        best_side(matrix.by_note, raters, ridges.notes, ridges.mean, swept, note_response)
        return swept

    mixing = _AndersonMixing(note_weight)
    here = swept = notes
    lowest = np.inf
    converged = False
    sweeps = 0
    while not converged and sweeps < tolerance.sweeps:
        sweeps += 1
        _, loss = sweep_raters(here)
        if loss > lowest * (1 + _ROUNDING) and mixing.used:
            mixing.clear()
            here = swept
            continue
        decrease = lowest - loss
        lowest = loss
        swept = sweep_notes()
        step = float(np.max(np.abs(swept[:, 0] - here[:, 0])))
        converged = step < tolerance.step and decrease <= tolerance.decrease * lowest
        here = mixing.mixed(here, swept)
    mean, loss = sweep_raters(swept)
    error = squared_error(matrix.by_rater.pointer, matrix.by_rater.entries, raters, swept, mean)
    return Solution(raters, swept, mean, loss, error / matrix.count, sweeps, converged)


def best_side(
    side: Side,
    other: Floats,
    ridge: tuple[float, float],
    mean_ridge: float,
    own: Floats,
    response: Floats,
) -> tuple[float, float]:
    """Writes a side's joint optimum with μ to ``own``; gives μ and the summed loss without the other
    side's ridge.
    """
    z, zz, wp, wq, rp = solve_side(side.pointer, side.entries, other, *ridge, own, response)
    mean = (z - wp) / (len(side.entries) + mean_ridge - wq)
    shift_by_mean(own, response, mean)
    return mean, zz - rp - mean * (z - wp)


class _AndersonMixing:
    """Extrapolates a fixed-point iteration from its last few steps, weighted by each note's curvature."""

    def __init__(self, weight: Floats) -> None:
        self._weight = weight
        self._steps: list[Floats] = []
        self._images: list[Floats] = []

    @property
    def used(self) -> bool:
        """Whether the last point was extrapolated."""
        return len(self._steps) > 1

    def clear(self) -> None:
        self._steps.clear()
        self._images.clear()

    def mixed(self, point: Floats, image: Floats) -> Floats:
        """The next point after ``point`` was mapped to ``image``."""
        self._steps.append((image - point) * self._weight)
        self._images.append(image)
        if len(self._steps) == 1:
            return image
        del self._steps[: -_ANDERSON_DEPTH - 1]
        del self._images[: -_ANDERSON_DEPTH - 1]
        differences = np.diff(np.stack([step.ravel() for step in self._steps]), axis=0)
        gram = np.einsum("in,jn->ij", differences, differences)
        projection = np.einsum("in,n->i", differences, self._steps[-1].ravel())
        size = np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
        scaled = np.linalg.lstsq(gram / np.outer(size, size), projection / size, rcond=1e-12)[0]
        next_point = image.copy()
        for weight, later, earlier in zip(scaled / size, self._images[1:], self._images[:-1], strict=True):
            next_point -= weight * (later - earlier)
        return next_point
