from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from writers.errors import BadInputError, UserError
from writers.journal import SCHEMA_VERSION, Attempt, Evidence, Journal, Outcome
from writers.plugin import Draft
from writers.protocol.notes import Classification, MisleadingTag

DRAFT = Draft(
    text="Es waren 12. https://example.org/ä",
    sources=("https://example.org/ä",),
    classification=Classification.MISLEADING,
    misleading_tags=(MisleadingTag.FACTUAL_ERROR, MisleadingTag.OTHER),
    trustworthy_sources=False,
    is_media_note=True,
)
ATTEMPT = Attempt(
    writer="w",
    test_mode=True,
    post_id=2**62,
    outcome=Outcome.SUBMITTED,
    began_ms=1,
    ended_ms=2,
    reason="why",
    draft=DRAFT,
    complaints=("one", "two"),
    evidence=(Evidence("https://example.org/ä", sha256="ab", fetched_ms=5),),
    post="{}",
    scores={"claim_opinion_score": -0.25},
    note_id=2**61,
)


def attempt(outcome: Outcome, post_id: int = 1, **more: object) -> Attempt:
    return replace(ATTEMPT, outcome=outcome, post_id=post_id, **more)  # type: ignore[arg-type]


def test_an_attempt_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal.db"
    with Journal.open(path) as journal:
        assert journal.record(ATTEMPT)
    with Journal.open(path) as journal:
        assert list(journal.attempts()) == [ATTEMPT]
        assert journal.attempt("w", True, ATTEMPT.post_id) == ATTEMPT
        assert journal.attempt("w", False, ATTEMPT.post_id) is None


@pytest.mark.parametrize("settled", [Outcome.SUBMITTED, Outcome.ABSTAINED, Outcome.REFUSED, Outcome.FAILED])
@pytest.mark.parametrize("later", list(Outcome))
def test_a_settled_attempt_stays(settled: Outcome, later: Outcome) -> None:
    with Journal.in_memory() as journal:
        assert journal.record(attempt(settled))
        assert not journal.record(attempt(later, reason="later"))
        assert [(row.outcome, row.reason) for row in journal.attempts()] == [(settled, "why")]
        assert not journal.claim(attempt(Outcome.SUBMITTING))


def test_a_post_is_claimed_once() -> None:
    with Journal.in_memory() as journal:
        assert journal.claim(attempt(Outcome.SUBMITTING))
        assert not journal.claim(attempt(Outcome.SUBMITTING))
        assert journal.record(attempt(Outcome.DRAFTED))
        assert journal.claim(attempt(Outcome.SUBMITTING))
        with pytest.raises(ValueError, match="claims nothing"):
            journal.claim(attempt(Outcome.DRAFTED))


def test_two_processes_cannot_claim_one_post(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as one, Journal.open(tmp_path / "j.db") as other:
        assert one.claim(attempt(Outcome.SUBMITTING))
        assert not other.claim(attempt(Outcome.SUBMITTING))


def test_modes_and_writers_are_apart() -> None:
    with Journal.in_memory() as journal:
        for row in (attempt(Outcome.ABSTAINED), attempt(Outcome.FAILED, test_mode=False)):
            assert journal.record(row)
        assert journal.record(attempt(Outcome.REFUSED, writer="v"))
        assert journal.outcomes("w", True, [1, 2]) == {1: Outcome.ABSTAINED}
        assert journal.outcomes("w", False, [1, 2]) == {1: Outcome.FAILED}
        assert journal.counts("w")[Outcome.ABSTAINED] == 1
        assert journal.counts("w", test_mode=False) == {o: int(o is Outcome.FAILED) for o in Outcome}
        assert [a.writer for a in journal.attempts(outcome=Outcome.REFUSED)] == ["v"]


def test_notes_of_other_origin_are_remembered() -> None:
    with Journal.in_memory() as journal:
        assert not journal.is_reconciled("w", True)
        journal.reconcile("w", True, {5: 50}, now_ms=3)
        assert journal.is_reconciled("w", True)
        assert not journal.is_reconciled("w", False)
        assert journal.outcomes("w", True, [5]) == {5: Outcome.SUBMITTED}


def test_many_posts_are_looked_up_at_once() -> None:
    with Journal.in_memory() as journal:
        for post_id in range(0, 3000, 2):
            journal.record(attempt(Outcome.ABSTAINED, post_id))
        assert set(journal.outcomes("w", True, range(3000))) == set(range(0, 3000, 2))


def test_a_newer_journal_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    Journal.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(UserError, match=f"schema version {SCHEMA_VERSION + 1}"):
        Journal.open(path)


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database at all, but long enough to look at " * 50)
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    for name in ("text", "other.db"):
        with pytest.raises(BadInputError, match="not a journal"):
            Journal.open(tmp_path / name)


def test_a_journal_that_cannot_be_opened_is_a_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be"):
        Journal.open(tmp_path)


def test_ids_are_texts_in_json() -> None:
    told = ATTEMPT.as_dict()
    assert (told["post_id"], told["note_id"]) == (str(2**62), str(2**61))
