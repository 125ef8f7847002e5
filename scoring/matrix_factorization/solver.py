"""The loss solved to its minimum from one start.

With raters, notes and μ the loss is biquadratic: given one side, the other side and μ are a linear
least-squares problem of independent 2×2 systems joined by μ alone. Alternating between the sides never
raises the loss; Anderson mixing makes that fixed-point iteration fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.matrix_factorization.half_sweeps import RatersFound, half_sweeps
from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.loss import Objective, Regularization
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.mixing import AndersonMixing
from scoring.matrix_factorization.workers import Workers


@dataclass(frozen=True, slots=True)
class Tolerance:
    """When to stop: the largest step of a note intercept and the loss's relative decrease, both in one
    sweep.
    """

    step: float = 1e-6
    decrease: float = 1e-10
    sweeps: int = 500


@dataclass(frozen=True, slots=True)
class Solution:
    """A minimum: (n, 2) arrays of (intercept, factor) in the matrix's order, μ, and the loss there.

    ``error`` is the loss's data term: the mean squared error, weighted where ratings are.
    """

    raters: Floats
    notes: Floats
    mean: float
    loss: float
    error: float
    sweeps: int
    converged: bool


WORTH_SINGLE = 500_000
"""Ratings from which on the first sweeps are summed in float32."""

_SINGLE_STEP = 3e-5
"""The step at which float32 sums have done their work."""
_SINGLE_DECREASE = 1e-8
"""The loss's relative decrease at which they have."""
_SINGLE_NOISE = 1e-6
"""A relative rise of the loss that may be theirs."""
_ROUNDING = 1e-14


def solve(
    matrix: RatingMatrix,
    notes: Floats,
    weights: Regularization,
    tolerance: Tolerance | None = None,
) -> Solution:
    """The minimum reached from ``notes``, an (n, 2) start of note intercepts and factors; n ≥ 1."""
    return minimize(Objective.of(matrix, weights), notes, tolerance or Tolerance(), Workers())


def minimize(objective: Objective, notes: Floats, tolerance: Tolerance, workers: Workers) -> Solution:
    """The minimum of ``objective`` reached from ``notes``, an (n, 2) start; at least one rating."""
    halves = half_sweeps(objective, workers)
    scale = np.sqrt(objective.by_note.ratings + objective.ridges.notes[0])
    mixing = AndersonMixing(scale)
    halves.sums_in_single = objective.count >= WORTH_SINGLE
    here = swept = np.ascontiguousarray(notes, np.float64)
    lowest = np.inf
    converged = False
    sweeps = 0
    while not converged and sweeps < tolerance.sweeps:
        sweeps += 1
        found = halves.best_raters(here)
        noise = _SINGLE_NOISE if halves.sums_in_single else _ROUNDING
        if found.loss > lowest * (1 + noise) and mixing.extrapolating:
            mixing.clear()
            here = swept
            continue
        decrease = lowest - found.loss
        lowest = found.loss
        swept = halves.best_notes(found)
        step = mixing.record(here, swept)
        here = mixing.next_point()
        if halves.sums_in_single:
            if step < max(_SINGLE_STEP, tolerance.step) or decrease <= _SINGLE_DECREASE * lowest:
                halves.sums_in_single = False
                lowest = np.inf
        else:
            converged = step < tolerance.step and decrease <= tolerance.decrease * lowest
    return _solution(objective, swept, halves.best_raters(swept), sweeps, converged)


def notes_for_raters(objective: Objective, raters: Floats, workers: Workers) -> Floats:
    """A start (n, 2): the best notes for ``raters`` (n, 2) with μ = 0."""
    return half_sweeps(objective, workers).best_notes(RatersFound(raters, 0.0, 0.0))


def _solution(
    objective: Objective, notes: Floats, found: RatersFound, sweeps: int, converged: bool
) -> Solution:
    regularization = objective.of_notes(notes) + objective.of_raters(found.raters, found.mean)
    return Solution(
        found.raters,
        notes,
        found.mean,
        found.loss / objective.count,
        (found.loss - regularization) / objective.count,
        sweeps,
        converged,
    )
