"""`notewright writers` lists plugins, `notewright check WRITER` runs the contract kit on one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import ANSWER_IS_NO, JsonOption, answer, answer_json
from harness.cli.options import OptionsOption, parse_options


def list_writers(as_json: JsonOption = False) -> None:
    """List installed plugins: writers, retrievers, checks, raters."""
    from rich import box
    from rich.table import Table

    from harness.raters.protocol import RATERS
    from writers.discovery import installed
    from writers.plugin import CHECKS, RETRIEVERS, WRITERS

    plugins = [plugin for group in (WRITERS, RETRIEVERS, CHECKS, RATERS) for plugin in installed(group)]
    if as_json:
        answer_json([plugin.as_dict() for plugin in plugins])
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("kind", "name", "from"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what it does")
    for plugin in plugins:
        kind = plugin.group.removeprefix("notewright.").removesuffix("s")
        table.add_row(kind, plugin.name, plugin.distribution, plugin.error or plugin.summary)
    answer(table)


def check(
    writer: Annotated[str, typer.Argument(help="An installed writer's name, or path/to/file.py:Class.")],
    option: OptionsOption = None,
    posts: Annotated[
        Path | None, typer.Option("--posts", help="A recorded feed, tried besides the kit's own posts.")
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option("--documents", help="A folder or JSON Lines file of documents for these posts."),
    ] = None,
    seconds_per_post: Annotated[
        float, typer.Option(min=0.1, help="Time the writer has for one post.")
    ] = 10.0,
    max_seconds: Annotated[float, typer.Option(min=1, help="Time for everything.")] = 300.0,
    max_memory: Annotated[
        int, typer.Option(min=64, help="Memory the writer's process may take, in MiB.")
    ] = 2048,
    as_json: JsonOption = False,
) -> None:
    """Run the contract kit on a writer, in a process of its own. Exit status 1 where it breaks a promise."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from writers.contract import Bounds, check_plugin

    findings = check_plugin(
        writer,
        parse_options(option),
        posts=posts,
        pages=documents,
        bounds=Bounds(seconds_per_post=seconds_per_post, seconds=max_seconds, mebibytes=max_memory),
    )
    passed = all(finding.passed for finding in findings)
    if as_json:
        answer_json({"writer": writer, "passed": passed, "findings": [f.as_dict() for f in findings]})
    else:
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("", "promise", "what was seen"):
            table.add_column(heading, overflow="fold")
        for finding in findings:
            # What a plugin says is text, never markup.
            table.add_row("ok" if finding.passed else "FAILS", finding.promise, Text(finding.detail))
        answer(table)
    if not passed:
        raise typer.Exit(ANSWER_IS_NO)
