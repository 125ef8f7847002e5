"""`notewright journal show|export|cost`: what a writer's journal holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import JsonOption, answer, answer_json, tell
from harness.cli.options import DataOption, TargetOption, base_url
from harness.cli.write import journal_file

if TYPE_CHECKING:
    from writers.journal import Journal

app = typer.Typer(help="What a writer's journal holds.", no_args_is_help=True)

WriterArgument = Annotated[str, typer.Argument(help="The writer's name.")]
FileOption = Annotated[Path | None, typer.Option("--journal", help="The journal file.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Only from this time on: 2026-03-05 or 2026-03-05T14:00 (UTC).")
]


@app.callback()
def journal() -> None:
    """What a writer's journal holds."""


@app.command("show")
def show(
    writer: WriterArgument,
    target: TargetOption = "local",
    post: Annotated[int | None, typer.Option("--post", help="All about the attempt at this post.")] = None,
    outcome: Annotated[
        str | None, typer.Option(help="Only this outcome: drafted, abstained, refused, submitted, failed.")
    ] = None,
    file: FileOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a writer's attempts in the order they were made, or tell one in full."""
    from harness.cli.journal_pages import attempt_page, attempts_table
    from writers.errors import UserError
    from writers.journal import Outcome
    from writers.journal.export import document

    if outcome is not None and outcome not in set(Outcome):
        raise UserError(f"--outcome {outcome}: say one of {', '.join(Outcome)}")
    with _open(file, target, data, writer) as found:
        wanted = Outcome(outcome) if outcome else None
        attempts = list(found.attempts(writer, outcome=wanted, post_id=post))
        if post is None:
            answer_json([a.as_dict() for a in attempts]) if as_json else answer(attempts_table(attempts))
            return
        if not attempts:
            raise UserError(f"The journal holds no attempt of '{writer}' at post {post}.")
        documents = [document(found, attempt, texts=as_json) for attempt in attempts]
    if as_json:
        answer_json(documents)
    else:
        for told in documents:
            answer(attempt_page(told))


@app.command("export")
def export(
    writer: Annotated[str | None, typer.Argument(help="The writer's name. Default: every writer.")] = None,
    target: TargetOption = "local",
    output: Annotated[
        Path | None, typer.Option("--output", help="The file: one attempt a line. Default: stdout.")
    ] = None,
    texts: Annotated[bool, typer.Option("--texts", help="With the texts of the pages read.")] = False,
    since: SinceOption = None,
    file: FileOption = None,
    data: DataOption = None,
) -> None:
    """Write attempts with all that went into them as JSON Lines; `writers.journal.export` tells the shape."""
    from harness.cli.console import write_whole
    from writers.journal.export import exported

    since_ms = _since(since)
    with _open(file, target, data, writer or "WRITER") as found:
        lines = exported(found, writer, since_ms=since_ms, texts=texts)
        if output is None:
            for line in lines:
                sys.stdout.write(f"{line}\n")
        else:
            whole = "".join(f"{line}\n" for line in lines)
            write_whole(output, whole)
            tell(f"{whole.count(chr(10))} attempts written to {output}.")


@app.command("cost")
def cost(
    writer: Annotated[str | None, typer.Argument(help="The writer's name. Default: every writer.")] = None,
    target: TargetOption = "local",
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Told by writer, stage, model, day or prompt; may be given again."),
    ] = None,
    since: SinceOption = None,
    file: FileOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """What language models cost: requests, tokens, dollars, and what is not known of it."""
    from harness.cli.journal_pages import cost_page
    from writers.errors import UserError
    from writers.journal.cost import KINDS, costs

    kinds = tuple(dict.fromkeys(by or ("writer", "stage", "model")))
    for kind in kinds:
        if kind not in KINDS:
            raise UserError(f"--by {kind}: say one of {', '.join(KINDS)}")
    since_ms = _since(since)
    with _open(file, target, data, writer or "WRITER") as found:
        spent = list(found.spent(writer, since_ms=since_ms))
    (total,) = costs(spent, ())
    rows = costs(spent, kinds)
    if as_json:
        answer_json({"by": [row.as_dict(kinds) for row in rows], "total": total.as_dict(())})
    else:
        answer(cost_page(kinds, rows, total))


@contextmanager
def _open(file: Path | None, target: str, data: Path | None, writer: str) -> Iterator[Journal]:
    from writers.errors import UserError
    from writers.journal import Journal

    path = file or journal_file(base_url(target), data)
    if not path.is_file():
        raise UserError(f"There is no journal {path}; 'notewright write {writer}' makes one.")
    with Journal.open(path) as found:
        yield found


def _since(text: str | None) -> int | None:
    from writers.errors import UserError

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"--since {text}: write a day or a time, 2026-03-05 or 2026-03-05T14:00.") from None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
