"""A served local X with a small feed, and writers enrolled on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from requests_oauthlib import OAuth1Session

from harness.api import ServerSettings, create_app
from harness.api.server import running
from harness.store import Credentials, Store
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import Arrival, sample_feed
from writers.clock import SystemClock


@dataclass(frozen=True)
class Served:
    """A server, its store, its feed, and one writer who may write test notes."""

    url: str
    store: Store
    feed: list[Arrival]
    writer: Credentials

    @property
    def post_ids(self) -> list[str]:
        return [arrival.wire.id for arrival in self.feed]

    def session(self, credentials: Credentials | None = None, **options: str) -> OAuth1Session:
        return session_of(credentials or self.writer, **options)


def session_of(credentials: Credentials, **options: str) -> OAuth1Session:
    """What most bots send their requests with."""
    return OAuth1Session(
        credentials.consumer_key,
        client_secret=credentials.consumer_secret,
        resource_owner_key=credentials.access_token,
        resource_owner_secret=credentials.access_token_secret,
        **options,
    )


def served_with(folder: Path, settings: ServerSettings | None = None) -> Iterator[Served]:
    """Serve a new database file with the sample feed."""
    now_ms = SystemClock().now_ms()
    feed = sample_feed(now_ms)
    with Store.open(folder / "x.db") as store:
        store.add_posts(feed)
        writer = store.add_writer("harbour-watch", now_ms)
        app = create_app(store, clock=SystemClock(), evaluator=recorded_evaluator(), settings=settings)
        with running(app) as url:
            yield Served(url, store, feed, writer)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    yield from served_with(tmp_path)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for a whole module: for tests that leave it as it is."""
    yield from served_with(tmp_path_factory.mktemp("unchanged"))
