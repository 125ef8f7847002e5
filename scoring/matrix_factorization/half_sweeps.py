"""The two halves of an alternating solve: the best raters and μ for some notes, the best notes for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scoring.matrix_factorization.kernels import Floats, Table, solve_rows, weighted_sums
from scoring.matrix_factorization.loss import Objective
from scoring.matrix_factorization.matrix import Side
from scoring.matrix_factorization.note_fit import NoteSums, minimize_notes
from scoring.matrix_factorization.workers import Workers


class HalfSweeps(Protocol):
    """How :mod:`.solver` moves; tables are (n, 2) of (intercept, factor)."""

    sums_in_single: bool
    """Set to sum in float32, which is faster and errs by some 1e-6; those that only sum in float64 ignore
    it."""

    def best_raters(self, notes: Floats) -> RatersFound:
        """The joint optimum of the raters and μ for these notes."""

    def best_notes(self, found: RatersFound) -> Floats:
        """Notes that lower the loss the most for these raters."""


@dataclass(frozen=True, slots=True)
class RatersFound:
    """Raters (n, 2) and μ, and the summed loss with the notes they were found for."""

    raters: Floats
    mean: float
    loss: float


class PlainHalfSweeps:
    """Where all ratings weigh 1 and nothing ties a note's intercept to its factor: 2×2 systems joined by μ,
    which is optimal with either side.
    """

    def __init__(self, objective: Objective, workers: Workers) -> None:
        self._objective = objective
        self._workers = workers
        self.sums_in_single = False

    def best_raters(self, notes: Floats) -> RatersFound:
        ridges = self._objective.ridges
        raters, mean, data = self._best(self._objective.by_rater, notes, ridges.raters)
        return RatersFound(raters, mean, data + self._objective.of_notes(notes))

    def best_notes(self, found: RatersFound) -> Floats:
        return self._best(self._objective.by_note, found.raters, self._objective.ridges.notes)[0]

    def _best(self, side: Side, other: Floats, ridge: tuple[float, float]) -> tuple[Floats, float, float]:
        """A side's joint optimum with μ, μ, and the summed loss without the other side's ridge."""
        solution = np.empty((len(side), 4))
        table: Table = other.astype(np.float32) if self.sums_in_single else other
        blocks = self._workers.on_blocks(
            lambda first, beyond: solve_rows(
                side.pointer, side.entries, first, beyond, table, *ridge, solution
            ),
            side.blocks(),
        )
        z, zz, wp, wq, rp = (sum(parts) for parts in zip(*blocks, strict=True))
        mean = (z - wp) / (self._objective.count + self._objective.ridges.mean - wq)
        return solution[:, :2] - mean * solution[:, 2:], mean, zz - rp - mean * (z - wp)


class WeightedHalfSweeps:
    """Where ratings weigh by their rater, or notes pay for |intercept·factor|; μ is optimal with the raters
    only, because the notes' problems are not linear.
    """

    def __init__(self, objective: Objective, workers: Workers) -> None:
        self._objective = objective
        self._workers = workers
        weight = objective.rater_weight
        self._rater_weight = np.ones(len(objective.by_rater)) if weight is None else weight
        self._note_weight = np.ones(len(objective.by_note))
        self.sums_in_single = False

    def best_raters(self, notes: Floats) -> RatersFound:
        ridges = self._objective.ridges
        sums = self._sums(self._objective.by_rater, notes, self._note_weight) * self._rater_weight[:, None]
        count, g, gg, z, gz, zz = sums.T
        h00, h11 = count + ridges.raters[0], gg + ridges.raters[1]
        scale = 1.0 / (h00 * h11 - g**2)
        p = np.stack([(h11 * z - g * gz) * scale, (h00 * gz - g * z) * scale], axis=1)
        q = np.stack([(h11 * count - g**2) * scale, ridges.raters[0] * g * scale], axis=1)
        w = np.stack([count, g], axis=1)
        pull = float(np.sum(z) - np.sum(w * p))
        mean = pull / float(np.sum(count) + ridges.mean - np.sum(w * q))
        data = float(np.sum(zz) - np.sum(z * p[:, 0]) - np.sum(gz * p[:, 1])) - mean * pull
        return RatersFound(p - mean * q, mean, data + self._objective.of_notes(notes))

    def best_notes(self, found: RatersFound) -> Floats:
        count, f, ff, y, fy, _ = self._sums(self._objective.by_note, found.raters, self._rater_weight).T
        sums = NoteSums(count, f, ff, y - found.mean * count, fy - found.mean * f)
        ridges = self._objective.ridges
        return np.stack(minimize_notes(sums, *ridges.notes, ridges.diamond), axis=1)

    def _sums(self, side: Side, other: Floats, other_weight: Floats) -> Floats:
        sums = np.empty((len(side), 6))
        self._workers.on_blocks(
            lambda first, beyond: weighted_sums(
                side.pointer, side.entries, first, beyond, other, other_weight, sums
            ),
            side.blocks(),
        )
        return sums


def half_sweeps(objective: Objective, workers: Workers) -> HalfSweeps:
    """Those the objective needs."""
    plain = objective.rater_weight is None and objective.ridges.diamond == 0
    return PlainHalfSweeps(objective, workers) if plain else WeightedHalfSweeps(objective, workers)
