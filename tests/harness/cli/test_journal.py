"""`notewright journal` on a journal with exchanges: in full, exported, and what it cost."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.harness.cli.scoring_runs import CommandLine
from tests.writers.journal.test_journal import ATTEMPT
from tests.writers.journal.test_material import EXCHANGE
from writers.journal import Journal
from writers.llm.exchange import Outcome


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    file = tmp_path / "journal.sqlite3"
    with Journal.open(file) as found:
        found.record(replace(ATTEMPT, post_id=1, post='{"data":[{"id":"1","text":"Ten arches."}]}'))
        log = found.exchange_log("w", True)
        log.add(replace(EXCHANGE, answer="[bold]not[/bold] markup \x1b[31m" + "x" * 2000))
        log.add(
            replace(
                EXCHANGE,
                stage="critic",
                outcome=Outcome.UNAVAILABLE,
                usage=None,
                cost_usd=None,
                detail="HTTP 500",
            )
        )
        log.add(replace(EXCHANGE, began_ms=86_400_000, model="large", cost_usd=Decimal("0.5")))
    return file


@pytest.mark.parametrize("columns", [60, 120])
def test_an_attempt_in_full(notewright: CommandLine, journal: Path, columns: int) -> None:
    done = notewright("journal", "show", "w", "--post", "1", "--journal", journal, columns=columns)
    assert done.status == 0, done.stderr
    told = " ".join(done.stdout.split())
    for part in (
        "Ten arches.",
        "claim (claim.v2), small at 127.0.0.1:8000: answered, 30 tokens in, 4 out, $0.000004",
        "[bold]not[/bold] markup",
        "critic (claim.v2), small at 127.0.0.1:8000: unavailable, no tokens told, cost unknown",
        "HTTP 500",
        "$0.500004, and 1 exchange of unknown cost",
        "no status was told yet",
    ):
        assert part in told
    assert "\x1b" not in done.stdout
    assert "x" * 700 not in told.replace(" ", "")


def test_a_post_without_an_attempt_is_said(notewright: CommandLine, journal: Path) -> None:
    done = notewright("journal", "show", "w", "--post", "2", "--journal", journal)
    assert (done.status, done.stdout) == (2, "")
    assert "no attempt of 'w' at post 2" in done.stderr


def test_costs_by_what_is_asked(notewright: CommandLine, journal: Path) -> None:
    done = notewright("journal", "cost", "w", "--by", "day", "--by", "model", "--json", "--journal", journal)
    told = json.loads(done.stdout)
    assert [(row["day"], row["model"], row["usd"], row["unknown"]) for row in told["by"]] == [
        ("1970-01-01", "small at 127.0.0.1:8000", "0.000004", 1),
        ("1970-01-02", "large at 127.0.0.1:8000", "0.5", 0),
    ]
    assert (told["total"]["exchanges"], told["total"]["usd"]) == (3, "0.500004")
    page = notewright("journal", "cost", "--since", "1970-01-02", "--journal", journal).stdout
    assert "0.5000" in page
    assert "unknown cost" not in page
    page = notewright("journal", "cost", "--journal", journal).stdout
    assert "1 exchange of unknown cost: no price, or no usage, was told" in " ".join(page.split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cost", "--by", "hour"), "--by hour: say one of writer, stage, model, day, prompt"),
        (("export", "--since", "yesterday"), "--since yesterday: write a day or a time"),
        (("show", "w", "--outcome", "lost"), "--outcome lost"),
    ],
)
def test_mistakes_are_one_sentence(
    notewright: CommandLine, journal: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = notewright("journal", *arguments, "--journal", journal)
    assert (done.status, done.stdout) == (2, "")
    assert told in done.stderr


def test_an_export_to_stdout_is_lines_and_nothing_else(notewright: CommandLine, journal: Path) -> None:
    done = notewright("journal", "export", "--journal", journal)
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["cost"] == {"usd": "0.500004", "unknown": 1}
    assert done.stderr == ""
    assert notewright("journal", "export", "v", "--journal", journal).stdout == ""
