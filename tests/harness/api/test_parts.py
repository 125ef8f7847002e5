"""Paging tokens, rate-limit windows, and the server's address."""

from __future__ import annotations

import base64
import json
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.admission.evaluator import LocalEvaluator
from harness.admission.links import RecordedLinks
from harness.api import ServerSettings, create_app
from harness.api.paging import Position, decode, encode
from harness.api.rate_limits import RateLimiter, Window
from harness.api.server import base_url, listen
from harness.store import Store
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import sample_post
from writers.clock import SystemClock
from writers.errors import UserError
from writers.protocol.dialects import TWEET
from writers.protocol.posts import Post


@given(time_ms=st.integers(0, 2**62), item=st.integers(0, 2**63 - 1))
def test_tokens_come_back_and_need_no_escaping(time_ms: int, item: int) -> None:
    token = encode(Position(time_ms, item))
    assert decode(token) == (time_ms, item)
    assert re.fullmatch(r"[A-Za-z0-9]+", token)
    assert json.loads(base64.b64decode(token))["startAt"]["lkey"][0] == -time_ms
    opaque = encode(Position(time_ms, item), "opaque")
    assert decode(opaque) == (time_ms, item)
    assert re.fullmatch(r"[0-9a-z]{26}", opaque)


LKEYS = [
    "[]",
    "[1]",
    '[1,"2"]',
    "[-1,2]",
    '[-1,"x"]',
    '[-1,"٣"]',
    '[true,"1"]',
    f'[-{2**64},"1"]',
    '[null,"1"]',
]


@pytest.mark.parametrize(
    "token",
    [
        *(base64.b64encode(f'{{"startAt":{{"lkey":{lkey}}}}}'.encode()).decode() for lkey in LKEYS),
        *(
            "",
            "!",
            "AAAA",
            base64.b64encode(b"[[[[").decode(),
            base64.b64encode(b"[" * 150).decode(),
            "A" * 9999,
            "v" * 25 + "s",
            "0" * 25 + "1",
        ),
        *(base64.b64encode(body).decode() for body in (b"1", b"null", b'"x"', b'{"startAt":1}', b"\xff")),
    ],
)
def test_tokens_that_are_none(token: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(token)


def test_a_window_begins_with_its_first_request() -> None:
    limits = RateLimiter(
        {"read": [Window(2, 1000)], "write": [Window(9, 1000), Window(1, 5000, ("day", "app-day"))]}
    )
    answers = [limits.take(1, "read", now_ms) for now_ms in (10_500, 10_900, 11_499, 11_500)]
    assert [answer.allowed for answer in answers] == [True, True, False, True]
    assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["1", "0", "0", "1"]
    assert [answer.headers["x-rate-limit-reset"] for answer in answers] == ["12", "12", "12", "13"]
    assert limits.take(2, "read", 11_499).allowed, "each writer has windows of their own"

    assert limits.take(1, "write", 0).allowed
    refused = limits.take(1, "write", 0)
    assert not refused.allowed
    assert refused.headers["day-remaining"] == refused.headers["app-day-remaining"] == "0"
    assert refused.headers["x-rate-limit-remaining"] == "8", "a refused request uses up nothing"


def test_addresses_that_cannot_be_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} on 127.0.0.1 is in use; .* choose another port"):
            listen("127.0.0.1", port)
    for host, port in (("192.0.2.1", 0), ("127.0.0.1", 70_000), ("no such host", 1)):
        with pytest.raises(UserError, match="cannot be used"):
            listen(host, port)


def test_the_base_url() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert base_url(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


class OutOfOrder(LocalEvaluator):
    """An evaluator with a defect."""

    async def claim_opinion(self, post: Post, note_text: str) -> float:
        raise RuntimeError("a secret of the house")


async def test_defects_are_told_without_their_cause(tmp_path: Path) -> None:
    now_ms = SystemClock().now_ms()
    arrival = sample_post(1, now_ms)
    with Store.open(tmp_path / "x.db") as store:
        store.add_posts([arrival])
        headers = {"Authorization": f"Bearer {store.add_writer('w', now_ms).user_token}"}
        evaluator = OutOfOrder(RecordedLinks({}, source="a table"))
        app = create_app(store, clock=SystemClock(), evaluator=evaluator)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
            body = {"post_id": arrival.wire.id, "note_text": "x"}
            defect = await client.post(TWEET.evaluate_path, json=body)
            with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
                connection.execute("DROP TABLE posts")
            no_store = await client.post(TWEET.evaluate_path, json=body)
    for answer, status, title in (
        (defect, 500, "Internal Server Error"),
        (no_store, 503, "Service Unavailable"),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {"title": title, "detail": title, "type": "about:blank", "status": status}


def test_the_openapi_document() -> None:
    with Store.in_memory() as store:
        app = create_app(
            store, clock=SystemClock(), evaluator=recorded_evaluator(), settings=ServerSettings()
        )
        document = app.openapi()
    operations = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert operations == {
        ("get", "/2/notes/search/posts_eligible_for_notes"),
        ("get", "/2/notes/search/notes_written"),
        ("post", "/2/notes"),
        ("delete", "/2/notes/{id}"),
        ("post", "/2/evaluate_note"),
        ("post", "/2/notes/evaluate"),
    }
    create = document["paths"]["/2/notes"]["post"]
    assert "201" in create["responses"]
    assert "200" not in create["responses"]
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references <= known
