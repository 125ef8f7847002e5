"""A finished world: posts in order of time, the web they speak of, and what is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from harness.world.page import Page
from harness.world.truth import PostTruth
from harness.world.web import WorldTransport, address
from writers.plugin import Document
from writers.protocol.posts import FeedPage, Includes, Post, WirePost
from writers.protocol.text import without_closing_punctuation

_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class WorldPost:
    """A post of the eligible feed, and what only the world knows about it."""

    wire: WirePost
    includes: Includes
    arrived_at_ms: int
    """When it became eligible for notes."""
    feed_size: str
    """The smallest feed it stands in: small, large, xl, xxl. Larger feeds hold it too."""
    truth: PostTruth

    @property
    def id(self) -> int:
        return int(self.wire.id)

    @property
    def post(self) -> Post:
        """As a writer sees it."""
        return next(FeedPage(data=(self.wire,), includes=self.includes).posts())


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a note's URLs lead, each as it was given; a URL stands in exactly one of the four."""

    decisive: tuple[str, ...]
    """Pages that decide this post's matter."""
    reliable: tuple[str, ...]
    """Readable pages that can be trusted, but decide something else."""
    unreliable: tuple[str, ...]
    dead: tuple[str, ...]
    """Gone, failing, never answering, or nowhere in this world."""


@dataclass(frozen=True)
class World:
    """Posts ordered by arrival, pages by URL."""

    name: str
    posts: Sequence[WorldPost]
    pages: Mapping[str, Page]
    _by_id: Mapping[int, WorldPost] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {post.id: post for post in self.posts})

    def find(self, post_id: int) -> WorldPost:
        """Raises KeyError where no such post is."""
        return self._by_id[post_id]

    def truth(self, post_id: int) -> PostTruth:
        """Raises KeyError where no such post is."""
        return self._by_id[post_id].truth

    def transport(self) -> httpx.AsyncBaseTransport:
        """The web of this world, for an `httpx.AsyncClient`."""
        return WorldTransport(self.pages)

    def documents(self) -> Iterator[Document]:
        """Every readable, reliable page as plain text: what a writer's local document folder would hold."""
        for page in self.pages.values():
            if page.reliable and page.alive and page.redirect_to is None:
                yield Document(url=page.url, text=page.text, title=page.title)

    def page(self, url: str) -> Page | None:
        """The page a URL leads to, through redirects; None where it leads nowhere in this world."""
        page = self.pages.get(url) or self.pages.get(address(without_closing_punctuation(url)))
        for _ in range(_MOST_REDIRECTS):
            if page is None or page.redirect_to is None:
                return page
            page = self.pages.get(page.redirect_to)
        return None

    def cited(self, urls: Iterable[str], *, post_id: int | None = None) -> Cited:
        """What a note on a post cites. Without a post nothing is decisive."""
        decisive_urls = frozenset(self.truth(post_id).decisive_urls) if post_id is not None else frozenset()
        found: dict[str, list[str]] = {"decisive": [], "reliable": [], "unreliable": [], "dead": []}
        for url in urls:
            page = self.page(url)
            if page is None or not page.alive:
                found["dead"].append(url)
            elif page.url in decisive_urls:
                found["decisive"].append(url)
            else:
                found["reliable" if page.reliable else "unreliable"].append(url)
        return Cited(**{name: tuple(cited) for name, cited in found.items()})
