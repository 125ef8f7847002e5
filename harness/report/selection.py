"""Which notes a page tells in full and which it draws, where a season has more than a page can hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from harness.simulation.result import NoteStory
from harness.simulation.scenario import PEOPLE
from writers.protocol.notes import Status

STORIES_OF_WRITERS: Final = 440
STORIES_OF_PEOPLE: Final = 60
NOTES_DRAWN: Final = 1_200
RATERS_DRAWN: Final = 1_500

_T = TypeVar("_T")


def stories(notes: Sequence[NoteStory]) -> list[NoteStory]:
    """The notes told in full, in the order of `notes`.

    Writers' live notes come first (a verdict, then most ratings), then their newest test notes; of people's
    notes a few, chosen the same way.
    """
    by_people = [note for note in notes if note.writer == PEOPLE]
    by_writers = [note for note in notes if note.writer != PEOPLE]
    told = {
        id(note)
        for note in (
            *sorted(by_writers, key=_worth_telling)[:STORIES_OF_WRITERS],
            *sorted(by_people, key=_worth_telling)[:STORIES_OF_PEOPLE],
        )
    }
    return [note for note in notes if id(note) in told]


def drawn_notes(notes: Iterable[NoteStory], told: Sequence[NoteStory]) -> list[NoteStory]:
    """The notes on the map: those with a position, every one that is told first."""
    placed = [
        note for note in notes if note.intercept is not None and note.factor is not None and note.status
    ]
    ids = {note.note_id for note in told}
    return sorted(placed, key=lambda note: (note.note_id not in ids, _worth_telling(note)))[:NOTES_DRAWN]


def evenly(items: Sequence[_T], keep: int) -> list[_T]:
    """At most `keep` of the items, at even distances."""
    if len(items) <= keep:
        return list(items)
    return [items[index * len(items) // keep] for index in range(keep)]


def _worth_telling(note: NoteStory) -> tuple[bool, bool, int, int]:
    return (
        note.test_mode,
        note.status not in (Status.CRH, Status.CRNH),
        -note.ratings,
        -note.created_at_ms,
    )
