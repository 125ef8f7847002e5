"""An open journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from writers.errors import BadInputError, UserError
from writers.journal import evidence
from writers.journal import exchanges as exchange_table
from writers.journal import statuses as status_table
from writers.journal.attempt import OWN_NOTE, Attempt, Evidence, Outcome, compact, draft_of
from writers.journal.exchanges import AttemptLog, Spent
from writers.journal.schema import prepare
from writers.journal.statuses import NoteStatus
from writers.llm.exchange import Exchange
from writers.plugin import OwnNote
from writers.protocol.notes import WrittenNote

BUSY_TIMEOUT_S: Final = 10.0
ROWS_A_QUERY: Final = 500

_COLUMNS: Final = (
    "writer, test_mode, post_id, outcome, reason, draft, complaints, scores, note_id,"
    " began_ms, ended_ms, post"
)


class Journal:
    """An open journal. Not to be shared between threads; several processes may have one file open.

    With `material=False` neither posts nor texts of pages are kept: for a season of thousands of attempts,
    of which nobody asks how they came about.
    """

    def __init__(self, connection: sqlite3.Connection, *, material: bool = True) -> None:
        self._db = connection
        self._material = material

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
            prepare(connection, path)
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
    def in_memory(cls, *, material: bool = True) -> Self:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        prepare(connection, ":memory:")
        return cls(connection, material=material)

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
        with self._transaction():
            return self._write(attempt)

    def claim(self, attempt: Attempt) -> bool:
        """Write down, before a draft is sent, that it is about to be (`attempt.outcome` is `submitting`).

        False where another process has claimed or settled the post meanwhile: then it must not be sent.
        """
        if attempt.outcome is not Outcome.SUBMITTING:
            raise ValueError(f"an attempt that is {attempt.outcome} claims nothing")
        with self._transaction():
            known = self.outcomes(attempt.writer, attempt.test_mode, [attempt.post_id])
            free = known.get(attempt.post_id, Outcome.DRAFTED) is Outcome.DRAFTED
            return free and self._write(attempt)

    def _write(self, attempt: Attempt) -> bool:
        row = self._db.execute(
            f"INSERT INTO attempts ({_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608 - constants
            " ON CONFLICT (writer, test_mode, post_id) DO UPDATE SET"
            " outcome = excluded.outcome, reason = excluded.reason, draft = excluded.draft,"
            " complaints = excluded.complaints, scores = excluded.scores, note_id = excluded.note_id,"
            " began_ms = excluded.began_ms, ended_ms = excluded.ended_ms, post = excluded.post"
            " WHERE outcome IN ('drafted', 'submitting') RETURNING id",
            self._row(attempt),
        ).fetchone()
        if row is None:
            return False
        evidence.keep(self._db, row[0], attempt.evidence, texts=self._material)
        return True

    def _row(self, attempt: Attempt) -> tuple[Any, ...]:
        return (
            attempt.writer,
            attempt.test_mode,
            attempt.post_id,
            attempt.outcome.value,
            attempt.reason,
            None if attempt.draft is None else compact(asdict(attempt.draft)),
            compact(attempt.complaints),
            compact(dict(attempt.scores)),
            attempt.note_id,
            attempt.began_ms,
            attempt.ended_ms,
            attempt.post if self._material else None,
        )

    def outcomes(self, writer: str, test_mode: bool, post_ids: Collection[int]) -> dict[int, Outcome]:
        """How the writer's attempts at posts stand; a post with a note of other origin is `submitted`."""
        found: dict[int, Outcome] = {}
        for some in _batched(post_ids):
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
        return next(self.attempts(writer, test_mode=test_mode, post_id=post_id), None)

    def attempts(
        self,
        writer: str | None = None,
        *,
        test_mode: bool | None = None,
        outcome: Outcome | None = None,
        post_id: int | None = None,
        since_ms: int | None = None,
    ) -> Iterator[Attempt]:
        """Attempts in the order they were first written, narrowed by what is given; `since_ms` asks for
        those that ended then or later.
        """
        rows = self._db.execute(
            f"SELECT id, {_COLUMNS} FROM attempts"  # noqa: S608 - constants
            " WHERE (?1 IS NULL OR writer = ?1) AND (?2 IS NULL OR test_mode = ?2)"
            " AND (?3 IS NULL OR outcome = ?3) AND (?4 IS NULL OR post_id = ?4)"
            " AND (?5 IS NULL OR ended_ms >= ?5) ORDER BY id",
            (writer, test_mode, outcome, post_id, since_ms),
        )
        for some in _batched(rows):
            pages = evidence.of_attempts(self._db, [row[0] for row in some])
            for row_id, *row in some:
                yield _attempt(row, pages[row_id])

    def counts(self, writer: str, *, test_mode: bool | None = None) -> dict[Outcome, int]:
        """Attempts by outcome, every outcome named."""
        rows = self._db.execute(
            "SELECT outcome, count(*) FROM attempts WHERE writer = ?1 AND (?2 IS NULL OR test_mode = ?2)"
            " GROUP BY outcome",
            (writer, test_mode),
        )
        told = dict(rows.fetchall())
        return {outcome: told.get(outcome.value, 0) for outcome in Outcome}

    def text(self, sha256: str) -> str | None:
        """The text of a document that was evidence; None where it was not kept."""
        return evidence.text_of(self._db, sha256)

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
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO notes_known VALUES (?, ?, ?, ?)",
                [(writer, test_mode, post_id, note_id) for post_id, note_id in notes.items()],
            )
            if complete:
                self._db.execute(
                    "INSERT OR REPLACE INTO reconciled VALUES (?, ?, ?)", (writer, test_mode, now_ms)
                )

    def exchange_log(self, writer: str, test_mode: bool) -> AttemptLog:
        """Where a writer's exchanges with language models are put down as they end."""
        return AttemptLog(self._db, writer, test_mode)

    def exchanges(self, writer: str, test_mode: bool, post_id: int) -> list[Exchange]:
        """Every exchange for a post by time, those of attempts that were cut off among them."""
        return exchange_table.of_attempt(self._db, writer, test_mode, post_id)

    def spent(self, writer: str | None = None, *, since_ms: int | None = None) -> Iterator[Spent]:
        """What each exchange took, in the order they ended; `since_ms` asks for those begun then or later."""
        return exchange_table.spent(self._db, writer, since_ms)

    def follow(self, writer: str, test_mode: bool, notes: Iterable[WrittenNote], *, now_ms: int) -> int:
        """Write down what the API tells of this writer's notes where it is new; how many were."""
        with self._transaction():
            return status_table.follow(self._db, writer, test_mode, notes, now_ms=now_ms)

    def statuses(self, writer: str, test_mode: bool, note_id: int | None) -> list[NoteStatus]:
        """Everything that was seen of a note, oldest first."""
        return status_table.history(self._db, writer, test_mode, note_id)

    def earliest_to_follow(self, writer: str, test_mode: bool, *, since_ms: int) -> int | None:
        """When the oldest note submitted since `since_ms` was written; None without one."""
        return status_table.earliest_to_follow(self._db, writer, test_mode, since_ms)

    def is_confirmed(self, writer: str, target: str) -> bool:
        """Whether somebody has confirmed that this writer may write live notes at a target."""
        query = "SELECT 1 FROM confirmed WHERE writer = ? AND target = ?"
        return self._db.execute(query, (writer, target)).fetchone() is not None

    def confirm(self, writer: str, target: str, *, now_ms: int) -> None:
        """Remember that live notes of this writer were confirmed."""
        self._db.execute("INSERT OR IGNORE INTO confirmed VALUES (?, ?, ?)", (writer, target, now_ms))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise


def _batched(items: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    iterator = iter(items)
    while some := tuple(islice(iterator, ROWS_A_QUERY)):
        yield some


def _attempt(row: list[Any], pages: list[Evidence]) -> Attempt:
    writer, test_mode, post_id, outcome, reason, draft, complaints, scores, note_id, began, ended, post = row
    return Attempt(
        writer=writer,
        test_mode=bool(test_mode),
        post_id=post_id,
        outcome=Outcome(outcome),
        reason=reason,
        draft=None if draft is None else draft_of(json.loads(draft)),
        complaints=tuple(json.loads(complaints)),
        evidence=tuple(pages),
        scores=json.loads(scores),
        note_id=note_id,
        began_ms=began,
        ended_ms=ended,
        post=post,
    )
