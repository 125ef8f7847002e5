"""`notewright agreement OURS THEIRS`: two scoring runs' outputs side by side, column by column."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import JsonOption, answer, answer_json


def agreement(
    ours: Annotated[Path, typer.Argument(help="Folder with one run's outputs.")],
    theirs: Annotated[Path, typer.Argument(help="Folder with the other run's outputs.")],
    column: Annotated[
        list[str] | None, typer.Option("--column", help="Compare only this column; may be given again.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two scoring runs' outputs column by column."""
    from rich import box
    from rich.table import Table

    from scoring.agreement import compare

    results = compare(ours, theirs, columns=tuple(column or ()))
    if as_json:
        answer_json([asdict(result) for result in results])
        return
    caption = (
        "equal: share of rows in both; mean, max: absolute difference; ours, theirs: filled on that side only"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=caption, caption_justify="left")
    table.add_column("column", overflow="fold", min_width=28)
    for heading in ("both", "ours", "theirs", "equal", "mean", "max", "corr."):
        table.add_column(heading, justify="right", no_wrap=True)
    file = ""
    for result in results:
        if result.file != file:
            file = result.file
            table.add_row(f"[bold]{file}[/bold]")
        table.add_row(
            result.column,
            str(result.both),
            str(result.only_ours),
            str(result.only_theirs),
            "" if result.equal is None else f"{100 * result.equal:.2f} %",
            "" if result.mean_distance is None else f"{result.mean_distance:.4g}",
            "" if result.max_distance is None else f"{result.max_distance:.4g}",
            "" if result.correlation is None else f"{result.correlation:.4f}",
        )
    answer(table)
