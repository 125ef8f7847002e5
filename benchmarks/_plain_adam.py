"""The official scorer's factorization, written plainly in NumPy.

Source: twitter/communitynotes 273c895, scoring/src/scoring/matrix_factorization/matrix_factorization.py:
full-batch Adam in single precision, gradient norm clipped at 1, until the loss changes by no more than 1e-7,
or rises after epoch 100. Learning rate 1 from random factors, 0.2 from given parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.matrix_factorization.loss import Regularization
from scoring.matrix_factorization.matrix import RatingMatrix

Single = NDArray[np.float32]

COLD_RATE, WARM_RATE = 1.0, 0.2
TOLERANCE = 1e-7
PATIENCE_EPOCHS = 100


@dataclass(frozen=True, slots=True)
class Descent:
    """Where the loop ended."""

    parameters: Sequence[Single]
    """Rater intercepts and factors, note intercepts and factors, the global intercept."""
    loss: float
    error: float
    """Mean squared, without regularization."""
    epochs: int


def stops(loss: float, previous: float, epoch: int) -> bool:
    """Whether the official loop ends."""
    return abs(previous - loss) <= TOLERANCE or (epoch > PATIENCE_EPOCHS and loss > previous)


def random_start(matrix: RatingMatrix, generator: np.random.Generator) -> list[Single]:
    """Xavier-uniform factors, raters drawn before notes; all else 0."""

    def factors(count: int) -> Single:
        return (generator.uniform(-1, 1, count) * np.sqrt(6 / (count + 1))).astype(np.float32)

    raters, notes = len(matrix.raters), len(matrix.notes)
    rater_factor, note_factor = factors(raters), factors(notes)
    return [
        np.zeros(raters, np.float32),
        rater_factor,
        np.zeros(notes, np.float32),
        note_factor,
        np.zeros(1, np.float32),
    ]


def descend(matrix: RatingMatrix, start: Sequence[Single], weights: Regularization, rate: float) -> Descent:
    """Adam on the stated loss."""
    notes, raters = len(matrix.notes), len(matrix.raters)
    entries = matrix.by_note.entries
    note = np.repeat(np.arange(notes), np.diff(matrix.by_note.pointer))
    rater, rating = (entries >> 2).astype(np.int64), (0.5 * (entries & 3)).astype(np.float32)
    parameters = list(start)
    ridges = [
        weights.rater_intercept / raters,
        weights.rater_factor / raters,
        weights.note_intercept / notes,
        weights.note_factor / notes,
        weights.global_intercept,
    ]
    first = [np.zeros_like(values) for values in parameters]
    second = [np.zeros_like(values) for values in parameters]
    previous, epoch = np.inf, 0
    while True:
        rater_intercept, rater_factor, note_intercept, note_factor, mean = parameters
        factor_of_rater, factor_of_note = rater_factor[rater], note_factor[note]
        error = mean[0] + rater_intercept[rater] + note_intercept[note] + factor_of_rater * factor_of_note
        error -= rating
        squared = float(np.mean(error**2, dtype=np.float64))
        loss = squared + sum(
            ridge * float(np.sum(values.astype(np.float64) ** 2))
            for ridge, values in zip(ridges, parameters, strict=True)
        )
        if stops(loss, previous, epoch):
            return Descent(parameters, loss, squared, epoch)
        previous, epoch = loss, epoch + 1
        error *= 2 / len(rating)
        gradients = [
            np.bincount(rater, error, raters),
            np.bincount(rater, error * factor_of_note, raters),
            np.bincount(note, error, notes),
            np.bincount(note, error * factor_of_rater, notes),
            np.array([error.sum()]),
        ]
        gradients = [
            gradient + 2 * ridge * values
            for gradient, ridge, values in zip(gradients, ridges, parameters, strict=True)
        ]
        norm = np.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients))
        for part, raw in enumerate(gradients):
            gradient = (raw * min(1.0, 1.0 / (norm + 1e-6))).astype(np.float32)
            first[part] = (0.9 * first[part] + 0.1 * gradient).astype(np.float32)
            second[part] = (0.999 * second[part] + 0.001 * gradient**2).astype(np.float32)
            step = first[part] / (1 - 0.9**epoch)
            scale = np.sqrt(second[part] / (1 - 0.999**epoch)) + 1e-8
            parameters[part] = (parameters[part] - rate * step / scale).astype(np.float32)
