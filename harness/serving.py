"""The local X as `notewright serve` runs it: a data folder, posts and their web, the API, and its rounds.

The folder holds the database with its key, which posts are served, and the documents of the fictional web for
writers who search a local folder.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx
from fastapi import FastAPI

from harness.admission.evaluator import LocalEvaluator, NoteEvaluator
from harness.admission.links import WebLinks
from harness.api import ServerSettings, create_app
from harness.eligibility import rules_at
from harness.feeds.arrivals import Spacing
from harness.rounds.admission import hold_draw
from harness.rounds.evaluation import evaluate_pending
from harness.served_posts import PostsChoice, ServedPosts
from harness.store import Store
from harness.store.credentials import Credentials
from harness.world import World
from harness.world.gateway import GATEWAY_PATH, RoutedTransport, gateway_router
from writers.clock import SECOND_MS, Clock
from writers.errors import UserError
from writers.safe_http import guarded_transport

DATABASE: Final = "notewright.sqlite3"
DOCUMENTS: Final = "documents.jsonl"
FIRST_WRITER: Final = "first-writer"

SECONDS_BETWEEN_ROUNDS: Final = 2.0

log = logging.getLogger(__name__)


def interactive_settings() -> ServerSettings:
    """The API's settings for somebody who sits in front of it: verdicts come within seconds."""
    return ServerSettings(evaluation_delay_ms=5 * SECOND_MS)


@dataclass(frozen=True, slots=True)
class Luck:
    """How writers who qualify are drawn for admission."""

    seed: int
    probability: float


@dataclass(frozen=True, slots=True)
class LocalServer:
    """An opened data folder, ready to be served."""

    store: Store
    app: FastAPI
    posts: ServedPosts
    folder: Path
    first_writer: Credentials | None
    """Credentials of the writer enrolled on the folder's first run; told once."""

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        posts: str | None,
        spacing: Spacing | None = None,
        luck: Luck,
        settings: ServerSettings,
        clock: Clock,
        network: httpx.AsyncBaseTransport | None = None,
    ) -> Self:
        """Open the folder, making what is missing. Raises UserError where it cannot be used as asked.

        `posts` and `spacing` are as in `PostsChoice`; links are checked over `network`, fictional ones apart.
        """
        make_folder(folder)
        now_ms = clock.now_ms()
        choice = PostsChoice.of_folder(folder, posts, seed=luck.seed, now_ms=now_ms)
        served = choice.load(now_ms=now_ms, spacing=spacing)
        store = Store.open(folder / DATABASE)
        store.add_posts(served.arrivals)
        if served.world is not None and not (folder / DOCUMENTS).exists():
            _write_documents(folder / DOCUMENTS, served.world)
        first_writer = None if store.writers() else store.add_writer(FIRST_WRITER, now_ms)
        links = _links(served.world, network or guarded_transport(), clock)
        evaluator = LocalEvaluator(links)
        app = create_app(
            store,
            clock=clock,
            evaluator=evaluator,
            settings=settings,
            lifespan=_rounds(store, evaluator, links, settings, luck, clock),
        )
        if served.world is not None:
            app.mount(GATEWAY_PATH, gateway_router(served.world.transport()))
        return cls(store, app, served, folder, first_writer)

    @property
    def documents(self) -> Path | None:
        """The fictional web's reliable pages, for a writer's local document folder; none to real posts."""
        return None if self.posts.world is None else self.folder / DOCUMENTS

    def close(self) -> None:
        self.store.close()


def _links(world: World | None, network: httpx.AsyncBaseTransport, clock: Clock) -> WebLinks:
    if world is None:
        return WebLinks(network, clock=clock, source="the network")
    web = RoutedTransport(fictional=world.transport(), network=network)
    return WebLinks(web, clock=clock, source="the fictional web, and the network beyond it")


def make_folder(folder: Path) -> None:
    """Make a data folder where there is none. Raises UserError where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {folder} cannot be made ({error.strerror}); name another by --data."
        ) from None


def _write_documents(file: Path, world: World) -> None:
    lines = (
        json.dumps({"url": d.url, "title": d.title, "text": d.text}, ensure_ascii=False)
        for d in world.documents()
    )
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _rounds(
    store: Store,
    evaluator: NoteEvaluator,
    links: WebLinks,
    settings: ServerSettings,
    luck: Luck,
    clock: Clock,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """While the application runs: test notes are evaluated, and writers who qualify are drawn."""

    async def hold() -> None:
        while True:
            now_ms = clock.now_ms()
            try:
                await evaluate_pending(store, evaluator, now_ms=now_ms, delay_ms=settings.evaluation_delay_ms)
                hold_draw(
                    store, rules_at(now_ms), now_ms=now_ms, seed=luck.seed, probability=luck.probability
                )
            except Exception:
                log.exception("a round failed; the next one tries again")
            await clock.sleep(SECONDS_BETWEEN_ROUNDS)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        rounds = asyncio.create_task(hold())
        try:
            yield
        finally:
            rounds.cancel()
            await asyncio.gather(rounds, return_exceptions=True)
            await links.aclose()

    return lifespan
