"""Pass after pass, at even times, until told to stop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final

from writers.client.notes_client import UNSURE
from writers.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Clock
from writers.errors import ApiError, RateLimited, UserError
from writers.run_limits import PassSummary

PASSING: Final = (*UNSURE, RateLimited)
"""What may be over at the next pass: no answer, an answer that cannot be read, 5xx, 429."""

_UNITS: Final = {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_DURATION = re.compile(r"([1-9][0-9]{0,8})([smhd])")


def parse_duration(text: str) -> int:
    """Milliseconds of a duration such as `90s`, `15m`, `2h` or `1d`. Raises UserError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise UserError(f"{text!r} is no duration: write it as 90s, 15m, 2h or 1d.")
    return int(found[1]) * _UNITS[found[2]]


def next_pass_ms(first_ms: int, every_ms: int, now_ms: int) -> int:
    """The earliest time after `now_ms` that is a whole number of periods after the first pass: a pass that
    takes long moves no later one, and a time that it took is left out.
    """
    return first_ms + (max(0, now_ms - first_ms) // every_ms + 1) * every_ms


async def repeat(
    one_pass: Callable[[], Awaitable[PassSummary]],
    *,
    every_ms: int,
    clock: Clock,
    stop: asyncio.Event,
    on_pass: Callable[[PassSummary], None],
    on_failure: Callable[[ApiError], None],
) -> None:
    """Make a pass now, and then one every `every_ms` until `stop` is set.

    A pass that an API out of order ended is told to `on_failure`, and the next one comes in its time; where
    the API asked to come back later, not before that. Every other error is raised.
    """
    first_ms = clock.now_ms()
    while not stop.is_set():
        resume_at_ms: int | None = None
        try:
            summary = await one_pass()
        except PASSING as error:
            on_failure(error)
            resume_at_ms = error.reset_at_ms if isinstance(error, RateLimited) else None
        else:
            on_pass(summary)
            resume_at_ms = summary.resume_at_ms
        now_ms = clock.now_ms()
        due_ms = next_pass_ms(first_ms, every_ms, max(now_ms, resume_at_ms or now_ms))
        await _sleep(clock, (due_ms - now_ms) / 1000, stop)


async def _sleep(clock: Clock, seconds: float, stop: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
