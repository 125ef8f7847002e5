"""Faults on demand, and our own client on a bad day of the real server."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from urllib3.exceptions import HTTPError

from harness.api import ServerSettings, create_app
from harness.api.fault_settings import Fault, FaultSettings, FaultShares
from harness.api.faults import FAULT_HEADER, FaultSchedule
from harness.api.server import running
from harness.settings import parse_settings
from harness.store import Store
from tests.harness.api.conftest import Served
from tests.harness.api.running import WORKING_LINK, recorded_evaluator
from tests.harness.api.samples import sample_feed, sample_post, submission
from tests.harness.api.test_notes_client import oauth1
from tests.writers.conftest import PatientClock
from writers.client import NotesClient, RetryPolicy
from writers.clock import HOUR_MS, Clock, SystemClock
from writers.errors import ApiError, BadInputError, ConnectionFailed, DuplicateNote
from writers.journal import Journal, Outcome
from writers.plugin import Desk, Document, Draft
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, WRITTEN_PATH
from writers.protocol.notes import NoteSubmission
from writers.protocol.posts import Post
from writers.run import run_pass

QUICK = FaultSettings(allow_header=True, slow_ms=20)
CARRIED_OUT = {Fault.SLOW, Fault.CUT_BODY, Fault.LOST_RESPONSE}


@contextmanager
def serving(
    folder: Path, faults: FaultSettings, *, clock: Clock | None = None, posts: int = 0
) -> Iterator[Served]:
    """A server that makes faults, on a new database file with the sample feed or `posts` plain posts."""
    clock = clock or SystemClock()
    now_ms = clock.now_ms()
    feed = [sample_post(number, now_ms) for number in range(1, posts + 1)] or sample_feed(now_ms)
    with Store.open(folder / "x.db") as store:
        store.add_posts(feed)
        writer = store.add_writer("harbour-watch", now_ms)
        settings = ServerSettings(faults=faults, rate_limit=10_000, feed_rate_limit=10_000)
        app = create_app(store, clock=clock, evaluator=recorded_evaluator(), settings=settings)
        with running(app) as url:
            yield Served(url, store, feed, writer)


@pytest.fixture(scope="module")
def obliging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that makes the faults it is asked for."""
    with serving(tmp_path_factory.mktemp("obliging"), QUICK) as served:
        yield served


def ask(served: Served, fault: str, path: str = FEED_PATH, **options: Any) -> requests.Response:
    with served.session() as bot:
        answer: requests.Response = bot.get(
            served.url + path,
            params={"test_mode": "true"},
            headers={FAULT_HEADER: fault},
            timeout=10,
            **options,
        )
        return answer


def test_a_slow_answer_is_an_answer(obliging: Served) -> None:
    answer = ask(obliging, "slow")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.02


def test_a_rate_limit_comes_with_its_headers(obliging: Served) -> None:
    before_s = SystemClock().now_ms() // 1000
    answer = ask(obliging, "rate_limited")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, 88)
    assert answer.headers["x-rate-limit-limit"] == "10000"
    assert answer.headers["x-rate-limit-remaining"] == "0"
    assert 5 <= int(answer.headers["x-rate-limit-reset"]) - before_s <= 16
    assert answer.headers["x-access-level"] == "read-write"


def test_a_server_error_is_a_problem(obliging: Served) -> None:
    answer = ask(obliging, "server_error")
    assert (answer.status_code, answer.json()["title"]) == (503, "Service Unavailable")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_is_cut_short(obliging: Served) -> None:
    answer = ask(obliging, "cut_body", stream=True)
    assert answer.status_code == 200
    received = bytearray()
    with pytest.raises(HTTPError):
        read_into(received, answer)
    assert len(received) <= int(answer.headers["content-length"]) // 2
    assert received.startswith(b'{"')


def read_into(received: bytearray, answer: requests.Response) -> None:
    for chunk in answer.raw.stream(64):
        received += chunk


@pytest.mark.parametrize("fault", ["dropped_connection", "lost_response"])
def test_a_connection_ends_without_an_answer(obliging: Served, fault: str) -> None:
    with pytest.raises(requests.ConnectionError):
        ask(obliging, fault)


def test_an_unknown_fault_is_named(obliging: Served) -> None:
    answer = ask(obliging, "banana")
    assert answer.status_code == 400
    assert "[banana] is not one of [slow,rate_limited," in answer.json()["errors"][0]["message"]


def test_only_the_api_meets_faults(obliging: Served) -> None:
    headers = {FAULT_HEADER: "server_error"}
    assert requests.get(obliging.url + "/openapi.json", headers=headers, timeout=10).status_code == 200


@pytest.mark.parametrize("fault", Fault)
def test_what_a_fault_carries_out(tmp_path: Path, fault: Fault) -> None:
    with serving(tmp_path, QUICK) as served, served.session() as bot:
        try:
            body = submission(served.post_ids[5])
            answer = bot.post(served.url + NOTES_PATH, json=body, headers={FAULT_HEADER: fault}, timeout=10)
        except requests.RequestException:
            assert fault in (Fault.CUT_BODY, Fault.DROPPED_CONNECTION, Fault.LOST_RESPONSE)
        else:
            statuses = {Fault.SLOW: 201, Fault.RATE_LIMITED: 429, Fault.SERVER_ERROR: 503}
            assert answer.status_code == statuses[fault]
        stored = served.store.written(served.writer.writer_id, test_mode=True, limit=9)
        assert len(stored) == (fault in CARRIED_OUT)


@pytest.mark.parametrize("fault", [*Fault, "banana"])
def test_the_header_means_nothing_unless_allowed(unchanged: Served, fault: str) -> None:
    assert ask(unchanged, fault).status_code == 200


async def test_without_a_socket_a_broken_connection_is_an_error(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.db") as store:
        settings = ServerSettings(faults=QUICK)
        app = create_app(store, clock=SystemClock(), evaluator=recorded_evaluator(), settings=settings)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
            for fault in (Fault.DROPPED_CONNECTION, Fault.LOST_RESPONSE, Fault.CUT_BODY):
                with pytest.raises(ConnectionResetError):
                    await client.get(FEED_PATH, headers={FAULT_HEADER: fault})


def test_the_schedule_keeps_its_shares_and_its_seed() -> None:
    shares = FaultShares(slow=0.1, server_error=0.2, lost_response=0.3)
    schedule, again = (FaultSchedule(FaultSettings(shares=shares, seed=5)) for _ in range(2))
    drawn = [schedule.next() for _ in range(4000)]
    assert drawn == [again.next() for _ in range(4000)]
    counts = Counter(drawn)
    for fault, share in {
        Fault.SLOW: 0.1,
        Fault.SERVER_ERROR: 0.2,
        Fault.LOST_RESPONSE: 0.3,
        None: 0.4,
    }.items():
        assert abs(counts[fault] / 4000 - share) < 0.04
    assert set(counts) == {Fault.SLOW, Fault.SERVER_ERROR, Fault.LOST_RESPONSE, None}


def test_a_schedule_of_nothing_but_one_fault() -> None:
    schedule = FaultSchedule(FaultSettings(shares=FaultShares(lost_response=1)))
    assert {schedule.next() for _ in range(1000)} == {Fault.LOST_RESPONSE}


def test_settings_as_a_file() -> None:
    text = (
        "[faults]\nallow_header = true\nseed = 3\nserver_error_status = 502\n"
        "[faults.shares]\ncut_body = 0.25\n"
    )
    faults = parse_settings(ServerSettings, text, Path("x.toml")).faults
    assert faults.wanted
    assert (faults.allow_header, faults.seed, faults.server_error_status) == (True, 3, 502)
    assert faults.shares.of(Fault.CUT_BODY) == 0.25
    assert not ServerSettings().faults.wanted


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[faults.shares]\nslow = 0.6\nserver_error = 0.6", "add up to 1.2"),
        ("[faults.shares]\nlost_answer = 0.1", "did you mean"),
        ("[faults]\nserver_error_status = 404", "faults.server_error_status"),
        ("[faults.shares]\nslow = nan", "faults.shares.slow"),
    ],
)
def test_settings_that_cannot_be(text: str, told: str) -> None:
    with pytest.raises(BadInputError, match=told):
        parse_settings(ServerSettings, text, Path("x.toml"))


class Asking(httpx.AsyncHTTPTransport):
    """The network; the first requests of a method to a path ask for faults, in order."""

    def __init__(self, method: str, path: str, *faults: Fault) -> None:
        super().__init__()
        self.method, self.path, self.faults = method, path, list(faults)
        self.sent: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent[f"{request.method} {request.url.path}"] += 1
        if self.faults and (request.method, request.url.path) == (self.method, self.path):
            request.headers[FAULT_HEADER] = self.faults.pop(0)
        return await super().handle_async_request(request)


@asynccontextmanager
async def client_of(
    served: Served,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    **options: Any,
) -> AsyncIterator[NotesClient]:
    clock = clock or PatientClock()
    async with NotesClient(served.url, oauth1(served), clock=clock, transport=transport, **options) as client:
        yield client


@pytest.mark.parametrize("fault", Fault)
async def test_a_note_is_created_once_whatever_goes_wrong(tmp_path: Path, fault: Fault) -> None:
    with serving(tmp_path, QUICK) as served:
        transport = Asking("POST", NOTES_PATH, fault, fault)
        async with client_of(served, transport) as client:
            note_id = await client.create(NoteSubmission.model_validate(submission(served.post_ids[5])))
        [stored] = served.store.notes()
        assert stored.note_id == note_id
        # What was carried out is found among the notes written, and not sent again.
        sent = {Fault.SLOW: 1, Fault.CUT_BODY: 1, Fault.LOST_RESPONSE: 1}.get(fault, 3)
        assert transport.sent[f"POST {NOTES_PATH}"] == sent


@pytest.mark.parametrize("fault", Fault)
async def test_reads_are_answered_whatever_goes_wrong(obliging: Served, fault: Fault) -> None:
    for path in (FEED_PATH, WRITTEN_PATH):
        async with client_of(obliging, Asking("GET", path, fault, fault)) as client:
            if path == FEED_PATH:
                read = [str(post.id) async for post in client.feed(test_mode=True, page_size=4)]
                assert read == [i for i in obliging.post_ids[:10] if i != obliging.post_ids[3]]
            else:
                assert [note async for note in client.written(test_mode=True)] == []


@pytest.mark.parametrize("fault", Fault)
async def test_a_note_is_deleted_and_told_so_whatever_goes_wrong(tmp_path: Path, fault: Fault) -> None:
    with serving(tmp_path, QUICK) as served:
        body = NoteSubmission.model_validate(submission(served.post_ids[5]))
        note_id = served.store.create_note(served.writer.writer_id, body, now_ms=SystemClock().now_ms())
        async with client_of(served, Asking("DELETE", f"{NOTES_PATH}/{note_id}", fault)) as client:
            assert await client.delete(note_id)
            assert not await client.delete(note_id)
        assert served.store.written(served.writer.writer_id, test_mode=True, limit=9) == []


class Failing(httpx.AsyncHTTPTransport):
    """The network; every request to some paths asks for a fault."""

    def __init__(self, faults: dict[str, Fault]) -> None:
        super().__init__()
        self.faults = faults

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if fault := self.faults.get(request.url.path):
            request.headers[FAULT_HEADER] = fault
        return await super().handle_async_request(request)


async def test_a_note_that_cannot_be_looked_for_is_in_doubt(tmp_path: Path) -> None:
    faults = FaultSettings(allow_header=True, rate_limited_ms=HOUR_MS)
    failing = Failing({NOTES_PATH: Fault.LOST_RESPONSE, WRITTEN_PATH: Fault.RATE_LIMITED})
    with serving(tmp_path, faults) as served:
        body = NoteSubmission.model_validate(submission(served.post_ids[5]))
        async with client_of(served, failing) as client:
            # The limit is told of a question about the note: of the note itself nothing is known.
            with pytest.raises(ConnectionFailed):
                await client.create(body)
            assert len(served.store.notes()) == 1
            failing.faults.clear()
            with pytest.raises(DuplicateNote):
                await client.create(body)
        assert len(served.store.notes()) == 1


async def test_a_note_of_long_ago_is_not_taken_for_the_one_in_doubt(tmp_path: Path) -> None:
    with serving(tmp_path, QUICK) as served:
        body = NoteSubmission.model_validate(submission(served.post_ids[5]))
        earlier_ms = SystemClock().now_ms() - 2 * HOUR_MS
        standing = served.store.create_note(served.writer.writer_id, body, now_ms=earlier_ms)
        async with client_of(served, Asking("POST", NOTES_PATH, Fault.DROPPED_CONNECTION)) as client:
            with pytest.raises(DuplicateNote) as refused:
                await client.create(body)
        assert refused.value.note_id == standing


class NotesEverything:
    name = "notes-everything"

    async def draft(self, post: Post, desk: Desk) -> Draft:
        return Draft(text=f"The port says 3 thousand crates. {WORKING_LINK}", sources=(WORKING_LINK,))


async def no_page(url: str) -> Document | None:
    return None


@pytest.mark.parametrize("seed", range(4))
async def test_a_bad_day(tmp_path: Path, seed: int) -> None:
    """Two of three requests go wrong in one way or another: journal and server agree at the end."""
    shares = FaultShares(
        slow=0.05,
        rate_limited=0.1,
        server_error=0.15,
        cut_body=0.1,
        dropped_connection=0.1,
        lost_response=0.15,
    )
    clock = PatientClock()
    with (
        serving(tmp_path, FaultSettings(shares=shares, seed=seed), clock=clock, posts=25) as served,
        Journal.open(tmp_path / "journal.db") as journal,
    ):
        for _ in range(20):
            async with client_of(served, clock=clock, retry=RetryPolicy(attempts=3)) as client:
                with suppress(ApiError):
                    summary = await run_pass(
                        NotesEverything(), client, journal=journal, clock=clock, test_mode=True, web=no_page
                    )
                    if summary.seen == 25 and summary.unsure == summary.drafted == 0:
                        break
        attempts = {attempt.post_id: attempt for attempt in journal.attempts()}
        stored = {note.post_id: note.note_id for note in served.store.notes()}
        assert len(stored) == len(served.store.notes())
        assert {p: a.note_id for p, a in attempts.items() if a.outcome is Outcome.SUBMITTED} == stored
        assert stored.keys() == {int(post_id) for post_id in served.post_ids}
