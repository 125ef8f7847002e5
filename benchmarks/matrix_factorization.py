"""Processor time, memory and loss of one factorization, next to full-batch Adam on the same ratings.

Run with ``python -m benchmarks.matrix_factorization``. Adam is written twice, plainly, after the official
scorer: in NumPy (:mod:`benchmarks._plain_adam`), and, where torch is installed, in torch with embeddings and
autograd as there. Torch is kept to one thread, because what its threads spend on waiting for each other would
count against it.
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks import wide_console
from benchmarks._plain_adam import COLD_RATE, descend, random_start, stops
from scoring.matrix_factorization.fit import Fit, fit
from scoring.matrix_factorization.loss import Regularization
from scoring.matrix_factorization.matrix import RatingMatrix

Result = TypeVar("Result")

LARGEST = 8_000_000
LARGEST_NEEDS_BYTES = 8 << 30
COMMUNITIES = 40
SHARE_ELSEWHERE = 0.03
"""Of a rater's ratings, outside the rater's community."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Ratings by two camps of notes of varying quality and slant; activity is heavy-tailed on both sides."""

    note: NDArray[np.int32]
    rater: NDArray[np.int32]
    level: NDArray[np.uint8]


def crowd(ratings: int, *, communities: int = 1, seed: int = 1) -> Crowd:
    """``ratings`` ratings, thirty a note and sixty a rater on average.

    Of several communities, notes and raters meet those of another rarely, but camps mean the same in all.
    """
    generator = np.random.default_rng(seed)
    notes, raters = ratings // 30, ratings // 60
    popularity = np.concatenate([[0.0], np.cumsum(generator.pareto(1.5, notes) + 0.3)])
    activity = generator.pareto(1.3, raters) + 0.2
    bounds = popularity[np.arange(communities + 1) * notes // communities]
    pairs = np.empty(0, np.int64)
    while len(pairs) < ratings:
        rater = np.repeat(np.arange(raters), generator.multinomial(ratings, activity / activity.sum()))
        home = rater * communities // raters
        elsewhere = generator.random(ratings) < SHARE_ELSEWHERE
        home = np.where(elsewhere, generator.integers(0, communities, ratings), home)
        place = generator.uniform(bounds[home], bounds[home + 1])
        note = np.minimum(np.searchsorted(popularity, place, side="right") - 1, notes - 1)
        pairs = np.union1d(pairs, note * raters + rater)
    pairs = generator.permutation(pairs)[:ratings]
    note, rater = np.divmod(pairs, raters)
    camp = np.where(generator.random(raters) < 0.55, -1, 1) * generator.uniform(0.3, 1, raters)
    quality = generator.normal(0.25, 0.5, notes)
    slant = generator.normal(0, 0.9, notes)
    leniency = generator.normal(0, 0.25, raters)
    pull = quality[note] + leniency[rater] + slant[note] * camp[rater] + generator.normal(0, 0.6, len(note))
    level = np.digitize(pull, [-0.1, 0.35]).astype(np.uint8)
    return Crowd(note.astype(np.int32), rater.astype(np.int32), level)


def seconds_of_cpu(work: Callable[[], Result], repeats: int = 3) -> tuple[float, Result]:
    """The least processor time, of all threads, of some repeats, after one to compile."""
    result = work()
    least = np.inf
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        least = min(least, time.process_time() - began)
    return float(least), result


@dataclass(frozen=True, slots=True)
class AdamRun:
    """What a rival came to: processor time of its epochs, and the loss of the parameters it ends with."""

    name: str
    seconds: float
    epochs: int
    loss: float


def adam_in_numpy(matrix: RatingMatrix, made: Crowd, seed: int = 1) -> AdamRun:
    """Full-batch Adam on the stated loss."""
    start = random_start(matrix, np.random.default_rng(seed))
    began = time.process_time()
    found = descend(matrix, start, Regularization(), COLD_RATE)
    return AdamRun("NumPy", time.process_time() - began, found.epochs, found.loss)


def adam_in_torch(matrix: RatingMatrix, made: Crowd, seed: int = 1) -> AdamRun:
    """The same with torch's own parts: embeddings, autograd, mean squared error, clipping, Adam."""
    torch: Any = import_module("torch")
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    note = torch.from_numpy(np.searchsorted(matrix.notes, made.note))
    rater = torch.from_numpy(np.searchsorted(matrix.raters, made.rater))
    rating = torch.from_numpy((made.level / 2).astype(np.float32))
    weights = Regularization()

    def table(rows: int, *, random: bool) -> Any:
        embedding = torch.nn.Embedding(rows, 1)
        (torch.nn.init.xavier_uniform_ if random else torch.nn.init.zeros_)(embedding.weight)
        return embedding

    rater_intercept = table(len(matrix.raters), random=False)
    rater_factor = table(len(matrix.raters), random=True)
    note_intercept = table(len(matrix.notes), random=False)
    note_factor = table(len(matrix.notes), random=True)
    mean = torch.nn.Parameter(torch.zeros(1, 1))
    lambdas = [
        (weights.rater_intercept, rater_intercept.weight),
        (weights.rater_factor, rater_factor.weight),
        (weights.note_intercept, note_intercept.weight),
        (weights.note_factor, note_factor.weight),
        (weights.global_intercept, mean),
    ]
    parameters = [values for _, values in lambdas]
    optimizer = torch.optim.Adam(parameters, lr=COLD_RATE)
    criterion = torch.nn.MSELoss()

    def loss_now() -> Any:
        predicted = mean + rater_intercept(rater) + note_intercept(note)
        predicted = predicted + rater_factor(rater) * note_factor(note)
        regularization = sum(weight * (values**2).mean() for weight, values in lambdas)
        return criterion(predicted.squeeze(1), rating) + regularization

    previous, epoch = np.inf, 0
    began = time.process_time()
    loss = loss_now()
    while not stops(loss.item(), previous, epoch):
        previous = loss.item()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        epoch += 1
        loss = loss_now()
    return AdamRun("torch", time.process_time() - began, epoch, loss.item())


@dataclass(frozen=True, slots=True)
class Measurement:
    """One crowd's processor times in seconds, and bytes a rating."""

    matrix: RatingMatrix
    result: Fit
    indexing: float
    fitting: float
    matrix_bytes: float
    peak_bytes: float
    """Allocated at most while indexing and fitting, without the ratings given."""
    rivals: list[AdamRun]


def measure(made: Crowd, rivals: list[Callable[[RatingMatrix, Crowd], AdamRun]]) -> Measurement:
    """Index, fit, and run the rivals."""
    indexing, matrix = seconds_of_cpu(lambda: RatingMatrix.build(made.note, made.rater, made.level))
    fitting, result = seconds_of_cpu(lambda: fit(matrix))
    sides = (matrix.by_note, matrix.by_rater)
    size = sum(side.pointer.nbytes + side.entries.nbytes for side in sides)
    tracemalloc.start()
    fit(RatingMatrix.build(made.note, made.rater, made.level))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    runs = [rival(matrix, made) for rival in rivals]
    return Measurement(matrix, result, indexing, fitting, size / matrix.count, peak / matrix.count, runs)


def main() -> None:
    """Measure and print a table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[150_000, 1_200_000])
    parser.add_argument(
        "--largest",
        action=argparse.BooleanOptionalAction,
        default=memory >= LARGEST_NEEDS_BYTES,
        help=f"also {LARGEST:,} ratings, on which the rivals take minutes",
    )
    parser.add_argument("--rivals", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    console = wide_console()
    rivals: list[Callable[[RatingMatrix, Crowd], AdamRun]] = []
    if options.rivals:
        rivals.append(adam_in_numpy)
        if find_spec("torch") is None:
            console.print("torch is not installed: the official fit's own optimiser is left out")
        else:
            rivals.append(adam_in_torch)

    ours = Table(title="One factorization, CPU seconds of all threads after compilation")
    for heading in [
        "ratings",
        "communities",
        "notes",
        "raters",
        "index",
        "fit",
        "sweeps",
        "loss",
        "bytes/rating kept",
        "at most",
    ]:
        ours.add_column(heading, justify="right")
    theirs = Table(title="Full-batch Adam on the same ratings")
    for heading in [
        "ratings",
        "communities",
        "in",
        "CPU s",
        "epochs",
        "loss",
        "× our fit",
        "loss above ours",
    ]:
        theirs.add_column(heading, justify="right")
    cases = [(size, 1) for size in options.sizes + ([LARGEST] if options.largest else [])]
    for size, communities in [*cases, (options.sizes[-1], COMMUNITIES)]:
        found = measure(crowd(size, communities=communities), rivals)
        ours.add_row(
            f"{found.matrix.count:,}",
            str(communities),
            f"{len(found.matrix.notes):,}",
            f"{len(found.matrix.raters):,}",
            f"{found.indexing:.3f}",
            f"{found.fitting:.3f}",
            str(found.result.sweeps),
            f"{found.result.loss:.6f}",
            f"{found.matrix_bytes:.1f}",
            f"{found.peak_bytes:.1f}",
        )
        for rival in found.rivals:
            theirs.add_row(
                f"{found.matrix.count:,}",
                str(communities),
                rival.name,
                f"{rival.seconds:.2f}",
                str(rival.epochs),
                f"{rival.loss:.6f}",
                f"{rival.seconds / found.fitting:.0f}",
                f"{rival.loss / found.result.loss - 1:+.2%}",
            )
    console.print(ours)
    if rivals:
        console.print(theirs)


if __name__ == "__main__":
    main()
