"""Code that blocks is interrupted, and nobody else's alarm is lost by it."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from writers.alarm import Interrupted, call_within
from writers.bounded import NO_ANSWER, within
from writers.errors import PluginFailure

SHORT_S = 0.05
LONG_S = 30.0


def spin() -> None:
    while True:
        pass


def spin_through_the_first_interruption() -> None:
    try:
        spin()
    except BaseException:
        spin()


@pytest.mark.parametrize("block", [spin, spin_through_the_first_interruption, lambda: time.sleep(LONG_S)])
def test_a_call_that_blocks_is_interrupted(block: object) -> None:
    with pytest.raises(Interrupted):
        call_within(SHORT_S, block)  # type: ignore[arg-type]


def test_a_call_in_time_is_left_alone() -> None:
    assert call_within(LONG_S, max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        call_within(LONG_S, lambda: 1 // 0)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_outer_alarm_outlives_an_inner_one() -> None:
    def outer() -> None:
        with pytest.raises(Interrupted):
            call_within(SHORT_S, spin)
        spin()

    with pytest.raises(Interrupted):
        call_within(4 * SHORT_S, outer)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_another_thread_has_no_alarm_and_works() -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(call_within(SHORT_S, sum, (1, 2))))
    thread.start()
    thread.join()
    assert found == [3]


async def test_a_plugin_that_blocks_the_loop_is_told_as_one_that_hangs() -> None:
    async def blocks() -> None:
        spin()

    with pytest.raises(PluginFailure, match=NO_ANSWER):
        await within(blocks(), seconds=SHORT_S)
