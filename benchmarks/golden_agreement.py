"""Whole scoring runs next to the official scorer's on the same files: do they agree, and at what cost.

Run with ``python -m benchmarks golden_agreement``; other sets than the recorded ones with ``python -m
benchmarks.golden_agreement FOLDER …``. A set is a folder with ``input/`` (the four public tables) and
``expected/`` (the official outputs, and ``pss_output.parquet`` where raters were found to be similar). The
recorded ones are read from the folder named by NOTEWRIGHT_SHARED (default ``../shared``). Rival: the official
run, and where there is ``expected-second-seed/`` too, the official scorer's agreement with itself.

Every set is scored in a process of its own, so that its peak memory is its own: once to load the compiled
kernels, and once more to be measured.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

import scoring
from benchmarks import wide_console
from scoring.agreement import Share, Summary, summarize
from scoring.agreement.columns import compare_columns
from scoring.agreement.files import join_frames
from scoring.models.configurations import MODELS
from scoring.tables.clusters import read_clusters
from scoring.why.record import write_note_stories

AS_OF_MS = 1_782_864_000_000
SEED = 1
SETS = ("synthetic-150k", "birdwatch-2021")

OFFICIAL_COSTS = {"synthetic-150k": (543, 1006), "birdwatch-2021": (174, 598)}
"""CPU seconds and peak megabytes of the official run, all its models, as recorded when the sets were made."""

STATUS_GOAL = 0.995
GOALS = {f"{model.column_prefix} status": STATUS_GOAL for model in MODELS} | {
    "above the helpfulness threshold": STATUS_GOAL,
    "final status where a model of ours decided theirs": STATUS_GOAL,
    "explanation tags where the final status is equal": 1.0,
    "filter tags where the core status is equal": 1.0,
    "impact counts where all statuses behind them are equal": 1.0,
    "enrollment where all statuses behind them are equal": 1.0,
}
CPU_GOALS = {"synthetic-150k": 4.0}
"""Seconds of CPU of prescoring and final scoring together."""

PRESCORING_KEYS = {
    "prescoring_note_model_output": "noteId",
    "prescoring_rater_model_output": "raterParticipantId",
}
PRESCORING_COLUMNS = (
    "internalNoteIntercept",
    "internalNoteFactor1",
    "lowDiligenceNoteIntercept",
    "harassmentNoteIntercept",
    "internalRaterIntercept",
    "internalRaterFactor1",
    "raterAgreeRatio",
    "aboveHelpfulnessThreshold",
    "totalHelpfulHarassmentPenalty",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run in a process of its own, kernels loaded before."""

    reading: float
    """CPU seconds, as the following."""
    prescoring: float
    final: float
    writing: float
    peak_megabytes: float
    losses: dict[str, str]
    """Model → final round's loss and the start that gave it."""


def main() -> int:
    shared = Path(os.environ.get("NOTEWRIGHT_SHARED", "../shared")).resolve()
    sets = [Path(name).resolve() for name in sys.argv[1:]] or [shared / "golden" / name for name in SETS]
    missing = [
        str(path) for path in sets if not (path / "input").is_dir() or not (path / "expected").is_dir()
    ]
    if missing:
        print(
            f"no golden set (input/ and expected/) at {', '.join(missing)}; "
            "name folders, or set NOTEWRIGHT_SHARED to the folder that holds golden/",
            file=sys.stderr,
        )
        return 2
    console = wide_console()
    for golden in sets:
        with tempfile.TemporaryDirectory() as folder:
            show(console, golden, Path(folder))
    return 0


def show(console: Console, golden: Path, ours: Path) -> None:
    """Score one set and print how it compares."""
    cost = run_apart(golden, ours)
    tables = scoring.read_tables(golden / "input")
    summary = summarize(ours, golden / "expected", tables=tables)
    itself = None
    if (golden / "expected-second-seed").is_dir():
        itself = summarize(golden / "expected-second-seed", golden / "expected", tables=tables)
    title = f"{golden.name}: {len(tables.ratings):,} ratings of {len(tables.notes):,} notes"
    console.print(goals_table(title, summary, itself))
    console.print(distances_table(summary, itself))
    console.print(causes_table(summary))
    if table := prescoring_table(golden / "expected", ours):
        console.print(table)
    console.print(cost_table(golden.name, cost))
    for model, words in cost.losses.items():
        console.print(f"  {model}: {words}", highlight=False)


def goals_table(title: str, summary: Summary, itself: Summary | None) -> Table:
    table = _table(
        f"{title}: share equal", "", "goal", "rows", "equal", "differ", "met", "official, 2nd seed"
    )
    other = {share.what: share for share in itself.shares} if itself else {}
    for share in summary.shares:
        goal = GOALS.get(share.what)
        met = "" if goal is None or share.share is None else ("yes" if share.share >= goal else "NO")
        table.add_row(
            share.what,
            "" if goal is None else f"{100 * goal:g} %",
            f"{share.rows:,}",
            _percent(share),
            f"{share.rows - share.equal:,}",
            met,
            _percent(other.get(share.what)),
        )
    return table


def distances_table(summary: Summary, itself: Summary | None) -> Table:
    table = _table("distances", "", "both", "ours", "theirs", "mean", "max", "2nd seed: mean", "max")
    other = {found.column: found for found in itself.distances} if itself else {}
    for found in summary.distances:
        second = other.get(found.column)
        table.add_row(
            found.column,
            f"{found.both:,}",
            f"{found.only_ours:,}",
            f"{found.only_theirs:,}",
            _figure(found.mean_distance),
            _figure(found.max_distance),
            _figure(second.mean_distance if second else None),
            _figure(second.max_distance if second else None),
        )
    return table


def causes_table(summary: Summary) -> Table:
    table = _table(
        "differences by the first rule that made them", "column", "rows", "near the limit", "cause"
    )
    for cause in summary.causes:
        near = "" if cause.near is None else f"{cause.near:,}"
        table.add_row(cause.what, f"{cause.rows:,}", near, cause.reason)
    return table


def prescoring_table(expected: Path, ours: Path) -> Table | None:
    """Prescoring's outputs model by model, where the set has the official ones."""
    if not all((expected / f"{name}.parquet").is_file() for name in PRESCORING_KEYS):
        return None
    table = _table("prescoring", "", "both", "ours", "theirs", "equal", "mean", "max")
    for model in MODELS:
        table.add_row(f"[bold]{model.name}[/bold]")
        for name, key in PRESCORING_KEYS.items():
            mine, other = (
                pl.read_parquet(folder / f"{name}.parquet").filter(pl.col("scorerName") == model.name)
                for folder in (ours, expected)
            )
            for found in compare_columns(
                {name: join_frames(name, key, mine, other)}, columns=PRESCORING_COLUMNS
            ):
                table.add_row(
                    f"  {found.column}",
                    f"{found.both:,}",
                    f"{found.only_ours:,}",
                    f"{found.only_theirs:,}",
                    "" if found.equal is None else f"{100 * found.equal:.2f} %",
                    _figure(found.mean_distance),
                    _figure(found.max_distance),
                )
    return table


def cost_table(name: str, cost: Cost) -> Table:
    table = _table("cost", "", "ours", "goal", "official, all its models")
    seconds, megabytes = OFFICIAL_COSTS.get(name, (None, None))
    goal = CPU_GOALS.get(name)
    rows: list[tuple[str, str, str, str]] = [
        ("reading, CPU s", f"{cost.reading:.2f}", "", ""),
        ("prescoring, CPU s", f"{cost.prescoring:.2f}", "", ""),
        ("final scoring, CPU s", f"{cost.final:.2f}", "", ""),
        (
            "prescoring and final, CPU s",
            f"{cost.prescoring + cost.final:.2f}",
            "" if goal is None else f"{goal:g}",
            "",
        ),
        ("contributors and writing, CPU s", f"{cost.writing:.2f}", "", ""),
        (
            "everything, CPU s",
            f"{cost.reading + cost.prescoring + cost.final + cost.writing:.2f}",
            "",
            "" if seconds is None else f"{seconds}",
        ),
        ("peak memory, MB", f"{cost.peak_megabytes:.0f}", "", "" if megabytes is None else f"{megabytes}"),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def run_apart(golden: Path, output: Path) -> Cost:
    """Score a set in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.golden_agreement", "--run", str(golden), str(output)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def run_here(golden: Path, output: Path) -> dict[str, Any]:
    """Score a set twice, write the second run's outputs, and tell what the second cost."""
    score_once(golden, output)
    return score_once(golden, output)


def score_once(golden: Path, output: Path) -> dict[str, Any]:
    watch = Stopwatch()
    tables = scoring.read_tables(golden / "input")
    similar = golden / "expected" / "pss_output.parquet"
    if similar.is_file():
        tables = replace(tables, clusters=read_clusters(similar, tables.participant_ids))
    reading = watch.lap()
    prescoring = scoring.prescore(tables, as_of_ms=AS_OF_MS, seed=SEED)
    prescoring_seconds = watch.lap()
    scored = scoring.final_score(tables, prescoring, as_of_ms=AS_OF_MS, pseudo_raters=False)
    final = watch.lap()
    scoring.write_outputs(scored, tables, output)
    write_note_stories(scored, output)
    writing = watch.lap()
    scoring.write_prescoring_outputs(prescoring, output, formats=("parquet",))
    return {
        "reading": reading,
        "prescoring": prescoring_seconds,
        "final": final,
        "writing": writing,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
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


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        figures = heading not in ("", "column", "cause")
        table.add_column(heading, justify="right" if figures else "left", no_wrap=figures)
    return table


def _percent(share: Share | None) -> str:
    return "" if share is None or share.share is None else f"{100 * share.share:.2f} %"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(run_here(Path(sys.argv[2]), Path(sys.argv[3]))))
    else:
        sys.exit(main())
