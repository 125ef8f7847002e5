"""From what a search found to documents: the pages themselves, as far as they can be read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from writers.builtin.addresses import canonical_url
from writers.plugin import Document, Fetch


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that a search found, and what it told about it."""

    url: str
    title: str
    excerpt: str


async def documents_of(hits: Sequence[Hit], *, fetch: Fetch, limit: int) -> list[Document]:
    """The hits' pages, in order, each once; of one that cannot be read, what the search told.

    A hit without a readable page and without an excerpt is left out.
    """
    once: dict[str, Hit] = {}
    for hit in hits:
        once.setdefault(canonical_url(hit.url), hit)
    chosen = list(once.values())[:limit]
    pages = await asyncio.gather(*(fetch(hit.url) for hit in chosen))
    return [
        replace(page, title=page.title or hit.title, excerpt=hit.excerpt) if page is not None else told(hit)
        for hit, page in zip(chosen, pages, strict=True)
        if page is not None or hit.excerpt
    ]


def told(hit: Hit) -> Document:
    """A hit as a document, unread: its text is what the search told."""
    return Document(url=hit.url, text=hit.excerpt, title=hit.title, excerpt=hit.excerpt)
