"""What went into an attempt: evidence with texts, exchanges, costs, and the export of all that."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.writers.journal.test_journal import ATTEMPT
from writers.journal import Attempt, Evidence, Journal, Outcome
from writers.journal.cost import Cost, costs
from writers.journal.evidence import MAX_TEXT_LENGTH
from writers.journal.export import exported
from writers.llm.exchange import Exchange, Kind, Message, Usage
from writers.llm.exchange import Outcome as Answered
from writers.plugin import Document

DAY_MS = 86_400_000
PAGE = Document("https://example.org/a", "Zwölf \ud800.", title="T", excerpt="E", fetched_ms=5)
EXCHANGE = Exchange(
    post_id=1,
    stage="claim",
    kind=Kind.ASK,
    prompt="claim.v2",
    digest="d" * 64,
    repeat=0,
    host="127.0.0.1:8000",
    model="small",
    messages=(Message("user", "What?"),),
    images=(),
    began_ms=100,
    ended_ms=250,
    answer="That.",
    tries=2,
    usage=Usage(30, 4),
    cost_usd=Decimal("0.000004"),
)


def attempt(
    post_id: int = 1, outcome: Outcome = Outcome.DRAFTED, pages: tuple[Document, ...] = (PAGE,)
) -> Attempt:
    evidence = tuple(Evidence.of(page.url, page) for page in pages)
    return replace(ATTEMPT, post_id=post_id, outcome=outcome, evidence=evidence, post='{"data":[{"id":"1"}]}')


def test_a_text_is_kept_once_and_whole(tmp_path: Path) -> None:
    other = replace(PAGE, url="https://example.org/b")
    with Journal.open(tmp_path / "j") as journal:
        journal.record(attempt(pages=(PAGE, other)))
        journal.record(attempt(2))
    with Journal.open(tmp_path / "j") as journal:
        first, second = journal.attempts()
        assert [page.url for page in first.evidence] == [PAGE.url, other.url]
        page = second.evidence[0]
        assert (page.title, page.excerpt, page.sha256, page.fetched_ms) == ("T", "E", PAGE.sha256, 5)
        assert journal.text(PAGE.sha256) == PAGE.text
        assert journal.text("0") is None
    with closing(sqlite3.connect(tmp_path / "j")) as connection:
        assert connection.execute("SELECT count(*) FROM texts").fetchone() == (1,)


def test_a_long_text_is_cut_and_its_hash_is_that_of_the_whole() -> None:
    long = replace(PAGE, text="ä" * (MAX_TEXT_LENGTH + 1))
    with Journal.in_memory() as journal:
        journal.record(attempt(pages=(long,)))
        assert journal.text(long.sha256) == long.text[:-1]


def test_evidence_of_a_new_draft_takes_the_place_of_the_old() -> None:
    other = replace(PAGE, url="https://example.org/b")
    with Journal.in_memory() as journal:
        journal.record(attempt())
        journal.record(attempt(outcome=Outcome.SUBMITTED, pages=(other,)))
        journal.record(attempt())
        (row,) = journal.attempts()
        assert [page.url for page in row.evidence] == [other.url]


def test_a_journal_without_material_keeps_what_happened() -> None:
    with Journal.in_memory(material=False) as journal:
        journal.record(attempt())
        (row,) = journal.attempts()
        assert (row.post, journal.text(PAGE.sha256)) == (None, None)
        assert [page.url for page in row.evidence] == [PAGE.url]


def journal_with_exchanges() -> Journal:
    journal = Journal.in_memory()
    log = journal.exchange_log("w", True)
    # They end in another order than they began.
    log.add(replace(EXCHANGE, began_ms=300, stage="critic", model="large", cost_usd=None))
    log.add(EXCHANGE)
    log.add(replace(EXCHANGE, began_ms=400, outcome=Answered.POST_BUDGET, tries=0, usage=None, cost_usd=None))
    log.add(
        replace(EXCHANGE, post_id=2, began_ms=DAY_MS, outcome=Answered.UNAVAILABLE, usage=None, cost_usd=None)
    )
    journal.exchange_log("v", False).add(replace(EXCHANGE, cost_usd=Decimal("0.1")))
    return journal


def test_exchanges_are_kept_whole_and_told_by_time() -> None:
    with journal_with_exchanges() as journal:
        told = journal.exchanges("w", True, 1)
        assert [exchange.began_ms for exchange in told] == [100, 300, 400]
        assert told[0] == EXCHANGE
        assert journal.exchanges("w", False, 1) == []
        assert [spent.stage for spent in journal.spent("w", since_ms=300)] == ["critic", "claim", "claim"]


def test_costs_add_up_and_what_is_unknown_is_said() -> None:
    with journal_with_exchanges() as journal:
        spent = list(journal.spent())
    assert costs(spent, ()) == [Cost((), 5, 8, 90, 12, Decimal("0.100004"), 2)]
    assert costs(spent, ("writer", "stage")) == [
        Cost(("v", "claim"), 1, 2, 30, 4, Decimal("0.1"), 0),
        Cost(("w", "claim"), 3, 4, 30, 4, Decimal("0.000004"), 1),
        Cost(("w", "critic"), 1, 2, 30, 4, Decimal(0), 1),
    ]
    assert [cost.by[0] for cost in costs(spent, ("day",))] == ["1970-01-01", "1970-01-02"]
    assert {cost.by[0] for cost in costs(spent, ("model",))} == {
        "small at 127.0.0.1:8000",
        "large at 127.0.0.1:8000",
    }
    (total,) = costs(spent, ())
    assert total.as_dict(())["usd"] == "0.100004"
    assert costs([], ()) == [Cost()]


@pytest.mark.parametrize("texts", [False, True])
def test_an_export_has_the_documented_keys(texts: bool) -> None:
    with journal_with_exchanges() as journal:
        journal.record(attempt())
        journal.record(replace(attempt(2), writer="v"))
        (line,) = exported(journal, "w", texts=texts)
        assert len(list(exported(journal))) == 2
        assert list(exported(journal, since_ms=ATTEMPT.ended_ms + 1)) == []
    told = json.loads(line)
    documented = {
        "format", "version", "writer", "test_mode", "post_id", "outcome", "reason", "complaints", "scores",
        "note_id", "began_ms", "ended_ms", "post", "draft", "evidence", "exchanges", "cost", "statuses",
    }  # fmt: skip
    assert told.keys() == documented
    assert (told["format"], told["version"], told["post_id"]) == ("notewright attempt", 1, "1")
    assert told["post"] == {"data": [{"id": "1"}]}
    assert told["evidence"][0].get("text") == (PAGE.text if texts else None)
    assert told["cost"] == {"usd": "0.000004", "unknown": 1}
    assert Exchange.from_line(json.dumps(told["exchanges"][0])) == EXCHANGE


def test_an_attempt_survives_its_own_dictionary() -> None:
    whole = attempt()
    assert Attempt.from_dict(json.loads(json.dumps(whole.as_dict()))) == whole
    bare = Attempt("w", False, 3, Outcome.ABSTAINED, 1, 2)
    assert Attempt.from_dict(bare.as_dict()) == bare


def test_what_was_confirmed_is_remembered_for_that_writer_and_target(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j") as journal:
        assert not journal.is_confirmed("w", "https://api.x.com")
        journal.confirm("w", "https://api.x.com", now_ms=1)
        journal.confirm("w", "https://api.x.com", now_ms=2)
    with Journal.open(tmp_path / "j") as journal:
        assert journal.is_confirmed("w", "https://api.x.com")
        assert not journal.is_confirmed("v", "https://api.x.com")
        assert not journal.is_confirmed("w", "http://127.0.0.1:8787")
