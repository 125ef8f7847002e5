"""Running a plugin's coroutine within bounds: it may raise, hang, or swallow its own cancellation."""

from __future__ import annotations

import asyncio
import ctypes
import inspect
import time
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final

from writers.alarm import Interrupted, call_within
from writers.errors import PluginFailure

NO_ANSWER: Final = "gave no answer within"
"""How the failure of a coroutine that hung begins."""

IGNORED: Final = ", and ignored its cancellation"
"""How it goes on where the coroutine went on, too."""

GRACE_S: Final = 1.0
"""Time a cancelled coroutine has to put things in order before it is let go of."""


async def within(answer: object, *, seconds: float, grace_s: float = GRACE_S) -> object:
    """What a plugin's coroutine returns, in at most `seconds` and a grace.

    Raises PluginFailure, in words that fit behind the plugin's name, where it raises, gives no answer in
    time, or is no coroutine at all. After that, or after a cancellation of the caller, no step of the
    coroutine is taken any more, even if it caught its own cancellation. A step that blocks the event loop
    is interrupted where that can be done (`writers.alarm`).
    """
    if not inspect.iscoroutine(answer):
        raise PluginFailure(f"answered {type(answer).__name__} where a coroutine was due ('async def')")
    steps = _Steps(answer, seconds)
    task = asyncio.create_task(steps.run())
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        in_time = task.done()
        if not in_time:
            await _stop(task, steps, grace_s)
    if not in_time:
        manner = IGNORED if steps.abandoned else ""
        raise PluginFailure(f"{NO_ANSWER} {seconds:g} seconds{manner}")
    if task.cancelled():
        raise PluginFailure("cancelled itself")
    error = task.exception()
    if isinstance(error, PluginFailure):
        raise error
    if error is not None:
        raise PluginFailure(f"raised {type(error).__name__}: {error}") from error
    return task.result()


async def _stop(task: asyncio.Task[object], steps: _Steps, grace_s: float) -> None:
    task.cancel()
    _, unfinished = await asyncio.wait({task}, timeout=grace_s)
    if unfinished:
        steps.abandoned = True
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # seen, so that asyncio has nothing to complain of


class _Steps:
    """Takes a coroutine's steps one by one, so that it is possible to take no more of them."""

    def __init__(self, coroutine: Coroutine[Any, Any, object], seconds: float) -> None:
        self._coroutine = coroutine
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self.abandoned = False

    async def run(self) -> object:
        try:
            return await self
        except SystemExit as error:
            raise PluginFailure(f"tried to exit the program with status {error.code}") from error
        except Interrupted:
            raise PluginFailure(
                f"{NO_ANSWER} {self._seconds:g} seconds, and blocked everything else meanwhile"
            ) from None

    def __await__(self) -> Generator[Any, Any, object]:
        steps = self._coroutine
        try:
            waiting_for = self._step(steps.send, None)
            while True:
                try:
                    value = yield waiting_for
                except BaseException as error:
                    if self.abandoned:
                        self._let_go()
                        raise
                    waiting_for = self._step(steps.throw, error)
                else:
                    waiting_for = self._step(steps.send, value)
        except StopIteration as end:
            return end.value

    def _step(self, take: Callable[[Any], Any], value: object) -> Any:
        return call_within(max(self._deadline - time.monotonic(), GRACE_S), take, value)

    def _let_go(self) -> None:
        # Collecting a coroutine throws GeneratorExit into it, and at the end of the program nothing it awaits
        # works any more: one that catches everything would spin there for ever. So it is never collected.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._coroutine))
