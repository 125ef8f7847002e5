"""The local API over loopback: feed reads and durable creates next to a "hello" route of the same stack.

Run with ``python -m benchmarks.api [--connections 16] [--rounds 3] [--seconds 3]``. A uvicorn process serves
a SQLite file and, in the same application, an unauthenticated route ``/hello``; this process sends the load,
each connection one request at a time. Kinds of load take turns in each round, so that what else the machine
does meets all of them; what is told is the median round. The goals: authenticated feed reads of 100 posts at
35 % of hello or more, durable creates at 20 % or more, with OAuth 2.0 user tokens. Both are told for OAuth
1.0a besides, whose requests are signed before the clock starts.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from oauthlib.oauth1 import Client
from rich.table import Table

from benchmarks import wide_console
from harness.admission.evaluator import LocalEvaluator
from harness.admission.links import RecordedLinks
from harness.api import ServerSettings, create_app
from harness.api.server import serve
from harness.store import Credentials, Store
from harness.world import build_world
from writers.clock import DAY_MS, SystemClock
from writers.protocol.dialects import FEED_PATH, NOTES_PATH

HELLO = "hello"
FEED = "feed, user token"
CREATE = "create, user token"
SIGNED_FEED = "feed, OAuth 1.0a"
SIGNED_CREATE = "create, OAuth 1.0a"
GOALS = {FEED: 0.35, CREATE: 0.20}

HELLO_PATH = "/hello"
WRITERS = 80
"""Each may write once on each post: together they have more notes to write than a run has time for."""
POSTS_PER_DAY = 300
UNLIMITED = 10**9


@dataclass
class Load:
    """What one round of one kind of load came to."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    received: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


def serve_store(database: Path, ready: Connection) -> None:
    """The server process: the API as `notewright serve` has it, and hello."""
    with Store.open(database) as store:
        app = create_app(
            store,
            clock=SystemClock(),
            evaluator=LocalEvaluator(RecordedLinks({}, source="an empty table")),
            settings=ServerSettings(rate_limit=UNLIMITED, feed_rate_limit=UNLIMITED),
        )

        @app.get(HELLO_PATH)
        async def hello() -> dict[str, str]:
            return {"hello": "world"}

        # Of all routes the first that is looked at.
        app.router.routes.insert(0, app.router.routes.pop())
        serve(app, port=0, on_ready=ready.send)


class Client11(asyncio.Protocol):
    """One connection that sends the next request when the last is answered: HTTP/1.1, told lengths only."""

    def __init__(self, requests: Iterator[bytes], expected: bytes, deadline: float, load: Load) -> None:
        self._requests, self._expected, self._deadline, self._load = requests, expected, deadline, load
        self._received = bytearray()
        self._needed = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None) if time.perf_counter() < self._deadline else None
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._needed:
            head, found, _ = self._received.partition(b"\r\n\r\n")
            if not found:
                return
            status, *headers = head.split(b"\r\n")
            if status.split(b" ")[1] != self._expected:
                self._fail(RuntimeError(bytes(self._received[:500]).decode("utf-8", "replace")))
                return
            [length] = [int(line[15:]) for line in headers if line.lower().startswith(b"content-length:")]
            self._needed = len(head) + 4 + length
        if len(self._received) >= self._needed:
            self._load.latencies.append(time.perf_counter() - self._sent_at)
            self._load.received += self._needed
            self._received.clear()
            self._needed = 0
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            if self._needed or self._received:
                error = error or ConnectionError("the server hung up")
            self._fail(error) if error else self.done.set_result(None)

    def _fail(self, error: Exception) -> None:
        self._transport.abort()
        if not self.done.done():
            self.done.set_exception(error)


async def send(url: str, requests: Iterable[bytes], *, connections: int, seconds: float, status: int) -> Load:
    """Send until the time or the requests are used up.

    Raises:
        RuntimeError: an answer had another status.
    """
    address, load, shared = urlsplit(url), Load(), iter(requests)
    assert address.hostname is not None
    assert address.port is not None
    host, port = address.hostname, address.port
    loop, begin = asyncio.get_running_loop(), time.perf_counter()
    expected = str(status).encode()
    opened = [
        await loop.create_connection(lambda: Client11(shared, expected, begin + seconds, load), host, port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for _, client in opened))
    load.seconds = time.perf_counter() - begin
    return load


class Requests:
    """The requests of each kind, as bytes."""

    def __init__(self, url: str, writers: Sequence[Credentials], post_ids: Sequence[str]) -> None:
        self._url, self._writers = url, writers
        self._host = urlsplit(url).netloc
        self._places = itertools.product(post_ids, writers)
        """Where notes may still be written: a writer has one note on a post."""
        self._readers = itertools.cycle(writers)
        self._pages = itertools.cycle(self._walk(writers[0]))

    def _walk(self, writer: Credentials) -> list[str]:
        """The addresses of the whole feed, page by page."""
        pages, path = (
            [],
            f"{FEED_PATH}?test_mode=true&max_results=100&"
            + (
                "tweet.fields=author_id,created_at,referenced_tweets,media_metadata,note_tweet,"
                "suggested_source_links_with_counts&expansions=author_id,attachments.media_keys,"
                "referenced_tweets.id&media.fields=alt_text,url"
            ),
        )
        token = ""
        while True:
            pages.append(path + token)
            answer = httpx.get(self._url + pages[-1], headers={"authorization": _bearer(writer)})
            answer.raise_for_status()
            following = answer.json()["meta"].get("next_token")
            if following is None:
                # The last page is shorter than the others.
                return pages[:-1] if len(pages) > 1 else pages
            token = f"&pagination_token={following}"

    def hello(self) -> Iterator[bytes]:
        return itertools.repeat(self._bytes("GET", HELLO_PATH, {}))

    def feed(self) -> Iterator[bytes]:
        while True:
            yield self._bytes("GET", next(self._pages), {"authorization": _bearer(next(self._readers))})

    def create(self) -> Iterator[bytes]:
        for post_id, writer in self._places:
            yield self._bytes("POST", NOTES_PATH, {"authorization": _bearer(writer)}, _note(post_id))

    def signed_feed(self) -> Iterator[bytes]:
        while True:
            path, writer = next(self._pages), next(self._readers)
            yield self._bytes("GET", path, {"authorization": self._signature("GET", path, writer)})

    def signed_create(self) -> Iterator[bytes]:
        for post_id, writer in self._places:
            signed = {"authorization": self._signature("POST", NOTES_PATH, writer)}
            yield self._bytes("POST", NOTES_PATH, signed, _note(post_id))

    def _signature(self, method: str, path: str, writer: Credentials) -> str:
        client = Client(
            writer.consumer_key, writer.consumer_secret, writer.access_token, writer.access_token_secret
        )
        _, headers, _ = client.sign(self._url + path, method)
        return str(headers["Authorization"])

    def _bytes(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
        lines = {"host": self._host, "accept": "application/json", **headers}
        if body:
            lines |= {"content-type": "application/json", "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def _bearer(writer: Credentials) -> str:
    return f"Bearer {writer.user_token}"


def _note(post_id: str) -> bytes:
    info = {
        "text": "The port's own yearly report gives another figure: https://port.example/figures/2025",
        "classification": "misinformed_or_potentially_misleading",
        "misleading_tags": ["factual_error", "missing_important_context"],
        "trustworthy_sources": True,
    }
    return json.dumps({"test_mode": True, "post_id": post_id, "info": info}).encode()


def prepare(database: Path) -> tuple[list[Credentials], list[str]]:
    """A database with a full feed and writers: their credentials, and the ids of the posts."""
    now_ms = SystemClock().now_ms()
    world = build_world(7, start_ms=now_ms - 4 * DAY_MS, days=4, posts_per_day=POSTS_PER_DAY)
    arrived = [post for post in world.posts if post.arrived_at_ms <= now_ms]
    with Store.open(database) as store:
        store.add_posts(arrived)
        writers = [store.add_writer(f"writer {number}", now_ms) for number in range(WRITERS)]
    shown = [post.wire.id for post in arrived if not post.wire.matched_media_notes]
    return writers, shown


async def measure(
    url: str, requests: Requests, *, connections: int, rounds: int, seconds: float
) -> dict[str, list[Load]]:
    """Every kind of load in turn, once a round, after a short one to warm up."""
    kinds: dict[str, tuple[Callable[[], Iterator[bytes]], int]] = {
        HELLO: (requests.hello, 200),
        FEED: (requests.feed, 200),
        CREATE: (requests.create, 201),
        SIGNED_FEED: (requests.signed_feed, 200),
        SIGNED_CREATE: (requests.signed_create, 201),
    }
    loads: dict[str, list[Load]] = {name: [] for name in kinds}
    for round_number in range(rounds + 1):
        for name, (make, status) in kinds.items():
            length = seconds if round_number else seconds / 10
            prepared: Iterable[bytes] = make()
            if name in (SIGNED_FEED, SIGNED_CREATE):
                # Signing takes the client longer than checking takes the server.
                known = loads[HELLO][-1].per_second if round_number else 1_000
                prepared = list(itertools.islice(prepared, int(known * length / 2)))
            load = await send(url, prepared, connections=connections, seconds=length, status=status)
            if round_number:
                loads[name].append(load)
    return loads


def report(loads: dict[str, list[Load]]) -> Table:
    """The median round of each kind. The ratios are those of single rounds."""
    table = Table("load", "per second", "p50 ms", "p99 ms", "of hello", "goal", "kB each", "requests")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, of_rounds in loads.items():
        ratio = statistics.median(
            load.per_second / hello.per_second for load, hello in zip(of_rounds, loads[HELLO], strict=True)
        )
        goal = GOALS.get(name)
        count = sum(len(load.latencies) for load in of_rounds)
        table.add_row(
            name,
            f"{statistics.median(load.per_second for load in of_rounds):,.0f}",
            f"{statistics.median(load.percentile_ms(50) for load in of_rounds):.2f}",
            f"{statistics.median(load.percentile_ms(99) for load in of_rounds):.2f}",
            f"{ratio:.0%}",
            "" if goal is None else f"{goal:.0%}",
            f"{sum(load.received for load in of_rounds) / count / 1000:.1f}",
            f"{count:,}",
        )
    return table


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each kind of load, in each round")
    asked = parser.parse_args(arguments if arguments is not None else [])
    spawned = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "x.sqlite3"
        writers, post_ids = prepare(database)
        ready, told = spawned.Pipe(duplex=False)
        server = spawned.Process(target=serve_store, args=(database, told), daemon=True)
        server.start()
        try:
            url = ready.recv()
            requests = Requests(url, writers, post_ids)
            loads = asyncio.run(
                measure(
                    url,
                    requests,
                    connections=asked.connections,
                    rounds=asked.rounds,
                    seconds=asked.seconds,
                )
            )
        finally:
            server.terminate()
            server.join()
    console = wide_console()
    console.print(f"{asked.connections} connections, {WRITERS} writers, {os.cpu_count()} processors")
    console.print(report(loads))


if __name__ == "__main__":
    main(sys.argv[1:])
