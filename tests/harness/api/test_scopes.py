"""OAuth 2.0 user tokens: what each scope opens, and how long."""

from __future__ import annotations

import pytest
import requests

from harness.store.accounts import READ, WRITE
from tests.harness.api.conftest import Served
from tests.harness.api.samples import submission
from tests.harness.api.test_errors import FEED, WRITTEN, forbidden, unauthorized
from writers.clock import HOUR_MS, SystemClock
from writers.protocol.dialects import POST, TWEET


def life_of_a_note(served: Served, token: str) -> dict[str, requests.Response]:
    """Every operation once, signed in by a token; a note of another token's is deleted."""
    now_ms = SystemClock().now_ms()
    standing = requests.post(
        served.url + "/2/notes",
        json=submission(served.post_ids[6]),
        headers=bearer(served.store.issue_user_token("harbour-watch", [WRITE], now_ms=now_ms)),
        timeout=10,
    )
    note_id = standing.json()["data"]["id"]
    evaluation = {"post_id": served.post_ids[5], "note_text": "Three thousand crates."}
    calls = {
        "feed": ("GET", FEED + "?test_mode=true", None),
        "written": ("GET", WRITTEN + "?test_mode=true", None),
        "evaluate": ("POST", TWEET.evaluate_path, evaluation),
        "evaluate in the other dialect": ("POST", POST.evaluate_path, evaluation),
        "create": ("POST", "/2/notes", submission(served.post_ids[5])),
        "delete": ("DELETE", f"/2/notes/{note_id}", None),
    }
    return {
        name: requests.request(method, served.url + path, json=body, headers=bearer(token), timeout=10)
        for name, (method, path, body) in calls.items()
    }


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


READS = {"feed", "written"}


@pytest.mark.parametrize(
    ("scopes", "refused_reads", "refused_writes", "level"),
    [
        ([READ], False, True, "read"),
        ([WRITE], True, False, "read-write"),
        ([READ, WRITE], False, False, "read-write"),
    ],
)
def test_scopes(
    served: Served, scopes: list[str], refused_reads: bool, refused_writes: bool, level: str
) -> None:
    token = served.store.issue_user_token("harbour-watch", scopes, now_ms=SystemClock().now_ms())
    for name, answer in life_of_a_note(served, token).items():
        assert answer.headers["x-access-level"] == level
        if refused_reads if name in READS else refused_writes:
            assert forbidden(answer, "Forbidden"), name
        else:
            assert answer.status_code == (201 if name == "create" else 200), name


def test_a_writers_own_token_has_every_scope(served: Served) -> None:
    answers = life_of_a_note(served, served.writer.user_token)
    assert {answer.status_code for answer in answers.values()} == {200, 201}


def test_tokens_expire(served: Served) -> None:
    now_ms = SystemClock().now_ms()
    expired, good = (
        served.store.issue_user_token("harbour-watch", [READ], now_ms=issued_ms, lifetime_ms=2 * HOUR_MS)
        for issued_ms in (now_ms - 2 * HOUR_MS, now_ms - HOUR_MS)
    )
    url = served.url + FEED + "?test_mode=true"
    assert unauthorized(requests.get(url, headers=bearer(expired), timeout=10))
    assert requests.get(url, headers=bearer(good), timeout=10).status_code == 200


def test_a_refused_request_stores_nothing(served: Served) -> None:
    token = served.store.issue_user_token("harbour-watch", [READ], now_ms=SystemClock().now_ms())
    answer = requests.post(
        served.url + "/2/notes", json=submission(served.post_ids[5]), headers=bearer(token), timeout=10
    )
    assert answer.status_code == 403
    assert served.store.written(served.writer.writer_id, test_mode=True, limit=9) == []
