"""A recorded feed as a season's posts: real posts, no truth about them, and no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Final

import httpx
import numpy as np

from harness.admission.links import OK, LinkChecker, RecordedLinks
from harness.feeds.lines import RecordedPost, read_feed
from harness.raters.merit import Matter, Source
from harness.raters.parameters import default_parameters
from harness.simulation.post_source import PostSource, SeasonPost
from harness.simulation.scenario import Scenario
from writers.clock import DAY_MS
from writers.protocol.post_selection import DEFAULT_SELECTION
from writers.protocol.text import find_urls

_TRUTH_UNKNOWN: Final = 0.5


class NoWeb(httpx.AsyncBaseTransport):
    """Reaches nothing: a recorded feed has no web around it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("a season on a recorded feed reaches no network", request=request)


def recorded_source(scenario: Scenario, seed: np.random.SeedSequence) -> PostSource:
    """A recorded feed, arriving evenly over the season's first day.

    Nobody knows which side a real post's author is on, nor how far the matter divides people: both are drawn.
    """
    assert scenario.posts.feed is not None
    recorded = read_feed(scenario.posts.feed)
    rng = np.random.default_rng(seed)
    leans = np.clip(rng.normal(0.0, 0.5, len(recorded)), -1, 1)
    divisiveness = rng.beta(2, 2, len(recorded))
    posts = []
    for i, entry in enumerate(recorded):
        arrived_at_ms = scenario.start_ms + i * DAY_MS // len(recorded)
        metrics = entry.wire.public_metrics
        impressions = metrics.impression_count if metrics is not None else 0
        posts.append(
            SeasonPost(
                wire=entry.wire,
                includes=entry.includes,
                arrived_at_ms=arrived_at_ms,
                feed_size=DEFAULT_SELECTION.feed_size,
                reach=impressions or default_parameters().attention.reference_reach,
                seen_from_ms=arrived_at_ms,
                matter=Matter(_TRUTH_UNKNOWN, lean=float(leans[i]), divisiveness=float(divisiveness[i])),
            )
        )
    links = _links(scenario.posts.link_table, recorded)

    async def lead(url: str) -> tuple[str, Source]:
        return url, Source.UNKNOWN if (await links.check(url)).works else Source.NOWHERE

    return PostSource(posts=posts, web=NoWeb(), links=links, lead=lead)


def _links(table: Path | None, recorded: Sequence[RecordedPost]) -> LinkChecker:
    if table is not None:
        return RecordedLinks.read(table)
    known = {url for entry in recorded for url in _urls_of(entry)}
    return RecordedLinks(
        dict.fromkeys(known, OK),
        source=f"no network: the {len(known)} links of the recorded feed are taken to work, all others not",
    )


def _urls_of(entry: RecordedPost) -> Iterator[str]:
    # The evaluator reads notes with their character references resolved, as X's does.
    for text in (entry.wire.text, unescape(unescape(entry.helpful_note or ""))):
        for span in find_urls(text):
            yield span.url if "://" in span.url else f"https://{span.url}"
    yield from entry.wire.suggested_source_links
    yield from (source.url for source in entry.wire.suggested_source_links_with_counts)
