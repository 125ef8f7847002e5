from __future__ import annotations

import asyncio

import pytest

from harness.simulation.clock import SimulatedClock


async def test_sleep_neither_blocks_nor_moves_time() -> None:
    clock = SimulatedClock(5)
    await asyncio.wait_for(clock.sleep(10**9), timeout=5)
    assert clock.now_ms() == 5


def test_time_moves_only_forward() -> None:
    clock = SimulatedClock(5)
    clock.advance_to(7)
    assert clock.now_ms() == 7
    with pytest.raises(ValueError, match="backwards"):
        clock.advance_to(6)
