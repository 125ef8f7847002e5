"""A small storm of kills; the full one is `python -m benchmarks.kill_storm`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.kill_storm import Storm, weather


async def test_every_acknowledged_note_is_there_once(tmp_path: Path) -> None:
    outcome = await weather(Storm(creates=100, writers=5, kills=3), tmp_path)
    assert outcome.lost == set()
    assert outcome.twice == []
    assert outcome.agreed
    assert len(outcome.told) == 100
    # The kills came in the middle of the work, and answers were lost by them.
    assert len(outcome.in_flight_at_kills) == 3
    assert sum(outcome.in_flight_at_kills) > 0
    assert outcome.sent > 100
