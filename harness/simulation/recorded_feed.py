"""A recorded feed as a season's posts: real posts, no truth about them, and no network.

One line of JSON a post, in the feed's shape; a line may also hold the `includes` its references point at, and
`helpful_note`, which stays out of every writer's sight.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final

import httpx
import numpy as np
from pydantic import ValidationError

from harness.admission.links import OK, LinkChecker, RecordedLinks
from harness.raters.merit import Matter, Source
from harness.raters.parameters import default_parameters
from harness.simulation.post_source import PostSource, SeasonPost
from harness.simulation.scenario import Scenario
from writers.clock import DAY_MS
from writers.errors import BadInputError
from writers.protocol.post_selection import DEFAULT_SELECTION
from writers.protocol.posts import Includes, WirePost
from writers.protocol.text import find_urls

HELPFUL_NOTE: Final = "helpful_note"
_INCLUDES: Final = "includes"
_TRUTH_UNKNOWN: Final = 0.5


@dataclass(frozen=True, slots=True)
class RecordedPost:
    """One line of a recorded feed."""

    wire: WirePost
    includes: Includes
    helpful_note: str | None
    """Text of a note on the post that people found helpful, where the line has one."""


class NoWeb(httpx.AsyncBaseTransport):
    """Reaches nothing: a recorded feed has no web around it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("a season on a recorded feed reaches no network", request=request)


def read_feed(file: Path) -> list[RecordedPost]:
    """The posts of a recorded feed.

    Raises:
        BadInputError: the file cannot be read, is cut short, holds no post, the same post twice, or a line
            that is no post.
    """
    posts = list(_read_lines(file))
    if not posts:
        raise BadInputError("it holds no post; record a feed or name another file", file=file)
    return posts


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


def _read_lines(file: Path) -> Iterator[RecordedPost]:
    seen: set[str] = set()
    opened = gzip.open if file.suffix == ".gz" else open
    number = 0
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                post = _parse(line, file, number)
                if post.wire.id in seen:
                    raise BadInputError(f"post {post.wire.id} stands twice; keep one", file=file, line=number)
                seen.add(post.wire.id)
                yield post
    except FileNotFoundError:
        raise BadInputError("there is no such file; check `feed`", file=file) from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise BadInputError(
            f"it cannot be read further ({error}); it may be cut short", file=file, line=number + 1
        ) from None


def _parse(line: str, file: Path, number: int) -> RecordedPost:
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise TypeError("a post is a JSON object")
        note = values.pop(HELPFUL_NOTE, None)
        includes = Includes.model_validate(values.pop(_INCLUDES, {}))
        text = note.get("text") if isinstance(note, dict) else note
        return RecordedPost(WirePost.model_validate(values), includes, text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadInputError(
            f"it is no post of the feed: {first['msg']}", file=file, line=number, field=field or None
        ) from None
    except (ValueError, TypeError) as error:
        raise BadInputError(f"it is no post of the feed: {error}", file=file, line=number) from None
