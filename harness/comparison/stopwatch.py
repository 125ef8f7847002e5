"""A writer whose drafts are timed, and which is otherwise the writer it holds."""

from __future__ import annotations

from collections.abc import Callable

from writers.plugin import Abstain, Desk, Draft, Writer
from writers.protocol.posts import Post

Seconds = Callable[[], float]
"""A clock that only goes forward, e.g. `time.perf_counter`."""


class TimedWriter:
    """Notes how long each draft took. Drafts that are let go of unfinished are not among them."""

    def __init__(self, writer: Writer, seconds: Seconds) -> None:
        self.name = writer.name
        self.drafts_s: list[float] = []
        self._writer = writer
        self._seconds = seconds

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        began = self._seconds()
        answer = await self._writer.draft(post, desk)
        self.drafts_s.append(self._seconds() - began)
        return answer
