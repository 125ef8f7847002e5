"""Sources that people suggested for a post."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from writers.builtin.addresses import canonical_url, urls_of
from writers.plugin import Document, Fetch
from writers.protocol.posts import Post


class SuggestedSources:
    """Pages that people suggested for the post, in its links, its suggested sources and its note requests."""

    name = "suggested_sources"

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        counts = {source.url: source.count or 0 for source in post.suggested_sources}
        addresses: dict[str, str] = {}
        for url in urls_of(post):
            addresses.setdefault(canonical_url(url), url)
        urls = sorted(addresses.values(), key=lambda url: -counts.get(url, 0))[:limit]
        pages = await asyncio.gather(*(fetch(url) for url in urls))
        return [page for page in pages if page is not None]
