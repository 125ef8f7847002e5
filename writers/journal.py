"""The journal: one row for every attempt of a writer at a post, in one SQLite file.

A row's life: nothing is written while a writer drafts; then the attempt ends as `abstained`, `refused`,
`failed` or `drafted`, or it is `submitting` from before the request is sent until its answer is known,
and then `submitted`. What is written survives a kill at any moment. A `submitting` row found by a later
pass is settled by asking the API; a `drafted` row is a note that may still be submitted. A writer has
one row a post and mode.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from writers.errors import BadInputError, UserError
from writers.plugin import Draft, OwnNote
from writers.protocol.notes import Classification, MisleadingTag

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x4E6F_7465
"""Marks the file as a journal (SQLite's `application_id`)."""

BUSY_TIMEOUT_S: Final = 10.0
POSTS_A_QUERY: Final = 500

_SCHEMA: Final = """
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL CHECK (test_mode IN (0, 1)),
    post_id INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (
        outcome IN ('drafted', 'abstained', 'refused', 'submitting', 'submitted', 'failed')
    ),
    reason TEXT NOT NULL,
    draft TEXT,
    complaints TEXT NOT NULL,
    evidence TEXT NOT NULL,
    scores TEXT NOT NULL,
    note_id INTEGER,
    began_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    UNIQUE (writer, test_mode, post_id)
) STRICT;
CREATE TABLE notes_known (
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL,
    post_id INTEGER NOT NULL,
    note_id INTEGER NOT NULL,
    PRIMARY KEY (writer, test_mode, post_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE reconciled (
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (writer, test_mode)
) STRICT, WITHOUT ROWID;
"""

_COLUMNS: Final = (
    "writer, test_mode, post_id, outcome, reason, draft,"
    " complaints, evidence, scores, note_id, began_ms, ended_ms"
)


class Outcome(StrEnum):
    DRAFTED = "drafted"
    """A draft that passed the checks and was not sent: a dry run, or the API would take no more."""
    ABSTAINED = "abstained"
    REFUSED = "refused"
    """By a check."""
    SUBMITTING = "submitting"
    """Sent, or about to be: whether the API has it is not known yet."""
    SUBMITTED = "submitted"
    FAILED = "failed"


OWN_NOTE: Final = (Outcome.SUBMITTED, Outcome.SUBMITTING)
"""How an attempt stands whose note the API has, or may have."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One writer's attempt at one post."""

    writer: str
    test_mode: bool
    post_id: int
    outcome: Outcome
    began_ms: int
    ended_ms: int
    reason: str = ""
    """Why the writer abstained, or what failed."""
    draft: Draft | None = None
    complaints: tuple[str, ...] = ()
    """Every complaint of every check, not the first alone."""
    evidence: tuple[str, ...] = ()
    """URLs of the documents that were brought for the draft."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """What the API's evaluator told about the draft's text, e.g. `claim_opinion_score`."""
    note_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: ids are decimal strings."""
        values = asdict(self)
        values["post_id"] = str(self.post_id)
        values["note_id"] = None if self.note_id is None else str(self.note_id)
        return values


class Journal:
    """An open journal. Not to be shared between threads; several processes may have one file open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a journal file, making it where there is none. Raises UserError and BadInputError."""
        path = Path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        except (OSError, sqlite3.OperationalError) as error:
            raise UserError(
                f"The journal {path} cannot be opened ({error}): name a file you may write."
            ) from None
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _prepare(connection, path)
        except sqlite3.OperationalError as error:
            connection.close()
            raise UserError(f"The journal {path} cannot be used ({error}).") from None
        except sqlite3.DatabaseError:
            connection.close()
            raise BadInputError("not a journal: name another file or move this one away", file=path) from None
        except UserError:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def in_memory(cls) -> Self:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        _prepare(connection, Path(":memory:"))
        return cls(connection)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record(self, attempt: Attempt) -> bool:
        """Write an attempt; durable on return.

        A row of this writer, mode and post that is open (`drafted` or `submitting`) is replaced. Where
        the row is settled already nothing is written, and the answer is False.
        """
        cursor = self._db.execute(
            f"INSERT INTO attempts ({_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608 - constants
            " ON CONFLICT (writer, test_mode, post_id) DO UPDATE SET"
            " outcome = excluded.outcome, reason = excluded.reason, draft = excluded.draft,"
            " complaints = excluded.complaints, evidence = excluded.evidence, scores = excluded.scores,"
            " note_id = excluded.note_id, began_ms = excluded.began_ms, ended_ms = excluded.ended_ms"
            " WHERE outcome IN ('drafted', 'submitting')",
            _row(attempt),
        )
        return cursor.rowcount == 1

    def claim(self, attempt: Attempt) -> bool:
        """Write down, before a draft is sent, that it is about to be (`attempt.outcome` is `submitting`).

        False where another process has claimed or settled the post meanwhile: then it must not be sent.
        """
        if attempt.outcome is not Outcome.SUBMITTING:
            raise ValueError(f"an attempt that is {attempt.outcome} claims nothing")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            known = self.outcomes(attempt.writer, attempt.test_mode, [attempt.post_id])
            free = known.get(attempt.post_id, Outcome.DRAFTED) is Outcome.DRAFTED
            if free:
                self.record(attempt)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return free

    def outcomes(self, writer: str, test_mode: bool, post_ids: Collection[int]) -> dict[int, Outcome]:
        """How the writer's attempts at posts stand; a post with a note of other origin is `submitted`."""
        found: dict[int, Outcome] = {}
        ids = list(post_ids)
        for start in range(0, len(ids), POSTS_A_QUERY):
            some = ids[start : start + POSTS_A_QUERY]
            marks = ", ".join("?" * len(some))
            where = f"writer = ? AND test_mode = ? AND post_id IN ({marks})"
            rows = self._db.execute(
                f"SELECT post_id, 'submitted' FROM notes_known WHERE {where}"  # noqa: S608 - placeholders
                f" UNION ALL SELECT post_id, outcome FROM attempts WHERE {where}",
                [writer, test_mode, *some] * 2,
            )
            found.update((post_id, Outcome(outcome)) for post_id, outcome in rows)
        return found

    def attempt(self, writer: str, test_mode: bool, post_id: int) -> Attempt | None:
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM attempts"  # noqa: S608 - constants
            " WHERE writer = ? AND test_mode = ? AND post_id = ?",
            (writer, test_mode, post_id),
        ).fetchone()
        return None if row is None else _attempt(row)

    def attempts(
        self,
        writer: str | None = None,
        *,
        test_mode: bool | None = None,
        outcome: Outcome | None = None,
    ) -> Iterator[Attempt]:
        """Attempts in the order they were first written, narrowed by what is given."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM attempts"  # noqa: S608 - constants
            " WHERE (?1 IS NULL OR writer = ?1) AND (?2 IS NULL OR test_mode = ?2)"
            " AND (?3 IS NULL OR outcome = ?3) ORDER BY id",
            (writer, test_mode, outcome),
        )
        return map(_attempt, rows)

    def counts(self, writer: str, *, test_mode: bool | None = None) -> dict[Outcome, int]:
        """Attempts by outcome, every outcome named."""
        rows = self._db.execute(
            "SELECT outcome, count(*) FROM attempts WHERE writer = ?1 AND (?2 IS NULL OR test_mode = ?2)"
            " GROUP BY outcome",
            (writer, test_mode),
        )
        told = dict(rows.fetchall())
        return {outcome: told.get(outcome.value, 0) for outcome in Outcome}

    def own_notes(self, writer: str, test_mode: bool, *, limit: int) -> list[OwnNote]:
        """The latest notes that the API has, or may have, oldest first."""
        rows = self._db.execute(
            "SELECT post_id, json_extract(draft, '$.text') FROM attempts WHERE writer = ? AND test_mode = ?"
            " AND draft IS NOT NULL AND outcome IN (?, ?) ORDER BY id DESC LIMIT ?",
            (writer, test_mode, *OWN_NOTE, limit),
        )
        return [OwnNote(post_id, text) for post_id, text in rows][::-1]

    def is_reconciled(self, writer: str, test_mode: bool) -> bool:
        """Whether the account's notes of other origin were ever read into this journal."""
        query = "SELECT 1 FROM reconciled WHERE writer = ? AND test_mode = ?"
        return self._db.execute(query, (writer, test_mode)).fetchone() is not None

    def reconcile(
        self, writer: str, test_mode: bool, notes: Mapping[int, int], *, now_ms: int, complete: bool = True
    ) -> None:
        """Remember notes the account has (post id → note id); `complete` says these are all there are."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                "INSERT OR REPLACE INTO notes_known VALUES (?, ?, ?, ?)",
                [(writer, test_mode, post_id, note_id) for post_id, note_id in notes.items()],
            )
            if complete:
                self._db.execute(
                    "INSERT OR REPLACE INTO reconciled VALUES (?, ?, ?)", (writer, test_mode, now_ms)
                )
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file; refuse a file that is another program's or a newer version's."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if empty:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        elif application != APPLICATION_ID:
            raise BadInputError("not a journal: name another file or move this one away", file=path)
        elif version != SCHEMA_VERSION:
            raise UserError(
                f"The journal {path} has schema version {version}, this program knows {SCHEMA_VERSION}: "
                "use the newer notewright that wrote it, or name another file."
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _row(attempt: Attempt) -> tuple[Any, ...]:
    return (
        attempt.writer,
        attempt.test_mode,
        attempt.post_id,
        attempt.outcome.value,
        attempt.reason,
        None if attempt.draft is None else json.dumps(asdict(attempt.draft), ensure_ascii=False),
        json.dumps(attempt.complaints, ensure_ascii=False),
        json.dumps(attempt.evidence, ensure_ascii=False),
        json.dumps(dict(attempt.scores)),
        attempt.note_id,
        attempt.began_ms,
        attempt.ended_ms,
    )


def _attempt(row: tuple[Any, ...]) -> Attempt:
    (
        writer,
        test_mode,
        post_id,
        outcome,
        reason,
        draft,
        complaints,
        evidence,
        scores,
        note_id,
        began,
        ended,
    ) = row
    return Attempt(
        writer=writer,
        test_mode=bool(test_mode),
        post_id=post_id,
        outcome=Outcome(outcome),
        reason=reason,
        draft=None if draft is None else _draft(json.loads(draft)),
        complaints=tuple(json.loads(complaints)),
        evidence=tuple(json.loads(evidence)),
        scores=json.loads(scores),
        note_id=note_id,
        began_ms=began,
        ended_ms=ended,
    )


def _draft(values: dict[str, Any]) -> Draft:
    values["sources"] = tuple(values["sources"])
    values["classification"] = Classification(values["classification"])
    values["misleading_tags"] = tuple(map(MisleadingTag, values["misleading_tags"]))
    return Draft(**values)
