"""How far official scoring runs are from each other, where their optimiser starts at random.

Run with ``python -m benchmarks official_spread``. The official scorer's factorizations begin with random
factors and stop where the loss hardly changes, so that two runs over the same files differ. Here the whole
prescoring is run with such factorizations (:mod:`benchmarks._plain_adam`) under several seeds; all else is
ours. The table tells which share of notes has the same status in two runs, and how many raters only one of
them hears. Ours stands beside them, and so do the outputs that the official scorer left with the data.

The sets are read from the folder named by NOTEWRIGHT_SHARED (default ``../shared``).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.table import Table

import scoring
from benchmarks import wide_console
from benchmarks._plain_adam import COLD_RATE, WARM_RATE, Single, descend, random_start
from scoring.matrix_factorization.fit import Fit, with_stable_sign
from scoring.matrix_factorization.loss import Regularization
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.models import prescoring_rounds
from scoring.models.configurations import CORE, MODELS
from scoring.models.prescoring_rounds import FIRST_ROUND_START
from scoring.scored import Scored
from scoring.statuses import NONE, Status
from scoring.tables import Tables
from scoring.tables.clusters import read_clusters

Floats = NDArray[np.float64]

AS_OF_MS = 1_782_864_000_000
SETS = ("synthetic-150k", "birdwatch-2021")
SEEDS = (1, 2, 3)


@dataclass
class OfficialFits:
    """Stands in for :func:`scoring.matrix_factorization.fit.fit`: full-batch Adam in single precision.

    Each fit is cold (the stable group's), or begins where the one before it ended; the official one hands on
    notes and raters, and the global intercept except from the first round to the final one.
    """

    generator: np.random.Generator
    before: Fit | None = field(default=None)
    raters_before: NDArray[np.int64] | None = field(default=None)

    def __call__(
        self,
        matrix: RatingMatrix,
        *,
        starts: Mapping[str, Floats] | None = None,
        weights: Regularization | None = None,
        seed: int = 0,
    ) -> Fit:
        rate = COLD_RATE if starts is None else WARM_RATE
        end = descend(matrix, self._start(matrix, starts), weights or Regularization(), rate)
        rater_intercept, rater_factor, note_intercept, note_factor, mean = (
            values.astype(np.float64) for values in end.parameters
        )
        found = with_stable_sign(
            Fit(
                note_intercept=note_intercept,
                note_factor=note_factor,
                rater_intercept=rater_intercept,
                rater_factor=rater_factor,
                global_intercept=float(mean[0]),
                loss=end.loss,
                mean_squared_error=end.error,
                start="Adam",
                losses={"Adam": end.loss},
                sweeps=end.epochs,
                converged=True,
            )
        )
        self.before, self.raters_before = found, matrix.raters
        return found

    def _start(self, matrix: RatingMatrix, starts: Mapping[str, Floats] | None) -> list[Single]:
        if starts is None or self.before is None or self.raters_before is None:
            return random_start(matrix, self.generator)
        (name, at_notes), *_ = starts.items()
        known = np.zeros((2, 1 + int(max(matrix.raters.max(), self.raters_before.max()))))
        known[:, self.raters_before] = self.before.rater_intercept, self.before.rater_factor
        mean = 0.0 if name == FIRST_ROUND_START else self.before.global_intercept
        parts = (*known[:, matrix.raters], at_notes[:, 0], at_notes[:, 1], np.array([mean]))
        return [part.astype(np.float32) for part in parts]


def official_run(tables: Tables, seed: int) -> Scored:
    """Both phases with the official optimiser in prescoring."""
    ours = prescoring_rounds.fit
    stand_in: Any = OfficialFits(np.random.default_rng(seed))
    prescoring_rounds.fit = stand_in
    try:
        return scoring.score(tables, as_of_ms=AS_OF_MS, pseudo_raters=False)
    finally:
        prescoring_rounds.fit = ours


def statuses(scored: Scored) -> dict[str, NDArray[np.int8]]:
    """Each model's, by its prefix."""
    return {model.column_prefix: scored.models[model.name].status for model in MODELS}


def recorded_statuses(expected: Path, note_id: NDArray[np.int64]) -> dict[str, NDArray[np.int8]]:
    """The same from official outputs."""
    frame = pl.DataFrame({"noteId": note_id}).join(
        pl.read_parquet(expected / "scored_notes.parquet"), on="noteId", how="left", maintain_order="left"
    )
    return {
        model.column_prefix: np.array(
            [NONE if name is None else Status[name] for name in frame[f"{model.column_prefix}RatingStatus"]],
            np.int8,
        )
        for model in MODELS
    }


def main() -> None:
    """Score each set under every seed, and print how any two runs agree."""
    shared = Path(os.environ.get("NOTEWRIGHT_SHARED", "../shared"))
    for name in SETS:
        folder = shared / "golden" / name
        tables = scoring.read_tables(folder / "input")
        clusters = folder / "expected" / "pss_output.parquet"
        if clusters.is_file():
            tables = replace(tables, clusters=read_clusters(clusters, tables.participant_ids))
        runs = {"ours": scoring.score(tables, as_of_ms=AS_OF_MS, pseudo_raters=False)}
        runs |= {f"seed {seed}": official_run(tables, seed) for seed in SEEDS}
        told = {title: statuses(run) for title, run in runs.items()}
        told["recorded"] = recorded_statuses(folder / "expected", tables.notes.note_id)
        second = folder / "expected-second-seed"
        if second.is_dir():
            told["recorded, 2nd"] = recorded_statuses(second, tables.notes.note_id)
        table = Table(
            title=f"{name}: notes with the same status in two runs; raters heard in one run alone (Core)"
        )
        for heading in ("runs", *(model.column_prefix for model in MODELS), "raters"):
            table.add_column(heading, justify="left" if heading == "runs" else "right")
        for one, other in itertools.combinations(told, 2):
            shares = [np.mean(told[one][prefix] == told[other][prefix]) for prefix in told[one]]
            heard = ""
            if one in runs and other in runs:
                heard_by = [runs[run].prescoring.models[CORE.name].above_threshold for run in (one, other)]
                heard = f"{np.count_nonzero(heard_by[0] != heard_by[1]):,}"
            table.add_row(f"{one} / {other}", *(f"{100 * share:.2f} %" for share in shares), heard)
        wide_console().print(table)


if __name__ == "__main__":
    main()
