"""When the posts of a recorded feed arrive in the feed they are served in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.feeds.lines import RecordedPost
from writers.clock import DAY_MS
from writers.protocol.post_selection import DEFAULT_SELECTION
from writers.protocol.posts import Includes, WirePost
from writers.protocol.snowflakes import created_at_ms

Spacing = Literal["even", "recorded"]

EVEN_SPREAD_MS: Final = 3 * DAY_MS
"""As long as a post stays in X's feed (observed)."""


@dataclass(frozen=True, slots=True)
class RecordedArrival:
    """A recorded post on its way into the smallest feed."""

    wire: WirePost
    includes: Includes
    arrived_at_ms: int
    feed_size: str = DEFAULT_SELECTION.feed_size


def arriving(
    posts: Sequence[RecordedPost], *, now_ms: int, spacing: Spacing = "even"
) -> list[RecordedArrival]:
    """The posts, oldest first, the newest of them arriving now.

    `even` spreads the others over the past three days; `recorded` keeps the time between any two as it was
    between their writing, so that posts far older than the newest are out of the feed already.
    """
    ordered = sorted(posts, key=lambda post: (_written_at_ms(post), int(post.wire.id)))
    newest_ms = _written_at_ms(ordered[-1]) if ordered else 0
    ages_ms = (
        (newest_ms - _written_at_ms(post) for post in ordered)
        if spacing == "recorded"
        else (EVEN_SPREAD_MS * after // len(ordered) for after in range(len(ordered) - 1, -1, -1))
    )
    return [
        RecordedArrival(post.wire, post.includes, now_ms - age_ms)
        for post, age_ms in zip(ordered, ages_ms, strict=True)
    ]


def _written_at_ms(post: RecordedPost) -> int:
    created_at = post.wire.created_at
    return int(created_at.timestamp() * 1000) if created_at else created_at_ms(int(post.wire.id))
