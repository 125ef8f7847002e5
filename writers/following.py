"""What became of a writer's notes, asked of the API and put into the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, Protocol

from writers.client.notes_client import CLOCK_DIFFERENCE_MS
from writers.clock import DAY_MS
from writers.journal import Journal
from writers.protocol.notes import WrittenNote
from writers.protocol.snowflakes import created_at_ms

FOLLOWED_MS: Final = 21 * DAY_MS
"""How long notes are asked about after they were written: statuses are locked when notes are two weeks old, a
few of them up to a week later (Community Notes documentation, under-the-hood, "Status Stabilization").
"""


class Written(Protocol):
    """Tells the account's notes, newest first (`writers.client.NotesClient`)."""

    def written(self, *, test_mode: bool) -> AsyncIterator[WrittenNote]: ...


async def follow_notes(
    client: Written, journal: Journal, writer: str, *, test_mode: bool, now_ms: int
) -> int:
    """Ask for the writer's notes that may have got another status, and journal what is new; how much that is.

    Nothing is asked where there is none. Raises ApiError.
    """
    oldest_ms = journal.earliest_to_follow(writer, test_mode, since_ms=now_ms - FOLLOWED_MS)
    if oldest_ms is None:
        return 0
    found: list[WrittenNote] = []
    async for note in client.written(test_mode=test_mode):
        if note.id.isdecimal() and created_at_ms(int(note.id)) < oldest_ms - CLOCK_DIFFERENCE_MS:
            break
        found.append(note)
    return journal.follow(writer, test_mode, found, now_ms=now_ms)
