"""A pass of `researched` over the sixty hand-written posts: its notes, its costs, and its replay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness.world import World, WorldPost, load_handwritten
from harness.world.truth import ClaimKind
from tests.model_server import Asked, ModelServer
from tests.writers.builtin.researched.models import Scripted, claim, fenced, proposal, sentences_of
from tests.writers.conftest import PatientClock
from tests.writers.fault_server import FaultServer
from tests.writers.llm.conftest import ENVIRONMENT, model_server, settings
from writers.builtin.checks import (
    LengthCheck,
    QuotationCheck,
    TagsFitClassificationCheck,
    UrlFromEvidenceCheck,
    UrlPresentCheck,
)
from writers.builtin.researched import ResearchedWriter
from writers.builtin.researched.wording import ROOM
from writers.builtin.retrievers import DocumentSearch, SuggestedSources
from writers.client import NotesClient
from writers.journal import Journal, Outcome
from writers.journal.export import exported
from writers.llm import ExchangeList, ModelDesk
from writers.plugin import Document, Fetch
from writers.run import run_pass
from writers.run_limits import PassSummary, RunLimits
from writers.tape import OFFLINE, Tape, TapeLog, TapeReader, TapeWriter, note_models, noted_models
from writers.web import PageFetcher

__all__ = ["model_server"]

CHECKS = [
    LengthCheck(),
    UrlPresentCheck(),
    UrlFromEvidenceCheck(),
    TagsFitClassificationCheck(),
    QuotationCheck(),
]


@dataclass
class WellRead:
    """A model that knows which posts mislead, and finds in the passages what is so."""

    world: World

    def post(self, asked: Asked) -> WorldPost:
        text = fenced(asked, "post")[0]
        return next(post for post in self.world.posts if post.post.text.strip() == text.strip())

    def claim(self, asked: Asked) -> dict[str, Any]:
        post = self.post(asked)
        kind = "opinion" if post.truth.kind is ClaimKind.OPINION else "worth_checking"
        in_picture = post.truth.kind is ClaimKind.OUT_OF_CONTEXT and bool(post.post.media)
        return claim(kind=kind, claim=post.truth.explanation or post.post.text[:300], in_picture=in_picture)

    def draft(self, asked: Asked) -> dict[str, Any]:
        truth = self.post(asked).truth
        if not truth.misleading:
            return proposal(finding="borne_out", tags=[])
        for number, passage in enumerate(fenced(asked, "passages"), start=1):
            for sentence in sentences_of(passage):
                if truth.states_right_value(sentence) and len(sentence) <= ROOM:
                    return proposal(note=sentence, passages=[number])
        return proposal(finding="undecided", tags=[])


@pytest.fixture(scope="module")
def world() -> World:
    return load_handwritten()


@pytest.fixture
def api(server: FaultServer, world: World) -> FaultServer:
    server.posts = [post.wire.model_dump(mode="json", exclude_none=True) for post in world.posts]
    for kind in ("tweets", "users", "media"):
        once = {item.model_dump_json(): item for post in world.posts for item in getattr(post.includes, kind)}
        server.includes[kind] = [item.model_dump(mode="json", exclude_none=True) for item in once.values()]
    return server


async def nowhere(url: str) -> Document | None:
    raise AssertionError("a replay fetches nothing")


async def go(
    client: Any, journal: Journal, clock: Any, tape: Tape, models: ModelDesk | None, web: Fetch, world: World
) -> PassSummary:
    return await run_pass(
        ResearchedWriter(),
        client,
        limits=RunLimits(seconds_per_post=60, concurrency=4),
        test_mode=True,
        retrievers=[SuggestedSources(), DocumentSearch(world.documents())],
        checks=CHECKS,
        journal=journal,
        clock=clock,
        web=web,
        models=models,
        tape=tape,
    )


async def test_sixty_posts_recorded_and_replayed(
    tmp_path: Path,
    world: World,
    api: FaultServer,
    client: NotesClient,
    model_server: ModelServer,
    clock: PatientClock,
) -> None:
    well_read = WellRead(world)
    Scripted(model_server, {"claim": well_read.claim, "draft": well_read.draft})
    path, exchanges = tmp_path / "pass.jsonl", ExchangeList()
    made = settings(model_server)
    with Journal.in_memory() as first, Journal.in_memory() as second:
        with TapeWriter(path) as tape:
            note_models(tape, repairs=made.repairs, budget=made.budget)
            logs = [first.exchange_log("researched", True), TapeLog(tape), exchanges]
            async with (
                PageFetcher(world.transport(), clock=clock, polite=False) as web,
                ModelDesk.live(made, ENVIRONMENT, clock=clock, logs=logs) as models,
            ):
                summary = await go(client, first, clock, tape, models, web, world)
        assert (summary.seen, summary.failed, summary.refused) == (len(world.posts), 0, 0)
        judge_the_notes(world, first)

        spent = [exchange.usage for exchange in exchanges.exchanges if exchange.usage is not None]
        assert sum(usage.tokens for usage in spent) == model_server.ledger.tokens
        costs = [e.cost_usd for e in exchanges.exchanges if e.cost_usd is not None]
        assert sum(costs, Decimal(0)) == model_server.ledger.usd > 0

        requests = len(model_server.requests), len(api.requests)
        reader = TapeReader(path)
        replayed = noted_models(reader, clock=clock, logs=[second.exchange_log("researched", True)])
        assert await go(OFFLINE, second, PatientClock(), reader, replayed, nowhere, world) == summary
        assert list(exported(second, texts=True)) == list(exported(first, texts=True))
        assert (len(model_server.requests), len(api.requests)) == requests


def judge_the_notes(world: World, journal: Journal) -> None:
    """Each note says what is so and cites a reliable page; posts that mislead nobody have none."""
    by_id = {attempt.post_id: attempt for attempt in journal.attempts()}
    noted = Counter[ClaimKind]()
    for post in world.posts:
        attempt = by_id[post.id]
        if attempt.outcome is Outcome.ABSTAINED:
            assert attempt.reason
            continue
        assert attempt.draft is not None
        assert post.truth.misleading
        pages = [world.page(url) for url in attempt.draft.sources]
        assert all(page is not None and page.reliable for page in pages)
        assert post.truth.states_right_value(attempt.draft.text)
        noted[post.truth.kind] += 1
    assert noted.total() >= 40
    assert {ClaimKind.WRONG_NUMBER, ClaimKind.WRONG_DATE, ClaimKind.SATIRE} <= noted.keys()
