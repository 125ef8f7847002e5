"""The comparison's tables on a terminal, and the same without colour in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.comparison import phrases
from harness.comparison.document import Comparison, Contestant, Measure, Pair
from harness.report.summary import people_share, writer_line
from harness.report.words import count, inert
from writers.journal import Outcome

_NAME_WIDTH: Final = 22
_PAIR_WIDTH: Final = 34
_EVENTS_SHOWN: Final = 5
_REASONS_SHOWN: Final = 2
_STYLES: Final = {
    Measure.HELPFUL: "blue",
    Measure.NOT_HELPFUL: "dark_orange",
    Measure.POSTS_HELPED: "blue",
}


def comparison_tables(comparison: Comparison) -> RenderableType:
    """What they did, what came of it, who is ahead by which measure, and why: reads well from 80 columns.

    Names and texts that come from plugins cannot drive the terminal.
    """
    parts: list[RenderableType] = [
        Text(f"Comparison in the season: {inert(comparison.scenario)}", style="bold"),
        Padding(_deeds(comparison), (1, 0, 0, 0)),
        Padding(_outcomes(comparison), (1, 0, 0, 0)),
        Padding(_cost_and_time(comparison), (1, 0, 0, 0)),
    ]
    if comparison.pairs:
        parts.append(Padding(_pairs(comparison.pairs), (1, 0, 0, 0)))
    parts += [Padding(_reasons(comparison), (1, 0)), _facts(comparison)]
    return Group(*parts)


def _table(
    *headers: str,
    first: str = "Writer",
    first_width: int = _NAME_WIDTH,
    vertical: Literal["top", "bottom"] = "bottom",
) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=0, header_style="bold", pad_edge=False)
    table.add_column(first, overflow="fold", max_width=first_width, vertical=vertical)
    for header in headers:
        table.add_column(header, justify="right", no_wrap=True, vertical=vertical)
    return table


def _deeds(comparison: Comparison) -> Table:
    table = _table(
        "Posts\nhanded",
        "Ab-\nstained",
        "Re-\nfused",
        "Failed",
        "Admitted",
        "Test\nnotes",
        "Live\nnotes",
        "Limit\na day",
    )
    for contestant in comparison.writers:
        attempts = contestant.season.attempts
        line = writer_line(contestant.season, comparison.started_at_ms)
        table.add_row(
            Text(inert(line.name)),
            count(contestant.posts_handed),
            count(attempts.get(Outcome.ABSTAINED, 0)),
            count(attempts.get(Outcome.REFUSED, 0)),
            count(attempts.get(Outcome.FAILED, 0)),
            Text(line.admitted, style="green" if line.admitted != "no" else "red"),
            line.test_notes,
            line.live_notes,
            line.writing_limit,
        )
    return table


def _outcomes(comparison: Comparison) -> Table:
    headers = (f"{phrases.MEASURES[measure]}\n({phrases.LEVEL} interval)" for measure in Measure)
    table = _table(*headers, "Hit\nrate", vertical="top")
    for contestant in comparison.writers:
        line = writer_line(contestant.season, comparison.started_at_ms)
        shares = [
            Text(
                f"{phrases.share(share)}\n{phrases.interval(share)}", style=_STYLES[measure], justify="right"
            )
            for measure, share in contestant.shares.items()
        ]
        table.add_row(Text(inert(line.name)), *shares, line.hit_rate)
    return table


def _cost_and_time(comparison: Comparison) -> Table:
    timed = any(contestant.time is not None for contestant in comparison.writers)
    headers = ("Cost\nin all", "Cost\na note", "Cost a\nHelpful note")
    table = _table(*headers, *(("Time\na post",) if timed else ()))
    for contestant in comparison.writers:
        cost = contestant.cost
        table.add_row(
            Text(inert(contestant.season.name)),
            phrases.spent(cost),
            phrases.spent_a(cost.usd_a_note, cost),
            phrases.spent_a(cost.usd_a_helpful_note, cost),
            *((phrases.time_a_post(contestant.time),) if timed else ()),
        )
    return table


def _pairs(pairs: Sequence[Pair]) -> Table:
    table = _table(
        "By",
        f"Points\n({phrases.LEVEL} interval)",
        "First\nbetter in",
        "So",
        first="Two writers",
        first_width=_PAIR_WIDTH,
        vertical="top",
    )
    table.columns[1].justify = table.columns[4].justify = "left"
    table.columns[4].no_wrap, table.columns[4].overflow = False, "fold"
    for pair in pairs:
        table.add_row(
            Text(f"{inert(pair.first)} − {inert(pair.second)}"),
            phrases.MEASURES[pair.measure],
            f"{phrases.points(pair.difference)}\n{phrases.points_interval(pair.difference)}",
            phrases.odds(pair.first_better),
            Text(phrases.verdict(pair)),
        )
    return table


def _reasons(comparison: Comparison) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", overflow="fold", max_width=_NAME_WIDTH)
    grid.add_column(overflow="fold")
    for contestant in comparison.writers:
        grid.add_row(
            Text(inert(contestant.season.name)),
            Text(inert(" ".join(_sentences(contestant, comparison.started_at_ms)))),
        )
    return grid


def _sentences(contestant: Contestant, started_at_ms: int) -> list[str]:
    line = writer_line(contestant.season, started_at_ms)
    sentences = [line.standing, *line.obstacles]
    for verb, found in (
        ("Abstained", contestant.abstained),
        ("Refused", contestant.refused),
        ("Failed", contestant.failed),
    ):
        if found.told:
            sentences.append(f"{verb}: {phrases.reasons(found, _REASONS_SHOWN)}.")
    if limit := phrases.limit(contestant):
        sentences.append(f"Writing limit: {limit[0].lower()}{limit[1:]}")
    if contestant.cost.calls:
        sentences.append(phrases.model_use(contestant.cost))
    return sentences


def _facts(comparison: Comparison) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    facts = [
        ("In short", phrases.lede(comparison)),
        ("Intervals", f"{phrases.intervals_note(comparison)}."),
        ("Posts", phrases.HANDED),
        ("Admission", phrases.ADMISSION),
        ("Terms", phrases.terms(comparison.writers)),
        ("People", people_share(comparison.people)),
        ("Rules", comparison.rules),
        ("Links", comparison.link_checks),
        ("Seed", str(comparison.seed)),
    ]
    facts += [("Event", event) for event in comparison.events[:_EVENTS_SHOWN]]
    if len(comparison.events) > _EVENTS_SHOWN:
        facts.append(("Events", f"and {len(comparison.events) - _EVENTS_SHOWN} more, listed in the report"))
    for name, fact in facts:
        if fact:
            grid.add_row(name, Text(inert(fact)))
    return grid
