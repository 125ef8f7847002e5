"""Processor time of one factorization, next to full-batch Adam on the same ratings, and of scoring rounds.

Run with ``python -m benchmarks.matrix_factorization``. Adam is written plainly in NumPy after the official
scorer (twitter/communitynotes 273c895, matrix_factorization.py): single precision, learning rate 1 without a
start, gradient norm clipped at 1, until the loss changes by less than 1e-7 or rises after epoch 100.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks import wide_console
from scoring import final_score, prescore
from scoring.matrix_factorization.fit import Fit, fit
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.solver import Regularization
from scoring.tables import TEXT, Enrollment, Notes, Ratings, StatusHistory, Tables

Result = TypeVar("Result")
Single = NDArray[np.float32]

SIZES = (150_000, 1_000_000)
MOST_EPOCHS = 200
"""Adam stops by itself before; official fits took 101 to 157 epochs."""

START_MS = 1_767_225_600_000


@dataclass(frozen=True, slots=True)
class Crowd:
    """Ratings by two camps of notes of varying quality and slant; activity is heavy-tailed on both sides."""

    note: NDArray[np.int32]
    rater: NDArray[np.int32]
    level: NDArray[np.uint8]


def crowd(ratings: int, seed: int = 1) -> Crowd:
    """``ratings`` ratings, thirty a note and sixty a rater on average."""
    generator = np.random.default_rng(seed)
    notes, raters = ratings // 30, ratings // 60
    popularity = generator.pareto(1.5, notes) + 0.3
    activity = generator.pareto(1.3, raters) + 0.2
    pairs = np.empty(0, np.int64)
    while len(pairs) < ratings:
        note = generator.choice(notes, ratings, p=popularity / popularity.sum())
        rater = generator.choice(raters, ratings, p=activity / activity.sum())
        pairs = np.union1d(pairs, note.astype(np.int64) * raters + rater)
    pairs = generator.permutation(pairs)[:ratings]
    note, rater = np.divmod(pairs, raters)
    camp = np.where(generator.random(raters) < 0.55, -1, 1) * generator.uniform(0.3, 1, raters)
    quality = generator.normal(0.25, 0.5, notes)
    slant = generator.normal(0, 0.9, notes)
    leniency = generator.normal(0, 0.25, raters)
    pull = quality[note] + leniency[rater] + slant[note] * camp[rater] + generator.normal(0, 0.6, len(note))
    level = np.digitize(pull, [-0.1, 0.35]).astype(np.uint8)
    return Crowd(note.astype(np.int32), rater.astype(np.int32), level)


def tables_of(made: Crowd) -> Tables:
    """The crowd's ratings as the tables of a scoring round, everybody in the largest group."""
    notes, raters = int(made.note.max()) + 1, int(made.rater.max()) + 1
    created = START_MS + 3_600_000 * np.arange(notes, dtype=np.int64)
    none = np.zeros(len(made.note), np.uint16)
    return Tables(
        notes=Notes(
            note_id=np.arange(notes, dtype=np.int64),
            author=np.full(notes, raters, np.int32),
            created_at_ms=created,
            post_id=np.arange(notes, dtype=np.int64),
            classification=np.zeros(notes, np.int8),
            summary=np.full(notes, "", TEXT),
        ),
        ratings=Ratings(
            note=made.note,
            rater=made.rater,
            created_at_ms=created[made.note] + 60_000,
            level=made.level,
            helpful_tags=none + 6,
            not_helpful_tags=none,
            population_sampled=none.astype(np.bool_),
            old_form=none.astype(np.bool_),
        ),
        status_history=StatusHistory.empty(0),
        enrollment=Enrollment.in_groups(np.full(raters + 1, 13)),
        participant_ids=[str(person) for person in range(raters + 1)],
    )


def seconds_of_cpu(work: Callable[[], Result], repeats: int = 3) -> tuple[float, Result]:
    """The least processor time of some repeats, after one to compile."""
    result = work()
    least = np.inf
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        least = min(least, time.process_time() - began)
    return float(least), result


@dataclass(frozen=True, slots=True)
class AdamRun:
    """What some epochs of Adam came to."""

    seconds: float
    epochs: int
    loss: float
    """The lowest loss seen."""
    converged: bool


def adam(made: Crowd, most_epochs: int, seed: int = 1) -> AdamRun:
    """Full-batch Adam on the stated loss."""
    generator = np.random.default_rng(seed)
    _, note = np.unique(made.note, return_inverse=True)
    _, rater = np.unique(made.rater, return_inverse=True)
    rating = (made.level / 2).astype(np.float32)
    notes, raters = int(note.max()) + 1, int(rater.max()) + 1
    weights = Regularization()
    parameters: list[Single] = [
        np.zeros(raters, np.float32),
        generator.uniform(-1, 1, raters).astype(np.float32) * np.float32(np.sqrt(6 / (raters + 1))),
        np.zeros(notes, np.float32),
        generator.uniform(-1, 1, notes).astype(np.float32) * np.float32(np.sqrt(6 / (notes + 1))),
        np.zeros(1, np.float32),
    ]
    lambdas = [
        weights.rater_intercept / raters,
        weights.rater_factor / raters,
        weights.note_intercept / notes,
        weights.note_factor / notes,
        weights.global_intercept,
    ]
    first = [np.zeros_like(values) for values in parameters]
    second = [np.zeros_like(values) for values in parameters]
    previous, lowest, epoch = np.inf, np.inf, 0
    began = time.process_time()
    while epoch < most_epochs:
        epoch += 1
        rater_intercept, rater_factor, note_intercept, note_factor, mean = parameters
        factor_of_rater, factor_of_note = rater_factor[rater], note_factor[note]
        error = mean[0] + rater_intercept[rater] + note_intercept[note] + factor_of_rater * factor_of_note
        error -= rating
        loss = float(np.mean(error**2)) + sum(
            weight * float(np.sum(values**2)) for weight, values in zip(lambdas, parameters, strict=True)
        )
        lowest = min(lowest, loss)
        if abs(previous - loss) < 1e-7 or (epoch > 100 and loss > previous):
            return AdamRun(time.process_time() - began, epoch, lowest, converged=True)
        previous = loss
        error *= 2 / len(rating)
        gradients = [
            np.bincount(rater, error, raters),
            np.bincount(rater, error * factor_of_note, raters),
            np.bincount(note, error, notes),
            np.bincount(note, error * factor_of_rater, notes),
            np.array([error.sum()]),
        ]
        gradients = [
            gradient + 2 * weight * values
            for gradient, weight, values in zip(gradients, lambdas, parameters, strict=True)
        ]
        norm = np.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients))
        for position, raw in enumerate(gradients):
            gradient = (raw * min(1.0, 1.0 / (norm + 1e-6))).astype(np.float32)
            first[position] = 0.9 * first[position] + 0.1 * gradient
            second[position] = 0.999 * second[position] + 0.001 * gradient**2
            step = first[position] / (1 - 0.9**epoch)
            parameters[position] = parameters[position] - step / (
                np.sqrt(second[position] / (1 - 0.999**epoch)) + 1e-8
            )
    return AdamRun(time.process_time() - began, epoch, lowest, converged=False)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One size's processor times, in seconds."""

    matrix: RatingMatrix
    result: Fit
    indexing: float
    fitting: float
    adam: AdamRun
    prescoring: float
    final_scoring: float


def measure(ratings: int) -> Measurement:
    """Index, fit, run Adam and score rounds on a crowd of a size."""
    made = crowd(ratings)
    tables = tables_of(made)
    indexing, matrix = seconds_of_cpu(lambda: RatingMatrix.build(made.note, made.rater, made.level))
    fitting, result = seconds_of_cpu(lambda: fit(matrix))
    prescoring_time, prescoring = seconds_of_cpu(lambda: prescore(tables, as_of_ms=START_MS))
    final_time, _ = seconds_of_cpu(lambda: final_score(tables, prescoring, as_of_ms=START_MS), repeats=10)
    return Measurement(
        matrix, result, indexing, fitting, adam(made, MOST_EPOCHS), prescoring_time, final_time
    )


def main() -> None:
    """Measure and print two tables."""
    fits = Table(title="One matrix factorization, CPU seconds after compilation")
    rounds = Table(title="Scoring rounds on the same ratings, CPU milliseconds after compilation")
    for heading in [
        "ratings",
        "notes",
        "raters",
        "index",
        "fit",
        "sweeps",
        "loss",
        "Adam",
        "epochs",
        "its_loss",
        "ratio",
    ]:
        fits.add_column(heading.replace("_", " "), justify="right")
    for heading in ["ratings", "prescoring", "final_scoring"]:
        rounds.add_column(heading.replace("_", " "), justify="right")
    for size in SIZES:
        found = measure(size)
        fits.add_row(
            f"{found.matrix.count:,}",
            f"{len(found.matrix.notes):,}",
            f"{len(found.matrix.raters):,}",
            f"{found.indexing:.3f}",
            f"{found.fitting:.3f}",
            str(found.result.sweeps),
            f"{found.result.loss:.6f}",
            f"{found.adam.seconds:.2f}",
            f"{found.adam.epochs}{'' if found.adam.converged else ', stopped'}",
            f"{found.adam.loss:.6f}",
            f"{found.adam.seconds / (found.indexing + found.fitting):.0f}",
        )
        rounds.add_row(
            f"{found.matrix.count:,}", f"{found.prescoring * 1000:.0f}", f"{found.final_scoring * 1000:.1f}"
        )
    console = wide_console()
    console.print(fits)
    console.print("Ratio: Adam's time by that of indexing and fitting together.")
    console.print(rounds)


if __name__ == "__main__":
    main()
