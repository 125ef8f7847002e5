from __future__ import annotations

import json

import pytest

from tests.writers.conftest import PatientClock
from tests.writers.fault_server import Fault, FaultServer
from writers.auth import OAuth1Credentials
from writers.client import NotesClient, RetryPolicy
from writers.errors import (
    ConnectionFailed,
    DailyLimitReached,
    DuplicateNote,
    Forbidden,
    InvalidRequest,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ServerFailure,
    Unauthorized,
    UserError,
)
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, POST, WRITTEN_PATH
from writers.protocol.notes import Classification, NoteInfo, NoteSubmission
from writers.protocol.problems import ProblemItem, forbidden, invalid_request, unauthorized


def note(post_id: int = 1) -> NoteSubmission:
    info = NoteInfo(
        text="The count was 12. https://example.org/a",
        classification=Classification.MISLEADING,
        trustworthy_sources=True,
    )
    return NoteSubmission(test_mode=True, post_id=str(post_id), info=info)


async def test_feed_pages_are_asked_for_only_as_they_are_used(
    server: FaultServer, client: NotesClient
) -> None:
    server.add_posts(*[f"post {n}" for n in range(25)])
    server.page_size = 10
    read = []
    async for post in client.feed(test_mode=True, post_selection="feed_size: small, feed_lang: all"):
        read.append(post.id)
        if len(read) == 12:
            break
    assert read == list(range(1, 13))
    asked = server.asked(FEED_PATH)
    assert len(asked) == 2
    assert "post_selection=feed_size%3A+small%2C+feed_lang%3A+all" in asked[0].query
    assert "test_mode=true" in asked[0].query
    assert "tweet.fields=" in asked[0].query


async def test_the_feed_gives_a_post_once_though_it_moves_between_pages(
    server: FaultServer, client: NotesClient
) -> None:
    server.posts = [{"id": str(n)} for n in (1, 2, 3, 3, 2, 4)]
    server.page_size = 2
    assert [post.id async for post in client.feed(test_mode=True)] == [1, 2, 3, 4]


async def test_an_empty_feed_has_no_data(server: FaultServer, client: NotesClient) -> None:
    assert [post async for post in client.feed(test_mode=True)] == []


async def test_partial_errors_do_not_lose_the_page(
    server: FaultServer, client: NotesClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.add_posts("a")
    server.errors = [{"title": "Not Found", "detail": "Could not find the quoted post 9."}]
    with caplog.at_level("INFO"):
        assert [post.id async for post in client.feed(test_mode=True)] == [1]
    assert "Could not find the quoted post 9." in caplog.text


async def test_the_post_dialect_asks_by_its_own_names_and_reads_them(
    server: FaultServer, credentials: OAuth1Credentials
) -> None:
    server.posts = [{"id": "7", "text": "short", "note_post": {"text": "long"}}]
    server.posts[0]["referenced_posts"] = [{"type": "quoted", "id": "5"}]
    server.posts[0]["public_metrics"] = {"repost_count": 3}
    server.includes = {"posts": [{"id": "5", "text": "quoted"}]}
    async with NotesClient(server.address, credentials, dialect=POST) as client:
        (post,) = [post async for post in client.feed(test_mode=True)]
        await client.evaluate(7, "text")
    assert post.text == "long"
    assert post.quoted is not None
    assert post.quoted.text == "quoted"
    assert post.metrics["retweet_count"] == 3
    query = server.asked(FEED_PATH)[0].query
    assert "post.fields=" in query
    assert "tweet" not in query
    assert "author_id" not in query
    assert server.requests[-1].path == "/2/notes/evaluate"


async def test_a_rate_limit_is_waited_for_until_its_reset(
    server: FaultServer, client: NotesClient, clock: PatientClock
) -> None:
    server.add_posts("a")
    reset = clock.now_ms() // 1000 + 300
    server.faults.append(Fault(FEED_PATH, 429, {"x-rate-limit-reset": str(reset)}))
    assert [post.id async for post in client.feed(test_mode=True)] == [1]
    assert clock.waits == [pytest.approx(301, abs=2)]


async def test_retry_after_is_honoured(server: FaultServer, client: NotesClient, clock: PatientClock) -> None:
    server.faults.append(Fault(FEED_PATH, 429, {"Retry-After": "7"}))
    assert [post async for post in client.feed(test_mode=True)] == []
    assert clock.waits == [pytest.approx(8, abs=1)]


async def test_a_rate_limit_beyond_the_longest_wait_is_told_at_once(
    server: FaultServer, client: NotesClient, clock: PatientClock
) -> None:
    reset = clock.now_ms() // 1000 + 6 * 3600
    headers = {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": str(reset)}
    server.faults.append(Fault(NOTES_PATH, 429, headers))
    with pytest.raises(RateLimited) as caught:
        await client.create(note())
    assert caught.value.reset_at_ms == (reset + 1) * 1000
    assert clock.waits == []
    assert len(server.requests) == 1


async def test_retries_end(server: FaultServer, client: NotesClient, clock: PatientClock) -> None:
    server.faults.extend(Fault(FEED_PATH, 503) for _ in range(9))
    with pytest.raises(ServerFailure, match="HTTP 503"):
        await anext(client.feed(test_mode=True))
    assert clock.waits == [0.5, 1, 2, 4]


async def test_a_policy_of_one_attempt_asks_once(server: FaultServer, credentials: OAuth1Credentials) -> None:
    server.faults.append(Fault(FEED_PATH, 503))
    async with NotesClient(server.address, credentials, retry=RetryPolicy(attempts=1)) as client:
        with pytest.raises(ServerFailure):
            await anext(client.feed(test_mode=True))
    assert len(server.requests) == 1


LOST = {
    "connection closed without an answer": Fault(NOTES_PATH, None, after=True),
    "answer cut short": Fault(NOTES_PATH, 201, body=b'{"data":{"id', announced=40, after=True),
    "answer that is no JSON": Fault(NOTES_PATH, 201, body=b"<html>", after=True),
    "502 of a proxy": Fault(NOTES_PATH, 502, body=b"<html>Bad gateway</html>", after=True),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
async def test_a_note_whose_answer_was_lost_is_found_and_not_sent_again(
    server: FaultServer, client: NotesClient, fault: Fault
) -> None:
    server.faults.append(fault)
    note_id = await client.create(note())
    (stored,) = server.notes
    assert int(stored["id"]) == note_id
    assert len(server.asked(NOTES_PATH, "POST")) == 1


async def test_a_note_that_was_not_stored_is_sent_again(server: FaultServer, client: NotesClient) -> None:
    server.faults.append(Fault(NOTES_PATH, 500))
    note_id = await client.create(note())
    assert [int(n["id"]) for n in server.notes] == [note_id]
    order = [(r.method, r.path) for r in server.requests]
    assert order == [("POST", NOTES_PATH), ("GET", WRITTEN_PATH), ("POST", NOTES_PATH)]


async def test_a_note_stored_late_is_known_by_the_duplicate_answer(
    server: FaultServer, client: NotesClient
) -> None:
    server.faults.append(Fault(NOTES_PATH, None, after=True))
    server.faults.append(Fault(WRITTEN_PATH, 200, body=b'{"meta":{"result_count":0}}'))
    note_id = await client.create(note())
    assert [int(n["id"]) for n in server.notes] == [note_id]
    assert len(server.asked(NOTES_PATH, "POST")) == 2


async def test_a_note_stored_by_the_last_attempt_is_found(server: FaultServer, client: NotesClient) -> None:
    for n in range(5):
        server.faults.append(Fault(NOTES_PATH, 500, after=n == 4))
        if n < 4:
            server.faults.append(Fault(WRITTEN_PATH, 200, body=b"{}"))
    note_id = await client.create(note())
    assert [int(n["id"]) for n in server.notes] == [note_id]


async def test_another_note_on_the_post_is_a_duplicate(server: FaultServer, client: NotesClient) -> None:
    first = await client.create(note())
    with pytest.raises(DuplicateNote) as caught:
        await client.create(note())
    assert caught.value.note_id == first


ANSWERS = [
    (400, invalid_request(POST, ProblemItem(message="bad")).wire(), InvalidRequest),
    (400, invalid_request(POST, ProblemItem(message="Note 7 is not found")).wire(), NotFound),
    (401, unauthorized().wire(), Unauthorized),
    (403, forbidden("no").wire(), Forbidden),
    (403, forbidden("You've reached your daily limit for writing notes.").wire(), DailyLimitReached),
    (404, {"title": "Not Found"}, NotFound),
    (404, ["not", "a", "problem"], NotFound),
]


@pytest.mark.parametrize(("status", "body", "error"), ANSWERS)
async def test_an_answer_is_the_error_it_means(
    server: FaultServer, client: NotesClient, status: int, body: object, error: type[Exception]
) -> None:
    server.faults.append(Fault(NOTES_PATH, status, body=json.dumps(body).encode()))
    with pytest.raises(error) as caught:
        await client.create(note())
    assert type(caught.value) is error
    assert "secret" not in f"{caught.value!r} {caught.value}"


MALFORMED = [b"", b"{", b"[]", b'{"data":{}}', b'{"data":[{"id":"x"}]}', b'{"data":' + b"[" * 100_000]


@pytest.mark.parametrize("body", MALFORMED)
async def test_what_is_no_feed_is_malformed(server: FaultServer, client: NotesClient, body: bytes) -> None:
    server.faults.extend(Fault(FEED_PATH, 200, body=body) for _ in range(5))
    with pytest.raises(MalformedAnswer):
        await anext(client.feed(test_mode=True))


async def test_pages_in_a_circle_end(server: FaultServer, client: NotesClient) -> None:
    page = b'{"data":[{"id":"1"}],"meta":{"next_token":"again"}}'
    server.faults.extend(Fault(FEED_PATH, 200, body=page) for _ in range(5))
    with pytest.raises(MalformedAnswer, match="circle"):
        [post async for post in client.feed(test_mode=True)]


async def test_no_answer_at_all(credentials: OAuth1Credentials, clock: PatientClock) -> None:
    async with NotesClient("http://127.0.0.1:9", credentials, clock=clock) as client:
        with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1"):
            await client.evaluate(1, "text")
    assert len(clock.waits) == 4


@pytest.mark.parametrize("address", ["api.x.com", "ftp://api.x.com", "http://", "http://[::1"])
def test_what_is_no_address_is_a_users_mistake(address: str, credentials: OAuth1Credentials) -> None:
    with pytest.raises(UserError, match="give one like"):
        NotesClient(address, credentials)


async def test_delete(server: FaultServer, client: NotesClient) -> None:
    note_id = await client.create(note())
    assert await client.delete(note_id) is True
    assert await client.delete(note_id) is False
    assert server.notes == []


async def test_written_notes_with_values_of_a_later_version_are_read(
    server: FaultServer, client: NotesClient
) -> None:
    outcomes = [
        {"evaluator_type": "UrlValidity", "evaluator_score_bucket": "high"},
        {"evaluator_type": "Telepathy", "evaluator_score_bucket": "High"},
    ]
    info = {"post_id": "4", "text": "t", "misleading_tags": ["factual_error", "new_tag"]}
    server.notes.append(
        {"id": "12", "info": info, "test_mode": True, "test_result": {"evaluation_outcome": outcomes}}
    )
    (written,) = [n async for n in client.written(test_mode=True)]
    assert written.info.misleading_tags == ("factual_error",)
    assert written.test_result is not None
    assert [o.evaluator_type for o in written.test_result.evaluation_outcome] == ["UrlValidity"]


async def test_evaluate_sends_two_keys(server: FaultServer, client: NotesClient) -> None:
    assert await client.evaluate(3, "a note") == 0.5
    assert server.requests[-1].json() == {"post_id": "3", "note_text": "a note"}
