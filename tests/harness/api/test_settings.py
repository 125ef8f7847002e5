"""Each choice about what is not known of X does what it says."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from harness.api import ServerSettings, create_app
from harness.api.problems import RateLimitBody, too_many_requests
from harness.eligibility import rules_at
from harness.store import Credentials, MasterKey, Store
from scoring.statuses import CRH
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import sample_feed, sample_post, submission
from tests.harness.store.test_notes import status_columns
from writers.auth import OAuth1Credentials
from writers.clock import DAY_MS, HOUR_MS, MINUTE_MS
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, POST, TWEET, WRITTEN_PATH
from writers.protocol.notes import NoteSubmission

NOW_MS = 1_790_000_000_000


class Clock:
    """A clock set by hand."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.in_memory(MasterKey.from_seed(4)) as opened:
        opened.add_posts([*sample_feed(NOW_MS), sample_post(4 * 24 * 60, NOW_MS)])
        yield opened


async def ask(
    store: Store, writer: Credentials, method: str, path: str, *, signed_at_ms: int = NOW_MS, **options: Any
) -> httpx.Response:
    settings = ServerSettings(**options.pop("settings", {}))
    auth = OAuth1Credentials(
        writer.consumer_key,
        writer.consumer_secret,
        writer.access_token,
        writer.access_token_secret,
        Clock(signed_at_ms),
    )
    app = create_app(
        store, clock=Clock(NOW_MS), evaluator=recorded_evaluator(), settings=settings, rules=rules_at(NOW_MS)
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://x", auth=auth
    ) as client:
        return await client.request(method, path, **options)


@pytest.mark.parametrize(("accepted", "status"), [(True, 201), (False, 400)])
async def test_posts_that_left_the_feed(store: Store, accepted: bool, status: int) -> None:
    writer = store.add_writer("w", NOW_MS)
    old_post = sample_post(4 * 24 * 60, NOW_MS).wire.id
    settings = {"accept_posts_that_left_the_feed": accepted}
    answer = await ask(store, writer, "POST", NOTES_PATH, json=submission(old_post), settings=settings)
    assert answer.status_code == status


async def test_posts_yet_to_come_are_unknown(store: Store) -> None:
    store.add_posts([future := sample_post(-5, NOW_MS)])
    writer = store.add_writer("w", NOW_MS)
    answer = await ask(store, writer, "POST", NOTES_PATH, json=submission(future.wire.id))
    assert "is not found" in answer.text
    page = await ask(store, writer, "GET", FEED_PATH, params={"test_mode": "true"})
    assert future.wire.id not in page.text


@pytest.mark.parametrize(("window_ms", "count"), [(5 * MINUTE_MS, 3), (8 * 24 * HOUR_MS, 10)])
async def test_the_feeds_window(store: Store, window_ms: int, count: int) -> None:
    writer = store.add_writer("w", NOW_MS)
    parameters = {"test_mode": "true", "max_results": "100"}
    settings = {"feed_window_ms": window_ms}
    answer = await ask(store, writer, "GET", FEED_PATH, params=parameters, settings=settings)
    assert answer.json()["meta"]["result_count"] == count


@pytest.mark.parametrize(("nested", "count"), [(True, 11), (False, 1)])
async def test_larger_feeds(store: Store, nested: bool, count: int) -> None:
    writer = store.add_writer("w", NOW_MS)
    store.admit(writer.writer_id, NOW_MS)
    ids = [
        store.create_note(
            writer.writer_id,
            NoteSubmission.model_validate(submission(number + 1, test_mode=False)),
            now_ms=NOW_MS - 10 * DAY_MS + number * HOUR_MS,
        )
        for number in range(100)
    ]
    store.update_statuses(status_columns(ids, [CRH] * 100))
    parameters = {
        "test_mode": "false",
        "max_results": "100",
        "post_selection": "feed_size:large,feed_lang:all",
    }
    settings = {"larger_feeds_include_smaller": nested}
    answer = await ask(store, writer, "GET", FEED_PATH, params=parameters, settings=settings)
    assert answer.json()["meta"]["result_count"] == count


@pytest.mark.parametrize(("refused", "status"), [(True, 400), (False, 201)])
async def test_tags_on_notes_that_do_not_call_a_post_misleading(
    store: Store, refused: bool, status: int
) -> None:
    writer = store.add_writer("w", NOW_MS)
    body = submission(sample_post(5, NOW_MS).wire.id, classification="not_misleading")
    settings = {"tags_only_on_misleading": refused}
    answer = await ask(store, writer, "POST", NOTES_PATH, json=body, settings=settings)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("off_by_ms", "status"), [(-59_000, 200), (59_000, 200), (-61_000, 401), (61_000, 401)]
)
async def test_the_age_of_signatures(store: Store, off_by_ms: int, status: int) -> None:
    writer = store.add_writer("w", NOW_MS)
    answer = await ask(
        store,
        writer,
        "GET",
        FEED_PATH,
        params={"test_mode": "true"},
        signed_at_ms=NOW_MS + off_by_ms,
        settings={"signature_tolerance_ms": 60_000},
    )
    assert answer.status_code == status


async def test_the_longest_body(store: Store) -> None:
    writer = store.add_writer("w", NOW_MS)
    body = submission(sample_post(5, NOW_MS).wire.id)
    answers = [
        await ask(store, writer, "POST", NOTES_PATH, json=body, settings={"max_body_bytes": limit})
        for limit in (100, 10_000)
    ]
    assert [answer.status_code for answer in answers] == [413, 201]


@pytest.mark.parametrize(
    ("default", "base"), [("tweet", "https://api.twitter.com"), ("post", "https://api.x.com")]
)
async def test_the_dialect_of_requests_that_tell_none(store: Store, default: str, base: str) -> None:
    writer = store.add_writer("w", NOW_MS)
    settings = {"default_dialect": default}
    problem = f"{base}/2/problems/invalid-request"
    for method, path in (
        ("GET", FEED_PATH),
        ("GET", WRITTEN_PATH),
        ("POST", NOTES_PATH),
        ("DELETE", f"{NOTES_PATH}/x"),
    ):
        answer = await ask(store, writer, method, path, settings=settings)
        assert answer.json()["type"] == problem, path
    page = await ask(store, writer, "GET", FEED_PATH, params={"test_mode": "true"}, settings=settings)
    assert f"edit_history_{default}_ids" in page.json()["data"][0]


@pytest.mark.parametrize("default", ["tweet", "post"])
async def test_a_request_that_tells_its_dialect(store: Store, default: str) -> None:
    writer = store.add_writer("w", NOW_MS)
    settings = {"default_dialect": default}
    for dialect in (TWEET, POST):
        query = {"test_mode": "true", dialect.fields_parameter: "text"}
        page = await ask(store, writer, "GET", FEED_PATH, params=query, settings=settings)
        assert f"edit_history_{dialect.name}_ids" in page.json()["data"][0]
        refused = await ask(store, writer, "POST", dialect.evaluate_path, json={}, settings=settings)
        assert refused.json()["type"] == f"{dialect.problem_base}invalid-request"


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ("both", {"title", "detail", "type", "status", "errors"}),
        ("problem", {"title", "detail", "type", "status"}),
        ("errors", {"errors"}),
    ],
)
def test_the_body_of_too_many_requests(form: RateLimitBody, keys: set[str]) -> None:
    body = json.loads(bytes(too_many_requests(TWEET, form).response("application/json").body))
    assert set(body) == keys
    if "errors" in keys:
        assert body["errors"] == [{"code": 88, "message": "Rate limit exceeded"}]
    if "type" in keys:
        assert body["type"] == "https://api.twitter.com/2/problems/rate-limit-exceeded"


@pytest.mark.parametrize(
    ("told", "families"),
    [((), set()), (("user",), {"x-user-limit-24hour"}), (("app",), {"x-app-limit-24hour"})],
)
async def test_headers_of_a_day(store: Store, told: tuple[str, ...], families: set[str]) -> None:
    writer = store.add_writer("w", NOW_MS)
    body = submission(sample_post(5, NOW_MS).wire.id)
    settings = {"notes_requests_per_day": 250, "daily_limit_headers": told}
    answer = await ask(store, writer, "POST", NOTES_PATH, json=body, settings=settings)
    found = {name.rpartition("-")[0] for name in answer.headers if "24hour" in name}
    assert found == families
    assert all(answer.headers[f"{family}-remaining"] == "249" for family in families)


async def test_why_nothing_was_deleted(store: Store) -> None:
    writer, other = (store.add_writer(name, NOW_MS) for name in "wo")
    body = NoteSubmission.model_validate(submission(sample_post(5, NOW_MS).wire.id))
    theirs = store.create_note(other.writer_id, body, now_ms=NOW_MS)
    own = store.create_note(writer.writer_id, body, now_ms=NOW_MS)
    settings = {"missing_note_status": 400, "foreign_note_status": 403, "deleted_note_status": 200}
    answers = [
        await ask(store, writer, "DELETE", f"{NOTES_PATH}/{note_id}", settings=settings)
        for note_id in (own, own, theirs, 5, "9" * 19)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 403, 400, 400]
    assert answers[1].json() == {"data": {"deleted": True}}
    assert all("is not found" in answer.text for answer in answers[2:])


@pytest.mark.parametrize(("form", "pattern"), [("start_at", "eyJ[A-Za-z0-9]+"), ("opaque", "[0-9a-v]{26}")])
async def test_tokens_of_notes_written(store: Store, form: str, pattern: str) -> None:
    writer = store.add_writer("w", NOW_MS)
    for number in (5, 6, 7):
        body = NoteSubmission.model_validate(submission(sample_post(number, NOW_MS).wire.id))
        store.create_note(writer.writer_id, body, now_ms=NOW_MS + number)
    query, seen = {"test_mode": "true", "max_results": "2"}, []
    for count in (2, 1):
        page = await ask(store, writer, "GET", WRITTEN_PATH, params=query, settings={"written_paging": form})
        seen += [note["id"] for note in page.json()["data"]]
        assert page.json()["meta"]["result_count"] == count
        query["pagination_token"] = page.json()["meta"].get("next_token", "")
        if count == 2:
            assert re.fullmatch(pattern, query["pagination_token"])
    assert query["pagination_token"] == ""
    assert seen == sorted(seen, key=int, reverse=True)
    assert len(set(seen)) == 3
