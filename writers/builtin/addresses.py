"""URLs of posts, in one spelling: for comparing what a note cites with what was read."""

from __future__ import annotations

from functools import lru_cache

import httpx

from writers.protocol.posts import Post
from writers.protocol.text import find_urls


def urls_of(post: Post) -> list[str]:
    """Every URL that came with a post: in its words and those it quotes or answers, and suggested by
    people.
    """
    found: list[str] = []
    for source in (post, post.quoted, post.replied_to):
        if source is not None:
            found += (span.url for span in find_urls(source.text))
            found += (suggested.url for suggested in source.suggested_sources)
            found += (request.source_url for request in source.note_requests if request.source_url)
            found += (span.url for request in source.note_requests for span in find_urls(request.suggestion))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=16_384)
def canonical_url(url: str) -> str:
    """One spelling for URLs that name one page: host in lower case, no fragment, no closing slash."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        return url
    return str(parsed.copy_with(fragment=None)).rstrip("/")
