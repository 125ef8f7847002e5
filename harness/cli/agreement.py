"""`notewright agreement OURS THEIRS`: do two scoring runs agree, and where not, why."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import JsonOption, answer, answer_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from scoring.agreement import ColumnAgreement, Summary


def agreement(
    ours: Annotated[Path, typer.Argument(help="Folder with one run's outputs.")],
    theirs: Annotated[Path, typer.Argument(help="Folder with the other run's outputs.")],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder with the data that both runs scored: contributors' counts are then compared where "
            "every note behind them has the same status in both."
        ),
    ] = None,
    columns: Annotated[
        bool, typer.Option("--columns", help="Every column that both runs have, instead of the summary.")
    ] = False,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="Only this column; may be given again.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two scoring runs' outputs: a summary with each difference by its cause, or every column."""
    from rich.console import Group

    from scoring.agreement.columns import compare_columns
    from scoring.agreement.files import join_outputs
    from scoring.agreement.summary import summarize_files

    files = join_outputs(ours, theirs)
    if as_json or columns or column:
        found = compare_columns(files, columns=tuple(column or ()))
    if (columns or column) and not as_json:
        answer(_columns(found))
        return
    tables = None
    if data is not None:
        from scoring.tables.read import read_tables

        tables = read_tables(data)
    summary = summarize_files(files, tables=tables)
    if as_json:
        answer_json({"summary": asdict(summary), "columns": [asdict(result) for result in found]})
    else:
        answer(Group(*_summary(summary)))


def _summary(summary: Summary) -> Iterator[RenderableType]:
    from rich.text import Text

    from scoring.agreement.causes import NEAR

    shares = _table("equal in both runs", "rows", "equal", "differ")
    for share in summary.shares:
        equal = "" if share.share is None else f"{100 * share.share:.2f} %"
        shares.add_row(share.what, f"{share.rows:,}", equal, f"{share.rows - share.equal:,}")
    yield shares
    for rows in summary.rows:
        if rows.only_ours or rows.only_theirs:
            only = f"{rows.only_ours:,} only in ours, {rows.only_theirs:,} only in theirs"
            yield Text(f"Rows of {rows.file}: {rows.both:,} in both, {only}")
    if summary.distances:
        distances = _table("distance", "both", "ours", "theirs", "mean", "max")
        for found in summary.distances:
            distances.add_row(
                found.column,
                f"{found.both:,}",
                f"{found.only_ours:,}",
                f"{found.only_theirs:,}",
                _figure(found.mean_distance),
                _figure(found.max_distance),
            )
        yield distances
        yield Text(
            "both: filled in both runs; ours, theirs: on that side only; mean, max: absolute difference"
        )
    if summary.causes:
        causes = _table("where they differ, and the first rule that made the difference", "rows", "near")
        what = ""
        for cause in summary.causes:
            if cause.what != what:
                what = cause.what
                causes.add_row(f"[bold]{what}[/bold]")
            near = "" if cause.near is None else f"{cause.near:,}"
            causes.add_row(f"  {cause.reason}", f"{cause.rows:,}", near)
        yield causes
        yield Text(f"near: within {NEAR} of the rule's limit in theirs; empty where the files do not tell")
    if summary.not_ours:
        yield Text(f"Only theirs has: {', '.join(summary.not_ours)}")


def _columns(results: Sequence[ColumnAgreement]) -> Table:
    table = _table("column", "both", "ours", "theirs", "equal", "mean", "max", "corr.")
    table.caption = (
        "both: filled in both runs; ours, theirs: on that side only; equal: share of rows, empty in both "
        "included; mean, max: absolute difference"
    )
    table.caption_justify = "left"
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
            _figure(result.mean_distance),
            _figure(result.max_distance),
            "" if result.correlation is None else f"{result.correlation:.3f}",
        )
    return table


def _table(first: str, *figures: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold", min_width=20)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
