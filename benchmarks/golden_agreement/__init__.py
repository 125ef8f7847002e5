"""Whole scoring runs next to the official scorer's on the same files: do they agree, and at what cost.

Run with ``python -m benchmarks golden_agreement``; other sets than the recorded ones with ``python -m
benchmarks.golden_agreement FOLDER …``. A set is a folder with ``input/`` (the four public tables) and
``expected/`` (the official outputs, and ``pss_output.parquet`` where raters were found to be similar). The
recorded ones are read from the folder named by NOTEWRIGHT_SHARED (default ``../shared``).

Rival: the official run. How near one can come to it is told by what stands beside our figures: our final
phase from the official prescoring's result, where the set holds that, and the official scorer with another
seed, where its outputs are there (``expected-second-seed/``). How far official runs with other seeds may be
is the benchmark :mod:`benchmarks.official_spread`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

import scoring
from benchmarks import wide_console
from benchmarks.golden_agreement.run import FROM_THEIRS, Cost, run_apart
from scoring.agreement import ColumnAgreement, Share, Summary, summarize
from scoring.agreement.columns import compare_columns
from scoring.agreement.files import join_frames
from scoring.models.configurations import MODELS

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
    expected = golden / "expected"
    summary = summarize(ours, expected, tables=tables)
    beside = {
        words: summarize(folder, expected, tables=tables)
        for words, folder in (
            ("from their prescoring", ours / FROM_THEIRS),
            ("official, 2nd seed", golden / "expected-second-seed"),
        )
        if folder.is_dir()
    }
    title = f"{golden.name}: {len(tables.ratings):,} ratings of {len(tables.notes):,} notes"
    console.print(goals_table(title, summary, beside))
    console.print(distances_table(summary, beside))
    console.print(causes_table(summary))
    if table := prescoring_table(expected, ours):
        console.print(table)
    console.print(cost_table(golden.name, cost))
    for model, words in cost.losses.items():
        console.print(f"  {model}: {words}", highlight=False)


def goals_table(title: str, summary: Summary, beside: Mapping[str, Summary]) -> Table:
    table = _table(f"{title}: share equal", "", "goal", "rows", "equal", "differ", "met", *beside)
    others = [{share.what: share for share in run.shares} for run in beside.values()]
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
            *(_percent(found.get(share.what)) for found in others),
        )
    return table


def distances_table(summary: Summary, beside: Mapping[str, Summary]) -> Table:
    table = _table(
        "distance of intercepts and factors",
        "",
        "both",
        "ours",
        "theirs",
        "mean, max",
        *beside,
    )
    others = [{found.column: found for found in run.distances} for run in beside.values()]
    for found in summary.distances:
        table.add_row(
            found.column,
            f"{found.both:,}",
            f"{found.only_ours:,}",
            f"{found.only_theirs:,}",
            _distance(found),
            *(_distance(run.get(found.column)) for run in others),
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


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        figures = heading not in ("", "column", "cause")
        table.add_column(heading, justify="right" if figures else "left")
    return table


def _percent(share: Share | None) -> str:
    return "" if share is None or share.share is None else f"{100 * share.share:.2f} %"


def _distance(found: ColumnAgreement | None) -> str:
    """Mean and maximum."""
    if found is None or found.mean_distance is None:
        return ""
    return f"{found.mean_distance:.4f}, {_figure(found.max_distance)}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
