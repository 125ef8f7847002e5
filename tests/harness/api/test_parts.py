"""Paging tokens, rate-limit windows, and the server's address."""

from __future__ import annotations

import base64
import json
import re
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.api import ServerSettings, create_app
from harness.api.paging import Position, decode, encode
from harness.api.rate_limits import RateLimiter, Window
from harness.api.server import base_url, listen
from harness.store import Store
from tests.harness.api.running import recorded_evaluator
from writers.clock import SystemClock
from writers.errors import UserError


@given(time_ms=st.integers(0, 2**62), item=st.integers(0, 2**63 - 1))
def test_tokens_come_back_and_need_no_escaping(time_ms: int, item: int) -> None:
    token = encode(Position(time_ms, item))
    assert decode(token) == (time_ms, item)
    assert re.fullmatch(r"[A-Za-z0-9]+", token)
    assert json.loads(base64.b64decode(token))["startAt"]["lkey"][0] == -time_ms


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
        ),
        *(base64.b64encode(body).decode() for body in (b"1", b"null", b'"x"', b'{"startAt":1}', b"\xff")),
    ],
)
def test_tokens_that_are_none(token: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(token)


def test_a_window_begins_with_its_first_request() -> None:
    limits = RateLimiter({"read": [Window(2, 1000)], "write": [Window(9, 1000), Window(1, 5000, "day")]})
    answers = [limits.take(1, "read", now_ms) for now_ms in (10_500, 10_900, 11_499, 11_500)]
    assert [answer.allowed for answer in answers] == [True, True, False, True]
    assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["1", "0", "0", "1"]
    assert [answer.headers["x-rate-limit-reset"] for answer in answers] == ["12", "12", "12", "13"]
    assert limits.take(2, "read", 11_499).allowed, "each writer has windows of their own"

    assert limits.take(1, "write", 0).allowed
    refused = limits.take(1, "write", 0)
    assert not refused.allowed
    assert refused.headers["day-remaining"] == "0"
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
