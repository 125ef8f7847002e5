"""The season's table on a terminal, and the same without colour in a pipe."""

from __future__ import annotations

from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.report.summary import WriterLine, people_share, totals, writer_line
from harness.report.words import NONE, inert
from harness.simulation.result import SeasonResult

_EVENTS_SHOWN: Final = 5
_NAME_WIDTH: Final = 24
_COLUMNS: Final = (
    ("Test\nnotes", ""),
    ("Live\nnotes", ""),
    ("Helpful", "blue"),
    ("Not\nHelpful", "dark_orange"),
    ("Needs\nMore\nRatings", ""),
    ("Hit\nrate", ""),
    ("Limit\na day", ""),
    ("Page\nfound", ""),
)


def season_table(result: SeasonResult) -> RenderableType:
    """The whole season on one screen: figures a writer, why each stands where it stands, then the totals.

    Reads well from 80 columns; names and texts that come from plugins cannot drive the terminal.
    """
    lines = [writer_line(writer, result.started_at_ms) for writer in result.writers]
    parts: list[RenderableType] = [Text(f"Season: {inert(result.scenario)}", style="bold")]
    if lines:
        parts += [Padding(_figures(lines), (1, 0)), _reasons(lines)]
    else:
        parts.append(Text("No writer took part."))
    parts.append(Padding(_facts(result), (1, 0, 0, 0)))
    return Group(*parts)


def _figures(lines: list[WriterLine]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=0, header_style="bold")
    table.add_column("Writer", overflow="fold", max_width=_NAME_WIDTH, vertical="bottom")
    table.add_column("Admitted", no_wrap=True, vertical="bottom")
    for header, style in _COLUMNS:
        table.add_column(header, justify="right", no_wrap=True, style=style, vertical="bottom")
    for line in lines:
        table.add_row(
            Text(inert(line.name)),
            Text(line.admitted, style="green" if line.admitted != "no" else "red"),
            line.test_notes,
            line.live_notes,
            line.helpful,
            line.not_helpful,
            line.needs_more,
            line.hit_rate,
            line.writing_limit,
            line.page_found,
        )
    return table


def _reasons(lines: list[WriterLine]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", overflow="fold", max_width=_NAME_WIDTH)
    grid.add_column(overflow="fold")
    for line in lines:
        sentences = [line.standing, *line.obstacles]
        if line.writing_limit != NONE:
            sentences.append(f"Writing limit: {line.limit_reason}")
        if line.feeds:
            sentences.append(f"Feeds: {line.feeds}.")
        if line.attempts:
            sentences.append(f"Attempts: {line.attempts}.")
        grid.add_row(Text(inert(line.name)), Text(inert(" ".join(sentences))))
    return grid


def _facts(result: SeasonResult) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    facts = [("Totals", totals(result)), ("People", people_share(result.people))]
    facts += [("Rules", result.rules), ("Links", result.link_checks), ("Seed", str(result.seed))]
    facts += [("Event", event) for event in result.events[:_EVENTS_SHOWN]]
    if len(result.events) > _EVENTS_SHOWN:
        facts.append(("Events", f"and {len(result.events) - _EVENTS_SHOWN} more, listed in the report"))
    for name, fact in facts:
        if fact:
            grid.add_row(name, Text(inert(fact)))
    return grid
