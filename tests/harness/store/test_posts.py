"""Posts: the feed's order, its windows, and what a stored post carries."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.store import Store
from tests.harness.api.samples import sample_feed, sample_post
from tests.harness.store.conftest import NOW_MS
from writers.clock import MINUTE_MS
from writers.protocol.post_selection import FeedSize

ALL_SIZES = list(FeedSize)


def numbers(store: Store, **changes: object) -> list[int]:
    """How many minutes ago the posts of a feed arrived."""
    options: dict[str, object] = {
        "now_ms": NOW_MS,
        "since_ms": 0,
        "sizes": ALL_SIZES,
        "lang": "all",
        "start": None,
        "limit": 99,
        **changes,
    }
    return [(NOW_MS - entry.arrived_at_ms) // MINUTE_MS for entry in store.feed(**options)]  # type: ignore[arg-type]


def test_the_feed_is_what_was_asked_for(store: Store) -> None:
    store.add_posts(sample_feed(NOW_MS))
    assert numbers(store) == list(range(1, 13))
    assert numbers(store, sizes=[FeedSize.SMALL]) == list(range(1, 11))
    assert numbers(store, sizes=[FeedSize.LARGE, FeedSize.XL]) == [11]
    assert numbers(store, lang="ja") == [4]
    assert numbers(store, now_ms=NOW_MS - 5 * MINUTE_MS) == list(range(5, 13))
    assert numbers(store, since_ms=NOW_MS - 3 * MINUTE_MS) == [1, 2]
    start = (NOW_MS - 7 * MINUTE_MS, 2**62)
    assert numbers(store, start=start, limit=2) == [7, 8]
    assert numbers(store, start=(NOW_MS - 7 * MINUTE_MS, 0)) == list(range(8, 13))


@settings(max_examples=30, deadline=None)
@given(
    minutes=st.lists(st.integers(0, 5), max_size=12),
    limit=st.integers(1, 5),
)
def test_pages_hold_every_post_once(minutes: list[int], limit: int) -> None:
    arrivals = [sample_post(minute, NOW_MS, id=str(1000 + index)) for index, minute in enumerate(minutes)]
    with Store.in_memory() as store:
        store.add_posts(arrivals)
        seen: list[int] = []
        start = None
        while True:
            entries = store.feed(
                now_ms=NOW_MS, since_ms=0, sizes=ALL_SIZES, lang="all", start=start, limit=limit + 1
            )
            seen += [entry.post_id for entry in entries[:limit]]
            if len(entries) <= limit:
                break
            start = (entries[limit].arrived_at_ms, entries[limit].post_id)
    newest_first = sorted(arrivals, key=lambda arrival: (-arrival.arrived_at_ms, -int(arrival.wire.id)))
    assert seen == [int(arrival.wire.id) for arrival in newest_first]


def test_a_stored_post(store: Store) -> None:
    feed = sample_feed(NOW_MS)
    store.add_posts(feed)
    stored = store.stored_post(int(feed[0].wire.id))
    assert stored is not None
    assert stored.arrived_at_ms == NOW_MS - MINUTE_MS
    assert stored.wire["created_at"] == "2026-09-21T14:12:20.000Z"
    assert stored.wire["edit_history_tweet_ids"] == [feed[0].wire.id]
    assert "matched_media_notes" not in stored.wire
    post = store.post(int(feed[0].wire.id))
    assert post is not None
    assert post.quoted is not None
    assert post.quoted.author_username == "ilse_bakes"
    assert post.media[0].description == "A crane at dusk"
    for unknown in (1, 2**63, 2**70, -1):
        assert store.post(unknown) is None


def test_a_post_replaced_has_a_new_version(store: Store) -> None:
    first, second = (sample_post(1, NOW_MS, text=text) for text in ("before", "after"))
    store.add_posts([first])
    [before] = store.feed(now_ms=NOW_MS, since_ms=0, sizes=ALL_SIZES, lang="en", start=None, limit=9)
    store.add_posts([second])
    [after] = store.feed(now_ms=NOW_MS, since_ms=0, sizes=ALL_SIZES, lang="en", start=None, limit=9)
    assert after.version > before.version
    posts = store.stored_posts([before.version, after.version])
    assert {version: post.wire["text"] for version, post in posts.items()} == {after.version: "after"}
