"""GET /2/notes/search/posts_eligible_for_notes"""

from __future__ import annotations

from starlette.responses import Response

from harness.api import paging, problems
from harness.api.fields import read_selection
from harness.api.operations import Call, json_response
from harness.api.pages import View
from harness.api.query import Query
from writers.protocol.dialects import POST
from writers.protocol.post_selection import DEFAULT_SELECTION, FeedSize, PostSelection, parse_post_selection

MAX_RESULTS = 100
DEFAULT_RESULTS = 10


async def feed(call: Call) -> Response:
    """A page of the posts a note may be written on, newest first."""
    query, services = call.query, call.services
    test_mode = query.boolean("test_mode")
    limit = query.integer("max_results", lowest=1, highest=MAX_RESULTS, default=DEFAULT_RESULTS)
    start = read_position(query)
    chosen = _post_selection(query)
    selection = read_selection(query)
    if call.dialect is POST and not services.settings.post_dialect_on_feed:
        query.complain(
            POST.fields_parameter,
            f"The query parameter [{POST.fields_parameter}] is not one of [tweet.fields]",
        )
    query.finish()
    if not test_mode:
        call.require_admission()
    if chosen.feed_size is not FeedSize.SMALL:
        earned = () if test_mode else services.eligibility(call.writer, call.now_ms).feeds
        if chosen.feed_size not in earned:
            raise problems.feed_not_earned(chosen.feed_size)

    view = View(
        sizes=_sizes(chosen.feed_size, smaller_too=services.settings.larger_feeds_include_smaller),
        lang=chosen.feed_lang,
        start=start,
        limit=limit,
    )
    page = services.pages.page(view, selection, call.now_ms)
    if page.has_matched_media_notes and not (services.eligibility(call.writer, call.now_ms).media_notes):
        page = services.pages.page(view, selection.without_matched_media_notes(), call.now_ms)
    return json_response(page.body)


def read_position(query: Query) -> paging.Position | None:
    """Where the page asked for starts; complaints go to `query`."""
    token = query.text("pagination_token")
    if token is None:
        return None
    try:
        return paging.decode(token)
    except ValueError:
        query.wrong("pagination_token", token, "is not a valid pagination token")
        return None


def _post_selection(query: Query) -> PostSelection:
    text = query.text("post_selection")
    if text is None:
        return DEFAULT_SELECTION
    try:
        return parse_post_selection(text)
    except ValueError:
        sizes = ",".join(f"feed_size:{size}" for size in FeedSize)
        query.wrong("post_selection", text, f"is not one of [{sizes},feed_lang:LANGUAGE,feed_lang:all]")
        return DEFAULT_SELECTION


def _sizes(size: FeedSize, *, smaller_too: bool) -> tuple[FeedSize, ...]:
    sizes = tuple(FeedSize)
    return sizes[: sizes.index(size) + 1] if smaller_too else (size,)
