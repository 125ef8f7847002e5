"""The OpenAPI document says what the server does, whichever way it is set."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from harness.api import ServerSettings
from harness.api.documentation import openapi_document
from tests.harness.api.conftest import Served
from writers.protocol.dialects import FEED_PATH, KEYS_OF_POST_DIALECT, NOTES_PATH, POST, TWEET, WRITTEN_PATH


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(references(item) for item in value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*(references(item) for item in value.values()))
    return found | {value["$ref"]} if isinstance(value.get("$ref"), str) else found


def test_the_document_is_served_to_everybody(unchanged: Served) -> None:
    answer = requests.get(unchanged.url + "/openapi.json", timeout=10)
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(openapi_document(ServerSettings())))


def test_operations_and_what_they_ask_for() -> None:
    document = openapi_document(ServerSettings())
    asked = {
        (method, path): operation["security"][0]["OAuth2UserToken"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert asked == {
        ("get", FEED_PATH): ["tweet.read"],
        ("get", WRITTEN_PATH): ["tweet.read"],
        ("post", NOTES_PATH): ["tweet.write"],
        ("delete", f"{NOTES_PATH}/{{id}}"): ["tweet.write"],
        ("post", TWEET.evaluate_path): ["tweet.write"],
        ("post", POST.evaluate_path): ["tweet.write"],
    }
    assert set(document["components"]["securitySchemes"]) == {"OAuth2UserToken", "UserToken"}


def test_every_reference_leads_somewhere() -> None:
    document = openapi_document(ServerSettings(rate_limit_body="errors"))
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= named


def test_bodies_are_closed_at_both_levels() -> None:
    schemas = openapi_document(ServerSettings())["components"]["schemas"]
    assert schemas["NoteSubmission"]["additionalProperties"] is False
    assert schemas["EvaluationRequest"]["required"] == ["post_id", "note_text"]
    assert schemas["EvaluationRequest"]["additionalProperties"] is False
    for variant in schemas["NoteInfo"]["oneOf"]:
        assert variant["additionalProperties"] is False
    assert "null" not in json.dumps(schemas["NoteInfo"])


def test_each_dialect_has_its_page() -> None:
    schemas = openapi_document(ServerSettings())["components"]["schemas"]
    for ours, theirs in KEYS_OF_POST_DIALECT.items():
        if ours == "tweet_count":
            continue
        in_tweet = json.dumps([schemas[name] for name in ("WirePost", "Includes", "WirePublicMetrics")])
        in_post = json.dumps(
            [schemas[f"PostDialect{name}"] for name in ("WirePost", "Includes", "WirePublicMetrics")]
        )
        assert f'"{ours}"' in in_tweet
        assert f'"{theirs}"' not in in_tweet
        assert f'"{theirs}"' in in_post
        assert f'"{ours}"' not in in_post


@pytest.mark.parametrize(
    ("settings", "path", "method", "told"),
    [
        ({}, NOTES_PATH, "post", {201, 400, 401, 403, 413, 429, 503}),
        ({"unknown_post_status": 404}, NOTES_PATH, "post", {201, 400, 401, 403, 404, 413, 429, 503}),
        ({}, f"{NOTES_PATH}/{{id}}", "delete", {200, 400, 401, 403, 404, 429, 503}),
        (
            {"missing_note_status": 400, "foreign_note_status": 403, "deleted_note_status": 200},
            f"{NOTES_PATH}/{{id}}",
            "delete",
            {200, 400, 401, 403, 429, 503},
        ),
    ],
)
def test_statuses_follow_the_settings(
    settings: dict[str, Any], path: str, method: str, told: set[int]
) -> None:
    document = openapi_document(ServerSettings.model_validate(settings))
    assert {int(status) for status in document["paths"][path][method]["responses"]} == told


def test_parameters_follow_the_settings() -> None:
    document = openapi_document(ServerSettings(post_dialect_on_feed=False))
    names = [parameter["name"] for parameter in document["paths"][FEED_PATH]["get"]["parameters"]]
    assert TWEET.fields_parameter in names
    assert POST.fields_parameter not in names


def test_content_types_follow_the_settings() -> None:
    document = openapi_document(ServerSettings(problem_media_type="application/json"))
    refusal = document["paths"][NOTES_PATH]["post"]["responses"]["400"]
    assert list(refusal["content"]) == ["application/json"]
