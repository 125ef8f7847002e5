"""The official optimizer in the place of ours, to see how far the official scorer may be from itself.

Its descent (twitter/communitynotes 273c895, scoring/src/scoring/matrix_factorization/matrix_factorization.py)
is full-batch Adam from random factors and stops some thousandths away from the minimum. A note whose
intercept is nearer to a limit than that may fall on either side of it, and with it the raters who are judged
by it. This one draws other random numbers than the official run did, so its results are what the official
scorer might as well have come to.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from scoring.matrix_factorization.fit import Fit
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.solver import Regularization
from scoring.models import prescoring_rounds
from scoring.models.prescoring_rounds import STABLE_START

Single = NDArray[np.float32]
Floats = NDArray[np.float64]

COLD_RATE = 1.0
WARM_RATE = 0.2
CONVERGENCE = 1e-7
LEAST_EPOCHS = 100
"""From here on a loss that rises ends the descent."""
GRADIENT_NORM = 1.0
MEAN_DECAY, SQUARE_DECAY, EPSILON = 0.9, 0.999, 1e-8


@contextmanager
def official_descent(seed: int) -> Iterator[None]:
    """Within this context prescoring fits as the official scorer does, but for the numbers it draws."""
    with patch.object(prescoring_rounds, "fit", Descents(seed)):
        yield


class Descents(threading.local):
    """Fits one after the other, each from where the one before it ended: stable initialization, first round,
    final round. Models that are fitted at the same time are on threads of their own.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._notes: dict[int, tuple[float, float]] = {}
        self._raters: dict[int, tuple[float, float]] = {}
        self._global = 0.0

    def __call__(
        self,
        matrix: RatingMatrix,
        *,
        weights: Regularization,
        seed: int,
        starts: Mapping[str, Floats] | None = None,
    ) -> Fit:
        """A fit with the signature of :func:`scoring.matrix_factorization.fit.fit`, as far as prescoring
        uses it.
        """
        generator = np.random.default_rng([self._seed, seed])
        if starts is None:
            state = cold(matrix, generator)
            found, loss, error, epochs = descend(matrix, state, weights, COLD_RATE)
        else:
            state = [
                *_known(self._raters, matrix.raters),
                *_known(self._notes, matrix.notes),
                np.array([self._global if STABLE_START in starts else 0.0], np.float32),
            ]
            found, loss, error, epochs = descend(matrix, state, weights, WARM_RATE)
        rater_intercept, rater_factor, note_intercept, note_factor = (
            part.astype(np.float64) for part in found[:4]
        )
        if np.mean(rater_factor[rater_factor != 0] < 0) < 0.5:
            rater_factor, note_factor = -rater_factor, -note_factor
        self._raters = _by_number(matrix.raters, rater_intercept, rater_factor)
        self._notes = _by_number(matrix.notes, note_intercept, note_factor)
        self._global = float(found[4][0])
        return Fit(
            note_intercept=note_intercept,
            note_factor=note_factor,
            rater_intercept=rater_intercept,
            rater_factor=rater_factor,
            global_intercept=self._global,
            loss=loss,
            mean_squared_error=error,
            start="official descent",
            losses={"official descent": loss},
            sweeps=epochs,
            converged=True,
        )


def cold(matrix: RatingMatrix, generator: np.random.Generator) -> list[Single]:
    """Intercepts 0, factors drawn evenly from ± √(6 / (count + 1)), raters before notes."""
    state: list[Single] = []
    for count in (len(matrix.raters), len(matrix.notes)):
        bound = np.sqrt(6 / (count + 1))
        state += [np.zeros(count, np.float32), generator.uniform(-bound, bound, count).astype(np.float32)]
    return [*state, np.zeros(1, np.float32)]


def descend(
    matrix: RatingMatrix, state: list[Single], weights: Regularization, rate: float
) -> tuple[list[Single], float, float, int]:
    """Adam until the loss settles: parameters (rater intercept and factor, note intercept and factor, global
    intercept), loss, mean squared error, epochs.
    """
    rater, note, rating = triples(matrix)
    raters, notes, count = len(matrix.raters), len(matrix.notes), len(rating)
    ridges = (
        weights.rater_intercept / raters,
        weights.rater_factor / raters,
        weights.note_intercept / notes,
        weights.note_factor / notes,
        weights.global_intercept,
    )
    mean: list[Any] = [np.zeros_like(part) for part in state]
    square: list[Any] = [np.zeros_like(part) for part in state]
    before, epoch = np.inf, 0
    while True:
        rater_intercept, rater_factor, note_intercept, note_factor, everybody = state
        error = rating - (
            everybody[0]
            + rater_intercept[rater]
            + note_intercept[note]
            + rater_factor[rater] * note_factor[note]
        )
        squared = float(np.mean(error * error, dtype=np.float64))
        loss = squared + sum(
            ridge * float(np.sum(part.astype(np.float64) ** 2))
            for ridge, part in zip(ridges, state, strict=True)
        )
        if abs(before - loss) <= CONVERGENCE or (epoch > LEAST_EPOCHS and loss > before):
            return state, loss, squared, epoch
        before, epoch = loss, epoch + 1
        pull = (-2 / count) * error
        slopes = (
            np.bincount(rater, pull, raters),
            np.bincount(rater, pull * note_factor[note], raters),
            np.bincount(note, pull, notes),
            np.bincount(note, pull * rater_factor[rater], notes),
            np.array([pull.sum()]),
        )
        gradient = [
            (slope + 2 * ridge * part).astype(np.float32)
            for slope, ridge, part in zip(slopes, ridges, state, strict=True)
        ]
        norm = np.sqrt(sum(float(np.sum(part.astype(np.float64) ** 2)) for part in gradient))
        clip = np.float32(min(1.0, GRADIENT_NORM / (norm + 1e-6)))
        after = []
        for which, part in enumerate(gradient):
            step = part * clip
            mean[which] = np.float32(MEAN_DECAY) * mean[which] + np.float32(1 - MEAN_DECAY) * step
            square[which] = (
                np.float32(SQUARE_DECAY) * square[which] + np.float32(1 - SQUARE_DECAY) * step * step
            )
            spread = np.sqrt(square[which]) / np.float32(np.sqrt(1 - SQUARE_DECAY**epoch)) + np.float32(
                EPSILON
            )
            after.append(state[which] - np.float32(rate / (1 - MEAN_DECAY**epoch)) * mean[which] / spread)
        state = after


def triples(matrix: RatingMatrix) -> tuple[NDArray[np.int64], NDArray[np.int64], Single]:
    """Row of the rater, row of the note, and rating 0, ½, 1 of each rating."""
    entries = matrix.by_note.entries
    note = np.repeat(np.arange(len(matrix.notes), dtype=np.int64), matrix.by_note.ratings)
    return (entries >> 2).astype(np.int64), note, (entries & 3).astype(np.float32) / np.float32(2)


def _by_number(
    numbers: NDArray[np.int64], intercept: Floats, factor: Floats
) -> dict[int, tuple[float, float]]:
    pairs = zip(intercept.tolist(), factor.tolist(), strict=True)
    return dict(zip(numbers.tolist(), pairs, strict=True))


def _known(known: Mapping[int, tuple[float, float]], numbers: NDArray[np.int64]) -> tuple[Single, Single]:
    """Parameters by number, 0 for those that are new."""
    table = np.array([known.get(number, (0.0, 0.0)) for number in numbers.tolist()], np.float32)
    return table[:, 0], table[:, 1]
