"""Where a season's posts come from: the sample world or a recorded feed, with the web around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

from harness.admission.links import LinkChecker
from harness.raters.merit import Matter, Source
from harness.world.truth import ClaimKind, PostTruth
from writers.plugin import Document
from writers.protocol.posts import FeedPage, Includes, Post, WirePost


@dataclass(frozen=True, slots=True)
class SeasonPost:
    """A post of the season, with what only the season knows of it."""

    wire: WirePost
    includes: Includes
    arrived_at_ms: int
    feed_size: str
    reach: float
    """Expected impressions."""
    seen_from_ms: int
    """Since when people see it."""
    matter: Matter
    truth: PostTruth | None = None
    post: Post = field(init=False)
    """As a writer sees it."""

    def __post_init__(self) -> None:
        page = FeedPage.model_construct(data=(self.wire,), includes=self.includes)
        object.__setattr__(self, "post", next(page.posts()))

    @property
    def kind(self) -> ClaimKind | None:
        """What the post really is, where known."""
        return self.truth.kind if self.truth is not None else None


@dataclass(frozen=True, slots=True)
class PostSource:
    """Posts and the web they stand in."""

    posts: Sequence[SeasonPost]
    """In order of arrival."""
    web: httpx.AsyncBaseTransport
    """What a writer's fetches meet."""
    links: LinkChecker
    """What the evaluator's link checks meet."""
    lead: Callable[[str], Awaitable[tuple[str, Source]]]
    """Where a URL in a note leads: the page's own address, and what kind of page it is."""
    documents: Sequence[Document] = ()
    """Pages that a writer may keep at hand, as a local document folder."""
