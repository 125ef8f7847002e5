"""The posts of the feed that a writer has not settled yet, in the feed's order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from writers.journal import Journal, Outcome
from writers.protocol.posts import Received
from writers.stopping import Stopping
from writers.tape import NotesApi, Tape
from writers.tape.tape import PASS


class Found(NamedTuple):
    """A post to attempt, or None for the feed's end; and how many before it needed no attempt."""

    received: Received | None
    skipped_before: int


@dataclass(frozen=True, slots=True)
class FeedReading:
    """Reads the feed for one pass."""

    client: NotesApi
    journal: Journal
    writer: str
    test_mode: bool
    post_selection: str | None
    max_pages: int | None
    tape: Tape
    stopping: Stopping

    async def posts(self) -> AsyncGenerator[Found, None]:
        """The posts to attempt, then the end: that of the feed, or where the pass is asked to stop."""
        skipped = 0
        async for number, page in self._pages():
            known = self._known(number, page)
            for received in page:
                if known.get(received.post.id, Outcome.DRAFTED) is Outcome.DRAFTED:
                    yield Found(received, skipped)
                    skipped = 0
                else:
                    skipped += 1
        yield Found(None, skipped)

    def _known(self, number: int, page: Sequence[Received]) -> dict[int, Outcome]:
        """How attempts of before at a page's posts stand."""

        def read() -> list[list[Any]]:
            post_ids = [received.post.id for received in page]
            return [[*item] for item in self.journal.outcomes(self.writer, self.test_mode, post_ids).items()]

        told = self.tape.read(PASS, "journal", f"outcomes of page {number}", read)
        return {post_id: Outcome(outcome) for post_id, outcome in told}

    async def _pages(self) -> AsyncIterator[tuple[int, list[Received]]]:
        """Pages with their numbers, from one on."""
        pages = self.client.received_pages(test_mode=self.test_mode, post_selection=self.post_selection)
        number = 1
        while self.max_pages is None or number <= self.max_pages:
            page = await self.stopping.unless_asked(f"feed page {number}", anext(pages, None))
            if page is None:
                return
            yield number, page
            number += 1
