"""A desk with real models and a real web behind it: the model server, and a website."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.model_server import ModelServer
from tests.website import Answer, page, website
from tests.writers.builtin.researched.models import Scripted
from tests.writers.conftest import PatientClock
from tests.writers.llm.conftest import Opener, log, model_server, opened
from writers.builtin.researched import ResearchedWriter
from writers.builtin.retrievers import SuggestedSources
from writers.llm import ModelDesk
from writers.plugin import Abstain, Desk, Document, Draft, Retriever
from writers.protocol.posts import Post, SuggestedSource
from writers.web import PageFetcher

__all__ = ["log", "model_server", "opened"]

REPORT = "http://harbour.test/report"
REGISTER = "http://harbour.test/register"
CARRIED = "The ferries of Port Ossary carried 41,200 passengers in 2024, compared with 39,800 in 2023."
OPENED = "The lighthouse of Port Ossary was lit for the first time on 4 May 1891."
PAGES = {
    "/report": page(f"<title>Ferries of Port Ossary</title><p>{CARRIED}</p><p>More is due in spring.</p>"),
    "/register": page(f"<title>Lighthouse of Port Ossary</title><p>{OPENED}</p>"),
}


def a_post(text: str = "The ferries of Port Ossary carried 97,000 passengers in 2024!", **more: Any) -> Post:
    values = {"lang": "en", "suggested_sources": (SuggestedSource(REPORT, 3), SuggestedSource(REGISTER, 1))}
    return Post(id=7, text=text, created_at_ms=1_760_000_000_000, **values | more)


async def indifferent(text: str) -> float:
    return 0.0


@dataclass
class Bench:
    """Lays a desk for each post."""

    scripted: Scripted
    open_models: Opener
    fetcher: PageFetcher
    clock: PatientClock
    retrievers: dict[str, Retriever] = field(default_factory=lambda: {"suggested": SuggestedSources()})
    evaluate: Callable[[str], Any] = indifferent
    seconds: float = 600
    settings: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Document] = field(default_factory=dict)
    models: dict[str, ModelDesk] = field(default_factory=dict)

    async def draft(self, post: Post | None = None, **options: Any) -> Draft | Abstain:
        self.evidence = {}

        async def fetch(url: str) -> Document | None:
            document = await self.fetcher(url)
            if document is not None:
                self.evidence[url] = self.evidence[document.url] = document
            return document

        made = repr(self.settings)
        if made not in self.models:
            self.models[made] = await self.open_models.desk(**self.settings)
        deadline_ms = self.clock.now_ms() + round(self.seconds * 1000)
        desk = Desk(
            clock=self.clock,
            deadline_ms=deadline_ms,
            fetch=fetch,
            retrievers=self.retrievers,
            evaluate=self.evaluate,
            log=logging.getLogger("notewright.writer.researched"),
            evidence=self.evidence,
            model=self.models[made].for_post(7, deadline_ms=deadline_ms),
        )
        return await ResearchedWriter(**options).draft(post or a_post(), desk)

    async def abstains(self, post: Post | None = None, **options: Any) -> str:
        """The reason."""
        answer = await self.draft(post, **options)
        assert isinstance(answer, Abstain), answer
        return answer.reason

    async def drafts(self, post: Post | None = None, **options: Any) -> Draft:
        answer = await self.draft(post, **options)
        assert isinstance(answer, Draft), answer
        return answer


@pytest.fixture
def hosts() -> dict[str, dict[str, Answer]]:
    return {"harbour.test": dict(PAGES)}


@pytest.fixture
async def web(hosts: dict[str, dict[str, Answer]]) -> AsyncIterator[httpx.AsyncBaseTransport]:
    async with website(hosts) as site:
        yield site.transport()


@pytest.fixture
def scripted(model_server: ModelServer) -> Iterator[Scripted]:
    return Scripted(model_server)


@pytest.fixture
async def bench(
    scripted: Scripted, opened: Opener, web: httpx.AsyncBaseTransport, clock: PatientClock
) -> AsyncIterator[Bench]:
    async with PageFetcher(web, clock=clock) as fetcher:
        yield Bench(scripted, opened, fetcher, clock)
