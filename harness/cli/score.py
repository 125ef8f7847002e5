"""`notewright score DIR --output DIR`: public data in, official output files out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.console import JsonOption, answer, answer_json, complain, tell

if TYPE_CHECKING:
    from scoring.errors import InputError

MOST_COMPLAINTS_SHOWN = 5


def score(
    data: Annotated[Path, typer.Argument(help="Folder with the four public input tables.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the outputs; made where missing.")
    ],
    as_of: Annotated[
        int | None,
        typer.Option("--as-of", help="Score as of this time, epoch milliseconds. Default: the newest row's."),
    ] = None,
    on_error: Annotated[
        Literal["stop", "skip"], typer.Option("--on-error", help="What a bad row does: stop, or be left out.")
    ] = "stop",
    pseudo_raters: Annotated[
        bool, typer.Option(help="Bound each intercept by imagined extreme raters, as the official run does.")
    ] = True,
    file_format: Annotated[
        Literal["tsv", "parquet"], typer.Option("--format", help="What the outputs are written as.")
    ] = "tsv",
    as_json: JsonOption = False,
) -> None:
    """Score public Community Notes data: statuses, factors and contributors' figures."""
    from rich.text import Text

    import scoring
    from scoring.tables.files import raise_error

    skipped: list[InputError] = []
    tell(f"Reading {data} …")
    tables = scoring.read_tables(data, on_error=raise_error if on_error == "stop" else skipped.append)
    for error in skipped[:MOST_COMPLAINTS_SHOWN]:
        complain(f"left out: {error}")
    if len(skipped) > MOST_COMPLAINTS_SHOWN:
        complain(f"left out: {len(skipped) - MOST_COMPLAINTS_SHOWN} more rows")
    tell(f"Scoring {len(tables.ratings):,} ratings of {len(tables.notes):,} notes …")
    scored = scoring.score(
        tables, as_of_ms=tables.newest_ms if as_of is None else as_of, pseudo_raters=pseudo_raters
    )
    files = scoring.write_outputs(scored, tables, output, formats=(file_format,))
    counts = Counter(scored.status_name(note) for note in range(len(scored)))
    if as_json:
        answer_json(
            {
                "as_of_ms": scored.as_of_ms,
                "notes": len(scored),
                "ratings": len(tables.ratings),
                "rows_left_out": len(skipped),
                "statuses": dict(sorted(counts.items())),
                "files": [str(file) for file in files],
            }
        )
    else:
        told = ", ".join(
            f"{count:,} {name.replace('_', ' ').title()}" for name, count in counts.most_common()
        )
        answer(
            Text(f"{len(scored):,} notes: {told}.\nWritten to {output}: {', '.join(f.name for f in files)}")
        )
