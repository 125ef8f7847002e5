"""`notewright journal show WRITER`: every attempt of a writer, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import JsonOption, answer, answer_json
from harness.cli.options import DataOption, TargetOption, base_url
from harness.cli.write import journal_file

app = typer.Typer(help="What a writer's journal holds.", no_args_is_help=True)


@app.callback()
def journal() -> None:
    """What a writer's journal holds."""


@app.command("show")
def show(
    writer: Annotated[str, typer.Argument(help="The writer's name.")],
    target: TargetOption = "local",
    outcome: Annotated[
        str | None, typer.Option(help="Only this outcome: drafted, abstained, refused, submitted, failed.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--journal", help="The journal file.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a writer's attempts in the order they were made."""
    from rich import box
    from rich.table import Table

    from writers.errors import UserError
    from writers.journal import Journal, Outcome

    if outcome is not None and outcome not in set(Outcome):
        raise UserError(f"--outcome {outcome}: say one of {', '.join(Outcome)}")
    path = file or journal_file(base_url(target), data)
    if not path.is_file():
        raise UserError(f"There is no journal {path}; 'notewright write {writer}' makes one.")
    with Journal.open(path) as found:
        attempts = list(found.attempts(writer, outcome=Outcome(outcome) if outcome else None))
    if as_json:
        answer_json([attempt.as_dict() for attempt in attempts])
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("when", "mode", "post", "outcome", "note", "why, or the draft"):
        table.add_column(heading, overflow="fold")
    for attempt in attempts:
        when = datetime.fromtimestamp(attempt.began_ms / 1000, tz=UTC)
        told = (
            "; ".join(attempt.complaints) or attempt.reason or (attempt.draft.text if attempt.draft else "")
        )
        table.add_row(
            f"{when:%Y-%m-%d %H:%M:%S}",
            "test" if attempt.test_mode else "live",
            str(attempt.post_id),
            attempt.outcome,
            str(attempt.note_id or ""),
            told,
        )
    answer(table)
