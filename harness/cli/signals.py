"""Ctrl-C and SIGTERM: the first asks for an end at the next good place, the second ends at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping_gracefully(stop: asyncio.Event, *, tell: Callable[[str], None]) -> Iterator[None]:
    """Inside the running loop of the main thread: the first signal sets `stop`, the second interrupts.

    Python's own handlers, and not the loop's: a plugin that blocks the loop is interrupted too.
    """
    loop = asyncio.get_running_loop()
    asked = False

    def ask() -> None:
        stop.set()
        tell("Stopping when the note on its way is through; once more stops at once.")

    def handle(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        loop.call_soon_threadsafe(ask)

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
