"""A pass with everything in it is recorded against real servers, and replayed without any."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.model_server import ModelServer, Say, json_answer, running
from tests.writers.conftest import PatientClock
from tests.writers.fault_server import Fault, FaultServer
from tests.writers.llm.conftest import ENVIRONMENT, GOOD, Verdict, question, settings
from writers.auth import OAuth1Credentials
from writers.builtin.checks import LengthCheck
from writers.client import NotesClient
from writers.errors import ApiError, BadInputError, RetrievalFailed, UserError
from writers.journal import Journal, Outcome
from writers.journal.export import exported
from writers.llm import ModelDesk
from writers.plugin import Abstain, Desk, Document, Draft, Fetch
from writers.protocol.dialects import NOTES_PATH
from writers.protocol.posts import Post
from writers.run import run_pass
from writers.run_limits import PassSummary, RunLimits
from writers.tape import (
    OFFLINE,
    NotRecorded,
    Tape,
    TapeLog,
    TapeReader,
    TapeWriter,
    note_models,
    noted_models,
)

POSTS = 24
SECONDS_PER_POST = 0.4


def page(url: str) -> Document:
    return Document(url=url.replace("/go/", "/"), text=f"What {url} says. \ud800", title="T", fetched_ms=17)


async def nowhere(url: str) -> Document | None:
    raise AssertionError("a replay fetches nothing")


@dataclass
class Web:
    """Pages that come in another order than they are asked for; none at every fifth address."""

    async def __call__(self, url: str) -> Document | None:
        number = int(url.rsplit("/", 1)[1])
        await asyncio.sleep((number * 37 % 11) / 1000)
        return None if number % 5 == 0 else page(url)


class Search:
    """A retriever that fetches one page, has another at hand, and fails at times."""

    name = "search"

    def __init__(self) -> None:
        self.asked = 0

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        self.asked += 1
        await fetch(f"https://example.org/go/{post.id + 1000}")
        if post.id % 7 == 0:
            raise RetrievalFailed("the search is out of order")
        return [Document(url=f"https://at.hand/{post.id}", text=query)]


@dataclass
class Everything:
    """Uses everything on the desk; some posts raise, some hang, some come late."""

    name = "everything"
    asked: list[int] = field(default_factory=list)

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        self.asked.append(post.id)
        urls = [f"https://example.org/go/{10 * post.id + n}" for n in range(3)]
        pages = await asyncio.gather(*map(desk.fetch, urls))
        try:
            await desk.retrieve(post, post.text)
        except RetrievalFailed as error:
            return Abstain(f"{error}; {desk.clock.now_ms()}")
        match post.id % 12:
            case 3:
                raise ZeroDivisionError(f"at {desk.clock.now_ms()}")
            case 4:
                await asyncio.Event().wait()
            case 5:
                return Abstain(f"{desk.seconds_left()} seconds left")
        verdict = await desk.model.ask(stage="claim", prompt=question(post.text), answer=Verdict)
        try:
            score = await desk.evaluate(f"a {post.id}")
        except ApiError as error:
            return Abstain(f"no score: {type(error).__name__} {error}")
        found = next(found.url for found in pages if found is not None)
        padding = "x" * (300 if post.id % 12 == 6 else 1)
        text = f"Post {post.id}: {verdict.why}, {score}. {padding} {found}"
        await desk.evaluate(text)
        return Draft(text=text, sources=(found,))


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with running() as server:
        server.on("post 2 of", Say("no answer"), times=1)
        server.on(reply=json_answer(**GOOD))
        yield server


@pytest.fixture
def api(server: FaultServer) -> FaultServer:
    server.posts = [
        {"id": str(n), "text": f"This is post {n} of {POSTS}.", "author_id": "5", "of_the_future": [n]}
        for n in range(1, POSTS + 1)
    ]
    server.includes = {"users": [{"id": "5", "username": "someone"}]}
    server.page_size = 9
    return server


async def record(
    tape: Path,
    journal: Journal,
    client: NotesClient,
    model_server: ModelServer,
    clock: PatientClock,
    **more: Any,
) -> PassSummary:
    """A pass with everything live, recorded."""
    made = settings(model_server)
    with TapeWriter(tape) as writer:
        note_models(writer, repairs=made.repairs, budget=made.budget)
        logs = [journal.exchange_log("everything", True), TapeLog(writer)]
        async with ModelDesk.live(made, ENVIRONMENT, clock=clock, logs=logs) as models:
            return await go(Everything(), client, journal, clock, writer, models, Web(), **more)


async def replay(tape: Path, journal: Journal, writer: Any = None, **more: Any) -> PassSummary:
    """The pass again, from the file."""
    reader = TapeReader(tape)
    clock = PatientClock()
    models = noted_models(reader, clock=clock, logs=[journal.exchange_log("everything", True)])
    return await go(writer or Everything(), OFFLINE, journal, clock, reader, models, nowhere, **more)


async def go(
    writer: Any, api: Any, journal: Journal, clock: Any, tape: Tape, models: Any, web: Fetch, **more: Any
) -> PassSummary:
    limits = RunLimits(seconds_per_post=SECONDS_PER_POST, concurrency=8)
    return await run_pass(
        writer,
        api,
        **{"limits": limits, "test_mode": True, "retrievers": [Search()], "checks": [LengthCheck()], **more},
        journal=journal,
        clock=clock,
        web=web,
        models=models,
        tape=tape,
    )


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "pass.jsonl"


async def test_a_replayed_pass_is_the_recorded_one_to_the_byte(
    tape: Path, api: FaultServer, client: NotesClient, model_server: ModelServer, clock: PatientClock
) -> None:
    api.faults.append(Fault(NOTES_PATH, 400, body=b'{"title": "Invalid Request", "detail": "not this one"}'))
    with Journal.in_memory() as first, Journal.in_memory() as second:
        summary = await record(tape, first, client, model_server, clock)
        assert (summary.seen, summary.submitted > 5, summary.refused, summary.abstained > 2) == (
            POSTS,
            True,
            2,
            True,
        )
        asked = len(api.requests), len(model_server.requests)
        writer = Everything()
        assert await replay(tape, second, writer) == summary
        lines = list(exported(first, texts=True))
        assert list(exported(second, texts=True)) == lines
        assert (len(api.requests), len(model_server.requests)) == asked
        assert 4 not in writer.asked, "a writer that hung is not waited for again"
        rows = [json.loads(line) for line in lines]
    assert len(rows) == POSTS
    assert rows[0]["post"] == {"data": [api.posts[0]], "includes": api.includes}
    assert "gave no answer within" in rows[3]["reason"]
    assert len(rows[3]["evidence"]) > 2
    assert {row["outcome"] for row in rows} >= {"submitted", "refused", "abstained", "failed"}
    assert sum(len(row["exchanges"]) for row in rows) == len(model_server.requests)


async def test_a_pass_on_a_journal_with_a_past(
    tape: Path, api: FaultServer, client: NotesClient, model_server: ModelServer, clock: PatientClock
) -> None:
    """Posts that were attempted, and drafts that wait, before the recorded pass: its replay knows of them."""
    with Journal.in_memory() as first, Journal.in_memory() as second:
        some = RunLimits(max_posts=3, seconds_per_post=SECONDS_PER_POST)
        await record(tape.with_name("1"), first, client, model_server, clock, limits=some, dry_run=True)
        api.daily_limit = 1
        some = RunLimits(max_posts=4, seconds_per_post=SECONDS_PER_POST, concurrency=1)
        earlier = await record(tape.with_name("2"), first, client, model_server, clock, limits=some)
        assert (earlier.submitted, earlier.drafted) == (1, 1)
        api.daily_limit = None
        began_ms = clock.now_ms()
        await clock.sleep(1)
        summary = await record(tape, first, client, model_server, clock)
        assert summary.skipped == 2
        assert await replay(tape, second) == summary

        def told(journal: Journal) -> list[dict[str, Any]]:
            # Models were asked about post 2 by earlier passes, which the replay knows nothing of.
            rows = [json.loads(line) for line in exported(journal, since_ms=began_ms)]
            return [row for row in rows if row["post_id"] != "2"]

        assert len(told(first)) == POSTS - 3
        assert told(second) == told(first)
        by_id = {attempt.post_id: attempt for attempt in second.attempts()}
        assert by_id[2].note_id == int(api.notes_of(2)[0]["id"])


async def test_a_pass_that_was_stopped_is_stopped_there_again(
    tape: Path, api: FaultServer, client: NotesClient, model_server: ModelServer, clock: PatientClock
) -> None:
    stop = asyncio.Event()
    with Journal.in_memory() as first, Journal.in_memory() as second:
        summary = await record(
            tape,
            first,
            client,
            model_server,
            clock,
            stop=stop,
            on_attempt=lambda attempt: stop.set() if attempt.outcome is Outcome.SUBMITTED else None,
        )
        assert summary.stopped == "asked to"
        assert 0 < summary.seen < POSTS
        assert await replay(tape, second) == summary
        known = [json.loads(line)["post_id"] for line in exported(first)]
        assert [json.loads(line)["post_id"] for line in exported(second)] == known


def drop(tape: Path, what: str) -> None:
    head, *lines = tape.read_text().splitlines()
    kept = [line for line in lines if json.loads(line)["what"] != what]
    assert len(kept) < len(lines)
    tape.write_text("\n".join([head, *kept]))


@pytest.mark.parametrize(
    "what", ["page", "retrieval", "evaluation", "exchange", "submission", "feed page", "clock"]
)
async def test_what_is_not_recorded_ends_the_replay_with_its_name(
    tape: Path,
    api: FaultServer,
    client: NotesClient,
    model_server: ModelServer,
    clock: PatientClock,
    what: str,
) -> None:
    with Journal.in_memory() as journal:
        await record(tape, journal, client, model_server, clock, limits=RunLimits(max_posts=1))
    drop(tape, what)
    with Journal.in_memory() as journal, pytest.raises(NotRecorded, match=f"holds no {what}") as told:
        await replay(tape, journal, limits=RunLimits(max_posts=1))
    assert str(tape) in str(told.value)
    assert "\n" not in str(told.value)


async def test_no_secret_is_recorded_or_journalled(
    tape: Path,
    tmp_path: Path,
    api: FaultServer,
    client: NotesClient,
    credentials: OAuth1Credentials,
    model_server: ModelServer,
    clock: PatientClock,
) -> None:
    file = tmp_path / "journal.sqlite3"
    model_server.on("post 8 of", Say("x"), times=1)
    with Journal.open(file) as journal:
        await record(tape, journal, client, model_server, clock)
    sent = [request.headers["authorization"] for request in api.requests]
    assert all("OAuth" in header for header in sent)
    signatures = [header.split('oauth_signature="')[1].split('"')[0] for header in sent]
    secrets = [credentials.consumer_secret, credentials.access_token_secret, ENVIRONMENT["TEST_KEY"]]
    for kept in (tape, file):
        content = kept.read_bytes()
        assert content
        for secret in [*secrets, *signatures, "Authorization", "Bearer", "oauth_"]:
            assert secret.encode() not in content


def test_a_recording_is_never_overwritten(tape: Path) -> None:
    TapeWriter(tape).__exit__(None, None, None)
    with pytest.raises(UserError, match="exists"):
        TapeWriter(tape)
    with pytest.raises(UserError, match="cannot be written"):
        TapeWriter(tape / "below" / "a-file")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1: it is no recording"),
        (b"\xff", "UTF-8"),
        (b'{"format": "something else"}', "line 1: it is no recording"),
        (b'{"format": "notewright pass", "version": 9}', "version 9"),
        (b'{"format": "notewright pass", "version": 1}\n{"stream": 1', "line 2: it is no line of JSON"),
        (b'{"format": "notewright pass", "version": 1}\n{"stream": "1"}', "line 2: it is no line of a rec"),
    ],
)
def test_what_is_no_recording_is_said(tape: Path, content: bytes, told: str) -> None:
    tape.write_bytes(content)
    with pytest.raises(BadInputError, match=told):
        TapeReader(tape)
