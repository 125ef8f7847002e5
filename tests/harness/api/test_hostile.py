"""Whatever is sent, there is an answer and no server error: this client raises what the server raises."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.api import ServerSettings, create_app
from harness.store import Store
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import sample_feed, submission
from writers.clock import SystemClock
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, POST, TWEET, WRITTEN_PATH

LIMITLESS = ServerSettings(rate_limit=10**9, feed_rate_limit=10**9)
NAMES = (
    *("test_mode", "max_results", "pagination_token", "post_selection", "tweet.fields", "post.fields"),
    *("expansions", "media.fields", "user.fields", "note.fields", "oauth_token", "oauth_nonce", ""),
)
VALUES = st.one_of(
    st.sampled_from(
        ["true", "False", "1", "100", "author_id", "feed_size:xl", "text,text", "eyJzdGFydEF0Ijp7fX0="]
    ),
    st.text(max_size=40),
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
hostile = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class InProcess:
    """The application called in process, one request after the other."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)


@pytest.fixture(scope="module")
def client() -> Iterator[InProcess]:
    """Signed in as an admitted writer."""
    now_ms = SystemClock().now_ms()
    with Store.in_memory() as store:
        store.add_posts(sample_feed(now_ms))
        writer = store.add_writer("w", now_ms)
        store.admit(writer.writer_id, now_ms)
        app = create_app(store, clock=SystemClock(), evaluator=recorded_evaluator(), settings=LIMITLESS)
        headers = {"Authorization": f"Bearer {writer.user_token}"}
        transport = httpx.ASGITransport(app)
        with asyncio.Runner() as runner:
            yield InProcess(
                runner, httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers)
            )


@hostile
@given(
    path=st.sampled_from([FEED_PATH, WRITTEN_PATH]),
    parameters=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6),
)
def test_queries(client: InProcess, path: str, parameters: list[tuple[str, str]]) -> None:
    answer = client.get(path, params=parameters)
    assert answer.status_code in (200, 400, 403)
    assert answer.json()


@hostile
@given(query=st.binary(max_size=60))
def test_query_bytes(client: InProcess, query: bytes) -> None:
    raw = "".join(f"%{byte:02x}" if byte % 2 else chr(byte % 94 + 33) for byte in query)
    assert client.get(f"{FEED_PATH}?{raw}").status_code == 400


@hostile
@given(
    path=st.sampled_from([NOTES_PATH, TWEET.evaluate_path, POST.evaluate_path]),
    body=JSON_VALUES
    | st.dictionaries(st.sampled_from(["test_mode", "post_id", "info", "note_text"]), JSON_VALUES),
)
def test_bodies(client: InProcess, path: str, body: Any) -> None:
    assert client.post(path, content=json.dumps(body)).status_code == 400


@hostile
@given(body=st.binary(max_size=80))
def test_body_bytes(client: InProcess, body: bytes) -> None:
    assert client.post(NOTES_PATH, content=body).status_code == 400


@hostile
@given(
    text=st.text(max_size=300),
    note_id=st.text(min_size=1, max_size=30),
)
def test_texts_and_ids(client: InProcess, text: str, note_id: str) -> None:
    page = client.get(FEED_PATH, params={"test_mode": "true", "max_results": 1}).json()
    body = submission(page["data"][0]["id"], text=f"{text} https://port.example/figures")
    created = client.post(NOTES_PATH, content=json.dumps(body))
    assert created.status_code in (201, 400)
    if created.status_code == 201:
        listed = client.get(WRITTEN_PATH, params={"test_mode": "true"}).json()
        assert listed["data"][0]["info"]["text"] == body["info"]["text"]
        assert client.delete(f"{NOTES_PATH}/{created.json()['data']['id']}").status_code == 200
    assert client.delete(f"{NOTES_PATH}/{quote(note_id)}").status_code in (400, 404)
