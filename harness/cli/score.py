"""`notewright score DIR --output DIR`: public data in, official output files out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import JsonOption, answer_json, tell


def score(
    data: Annotated[Path, typer.Argument(help="Folder with the four public input tables.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the outputs; made where missing.")
    ],
    as_of: Annotated[
        int | None,
        typer.Option(
            "--as-of", help="Score as of this time, epoch milliseconds. Default: the newest rating's time."
        ),
    ] = None,
    on_error: Annotated[
        str, typer.Option("--on-error", help="What to do with a bad line: 'stop' or 'skip' (and count it).")
    ] = "stop",
    as_json: JsonOption = False,
) -> None:
    """Score public Community Notes data: statuses, factors and contributors' figures."""
    import scoring

    tables = scoring.read_tables(data, on_error=on_error)
    scored = scoring.score(tables, as_of_ms=as_of)
    written = scoring.write_outputs(scored, tables, output)
    if as_json:
        answer_json({"output": str(output), "files": [str(file) for file in written]})
    else:
        tell(f"Wrote {', '.join(file.name for file in written)} to {output}.")
