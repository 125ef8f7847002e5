"""What became of submitted notes: their statuses and verdicts, each kept from when it was first seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from writers.journal.attempt import Outcome
from writers.protocol.notes import WrittenNote


@dataclass(frozen=True, slots=True)
class NoteStatus:
    """How the API told a note, from `at_ms` on."""

    at_ms: int
    """When it was first seen so, epoch milliseconds."""
    status: str
    """As the API spells it (`writers.protocol.notes.WireStatus`); empty for a test note."""
    verdicts: Mapping[str, str]
    """The evaluators' buckets of a test note, by evaluator."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def follow(
    connection: sqlite3.Connection,
    writer: str,
    test_mode: bool,
    notes: Iterable[WrittenNote],
    *,
    now_ms: int,
) -> int:
    """Write down what is new about notes that this journal's attempts have made, and say how much that is."""
    changes = 0
    for note in notes:
        if not note.id.isdecimal() or not _is_own(connection, writer, test_mode, int(note.id)):
            continue
        outcomes = note.test_result.evaluation_outcome if note.test_result is not None else ()
        verdicts = {
            outcome.evaluator_type.value: outcome.evaluator_score_bucket.value for outcome in outcomes
        }
        seen = (note.status, json.dumps(verdicts, sort_keys=True))
        if seen == ("", "{}") or seen == _latest(connection, writer, test_mode, int(note.id)):
            continue
        connection.execute(
            "INSERT OR REPLACE INTO statuses VALUES (?, ?, ?, ?, ?, ?)",
            (writer, test_mode, int(note.id), now_ms, *seen),
        )
        changes += 1
    return changes


def history(
    connection: sqlite3.Connection, writer: str, test_mode: bool, note_id: int | None
) -> list[NoteStatus]:
    """Everything that was seen of a note, oldest first."""
    rows = connection.execute(
        "SELECT at_ms, status, verdicts FROM statuses"
        " WHERE writer = ? AND test_mode = ? AND note_id = ? ORDER BY at_ms",
        (writer, test_mode, note_id),
    )
    return [NoteStatus(at_ms, status, json.loads(verdicts)) for at_ms, status, verdicts in rows]


def earliest_to_follow(
    connection: sqlite3.Connection, writer: str, test_mode: bool, since_ms: int
) -> int | None:
    """When the oldest note submitted since `since_ms` was written, epoch milliseconds; None without one.

    The verdicts on a test note are final: one that has them is not asked about again.
    """
    row = connection.execute(
        "SELECT min(ended_ms) FROM attempts"
        " WHERE writer = ?1 AND test_mode = ?2 AND outcome = ?3 AND ended_ms >= ?4 AND NOT (?2 AND EXISTS"
        " (SELECT 1 FROM statuses WHERE writer = ?1 AND test_mode = ?2 AND note_id = attempts.note_id))",
        (writer, test_mode, Outcome.SUBMITTED.value, since_ms),
    ).fetchone()
    found: int | None = row[0]
    return found


def _is_own(connection: sqlite3.Connection, writer: str, test_mode: bool, note_id: int) -> bool:
    query = "SELECT 1 FROM attempts WHERE writer = ? AND test_mode = ? AND note_id = ?"
    return connection.execute(query, (writer, test_mode, note_id)).fetchone() is not None


def _latest(
    connection: sqlite3.Connection, writer: str, test_mode: bool, note_id: int
) -> tuple[str, str] | None:
    row: tuple[str, str] | None = connection.execute(
        "SELECT status, verdicts FROM statuses WHERE writer = ? AND test_mode = ? AND note_id = ?"
        " ORDER BY at_ms DESC LIMIT 1",
        (writer, test_mode, note_id),
    ).fetchone()
    return row
