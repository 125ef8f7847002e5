"""The evaluate operation: what it tells of a text, and what it says to a wrong body. It submits nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocol.conftest import Target
from tests.protocol.shapes import assert_invalid_request, assert_problem, assert_rate_limit_headers

TEXT = "The port's report of 2025 says 3 thousand crates, not 7. https://en.wikipedia.org/wiki/Port"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"test_mode": True}, "test_mode"),
    ({"note_text": None}, "note_text"),
    ({"note_text": 7}, "note_text"),
    ({"post_id": "seven"}, "post_id"),
]


def test_a_text_has_a_score(target: Target, post_id: str) -> None:
    response = target.evaluate({"post_id": post_id, "note_text": TEXT})
    assert response.status_code == 200, response.text
    assert_rate_limit_headers(response)
    assert set(response.json()) == {"data"}
    assert isinstance(response.json()["data"]["claim_opinion_score"], float)


@pytest.mark.parametrize(("change", "place"), WRONG, ids=str)
def test_a_wrong_body_is_refused(target: Target, post_id: str, change: dict[str, Any], place: str) -> None:
    body = {"post_id": post_id, "note_text": TEXT, **change}
    assert_invalid_request(target.evaluate(body), place)


def test_both_keys_are_needed(target: Target, post_id: str) -> None:
    assert_invalid_request(target.evaluate({"post_id": post_id}), "note_text")
    assert_invalid_request(target.evaluate({"note_text": TEXT}), "post_id")


def test_what_is_no_object_is_refused(target: Target) -> None:
    assert_problem(target.evaluate([TEXT]), 400)
