"""Processor time and memory of reading and indexing the public files, next to polars on the same file.

Run with ``python -m benchmarks.reading``. Files of the published columns are made in a temporary directory:
participants with ids of 64 hexadecimal digits, notes with ids of 19 digits. Every measurement is a process of
its own that has done the same on a small set before, so that nothing is compiled or imported in it; its
memory is what it had at most beyond what it had then.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.table import Table

from benchmarks import peak_memory_bytes, wide_console
from scoring import read_tables
from scoring.preparation import prepare
from scoring.tables.columns import NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT, Schema
from scoring.tables.ratings import RATING_COLUMNS
from scoring.tables.values import HELPFUL_TAG_COLUMNS, NOT_HELPFUL_TAG_COLUMNS, HelpfulnessLevel

SIZES: Final = (1_000_000, 8_000_000)
WARM_UP: Final = 20_000
ROWS_AT_ONCE: Final = 500_000
START_MS: Final = 1_767_225_600_000
SPAN_MS: Final = 90 * 86_400_000

Columns = dict[str, pl.Series | NDArray[Any]]

GOAL: Final = "Goal: 8,000,000 ratings read and indexed in 10 s of CPU at 90 bytes each."


def make_files(folder: Path, ratings: int, seed: int = 1) -> None:
    """The four tables as plain TSV: thirty ratings a note and sixty a rater on average, heavy-tailed."""
    generator = np.random.default_rng(seed)
    notes, raters = max(ratings // 30, 1), max(ratings // 60, 1)
    people = pl.Series([generator.bytes(32).hex().upper() for _ in range(raters)])
    note_id = 2_000_000_000_000_000_000 + np.cumsum(generator.integers(1, 4_000_000_000, notes))
    created_ms = START_MS + np.sort(generator.integers(0, SPAN_MS, notes))
    author = people[generator.integers(0, raters, notes)]
    identity: Columns = {"noteId": note_id, "noteAuthorParticipantId": author, "createdAtMillis": created_ms}
    _write(
        folder,
        NOTES,
        {
            **identity,
            "tweetId": note_id - 1_000_000_000,
            "classification": pl.repeat("MISINFORMED_OR_POTENTIALLY_MISLEADING", notes, eager=True),
            "summary": pl.repeat("The picture shows another year. https://a.example/" * 4, notes, eager=True),
        },
    )
    _write(
        folder,
        STATUS_HISTORY,
        {**identity, "currentStatus": pl.repeat("NEEDS_MORE_RATINGS", notes, eager=True)},
    )
    _write(
        folder,
        USER_ENROLLMENT,
        {
            "participantId": people,
            "enrollmentState": pl.repeat("earnedIn", raters, eager=True),
            "successfulRatingNeededToEarnIn": np.full(raters, 5),
            "timestampOfLastStateChange": np.full(raters, START_MS),
            "modelingGroup": np.full(raters, 13.0),
            "numberOfTimesEarnedOut": np.zeros(raters, np.int64),
        },
    )
    popularity = _shares(generator.pareto(1.5, notes) + 0.3)
    activity = _shares(generator.pareto(1.3, raters) + 0.2)
    pairs = np.empty(0, np.int64)
    while len(pairs) < ratings:
        note = np.searchsorted(popularity, generator.random(ratings))
        pairs = np.union1d(pairs, note * raters + np.searchsorted(activity, generator.random(ratings)))
    pairs = generator.permutation(pairs)[:ratings]
    for begin in range(0, ratings, ROWS_AT_ONCE):
        note, rater = np.divmod(pairs[begin : begin + ROWS_AT_ONCE], raters)
        count = len(note)
        levels = pl.Series([level.name for level in HelpfulnessLevel])
        _write(
            folder,
            RATINGS,
            {
                "noteId": note_id[note],
                "raterParticipantId": people[rater],
                "createdAtMillis": created_ms[note] + generator.integers(60_000, SPAN_MS, count),
                "version": np.full(count, 2),
                **{name: np.zeros(count, np.int8) for name in ("agree", "disagree", "helpful", "notHelpful")},
                "helpfulnessLevel": levels[generator.integers(0, len(levels), count)],
                **{
                    name: (generator.random(count) < 0.1).astype(np.int8)
                    for name in (*HELPFUL_TAG_COLUMNS, *NOT_HELPFUL_TAG_COLUMNS)
                },
                "ratedOnTweetId": note_id[note] - 1_000_000_000,
                "ratingSourceBucketed": pl.repeat("DEFAULT", count, eager=True),
            },
        )


def _shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Upper ends of each weight's share of 0 to 1."""
    ends: NDArray[np.float64] = np.cumsum(weights) / weights.sum()
    ends[-1] = 1.0
    return ends


def _write(folder: Path, schema: Schema, columns: Columns) -> None:
    rows = len(columns[schema.names[0]])
    empty = pl.repeat(None, rows, eager=True)
    frame = pl.DataFrame({name: columns.get(name, empty) for name in schema.names})
    path = folder / f"{schema.stem}-00000.tsv"
    with path.open("ab") as file:
        frame.write_csv(
            file, separator="\t", quote_style="never", include_header=not file.tell(), float_precision=1
        )


Seconds = dict[str, float]


def ours(folder: Path) -> Seconds:
    """`scoring.read_tables`, all four tables; then the ratings sorted as scoring wants them."""
    began = time.process_time()
    tables = read_tables(folder)
    read = time.process_time()
    prepare(tables, None)
    return {"read": read - began, "index": time.process_time() - read}


def whole(folder: Path) -> Seconds:
    """`polars.read_csv` of the ratings, every column."""
    began = time.process_time()
    pl.read_csv(_ratings(folder), separator="\t", quote_char=None)
    return {"read": time.process_time() - began}


def needed(folder: Path) -> Seconds:
    """`polars.scan_csv` of the ratings' needed columns by the streaming engine."""
    began = time.process_time()
    scan = pl.scan_csv(_ratings(folder), separator="\t", quote_char=None)
    scan.select(RATING_COLUMNS).collect(engine="streaming")
    return {"read": time.process_time() - began}


def _ratings(folder: Path) -> Path:
    return folder / f"{RATINGS.stem}-00000.tsv"


WAYS: Final[dict[str, Callable[[Path], Seconds]]] = {
    "notewright, four tables": ours,
    "polars.read_csv, whole ratings": whole,
    "polars.scan_csv, needed columns": needed,
}


def measure(way: str, small: Path, large: Path) -> dict[str, float]:
    """In this process: once on the small set, then the seconds and bytes of the large one."""
    work = WAYS[way]
    work(small)
    before = peak_memory_bytes()
    return {**work(large), "bytes": peak_memory_bytes() - before}


def in_process(*arguments: str) -> str:
    """What this module prints when run with arguments."""
    command = [sys.executable, "-m", "benchmarks.reading", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Measure and print a table; with arguments, one step of that."""
    match sys.argv[1:]:
        case ["make", folder, count]:
            make_files(Path(folder), int(count))
        case ["measure", way, once, then]:
            print(json.dumps(measure(way, Path(once), Path(then))))
        case _:
            compare()


def compare() -> None:
    """Every way at every size."""
    table = Table(title="Reading the public files, CPU seconds and peak memory")
    for heading in ("ratings", "size, MB", "way", "read", "index", "peak, MB", "bytes a rating"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    with tempfile.TemporaryDirectory() as name:
        small = Path(name) / "small"
        small.mkdir()
        in_process("make", str(small), str(WARM_UP))
        for ratings in SIZES:
            large = Path(name) / str(ratings)
            large.mkdir()
            in_process("make", str(large), str(ratings))
            size = _ratings(large).stat().st_size
            for way in WAYS:
                found = json.loads(in_process("measure", way, str(small), str(large)))
                table.add_row(
                    f"{ratings:,}",
                    f"{size / 1e6:,.0f}",
                    way,
                    f"{found['read']:.2f}",
                    f"{found['index']:.2f}" if "index" in found else "",
                    f"{found['bytes'] / 1e6:,.0f}",
                    f"{found['bytes'] / ratings:.0f}",
                )
            _ratings(large).unlink()
    console = wide_console()
    console.print(table)
    console.print(GOAL)


if __name__ == "__main__":
    main()
