"""Every refusal with its status, body and headers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from harness.api import ServerSettings
from tests.harness.api.conftest import Served, served_with
from tests.harness.api.samples import submission
from writers.clock import DAY_MS, SystemClock
from writers.protocol.dialects import POST, TWEET
from writers.protocol.notes import NoteSubmission

FEED = "/2/notes/search/posts_eligible_for_notes"
WRITTEN = "/2/notes/search/notes_written"
OPERATIONS = [
    ("GET", FEED),
    ("GET", WRITTEN),
    ("POST", "/2/notes"),
    ("DELETE", "/2/notes/1"),
    ("POST", TWEET.evaluate_path),
    ("POST", POST.evaluate_path),
]
INVALID = {
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": "https://api.twitter.com/2/problems/invalid-request",
}


TOLD = {"x-access-level", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"}
"""Headers of every answer to a request whose sender is known, and of no other."""


def told(answer: requests.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("x-")}


def problem(answer: requests.Response, status: int, *, sender_known: bool = True) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert told(answer) == (TOLD if sender_known else set())
    body = answer.json()
    assert isinstance(body, dict)
    return body


def unauthorized(answer: requests.Response) -> bool:
    return problem(answer, 401, sender_known=False) == {
        "title": "Unauthorized",
        "detail": "Unauthorized",
        "type": "about:blank",
        "status": 401,
    }


def forbidden(answer: requests.Response, detail: str) -> bool:
    return problem(answer, 403) == {
        "title": "Forbidden",
        "detail": detail,
        "type": "about:blank",
        "status": 403,
    }


def messages(answer: requests.Response) -> list[str]:
    body = problem(answer, 400)
    assert {key: body[key] for key in INVALID} == INVALID
    return [item["message"] for item in body["errors"]]


def test_without_credentials(unchanged: Served) -> None:
    for method, path in OPERATIONS:
        assert unauthorized(requests.request(method, unchanged.url + path, timeout=10))


@pytest.mark.parametrize("token", ["", "nonsense", "é" * 9, "A" * 5000])
def test_unknown_tokens(unchanged: Served, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    for method, path in OPERATIONS:
        assert unauthorized(requests.request(method, unchanged.url + path, headers=headers, timeout=10))


def test_an_app_only_token(unchanged: Served) -> None:
    headers = {"Authorization": f"Bearer {unchanged.writer.app_token}"}
    for method, path in OPERATIONS:
        answer = requests.request(method, unchanged.url + path, headers=headers, timeout=10)
        body = problem(answer, 403)
        assert (body["title"], body["status"]) == ("Unsupported Authentication", 403)
        base = "https://api.x.com" if path == POST.evaluate_path else "https://api.twitter.com"
        assert body["type"] == f"{base}/2/problems/unsupported-authentication"
        assert answer.headers["x-access-level"] == "read"


def test_an_app_without_the_product(served: Served) -> None:
    stranger = served.store.add_writer("stranger", SystemClock().now_ms(), app_enrolled=False)
    with served.session(stranger) as bot:
        body = problem(bot.get(served.url + FEED, params={"test_mode": "true"}), 403)
    assert body["title"] == "Client Forbidden"
    assert body["reason"] == "client-not-enrolled"
    assert body["type"] == "https://api.twitter.com/2/problems/client-forbidden"
    assert body["client_id"] == stranger.consumer_key
    assert {"detail", "required_enrollment", "registration_url"} <= set(body)
    assert "errors" not in body


def test_a_user_who_is_no_writer(served: Served) -> None:
    reader = served.store.add_writer("reader", SystemClock().now_ms(), note_writer=False)
    with served.session(reader) as bot:
        answer = bot.get(served.url + FEED, params={"test_mode": "true"})
    assert forbidden(
        answer, f"User: [{reader.writer_id}] must be an API Note Writer to access this endpoint."
    )
    assert answer.headers["x-rate-limit-remaining"] == "499"
    assert answer.headers["x-access-level"] == "read-write"


def test_live_mode_before_admission(unchanged: Served) -> None:
    with unchanged.session() as bot:
        for answer in (
            bot.get(unchanged.url + FEED, params={"test_mode": "false"}),
            bot.get(unchanged.url + WRITTEN, params={"test_mode": False}),
            bot.post(unchanged.url + "/2/notes", json=submission(unchanged.post_ids[0], test_mode=False)),
        ):
            assert problem(answer, 403)["title"] == "Forbidden"


def test_feeds_that_are_not_earned(served: Served) -> None:
    served.store.admit(served.writer.writer_id, SystemClock().now_ms())
    with served.session() as bot:
        for test_mode in (True, False):
            answer = bot.get(
                served.url + FEED, params={"test_mode": test_mode, "post_selection": "feed_size:large"}
            )
            assert "[large]" in problem(answer, 403)["detail"]


def test_the_daily_limit_counts_deleted_notes(served: Served) -> None:
    store, writer_id, now_ms = served.store, served.writer.writer_id, SystemClock().now_ms()
    store.admit(writer_id, now_ms)
    for number, age_ms in enumerate([DAY_MS + 60_000] * 3 + [60_000] * 9):
        body = submission(900 + number, test_mode=False)
        store.create_note(writer_id, NoteSubmission.model_validate(body), now_ms=now_ms - age_ms)
    with served.session() as bot:
        tenth = bot.post(served.url + "/2/notes", json=submission(served.post_ids[5], test_mode=False))
        assert tenth.status_code == 201
        assert bot.delete(f"{served.url}/2/notes/{tenth.json()['data']['id']}").status_code == 200
        refused = bot.post(served.url + "/2/notes", json=submission(served.post_ids[6], test_mode=False))
        test_note = bot.post(served.url + "/2/notes", json=submission(served.post_ids[6]))

    assert forbidden(refused, "Failed to create a note. You’ve reached your daily limit for writing notes.")
    assert test_note.status_code == 201


def test_a_second_note_on_a_post(served: Served) -> None:
    with served.session() as bot:
        first = bot.post(served.url + "/2/notes", json=submission(served.post_ids[5])).json()["data"]["id"]
        second = bot.post(served.url + "/2/notes", json=submission(served.post_ids[5]))
    assert messages(second) == [f"User already created a note: [{first}] for this post."]


URL = "https://port.example/a/long/path"


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (
            {"text": "x" * 280 + URL},
            "at least 1 and at most 280 characters (urls count as a single character)",
        ),
        ({"text": "x" * 279 + " " + URL}, "at least 1 and at most 280 characters"),
        ({"text": "No source at all."}, "does not match the regex pattern"),
        ({"text": ""}, "does not match the regex pattern"),
        ({"text": 5}, "$.info.text: string expected"),
        ({"classification": "false"}, "enumeration [misinformed_or_potentially_misleading, not_misleading]"),
        (
            {"misleading_tags": ["wrong"]},
            "enumeration [disputed_claim_as_fact, factual_error, manipulated_media,",
        ),
        ({"misleading_tags": []}, "$.info.misleading_tags: there must be a minimum of 1 items"),
        ({"misleading_tags": "other"}, "$.info.misleading_tags: array expected"),
        ({"classification": "not_misleading"}, "$.info.misleading_tags: there must be a maximum of 0 items"),
        ({"trustworthy_sources": "yes"}, "$.info.trustworthy_sources: boolean expected"),
        ({"colour": "red"}, "$.info.colour: is not defined in the schema"),
        ({"is_media_note": None}, "$.info.is_media_note: boolean expected"),
    ],
)
def test_notes_that_are_not_well_formed(unchanged: Served, info: dict[str, Any], expected: str) -> None:
    with unchanged.session() as bot:
        answer = bot.post(unchanged.url + "/2/notes", json=submission(unchanged.post_ids[5], **info))
    assert any(expected in message for message in messages(answer)), messages(answer)


def test_the_longest_note_is_taken(served: Served) -> None:
    with served.session() as bot:
        text = "x" * 278 + " " + URL
        answer = bot.post(served.url + "/2/notes", json=submission(served.post_ids[5], text=text))
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[]", "$: object expected"),
        (b'{"test_mode": true, "post_id": "1"}', "$.info: is missing but it is required"),
        (b'{"test_mode": true, "post_id": "12a", "info": {}}', "$.post_id: does not match the regex pattern"),
        (
            b'{"test_mode": true, "post_id": "1\\n", "info": {}}',
            "$.post_id: does not match the regex pattern",
        ),
        (b'{"test_mode": "true", "post_id": "1", "info": {}}', "$.test_mode: boolean expected"),
        (b'{"test_mode": true, "post_id": "1", "info": {}, "id": 1}', "$.id: is not defined in the schema"),
    ],
)
def test_bodies_that_are_not_well_formed(unchanged: Served, body: bytes, expected: str) -> None:
    with unchanged.session() as bot:
        answer = bot.post(unchanged.url + "/2/notes", data=body, headers={"Content-Type": "application/json"})
    assert any(expected in message for message in messages(answer)), messages(answer)


def test_a_key_too_many_in_an_evaluation(unchanged: Served) -> None:
    body = {"post_id": unchanged.post_ids[0], "note_text": "x", "test_mode": True}
    with unchanged.session() as bot:
        assert (
            "$.test_mode: is not defined"
            in messages(bot.post(unchanged.url + "/2/evaluate_note", json=body))[0]
        )
        answer = bot.post(unchanged.url + "/2/notes/evaluate", json=body)
    assert problem(answer, 400)["type"] == "https://api.x.com/2/problems/invalid-request"


@pytest.mark.parametrize("post_id", ["1", "0", "9" * 19])
def test_posts_nobody_knows(unchanged: Served, post_id: str) -> None:
    with unchanged.session() as bot:
        for answer in (
            bot.post(unchanged.url + "/2/notes", json=submission(post_id)),
            bot.post(unchanged.url + "/2/evaluate_note", json={"post_id": post_id, "note_text": "x"}),
        ):
            assert messages(answer) == [f"Post with id: [{post_id}] is not found."]


def test_a_post_that_shows_a_matching_note(unchanged: Served) -> None:
    with unchanged.session() as bot:
        [message] = messages(bot.post(unchanged.url + "/2/notes", json=submission(unchanged.post_ids[2])))
    assert "already shown" in message


def test_media_notes_are_earned(unchanged: Served) -> None:
    with unchanged.session() as bot:
        answer = bot.post(
            unchanged.url + "/2/notes", json=submission(unchanged.post_ids[5], is_media_note=True)
        )
    assert problem(answer, 403)["title"] == "Forbidden"


def test_notes_of_others_look_like_none(served: Served) -> None:
    other = served.store.add_writer("other", SystemClock().now_ms())
    with served.session(other) as bot:
        theirs = bot.post(served.url + "/2/notes", json=submission(served.post_ids[5])).json()["data"]["id"]
    with served.session() as bot:
        for note_id in (theirs, "123", "9" * 19):
            body = problem(bot.delete(f"{served.url}/2/notes/{note_id}"), 404)
            assert body["detail"] == f"Note with id: [{note_id}] is not found."
        assert "[12x]" in messages(bot.delete(f"{served.url}/2/notes/12x"))[0]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "The `test_mode` query parameter can not be empty"),
        (
            {"test_mode": "banana"},
            "The `test_mode` query parameter value [banana] is not one of [true,false]",
        ),
        ({"max_results": "0"}, "The `max_results` query parameter value [0] is not between 1 and 100"),
        ({"max_results": "101"}, "The `max_results` query parameter value [101] is not between 1 and 100"),
        ({"max_results": "٣"}, "query parameter value [٣] is not between 1 and 100"),
        ({"expansions": "bogus"}, "The `expansions` query parameter value [bogus] is not one of [article."),
        ({"tweet.fields": "id,nope"}, "The `tweet.fields` query parameter value [nope] is not one of ["),
        ({"tweet.fields": ""}, "The `tweet.fields` query parameter can not be empty"),
        ({"expansions": "author_id,"}, "The `expansions` query parameter value [] is not one of [article."),
        ({"pagination_token": "xyz"}, "The `pagination_token` query parameter value [xyz] is not a valid"),
        ({"post_selection": "feed_size:huge"}, "The `post_selection` query parameter value [feed_size:huge]"),
        ({"post_selection": "large"}, "The `post_selection` query parameter value [large] is not one of"),
        ({"since_id": "5"}, "The query parameter [since_id] is not one of [test_mode,"),
    ],
)
def test_bad_query_values(unchanged: Served, parameters: dict[str, str], expected: str) -> None:
    asked = parameters if not parameters else {"test_mode": "true", **parameters}
    with unchanged.session() as bot:
        answer = bot.get(unchanged.url + FEED, params=asked)
    assert any(expected in message for message in messages(answer)), messages(answer)


def test_what_is_not_there(unchanged: Served) -> None:
    missing = requests.get(unchanged.url + "/2/tweets", timeout=10)
    assert problem(missing, 404, sender_known=False)["title"] == "Not Found"
    for method, path, allowed in (("PUT", "/2/notes", "POST"), ("DELETE", POST.evaluate_path, "POST")):
        refused = requests.request(method, unchanged.url + path, timeout=10)
        assert problem(refused, 405, sender_known=False)["status"] == 405
        assert refused.headers["allow"] == allowed


def test_headers_of_what_went_well(served: Served) -> None:
    with served.session() as bot:
        answers = [
            bot.get(served.url + FEED, params={"test_mode": "true"}),
            bot.post(served.url + "/2/notes", json=submission(served.post_ids[5])),
        ]
    assert [answer.status_code for answer in answers] == [200, 201]
    for answer in answers:
        assert told(answer) == TOLD
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-access-level"] == "read-write"
        reset_ms = int(answer.headers["x-rate-limit-reset"]) * 1000
        assert 0 < reset_ms - SystemClock().now_ms() <= 15 * 60_000 + 1000


def test_too_many_parameters(unchanged: Served) -> None:
    query = "&".join(f"a{number}=1" for number in range(51))
    with unchanged.session() as bot:
        assert messages(bot.get(f"{unchanged.url}{FEED}?{query}")) == ["There are too many query parameters"]
        many = ",".join(f"x{number}" for number in range(40))
        complaints = messages(bot.get(unchanged.url + FEED, params={"tweet.fields": many}))
    assert len(complaints) == 20


def test_a_body_of_any_length_is_not_read(unchanged: Served) -> None:
    with unchanged.session() as bot:
        problem(bot.post(unchanged.url + "/2/notes", data=b" " * 70_000), 413)


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Served]:
    yield from served_with(
        tmp_path,
        ServerSettings(
            feed_rate_limit=2,
            rate_limit=3,
            notes_requests_per_day=2,
            post_dialect_on_feed=False,
            not_admitted_status=400,
            unknown_post_status=404,
            missing_note_status=403,
            deleted_note_frees_post=False,
            test_and_live_share_duplicates=True,
            problem_media_type="application/json",
        ),
    )


def test_too_many_requests(strict: Served) -> None:
    with strict.session() as bot:
        answers = [bot.get(strict.url + FEED, params={"test_mode": "true"}) for _ in range(3)]
        elsewhere = bot.get(strict.url + WRITTEN, params={"test_mode": "true"})
    assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["1", "0", "0"]
    refused = answers[2]
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/json"
    body = refused.json()
    [error] = body["errors"]
    assert (error["code"], error["message"]) == (88, "Rate limit exceeded")
    assert body["type"].endswith("/rate-limit-exceeded")
    reset_ms = int(refused.headers["x-rate-limit-reset"]) * 1000
    assert 0 < reset_ms - SystemClock().now_ms() <= 15 * 60_000 + 1000
    assert elsewhere.status_code == 200


def test_the_quota_of_a_day(strict: Served) -> None:
    with strict.session() as bot:
        answers = [bot.post(strict.url + "/2/notes", json=submission(strict.post_ids[n])) for n in (5, 6, 7)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    for whose in ("user", "app"):
        family = f"x-{whose}-limit-24hour"
        assert [answer.headers[f"{family}-remaining"] for answer in answers] == ["1", "0", "0"]
        assert answers[2].headers[f"{family}-limit"] == "2"
        assert 0 < int(answers[2].headers[f"{family}-reset"]) * 1000 - SystemClock().now_ms() <= DAY_MS + 1000
    assert answers[2].headers["x-rate-limit-remaining"] == "1"


def test_choices_where_x_is_not_known(strict: Served) -> None:
    with strict.session() as bot:
        post_fields = bot.get(strict.url + FEED, params={"test_mode": "true", "post.fields": "text"})
        assert post_fields.status_code == 400
        assert "post.fields" in post_fields.json()["errors"][0]["message"]
        early = bot.get(strict.url + WRITTEN, params={"test_mode": "false"})
        assert early.json()["errors"][0]["message"] == "The `test_mode` query parameter is invalid."
        unknown = bot.post(strict.url + "/2/evaluate_note", json={"post_id": "1", "note_text": "x"})
        assert unknown.status_code == 404
        missing = bot.delete(strict.url + "/2/notes/123")
        assert (missing.status_code, "is not found" in missing.text) == (403, True)

        strict.store.admit(strict.writer.writer_id, SystemClock().now_ms())
        note_id = bot.post(strict.url + "/2/notes", json=submission(strict.post_ids[5])).json()["data"]["id"]
        bot.delete(f"{strict.url}/2/notes/{note_id}")
        again = bot.post(strict.url + "/2/notes", json=submission(strict.post_ids[5], test_mode=False))
    assert again.json()["errors"][0]["message"] == f"User already created a note: [{note_id}] for this post."
