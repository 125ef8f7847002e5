"""Notes written through a storm of kills: every acknowledged note is there once, and none is there twice.

Run with ``python -m benchmarks.kill_storm [--creates 2000] [--writers 20] [--kills 50]``. A real server on a
real SQLite file is killed (SIGKILL) while writers create notes over its socket, and started again at once.
The writers use our own client, which asks what became of a note whose answer was lost, so at the end there
is exactly one note for each writer and post, and each has the id that its writer was told.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from harness.store import Credentials, Store
from writers.auth import OAuth1Credentials
from writers.client import NotesClient, RetryPolicy
from writers.clock import SECOND_MS, SystemClock
from writers.protocol.dialects import NOTES_PATH
from writers.protocol.notes import Classification, CreatedNote, MisleadingTag, NoteInfo, NoteSubmission
from writers.protocol.posts import Includes, WirePost
from writers.protocol.snowflakes import snowflake

PERSISTENT: Final = RetryPolicy(attempts=1000, first_wait_s=0.05, longest_backoff_s=0.4)
"""A writer that outlasts every kill."""
LONGEST_PAUSE_S: Final = 0.05
"""A kill comes up to so long after the acknowledgement that calls for it."""

SERVER: Final = """
import sys
from harness.admission.evaluator import LocalEvaluator
from harness.admission.links import RecordedLinks
from harness.api import ServerSettings, create_app
from harness.api.server import serve
from harness.store import Store
from writers.clock import SystemClock

settings = ServerSettings(rate_limit=1_000_000)
with Store.open(sys.argv[1]) as store:
    evaluator = LocalEvaluator(RecordedLinks({}, source="no web"))
    app = create_app(store, clock=SystemClock(), evaluator=evaluator, settings=settings)
    serve(app, port=int(sys.argv[2]), on_ready=lambda url: print(url, flush=True))
"""


@dataclass(frozen=True)
class Storm:
    """How much is written, by how many, and how often the server is killed meanwhile."""

    creates: int = 2000
    writers: int = 20
    kills: int = 50
    in_flight: int = 10
    """Creates of one writer under way at one time."""
    seed: int = 1
    """Of the moments of the kills."""


@dataclass
class Outcome:
    """What the writers were told, and what the server has at the end."""

    storm: Storm
    seconds: float = 0.0
    told: dict[tuple[int, int], int] = field(default_factory=dict)
    """Writer and post → note id, as `NotesClient.create` gave it."""
    acknowledged: Counter[int] = field(default_factory=Counter)
    """Note id → answers 201 that reached a writer."""
    sent: int = 0
    """Requests to create a note."""
    in_flight_at_kills: list[int] = field(default_factory=list)
    listed: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """Writer and post → ids of the notes that `notes_written` lists."""
    integrity: str = ""
    """What SQLite says of the file."""

    @property
    def lost(self) -> set[int]:
        """Acknowledged notes that are not there."""
        return set(self.acknowledged) - {note for notes in self.listed.values() for note in notes}

    @property
    def twice(self) -> list[tuple[int, int]]:
        """Writers and posts with more than one note."""
        return [pair for pair, notes in self.listed.items() if len(notes) > 1]

    @property
    def agreed(self) -> bool:
        """Whether what was told is what is there."""
        return (
            not self.lost
            and {pair: [note] for pair, note in self.told.items()} == self.listed
            and len(self.told) == self.storm.creates
            and self.integrity == "ok"
        )


@dataclass(frozen=True)
class Arrival:
    wire: WirePost
    includes: Includes
    arrived_at_ms: int
    feed_size: str = "small"


class Recorder(httpx.AsyncHTTPTransport):
    """The network, with a count of what passes."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(limits=httpx.Limits(max_connections=None, max_keepalive_connections=None))
        self._outcome = outcome
        self.in_flight = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) != ("POST", NOTES_PATH):
            return await super().handle_async_request(request)
        self._outcome.sent += 1
        self.in_flight += 1
        try:
            answer = await super().handle_async_request(request)
            body = await answer.aread()
            await answer.aclose()
        finally:
            self.in_flight -= 1
        if answer.status_code == 201:
            self._outcome.acknowledged[int(CreatedNote.model_validate_json(body).data.id)] += 1
        return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=request)


async def weather(storm: Storm, folder: Path) -> Outcome:
    """Let a storm pass over a new database in `folder`."""
    with _reserved_port() as port:
        return await _weather(storm, folder / "storm.sqlite3", port)


async def _weather(storm: Storm, database: Path, port: int) -> Outcome:
    if storm.creates % storm.writers:
        raise ValueError(f"{storm.creates} creates cannot be shared evenly by {storm.writers} writers")
    credentials, posts = _prepare(database, storm)
    outcome = Outcome(storm)
    progress = asyncio.Condition()
    began = time.perf_counter()
    async with Recorder(outcome) as recorder, asyncio.TaskGroup() as group:
        for writer in credentials:
            client = _client(writer, port, recorder)
            group.create_task(_write(client, writer.writer_id, posts, outcome, progress))
        await _kill_again_and_again(database, port, recorder, outcome, progress)
        server = await _start(database, port)
    outcome.seconds = time.perf_counter() - began
    try:
        for writer in credentials:
            async with _client(writer, port, httpx.AsyncHTTPTransport()) as client:
                async for note in client.written(test_mode=True):
                    pair = (writer.writer_id, int(note.info.post_id))
                    outcome.listed.setdefault(pair, []).append(int(note.id))
    finally:
        server.kill()
        await server.wait()
    with sqlite3.connect(database) as connection:
        outcome.integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    return outcome


async def _write(
    client: NotesClient, writer_id: int, posts: list[int], outcome: Outcome, progress: asyncio.Condition
) -> None:
    """Create a note on each post; `progress` is notified of each note told."""
    places = asyncio.Semaphore(outcome.storm.in_flight)

    async def create(post_id: int) -> None:
        async with places:
            outcome.told[writer_id, post_id] = await client.create(_submission(post_id))
        async with progress:
            progress.notify_all()

    async with asyncio.TaskGroup() as group:
        for post_id in posts:
            group.create_task(create(post_id))


async def _kill_again_and_again(
    database: Path, port: int, recorder: Recorder, outcome: Outcome, progress: asyncio.Condition
) -> None:
    """Kills evenly spread over the notes to come."""
    storm = outcome.storm
    generator = np.random.default_rng(storm.seed)
    for kill in range(1, storm.kills + 1):
        server = await _start(database, port)
        enough = storm.creates * kill // (storm.kills + 1)
        async with progress:
            while len(outcome.told) < enough:
                await progress.wait()
        await asyncio.sleep(generator.uniform(0, LONGEST_PAUSE_S))
        outcome.in_flight_at_kills.append(recorder.in_flight)
        server.kill()
        await server.wait()


async def _start(database: Path, port: int) -> asyncio.subprocess.Process:
    """A server that accepts connections."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(database), str(port), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    if not await server.stdout.readline():
        raise RuntimeError(f"the server did not start: exit status {await server.wait()}")
    return server


def _client(writer: Credentials, port: int, transport: httpx.AsyncBaseTransport) -> NotesClient:
    auth = OAuth1Credentials(
        writer.consumer_key, writer.consumer_secret, writer.access_token, writer.access_token_secret
    )
    return NotesClient(f"http://127.0.0.1:{port}", auth, transport=transport, retry=PERSISTENT)


def _prepare(database: Path, storm: Storm) -> tuple[list[Credentials], list[int]]:
    """Writers, and the posts that each of them writes about."""
    now_ms = SystemClock().now_ms()
    posts = [snowflake(now_ms - number * SECOND_MS, 0) for number in range(storm.creates // storm.writers)]
    with Store.open(database) as store:
        store.add_posts(
            [
                Arrival(WirePost(id=str(post_id), text="The bridge is closed."), Includes(), now_ms)
                for post_id in posts
            ]
        )
        return [store.add_writer(f"writer {number}", now_ms) for number in range(storm.writers)], posts


def _submission(post_id: int) -> NoteSubmission:
    info = NoteInfo(
        text="The bridge has been open since May. https://bridges.example/open",
        classification=Classification.MISLEADING,
        misleading_tags=(MisleadingTag.FACTUAL_ERROR,),
        trustworthy_sources=True,
    )
    return NoteSubmission(test_mode=True, post_id=str(post_id), info=info)


@contextmanager
def _reserved_port() -> Iterator[int]:
    """A port that only a server which asks for it by number gets, also while none listens."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--creates", type=int, default=Storm.creates)
    parser.add_argument("--writers", type=int, default=Storm.writers)
    parser.add_argument("--kills", type=int, default=Storm.kills)
    parser.add_argument("--in-flight", type=int, default=Storm.in_flight)
    parser.add_argument("--seed", type=int, default=Storm.seed)
    storm = Storm(**vars(parser.parse_args(arguments or [])))
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(weather(storm, Path(folder)))
    table = Table(title="Creates under a storm of kills", show_header=False)
    for name, value in {
        "writers": storm.writers,
        "creates": storm.creates,
        "SIGKILLs and restarts": storm.kills,
        "creates under way at a kill, mean": f"{np.mean(outcome.in_flight_at_kills or [0]):.1f}",
        "requests to create, resent ones too": outcome.sent,
        "acknowledged (201 reached the writer)": outcome.acknowledged.total(),
        "found by asking after a lost answer": storm.creates - outcome.acknowledged.total(),
        "notes listed at the end": sum(map(len, outcome.listed.values())),
        "acknowledged notes lost": len(outcome.lost),
        "notes there twice": len(outcome.twice),
        "SQLite's integrity check": outcome.integrity,
        "seconds": f"{outcome.seconds:.1f}",
        "told and there agree": "yes" if outcome.agreed else "NO",
    }.items():
        table.add_row(name, str(value))
    Console().print(table)
    return 0 if outcome.agreed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
