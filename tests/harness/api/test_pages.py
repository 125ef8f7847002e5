"""Pages that are kept: never other than one made afresh."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.api.fields import Selection, read_selection
from harness.api.pages import KEPT_PAGES, Pages, View
from harness.api.paging import Position
from harness.api.query import Query
from harness.store import Store
from tests.harness.api.conftest import Served
from tests.harness.api.samples import sample_post
from tests.harness.store.conftest import NOW_MS
from writers.clock import MINUTE_MS, SystemClock
from writers.protocol.dialects import POST, TWEET, Dialect
from writers.protocol.post_selection import FeedSize

WINDOW_MS = 10 * MINUTE_MS


def selection(dialect: Dialect = TWEET) -> Selection:
    pairs = [(dialect.fields_parameter, "author_id,public_metrics"), ("expansions", "author_id")]
    return read_selection(Query(pairs, dialect))


VIEWS = [
    View(sizes, lang, start, limit)
    for sizes in ((FeedSize.SMALL,), (FeedSize.SMALL, FeedSize.LARGE))
    for lang in ("en", "all")
    for start in (None, Position(NOW_MS - 3 * MINUTE_MS, 2**62))
    for limit in (1, 3)
]

ADD = st.tuples(
    st.integers(-20, 20),
    st.sampled_from(["small", "large"]),
    st.sampled_from(["en", "ja"]),
    st.integers(0, 2),
)
"""A post that arrives so many minutes before now or after; one added again replaces the first."""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(ADD, st.integers(-5, 12)), max_size=12))
def test_a_kept_page_is_the_page(steps: list[tuple[int, str, str, int] | int]) -> None:
    """Steps are posts that are stored, and minutes by which the clock moves, also back."""
    with Store.in_memory() as store:
        kept, now_ms = Pages(store, window_ms=WINDOW_MS), NOW_MS
        for step in steps:
            if isinstance(step, int):
                now_ms += step * MINUTE_MS
            else:
                number, size, lang, likes = step
                metrics = {"like_count": likes}
                store.add_posts(
                    [sample_post(number, NOW_MS, feed_size=size, lang=lang, public_metrics=metrics)]
                )
            fresh = Pages(store, window_ms=WINDOW_MS)
            for view in VIEWS:
                found = kept.page(view, selection(), now_ms)
                assert json.loads(found.body) == json.loads(fresh.page(view, selection(), now_ms).body)


def test_a_page_is_kept_until_the_feed_changes() -> None:
    with Store.in_memory() as store:
        store.add_posts([sample_post(5, NOW_MS), sample_post(-2, NOW_MS)])
        pages = Pages(store, window_ms=WINDOW_MS)
        page = pages.page(VIEWS[0], selection(), NOW_MS)
        assert pages.page(VIEWS[0], selection(), NOW_MS + 2 * MINUTE_MS - 1) is page
        assert pages.page(VIEWS[0], selection(POST), NOW_MS) is not page
        arrived = pages.page(VIEWS[0], selection(), NOW_MS + 2 * MINUTE_MS)
        assert arrived is not page
        for limit in range(10, 10 + KEPT_PAGES):
            pages.page(VIEWS[0]._replace(limit=limit), selection(), NOW_MS)
        assert pages.page(VIEWS[0], selection(), NOW_MS + 2 * MINUTE_MS) is not arrived


def test_what_another_process_changes_is_seen_at_once(served: Served) -> None:
    path = "/2/notes/search/posts_eligible_for_notes?test_mode=true"
    with served.session() as bot:
        before = bot.get(served.url + path).json()
        assert bot.get(served.url + path).json() == before
        database = served.store._database.path
        assert database is not None
        with Store.open(database) as other:
            newest = sample_post(0, SystemClock().now_ms())
            other.add_posts([newest])
            after = bot.get(served.url + path).json()
            assert after["data"][0]["id"] == newest.wire.id
            assert after["data"][1:] == before["data"][: len(after["data"]) - 1]
            renewed = other.renew_credentials("harbour-watch")
            assert bot.get(served.url + path).status_code == 401
    with served.session(renewed) as bot:
        assert bot.get(served.url + path).json() == after
