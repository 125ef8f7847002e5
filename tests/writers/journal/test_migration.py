"""A file that version 1 wrote is read on as if this version had written it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from writers.journal import SCHEMA_VERSION, Evidence, Journal, Outcome
from writers.plugin import Draft, OwnNote
from writers.protocol.notes import MisleadingTag

VERSION_1 = Path(__file__).with_name("version-1.sqlite3")
DRAFT = Draft(
    text="Es waren 12. https://example.org/ä",
    sources=("https://example.org/ä",),
    misleading_tags=(MisleadingTag.FACTUAL_ERROR,),
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return shutil.copy(VERSION_1, tmp_path / "journal.sqlite3")


def version_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def test_nothing_is_lost(old: Path) -> None:
    assert version_of(old) == 1
    for _ in range(2):
        with Journal.open(old) as journal:
            rows = list(journal.attempts())
            assert [(row.writer, row.test_mode, row.post_id, row.outcome) for row in rows] == [
                ("w", True, 2**62, Outcome.SUBMITTED),
                ("w", True, 7, Outcome.REFUSED),
                ("w", False, 7, Outcome.SUBMITTING),
                ("v", True, 8, Outcome.ABSTAINED),
            ]
            first = rows[0]
            assert first.evidence == (Evidence("https://example.org/b"), Evidence("https://example.org/ä"))
            assert (first.draft, first.scores, first.note_id) == (
                DRAFT,
                {"claim_opinion_score": -0.25},
                2**61,
            )
            assert (rows[1].complaints, rows[3].reason, first.post) == (
                ("one", "two"),
                "nothing to say",
                None,
            )
            assert journal.is_reconciled("w", True)
            assert journal.outcomes("w", True, [5]) == {5: Outcome.SUBMITTED}
            assert journal.own_notes("w", False, limit=9) == [OwnNote(7, DRAFT.text)]
    assert version_of(old) == SCHEMA_VERSION


def test_a_migration_that_fails_leaves_the_file_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE attempts SET evidence = 'no JSON' WHERE post_id = 8")
    with pytest.raises(ValueError, match="Expecting value"):
        Journal.open(old)
    assert version_of(old) == 1
    with closing(sqlite3.connect(old)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    assert "exchanges" not in tables


def test_an_old_journal_is_written_on(old: Path) -> None:
    with Journal.open(old) as journal:
        (open_ended,) = journal.attempts("w", outcome=Outcome.SUBMITTING)
        assert not journal.claim(open_ended)
