"""The clock of a season: it stands still until the season moves it."""

from __future__ import annotations

import asyncio


class SimulatedClock:
    """A `writers.clock.Clock` whose time is what it was last set to.

    `sleep` gives way to other tasks once and returns: whoever waits for a later moment finds it still now.
    A retry within one pass therefore happens at once, in the same simulated moment.
    """

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def advance_to(self, now_ms: int) -> None:
        """Move to a moment that is not earlier."""
        if now_ms < self._now_ms:
            raise ValueError(f"time does not run backwards: {now_ms} is before {self._now_ms}")
        self._now_ms = now_ms
