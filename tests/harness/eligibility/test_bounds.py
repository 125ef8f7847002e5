"""What live notes so far leave for a pass."""

from __future__ import annotations

import pytest

from harness.eligibility.bounds import live_bounds
from harness.eligibility.ruleset import rules_at
from harness.eligibility.standing import recorded, standing
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.notes import WireStatus, WrittenNote
from writers.protocol.post_selection import FeedSize
from writers.protocol.snowflakes import snowflake

NOW_MS = 1_790_000_000_000


def notes(number: int, status: WireStatus, *, age_ms: int) -> list[WrittenNote]:
    return [WrittenNote(id=str(snowflake(NOW_MS - age_ms, n)), status=status) for n in range(number)]


def test_a_newcomer_has_the_small_feed_and_what_is_left_of_a_day() -> None:
    fresh = live_bounds([], now_ms=NOW_MS)
    assert fresh.notes_left == fresh.writing_limit > 0
    assert fresh.selection.feed_size is FeedSize.SMALL
    used = live_bounds(notes(3, WireStatus.NEEDS_MORE_RATINGS, age_ms=HOUR_MS), now_ms=NOW_MS)
    assert used.notes_left == used.writing_limit - 3
    assert f"{used.notes_left} of {used.writing_limit}" in used.sentence()


def test_no_more_is_left_than_nothing() -> None:
    spent = live_bounds(notes(400, WireStatus.FIRM_REJECT, age_ms=HOUR_MS), now_ms=NOW_MS)
    assert spent.notes_left == 0


@pytest.mark.parametrize("helpful", [0, 12, 30, 110])
def test_a_range_is_used_to_its_upper_end_and_feeds_by_its_lower(helpful: int) -> None:
    """Nobody tells how many ratings the undecided notes have."""
    told = [
        *notes(helpful, WireStatus.CURRENTLY_RATED_HELPFUL, age_ms=20 * DAY_MS),
        *notes(40, WireStatus.NEEDS_MORE_RATINGS, age_ms=5 * DAY_MS),
    ]
    found = live_bounds(told, now_ms=NOW_MS)
    known = standing(recorded(told), now_ms=NOW_MS, rules=rules_at(NOW_MS))
    assert found.notes_left == known.most.notes_left
    assert found.selection.feed_size == known.least.feeds[-1]
