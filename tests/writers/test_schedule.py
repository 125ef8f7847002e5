"""Passes at even times: on a clock whose waits are over at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writers.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from writers.errors import ApiError, ConnectionFailed, NotAdmitted, RateLimited, UserError
from writers.protocol.problems import Problem
from writers.run_limits import PassSummary
from writers.schedule import next_pass_ms, parse_duration, repeat

TIMES = st.integers(0, 2**45)
PERIODS = st.integers(1, 10 * 24 * HOUR_MS)


class Simulated:
    """A clock that moves by waiting alone, a little late each time."""

    def __init__(self) -> None:
        self.time_ms = 1_000_000

    def now_ms(self) -> int:
        return self.time_ms

    async def sleep(self, seconds: float) -> None:
        self.time_ms += round(seconds * 1000) + 7
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("text", "ms"),
    [("90s", 90 * SECOND_MS), ("15m", 15 * MINUTE_MS), (" 2h ", 2 * HOUR_MS), ("1d", 24 * HOUR_MS)],
)
def test_durations(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text", ["", "15", "m", "0m", "-5m", "1.5h", "15 m", "15min", "1h30m", "9999999999s", "١٥m"]
)
def test_what_is_no_duration_is_said(text: str) -> None:
    with pytest.raises(UserError, match="write it as 90s, 15m, 2h or 1d"):
        parse_duration(text)


@given(TIMES, PERIODS, TIMES)
def test_the_next_pass_is_the_earliest_on_the_grid(first_ms: int, every_ms: int, now_ms: int) -> None:
    due_ms = next_pass_ms(first_ms, every_ms, now_ms)
    assert due_ms > max(first_ms, now_ms)
    assert (due_ms - first_ms) % every_ms == 0
    assert due_ms - every_ms <= max(first_ms, now_ms)


async def run(
    passes: list[int | ApiError | UserError | PassSummary], *, every_ms: int = MINUTE_MS
) -> tuple[list[int], list[ApiError], int]:
    """Passes that take milliseconds, fail, or come to something; when each began, and what failed."""
    clock, stop = Simulated(), asyncio.Event()
    began: list[int] = []
    failed: list[ApiError] = []
    done: list[PassSummary] = []

    async def one_pass() -> PassSummary:
        began.append(clock.now_ms() - 1_000_000)
        what = passes[len(began) - 1]
        if len(began) == len(passes):
            stop.set()
        match what:
            case int():
                clock.time_ms += what
                return PassSummary(seen=1)
            case PassSummary():
                return what
        raise what

    await repeat(
        one_pass, every_ms=every_ms, clock=clock, stop=stop, on_pass=done.append, on_failure=failed.append
    )
    return began, failed, len(done)


async def test_passes_do_not_drift_and_one_that_takes_long_moves_none() -> None:
    began, failed, done = await run([100, 59_000, 150_000, 100, 100])
    assert began == [0, 60_007, 120_007, 300_007, 360_007]
    assert (failed, done) == ([], 5)


async def test_an_api_out_of_order_is_asked_again_in_its_time() -> None:
    down = ConnectionFailed("no answer")
    assert await run([down, down, 10]) == ([0, 60_007, 120_007], [down, down], 1)


@pytest.mark.parametrize("told", [True, False])
async def test_nobody_comes_back_before_a_rate_limit_ends(told: bool) -> None:
    reset_at_ms = 1_000_000 + 200_000
    limited: list[ApiError | PassSummary] = [
        RateLimited(429, Problem(title="Too Many Requests"), reset_at_ms),
        PassSummary(resume_at_ms=reset_at_ms),
    ]
    began, _, _ = await run([limited[told], 10])
    assert began == [0, 240_007]


@pytest.mark.parametrize("make", [NotAdmitted, UserError, ApiError])
async def test_what_will_not_pass_ends_it(make: Callable[[str], UserError | ApiError]) -> None:
    with pytest.raises(make, match="no use"):  # type: ignore[arg-type]
        await run([make("no use"), 10])


async def test_a_wait_ends_when_asked() -> None:
    stop = asyncio.Event()

    class Endless(Simulated):
        async def sleep(self, seconds: float) -> None:
            asyncio.get_running_loop().call_soon(stop.set)
            await asyncio.Event().wait()

    async def one_pass() -> PassSummary:
        return PassSummary()

    done: list[PassSummary] = []
    await repeat(
        one_pass, every_ms=1, clock=Endless(), stop=stop, on_pass=done.append, on_failure=lambda _: None
    )
    assert len(done) == 1
