"""The table: fits its terminal, plain in a pipe, and cannot be driven by what plugins name themselves."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.report.terminal import season_table
from harness.simulation.result import SeasonResult
from tests.harness.report.seasons import season


def printed(result: SeasonResult, width: int, *, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=terminal, color_system="auto" if terminal else None
    )
    console.print(season_table(result))
    return out.getvalue()


@pytest.fixture(scope="module")
def result() -> SeasonResult:
    return season(people_notes=40, raters=20)


@pytest.mark.parametrize("width", [80, 120])
def test_every_figure_is_there_whole(result: SeasonResult, width: int) -> None:
    text = printed(result, width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    row = next(line for line in lines if line.startswith("baseline "))
    writer = result.writers[0]
    notes = writer.notes
    assert row.split()[1:8] == [
        "day", "16", "60", str(notes.crh + notes.crnh + notes.nmr),
        str(notes.crh), str(notes.crnh), str(notes.nmr),
    ]  # fmt: skip
    assert "70.7" in row
    flat = " ".join(text.split())
    assert "Writing limit: 15 notes a day: the hit rate, 5 % to 10 %, allows no more. Feeds: small." in flat
    assert "ClaimOpinion was High for 11 of 50 notes (22 %)" in flat
    assert result.rules in flat
    assert result.link_checks in flat
    assert "30 days, 1,200 posts, 20 raters" in flat


def test_a_pipe_gets_no_escape_sequences(result: SeasonResult) -> None:
    out = io.StringIO()
    Console(file=out, width=80).print(season_table(result))
    assert "\x1b" not in out.getvalue()
    assert "\x1b[" in printed(result, 80, terminal=True)


def test_hostile_names_and_events_stay_text() -> None:
    hostile = "\x1b[2J[bold red]ev\u202eil\x07"
    text = printed(season(writers=(hostile, "b"), people_notes=0, raters=0, events=(hostile,) * 9), 100)
    assert not set(text) & {"\x1b", "\u202e", "\x07"}
    assert "�[2J[bold red]ev�il�" in text
    assert "and 4 more, listed in the report" in text


def test_a_season_without_writers_or_notes() -> None:
    assert "No writer took part." in printed(season(writers=(), people_notes=0, raters=0), 80)
    idle = season(writers=("idle",), test_notes=0, live_a_day=0, people_notes=0, raters=0)
    assert "no test note was written" in printed(idle, 80)


def test_one_who_waits_for_the_draw_is_told_so() -> None:
    one = season(writers=("patient",), live_a_day=0, people_notes=0, raters=0)
    writer = one.writers[0]
    waiting = writer.model_copy(
        update={"admission": writer.admission.model_copy(update={"qualifies": True, "reasons": ()})}
    )
    text = " ".join(printed(one.model_copy(update={"writers": (waiting,)}), 80).split())
    assert "random draw had not chosen it" in text
