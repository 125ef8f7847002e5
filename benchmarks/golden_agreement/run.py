"""One set scored in a process of its own, so that its cost is its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import scoring
from benchmarks import peak_memory_bytes
from benchmarks.golden_agreement.official_start import has_official_prescoring, official_prescoring
from scoring.prescoring import Prescoring
from scoring.tables.arrays import Tables
from scoring.tables.clusters import read_clusters
from scoring.why.record import write_note_stories

AS_OF_MS = 1_782_864_000_000
SEED = 1
FROM_THEIRS = "from-their-prescoring"
"""Subfolder for the outputs of the final phase on the official prescoring's result, where a set has that."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run, kernels loaded before."""

    reading: float
    """CPU seconds, as the following."""
    prescoring: float
    final: float
    writing: float
    peak_megabytes: float
    losses: dict[str, str]
    """Model → final round's loss and the start that gave it."""


def run_apart(golden: Path, output: Path) -> Cost:
    """Score a set in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.golden_agreement", "--run", str(golden), str(output)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def run_here(golden: Path, output: Path) -> None:
    """Score a set once to load the compiled kernels and once more to be measured, and print the second run's
    cost as JSON.
    """
    score_once(golden, output)
    print(json.dumps(score_once(golden, output)))


def read_set(golden: Path) -> Tables:
    tables = scoring.read_tables(golden / "input")
    similar = golden / "expected" / "pss_output.parquet"
    if similar.is_file():
        tables = replace(tables, clusters=read_clusters(similar, tables.participant_ids))
    return tables


def finish(tables: Tables, prescoring: Prescoring, output: Path) -> None:
    scored = scoring.final_score(tables, prescoring, as_of_ms=AS_OF_MS, pseudo_raters=False)
    scoring.write_outputs(scored, tables, output)


def score_once(golden: Path, output: Path) -> dict[str, Any]:
    """Score a set, write what there is to compare, and tell what it cost."""
    watch = Stopwatch()
    tables = read_set(golden)
    reading = watch.lap()
    prescoring = scoring.prescore(tables, as_of_ms=AS_OF_MS, seed=SEED)
    prescoring_seconds = watch.lap()
    scored = scoring.final_score(tables, prescoring, as_of_ms=AS_OF_MS, pseudo_raters=False)
    final = watch.lap()
    scoring.write_outputs(scored, tables, output)
    write_note_stories(scored, output)
    writing = watch.lap()
    peak = peak_memory_bytes() / 2**20
    scoring.write_prescoring_outputs(prescoring, output, formats=("parquet",))
    if has_official_prescoring(golden / "expected"):
        theirs = official_prescoring(golden / "expected", tables, prescoring)
        finish(tables, theirs, output / FROM_THEIRS)
    return {
        "reading": reading,
        "prescoring": prescoring_seconds,
        "final": final,
        "writing": writing,
        "peak_megabytes": peak,
        "losses": {
            name: f"loss {model.loss:.6f} from the {model.start} start over {model.ratings:,} ratings; "
            f"first round {model.first_loss:.6f}, {model.first_start}"
            for name, model in prescoring.models.items()
        },
    }


class Stopwatch:
    """CPU seconds since the time before."""

    def __init__(self) -> None:
        self._began = time.process_time()

    def lap(self) -> float:
        began, self._began = self._began, time.process_time()
        return self._began - began
