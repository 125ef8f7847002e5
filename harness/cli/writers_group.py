"""`notewright writers` lists plugins, `notewright check WRITER` runs the contract kit on one."""

from __future__ import annotations

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
    as_json: JsonOption = False,
) -> None:
    """Run the contract kit on a writer: does it answer, in time, within length, without invented URLs?"""
    import asyncio

    from rich import box
    from rich.table import Table

    from writers.contract import check_writer
    from writers.discovery import load_writer

    findings = asyncio.run(check_writer(load_writer(writer, parse_options(option))))
    passed = all(finding.passed for finding in findings)
    if as_json:
        answer_json({"writer": writer, "passed": passed, "findings": [f.as_dict() for f in findings]})
    else:
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("", "promise", "what was seen"):
            table.add_column(heading, overflow="fold")
        for finding in findings:
            table.add_row("ok" if finding.passed else "FAILS", finding.promise, finding.detail)
        answer(table)
    if not passed:
        raise typer.Exit(ANSWER_IS_NO)
