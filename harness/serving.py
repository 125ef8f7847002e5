"""The local X as `notewright serve` runs it: a data folder, posts and their web, the API, and its rounds.

The folder holds the database with its key, which posts are served (chosen once, so that ids and pages stay
what they are), and the documents of the fictional web for writers who search a local folder.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, Self

import httpx
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.admission.evaluator import LocalEvaluator, NoteEvaluator
from harness.admission.links import WebLinks
from harness.api import ServerSettings, create_app
from harness.eligibility import rules_at
from harness.eligibility.ruleset import BASE_FEED
from harness.rounds.admission import hold_draw
from harness.rounds.evaluation import evaluate_pending
from harness.store import Store
from harness.store.credentials import Credentials
from harness.world import World, WorldPost, build_world, load_handwritten
from harness.world.gateway import GATEWAY_PATH, RoutedTransport, gateway_router
from writers.clock import DAY_MS, SECOND_MS, Clock
from writers.errors import BadInputError, UserError
from writers.safe_http import guarded_transport

DATABASE: Final = "notewright.sqlite3"
CHOICE: Final = "posts.json"
DOCUMENTS: Final = "documents.jsonl"
FIRST_WRITER: Final = "first-writer"

SECONDS_BETWEEN_ROUNDS: Final = 2.0
WORLD_DAYS: Final = 30
WORLD_POSTS_PER_DAY: Final = 200
WORLD_AGE_MS: Final = 3 * DAY_MS
"""A generated world began this long before its folder: the feed is full from the first minute."""
SAMPLE_SPREAD_MS: Final = 2 * DAY_MS
"""The hand-written posts arrived evenly over this time."""

PostsName = Literal["handwritten", "world"]

log = logging.getLogger(__name__)


class PostsChoice(BaseModel):
    """Which posts a data folder serves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    posts: PostsName
    seed: int
    start_ms: int

    def world(self) -> World:
        """The same world each time."""
        if self.posts == "handwritten":
            return load_handwritten()
        return build_world(
            self.seed, start_ms=self.start_ms, days=WORLD_DAYS, posts_per_day=WORLD_POSTS_PER_DAY
        )

    def arriving(self, world: World, now_ms: int) -> Sequence[WorldPost]:
        """The posts with their times of arrival. The hand-written ones are a sample: all in the small feed,
        all of late, however old the folder is.
        """
        if self.posts == "world":
            return world.posts
        pause_ms = SAMPLE_SPREAD_MS // len(world.posts)
        return [
            replace(post, arrived_at_ms=now_ms - age * pause_ms, feed_size=BASE_FEED)
            for age, post in enumerate(reversed(world.posts))
        ]


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
    world: World
    folder: Path
    first_writer: Credentials | None
    """Credentials of the writer enrolled on the folder's first run; told once."""

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        posts: PostsName | None,
        luck: Luck,
        settings: ServerSettings,
        clock: Clock,
        network: httpx.AsyncBaseTransport | None = None,
    ) -> Self:
        """Open the folder, making what is missing. Raises UserError where it cannot be used as asked."""
        make_folder(folder)
        choice = _choice(folder, posts, seed=luck.seed, now_ms=clock.now_ms())
        world = choice.world()
        store = Store.open(folder / DATABASE)
        store.add_posts(choice.arriving(world, clock.now_ms()))
        if not (folder / DOCUMENTS).exists():
            _write_documents(folder / DOCUMENTS, world)
        first_writer = None if store.writers() else store.add_writer(FIRST_WRITER, clock.now_ms())
        web = RoutedTransport(fictional=world.transport(), network=network or guarded_transport())
        links = WebLinks(web, clock=clock, source="the fictional web, and the network beyond it")
        evaluator = LocalEvaluator(links)
        app = create_app(
            store,
            clock=clock,
            evaluator=evaluator,
            settings=settings,
            lifespan=_rounds(store, evaluator, links, settings, luck, clock),
        )
        app.mount(GATEWAY_PATH, gateway_router(world.transport()))
        return cls(store, app, world, folder, first_writer)

    @property
    def documents(self) -> Path:
        return self.folder / DOCUMENTS

    def close(self) -> None:
        self.store.close()


def make_folder(folder: Path) -> None:
    """Make a data folder where there is none. Raises UserError where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {folder} cannot be made ({error.strerror}); name another by --data."
        ) from None


def _choice(folder: Path, posts: PostsName | None, *, seed: int, now_ms: int) -> PostsChoice:
    """What the folder serves; on its first run what is asked for, else the generated world."""
    file = folder / CHOICE
    try:
        chosen = PostsChoice.model_validate_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        chosen = PostsChoice(posts=posts or "world", seed=seed, start_ms=now_ms - WORLD_AGE_MS)
        file.write_text(chosen.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise BadInputError("does not say which posts are served; remove it", file=file) from error
    if posts not in (None, chosen.posts):
        raise UserError(
            f"The folder {folder} serves the posts '{chosen.posts}'; "
            f"name another folder by --data for '{posts}'."
        )
    return chosen


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
