"""An alarm clock for code that blocks: a plugin's step that neither ends nor awaits is interrupted.

No bound set from inside an event loop holds against `time.sleep` or an endless loop in a coroutine. The
operating system's timer does: its signal is handled between two instructions of the main thread, whatever
they belong to, and there an exception ends them. A single call into compiled code is not interrupted before
it returns.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar

Result = TypeVar("Result")

SECONDS_BETWEEN_RINGS: Final = 0.1
"""Code that catches the first interruption is interrupted again."""


class Interrupted(BaseException):
    """Raised inside code that took too long; no `Exception`, so that `except Exception` does not hold it."""


def call_within(seconds: float, call: Callable[..., Result], *arguments: object) -> Result:
    """`call(*arguments)`, interrupted by `Interrupted` after `seconds`.

    Where there is no such timer (outside the main thread, or on Windows) the call takes as long as it takes.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return call(*arguments)
    calling = False

    def ring(_signal: int, _frame: FrameType | None) -> None:
        if calling:
            raise Interrupted

    handler_before = signal.signal(signal.SIGALRM, ring)
    timer_before = signal.setitimer(signal.ITIMER_REAL, seconds, SECONDS_BETWEEN_RINGS)
    try:
        calling = True
        try:
            return call(*arguments)
        finally:
            calling = False
    finally:
        # Somebody else's alarm, an outer plugin's for one, goes on where it was.
        signal.setitimer(signal.ITIMER_REAL, *timer_before)
        signal.signal(signal.SIGALRM, handler_before)
