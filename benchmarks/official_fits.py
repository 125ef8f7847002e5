"""Our factorizations next to the official scorer's on the same ratings: losses, and distances of parameters.

Run with ``python -m benchmarks.official_fits``; the public data are looked for in ``../shared``, or where
NOTEWRIGHT_SHARED says.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.table import Table

from benchmarks import wide_console
from scoring.matrix_factorization.fit import fit
from scoring.matrix_factorization.loss import Regularization
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.note_fit import NoteSums, fit_notes
from scoring.matrix_factorization.solver import solve

Floats = NDArray[np.float64]

HELPFUL_INTERCEPT = 0.40
SEEDS = {"birdwatch-28k": ["", "_seed2", "_seed3"], "synthetic-147k": ["_seed1", "_seed2", "_seed3"]}


@dataclass(frozen=True, slots=True)
class Coded:
    """One fit's ratings with ids as row numbers; row i of a parameter table belongs to the i-th lowest id."""

    note_id: NDArray[np.int64]
    rater_id: NDArray[np.object_]
    note: NDArray[np.int64]
    rater: NDArray[np.int64]
    level: NDArray[np.uint8]

    @classmethod
    def read(cls, path: Path) -> Coded:
        """From a file of noteId, raterParticipantId and helpfulNum."""
        frame = pl.read_parquet(path)
        note_id, note = np.unique(frame["noteId"].to_numpy(), return_inverse=True)
        rater_id, rater = np.unique(frame["raterParticipantId"].to_numpy(), return_inverse=True)
        return cls(note_id, rater_id, note, rater, (frame["helpfulNum"].to_numpy() * 2).astype(np.uint8))

    @property
    def ratings(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
        """Note, rater and level of each rating."""
        return self.note, self.rater, self.level

    @property
    def matrix(self) -> RatingMatrix:
        """The ratings as fits take them."""
        return RatingMatrix.build(self.note, self.rater, self.level)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fit of ours and the official one it stands beside."""

    name: str
    official_loss: float
    loss: float
    start: str
    mean_difference: float
    """Of note intercepts, absolute."""
    largest_difference: float
    same_side: float
    """Share of notes on the same side of 0.40."""


def stated_loss(
    ratings: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]],
    notes: Floats,
    raters: Floats,
    mean: float,
    weights: Regularization,
    *,
    ratings_per_note: float | None = None,
    rater_weight: Floats | None = None,
) -> float:
    """The loss as the official source states it, written without any of the solver's algebra.

    ``ratings`` are the note, the rater and the level of each; tables are (n, 2) of (intercept, factor).
    """
    note, rater, level = ratings
    prediction = mean + raters[rater, 0] + notes[note, 0] + raters[rater, 1] * notes[note, 1]
    squares = (level / 2 - prediction) ** 2
    if rater_weight is not None:
        squares = squares * rater_weight[rater]
    note_count = len(notes) if ratings_per_note is None else len(note) / ratings_per_note
    of_notes = (
        weights.note_intercept * np.sum(notes[:, 0] ** 2)
        + weights.note_factor * np.sum(notes[:, 1] ** 2)
        + weights.diamond * np.sum(np.abs(notes[:, 0] * notes[:, 1]))
    ) / note_count
    return float(
        np.mean(squares)
        + of_notes
        + weights.rater_intercept * np.mean(raters[:, 0] ** 2)
        + weights.rater_factor * np.mean(raters[:, 1] ** 2)
        + weights.global_intercept * mean**2
    )


def free_fits(shared: Path) -> Iterator[Comparison]:
    """Fits inside a real run with everything free: from our own start, and from theirs where they had one."""
    folder = shared / "golden" / "mf-fits"
    for about in sorted(folder.glob("0[0-2]_*_meta.json")):
        name = about.name.removesuffix("_meta.json")
        coded = Coded.read(folder / f"{name}_ratings.parquet")
        theirs = parameters(folder / f"{name}_noteOut.parquet", "noteId", coded.note_id)
        loss = json.loads(about.read_text())["loss"]
        found = fit(coded.matrix)
        yield _comparison(name, loss, found.loss, found.start, theirs, found.note_intercept)
        given = folder / f"{name}_noteInit.parquet"
        if given.exists():
            start = parameters(given, "noteId", coded.note_id)
            solution = solve(coded.matrix, start, Regularization())
            yield _comparison(name, loss, solution.loss, "theirs", theirs, solution.notes[:, 0])


def frozen_fits(shared: Path) -> Iterator[Comparison]:
    """Fits of the final phase inside a real run: raters and μ held fast."""
    folder = shared / "golden" / "mf-fits"
    for about in sorted(folder.glob("0[3-5]_*_meta.json")):
        name = about.name.removesuffix("_meta.json")
        told = json.loads(about.read_text())
        coded = Coded.read(folder / f"{name}_ratings.parquet")
        theirs = parameters(folder / f"{name}_noteOut.parquet", "noteId", coded.note_id)
        raters = parameters(folder / f"{name}_userOut.parquet", "raterParticipantId", coded.rater_id)
        factor = raters[coded.rater, 1]
        residual = coded.level / 2 - told["globalIntercept"] - raters[coded.rater, 0]
        sums = NoteSums(
            *(
                np.bincount(coded.note, values).astype(np.float64)
                for values in (np.ones(len(factor)), factor, factor**2, residual, factor * residual)
            )
        )
        density, weights = told["ratingPerNoteLossRatio"], Regularization()
        notes = np.stack(fit_notes(sums, weights, density), axis=1)
        loss = stated_loss(
            coded.ratings, notes, raters, told["globalIntercept"], weights, ratings_per_note=density
        )
        yield _comparison(name, told["loss"], loss, "closed form", theirs, notes[:, 0])


@dataclass(frozen=True, slots=True)
class ColdComparison:
    """Our fit from a cold start next to an official one, and to the minimum that one stopped short of."""

    name: str
    official_loss: float
    exact_loss: float
    loss: float
    start: str
    largest_difference: float
    """Of note intercepts, from that minimum."""


def cold_fits(shared: Path, name: str) -> list[ColdComparison]:
    """Ours against each official seed of one set; the lowest exact loss first."""
    folder = shared / "golden" / "mf-direct" / name
    coded = Coded.read(folder / "ratings.parquet")
    found = fit(coded.matrix)
    compared = []
    for seed in SEEDS[name]:
        losses, tables = [], []
        for kind in ("mf_core", "exact"):
            notes = parameters(folder / f"{kind}_notes{seed}.parquet", "noteId", coded.note_id)
            raters = parameters(folder / f"{kind}_raters{seed}.parquet", "raterParticipantId", coded.rater_id)
            losses.append(_loss_at_best_mean(coded, notes, raters))
            tables.append(notes)
        largest = float(np.max(np.abs(tables[1][:, 0] - found.note_intercept)))
        compared.append(
            ColdComparison(f"{name}{seed}", losses[0], losses[1], found.loss, found.start, largest)
        )
    return sorted(compared, key=lambda one: one.exact_loss)


def _loss_at_best_mean(coded: Coded, notes: Floats, raters: Floats) -> float:
    """The files do not tell μ; with the best one the loss is no higher than the true one."""
    weights = Regularization()
    rest = raters[coded.rater, 0] + notes[coded.note, 0] + raters[coded.rater, 1] * notes[coded.note, 1]
    mean = float(np.mean(coded.level / 2 - rest)) / (1 + weights.global_intercept)
    return stated_loss(coded.ratings, notes, raters, mean, weights)


def parameters(path: Path, key: str, ids: NDArray[np.generic]) -> Floats:
    """A file's intercepts and factors (n, 2) for ``ids``, ascending; 0 for an id it does not list."""
    side = "Note" if key == "noteId" else "Rater"
    frame = pl.read_parquet(path).sort(key)
    table = frame.select(f"internal{side}Intercept", f"internal{side}Factor1").to_numpy().astype(np.float64)
    known = frame[key].to_numpy()
    position = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where((known[position] == ids)[:, None], table[position], 0.0)


def _comparison(
    name: str, official_loss: float, loss: float, start: str, theirs: Floats, intercept: Floats
) -> Comparison:
    difference = np.abs(theirs[:, 0] - intercept)
    same_side = (theirs[:, 0] >= HELPFUL_INTERCEPT) == (intercept >= HELPFUL_INTERCEPT)
    return Comparison(
        name,
        official_loss,
        loss,
        start,
        float(difference.mean()),
        float(difference.max()),
        float(same_side.mean()),
    )


def main() -> None:
    """Print both tables."""
    shared = Path(os.environ.get("NOTEWRIGHT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (shared / "golden").is_dir():
        sys.exit(f"no official fits in {shared}: set NOTEWRIGHT_SHARED to the folder that holds golden/")
    inside = Table(title="Fits inside a real run")
    for heading in ["fit", "start", "official loss", "ours", "|Δ i_n| mean", "max", "same side of 0.40"]:
        inside.add_column(heading, justify="left" if heading in ("fit", "start") else "right")
    for one in [*free_fits(shared), *frozen_fits(shared)]:
        inside.add_row(
            one.name,
            one.start,
            f"{one.official_loss:.8f}",
            f"{one.loss:.8f}",
            f"{one.mean_difference:.5f}",
            f"{one.largest_difference:.4f}",
            f"{one.same_side:.2%}",
        )
    cold = Table(title="Fits from a cold start (losses of the files' parameters at the best μ)")
    for heading in ["set", "official loss", "its exact minimum", "ours", "start", "max |Δ i_n| to exact"]:
        cold.add_column(heading, justify="left" if heading in ("set", "start") else "right")
    for name in SEEDS:
        for each in cold_fits(shared, name):
            cold.add_row(
                each.name,
                f"{each.official_loss:.8f}",
                f"{each.exact_loss:.8f}",
                f"{each.loss:.8f}",
                each.start,
                f"{each.largest_difference:.2e}",
            )
    console = wide_console()
    console.print(inside)
    console.print(cold)


if __name__ == "__main__":
    main()
