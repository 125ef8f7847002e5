"""What answers of every operation have in common."""

from __future__ import annotations

import re
from typing import Any

import httpx


def is_id(value: object) -> bool:
    """Ids are decimal digits in a string."""
    return isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value) is not None


def assert_rate_limit_headers(response: httpx.Response) -> None:
    limit, remaining, reset = (
        int(response.headers[f"x-rate-limit-{n}"]) for n in ("limit", "remaining", "reset")
    )
    assert 0 <= remaining < limit
    assert reset > 1_700_000_000, "seconds since the epoch"


def assert_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].split(";")[0] in ("application/json", "application/problem+json")
    body: dict[str, Any] = response.json()
    assert isinstance(body["title"], str)
    assert isinstance(body["type"], str)
    assert body.get("status", status) == status
    return body


def assert_invalid_request(response: httpx.Response, sentence: str) -> dict[str, Any]:
    """The item of a 400 whose message holds the pattern `sentence`."""
    body = assert_problem(response, 400)
    assert body["title"] == "Invalid Request"
    assert body["detail"] == "One or more parameters to your request was invalid."
    assert body["type"].endswith("/2/problems/invalid-request")
    found: list[dict[str, Any]] = [item for item in body["errors"] if re.search(sentence, item["message"])]
    assert found, body["errors"]
    return found[0]


def partial_error_names(page: dict[str, Any]) -> set[str]:
    """What a page says it could not include."""
    return {
        str(error[key])
        for error in page.get("errors", ())
        for key in ("value", "resource_id")
        if key in error
    }
