"""A recorded feed served again: when its posts arrive, what is told of them, and what its links meet."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.api import ServerSettings
from harness.api.server import running
from harness.feeds.arrivals import EVEN_SPREAD_MS, Spacing, arriving
from harness.feeds.file import FeedFile
from harness.feeds.lines import parse_line, read_feed
from harness.feeds.record import record_feed
from harness.serving import LocalServer, Luck
from tests.harness.api.conftest import served_with
from tests.harness.api.samples import submission
from writers.auth import OAuth1Credentials
from writers.client import NotesClient
from writers.clock import DAY_MS, HOUR_MS, SystemClock
from writers.errors import BadInputError, UserError
from writers.protocol.notes import EvaluatorType, NoteSubmission, ScoreBucket
from writers.protocol.snowflakes import snowflake

NOTEWRIGHT = str(Path(sys.executable).with_name("notewright"))
NOW_MS = 1_790_000_000_000
SECRETS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def feed(folder: Path, *ages_ms: int, before_ms: int = NOW_MS) -> Path:
    file = folder / "feed.jsonl"
    lines = [
        {"id": str(snowflake(before_ms - age, n)), "text": f"Pears {n}", "lang": "en"}
        for n, age in enumerate(ages_ms)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def opened(
    folder: Path,
    posts: str | Path | None,
    *,
    spacing: Spacing | None = None,
    network: httpx.AsyncBaseTransport | None = None,
) -> LocalServer:
    return LocalServer.open(
        folder,
        posts=None if posts is None else str(posts),
        spacing=spacing,
        luck=Luck(seed=1, probability=1.0),
        settings=ServerSettings(evaluation_delay_ms=0),
        clock=SystemClock(),
        network=network,
    )


def client(url: str, local: LocalServer) -> NotesClient:
    assert local.first_writer is not None
    auth = OAuth1Credentials(**{name: getattr(local.first_writer, name) for name in SECRETS})
    return NotesClient(url, auth)


@given(ages_ms=st.lists(st.integers(0, 900 * DAY_MS), max_size=20, unique=True))
def test_posts_arrive_evenly_or_as_they_were_written(ages_ms: list[int]) -> None:
    lines = [json.dumps({"id": str(snowflake(NOW_MS - age, 0))}) for age in ages_ms]
    posts = [parse_line(line) for line in lines]
    oldest_first = [str(snowflake(NOW_MS - age, 0)) for age in sorted(ages_ms, reverse=True)]
    even = arriving(posts, now_ms=NOW_MS)
    assert [arrival.wire.id for arrival in even] == oldest_first
    times = [arrival.arrived_at_ms for arrival in even]
    assert all(NOW_MS - EVEN_SPREAD_MS < time <= NOW_MS for time in times)
    gaps = {after - before for before, after in pairwise(times)}
    assert not gaps or max(gaps) - min(gaps) <= 1
    recorded = arriving(posts, now_ms=NOW_MS + DAY_MS, spacing="recorded")
    shift = DAY_MS + min(ages_ms, default=0)
    assert [arrival.arrived_at_ms for arrival in recorded] == [
        NOW_MS - age + shift for age in sorted(ages_ms, reverse=True)
    ]


async def test_a_recorded_feed_is_served_as_it_was(tmp_path: Path) -> None:
    """What was recorded from one server is told by the next, whose own recording is the same."""
    files = (tmp_path / "first.jsonl", tmp_path / "second.jsonl.gz")
    (tmp_path / "origin").mkdir()

    async def record(api: NotesClient, file: Path) -> None:
        with FeedFile.open(file, append=False) as recording:
            await record_feed(api, recording, test_mode=True, post_selection="feed_lang:all")

    with contextmanager(served_with)(tmp_path / "origin") as origin:
        auth = OAuth1Credentials(**{name: getattr(origin.writer, name) for name in SECRETS})
        async with NotesClient(origin.url, auth) as api:
            await record(api, files[0])
    local = opened(tmp_path / "data", files[0])
    try:
        with running(local.app) as url:
            async with client(url, local) as api:
                await record(api, files[1])
    finally:
        local.close()

    def told(file: Path) -> list[Any]:
        return [(post.wire, post.includes, post.errors) for post in read_feed(file)]

    assert told(files[1]) == told(files[0])
    assert local.documents is None


async def test_links_are_checked_over_the_network_and_there_is_no_fictional_web(tmp_path: Path) -> None:
    asked = []

    def network(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, text="Three thousand crates.")

    local = opened(tmp_path / "data", feed(tmp_path, 0), network=httpx.MockTransport(network))
    try:
        with running(local.app) as url:
            async with client(url, local) as api:
                [post] = [post async for post in api.feed(test_mode=True)]
                await api.create(NoteSubmission.model_validate(submission(post.id)))
                async with local.app.router.lifespan_context(local.app), asyncio.timeout(30):
                    [note] = [note async for note in api.written(test_mode=True)]
                    while note.test_result is None:
                        await asyncio.sleep(0.05)
                        [note] = [note async for note in api.written(test_mode=True)]
            async with httpx.AsyncClient() as plain:
                pages = await plain.get(f"{url}/fictional-web/", params={"url": "https://port.example/"})
    finally:
        local.close()
    assert note.test_result is not None
    assert note.test_result.bucket(EvaluatorType.URL_VALIDITY) is ScoreBucket.HIGH
    assert set(asked) == {"port.example"}
    assert pages.status_code == 404


async def test_as_recorded_old_posts_are_out_of_the_feed(tmp_path: Path) -> None:
    file = feed(tmp_path, 0, HOUR_MS, 5 * DAY_MS)
    cases: tuple[tuple[Spacing, int], ...] = (("even", 3), ("recorded", 2))
    for spacing, seen in cases:
        local = opened(tmp_path / spacing, file, spacing=spacing)
        try:
            with running(local.app) as url:
                async with client(url, local) as api:
                    assert len([post async for post in api.feed(test_mode=True)]) == seen
        finally:
            local.close()


def test_the_choice_is_made_once(tmp_path: Path) -> None:
    file = feed(tmp_path, 0, HOUR_MS)
    for posts in (file, None, file):
        local = opened(tmp_path / "data", posts)
        local.close()
        assert (local.posts.name, len(local.posts.arrivals)) == ("feed.jsonl", 2)
    with pytest.raises(UserError, match=r"serves the posts '.*feed\.jsonl'.*for 'handwritten'"):
        opened(tmp_path / "data", "handwritten")
    with pytest.raises(UserError, match="--arrivals is for a recorded feed"):
        opened(tmp_path / "other", "handwritten", spacing="even")
    with pytest.raises(BadInputError, match="no such file"):
        opened(tmp_path / "third", tmp_path / "absent.jsonl")
    opened(tmp_path / "third", file).close()


def test_the_command_serves_a_file(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NOTEWRIGHT_")}
    arguments = ["serve", "--posts", str(feed(tmp_path, 0)), "--arrivals", "recorded", "--port", "0"]
    process = subprocess.Popen(
        [NOTEWRIGHT, *arguments, "--data", str(tmp_path / "data"), "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.rstrip() == "}":
                break
        told = json.loads("".join(lines))
        assert (told["posts"], told["documents"]) == (1, None)
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()
