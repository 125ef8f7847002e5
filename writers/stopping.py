"""Ending a pass before its time, at a place where nothing is left half done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from writers.tape import Tape
from writers.tape.tape import PASS

Result = TypeVar("Result")


class Stopping:
    """Whether a pass has been asked to stop; `stop` is None where nobody will.

    Through a tape: a replayed pass stops where the recorded one did.
    """

    def __init__(self, tape: Tape, stop: asyncio.Event | None = None) -> None:
        self._tape = tape
        self._stop = stop
        self.asked = False

    async def unless_asked(self, where: str, coming: Awaitable[Result]) -> Result | None:
        """What is waited for, or None where the pass is asked to stop meanwhile: then it is cancelled."""
        if self._stop is None and not self._tape.replaying:
            return await coming
        waiting = asyncio.ensure_future(coming)
        try:
            self.asked = await self._asked(where, waiting)
            return None if self.asked else await waiting
        finally:
            if not waiting.done():
                waiting.cancel()
                await asyncio.wait({waiting})
            if not waiting.cancelled():
                waiting.exception()  # seen, so that asyncio has nothing to complain of

    async def _asked(self, where: str, waiting: asyncio.Future[Result]) -> bool:
        if self._tape.replaying or self._stop is None:
            return self._tape.noted(PASS, "stop", where) is not None
        signal = asyncio.create_task(self._stop.wait())
        try:
            either: set[asyncio.Future[Any]] = {waiting, signal}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            signal.cancel()
        if self._stop.is_set():
            self._tape.note(PASS, "stop", where, True)
        return self._stop.is_set()
