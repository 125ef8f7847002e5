"""What earlier passes left: notes sent without an answer, notes made elsewhere, the latest notes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from writers.clock import Clock
from writers.journal import Attempt, Journal, Outcome
from writers.plugin import OwnNote
from writers.tape import UNTAPED, NotesApi, Tape
from writers.tape.tape import PASS

NOT_STORED: Final = "sent by an earlier pass, not stored by the API"

OWN_NOTES_KEPT: Final = 300
"""Of the writer's latest notes, for checks that compare."""

_OPEN: Final = (Outcome.DRAFTED, Outcome.SUBMITTING)


async def settled(
    journal: Journal, client: NotesApi, writer: str, test_mode: bool, *, tape: Tape, clock: Clock
) -> list[Attempt]:
    """Attempts that were `submitting`, as they are now that the API was asked: `submitted` or `drafted`.

    The first time for a journal, the API is asked for every note the account has, and they are remembered.
    """
    reconciled = _state(journal, writer, test_mode, tape)
    open_ended = list(journal.attempts(writer, test_mode=test_mode, outcome=Outcome.SUBMITTING))
    notes: dict[int, int] = {}
    if not reconciled:
        async for note in client.written(test_mode=test_mode):
            if note.info.post_id.isdecimal() and note.id.isdecimal():
                notes[int(note.info.post_id)] = int(note.id)
        journal.reconcile(writer, test_mode, notes, now_ms=clock.now_ms())
    elif open_ended:
        notes = await client.find_written(
            {attempt.post_id for attempt in open_ended},
            test_mode=test_mode,
            since_ms=min(attempt.began_ms for attempt in open_ended),
        )
    return [_settled(attempt, notes.get(attempt.post_id)) for attempt in open_ended]


def own_notes(journal: Journal, writer: str, test_mode: bool, *, tape: Tape) -> list[OwnNote]:
    """The writer's latest notes in this mode, oldest first."""

    def read() -> list[list[Any]]:
        kept = journal.own_notes(writer, test_mode, limit=OWN_NOTES_KEPT)
        return [[note.post_id, note.text] for note in kept]

    return [OwnNote(post_id, text) for post_id, text in tape.read(PASS, "journal", "own notes", read)]


def _settled(attempt: Attempt, note_id: int | None) -> Attempt:
    if note_id is None:
        return replace(attempt, outcome=Outcome.DRAFTED, reason=NOT_STORED)
    return replace(attempt, outcome=Outcome.SUBMITTED, reason="", note_id=note_id)


def _state(journal: Journal, writer: str, test_mode: bool, tape: Tape) -> bool:
    """Whether the account's notes are known. A replay's new journal is given what was open in the recorded
    pass's.
    """

    def read() -> dict[str, Any]:
        found = (
            attempt.as_dict()
            for outcome in _OPEN
            for attempt in journal.attempts(writer, test_mode=test_mode, outcome=outcome)
        )
        return {
            "reconciled": journal.is_reconciled(writer, test_mode),
            "open": [] if tape is UNTAPED else list(found),
        }

    told = tape.read(PASS, "journal", "state", read)
    for values in told["open"] if tape.replaying else ():
        journal.record(Attempt.from_dict(values))
    reconciled: bool = told["reconciled"]
    return reconciled
