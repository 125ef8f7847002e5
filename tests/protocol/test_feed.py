"""The feed's shape, its pages, and what it says to a wrong question."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from typing import Any

import pytest

from tests.protocol.conftest import Target
from tests.protocol.shapes import (
    assert_invalid_request,
    assert_problem,
    assert_rate_limit_headers,
    is_id,
    partial_error_names,
)
from writers.protocol.dialects import FEED_PATH
from writers.protocol.fields import COMMUNITY_NOTES_FIELDS
from writers.protocol.posts import ReferenceType

REFERENCES = {kind.value for kind in ReferenceType}


def test_without_fields_a_post_has_only_its_own(target: Target) -> None:
    response = target.feed(max_results="5")
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == "application/json"
    assert_rate_limit_headers(response)
    body = response.json()
    assert set(body) <= {"data", "includes", "meta", "errors"}
    posts = body.get("data", [])
    assert len(posts) == body["meta"]["result_count"] <= 5
    for post in posts:
        assert set(post) == {"id", "text", "edit_history_tweet_ids"}
        assert is_id(post["id"])


def test_posts_have_the_types_that_clients_read(page: dict[str, Any]) -> None:
    assert len(page.get("data", [])) == page["meta"]["result_count"]
    for post in page.get("data", []):
        assert is_id(post["id"])
        assert is_id(post["author_id"])
        assert datetime.fromisoformat(post["created_at"]).tzinfo is not None
        assert isinstance(post["text"], str)
        assert isinstance(post.get("note_tweet", {}).get("text", ""), str)
        for key in post.get("attachments", {}).get("media_keys", ()):
            assert re.fullmatch(r"\d+_\d+", key)
        kinds = [reference["type"] for reference in post.get("referenced_tweets", ())]
        assert set(kinds) <= REFERENCES
        assert len(kinds) == len(set(kinds)), "at most one reference of each kind"


def test_community_notes_fields_are_arrays(page: dict[str, Any]) -> None:
    for post in page.get("data", []):
        for name in COMMUNITY_NOTES_FIELDS:
            assert isinstance(post.get(name, []), list), name
        assert all(isinstance(url, str) for url in post.get("suggested_source_links", ()))
        for source in post.get("suggested_source_links_with_counts", ()):
            assert isinstance(source["url"], str)
            assert isinstance(source["count"], int)
        for request in post.get("note_request_suggestions", ()):
            assert is_id(request["suggestion_id"])
            assert isinstance(request["suggestion"], str)
        for match in post.get("matched_media_notes", ()):
            assert is_id(match["note_id"])
            assert match["match_status"] in ("matched_but_not_shown", "matched_and_shown")
        for item in post.get("media_metadata", ()):
            assert isinstance(item["media_key"], str)


def test_every_reference_is_included_or_told_to_be_missing(page: dict[str, Any]) -> None:
    includes = page.get("includes", {})
    users = {user["id"] for user in includes.get("users", ())}
    media = {item["media_key"] for item in includes.get("media", ())}
    tweets = {tweet["id"] for tweet in includes.get("tweets", ())}
    missing = partial_error_names(page)
    for post in page.get("data", []):
        assert post["author_id"] in users | missing
        assert set(post.get("attachments", {}).get("media_keys", ())) <= media | missing
        assert {reference["id"] for reference in post.get("referenced_tweets", ())} <= tweets | missing
    for tweet in includes.get("tweets", ()):
        assert tweet["author_id"]
        assert tweet["created_at"] if tweet["id"] in {p["id"] for p in page["data"]} else True
    assert all(item["type"] in ("photo", "video", "animated_gif") for item in includes.get("media", ()))


def test_pages_follow_each_other_newest_first_and_end_without_a_token(target: Target) -> None:
    """The token is base64 of JSON whose first key is the negated time, as a released client decodes it."""
    seen: list[str] = []
    token: str | None = None
    times: list[int] = []
    for _ in range(30):
        more = {} if token is None else {"pagination_token": token}
        # Small pages where the feed is small, so that there is more than one.
        body = target.feed(max_results="4" if len(seen) < 12 else "100", **more).json()
        seen += [post["id"] for post in body.get("data", [])]
        token = body["meta"].get("next_token")
        if token is None:
            break
        [negated, *_] = json.loads(base64.b64decode(token + "=" * (-len(token) % 4)))["startAt"]["lkey"]
        times.append(-int(negated))
    else:
        pytest.fail("the feed has no end")
    assert seen
    assert times == sorted(times, reverse=True)
    # The feed moves while it is read: a post or two may stand on two pages.
    assert len(seen) - len(set(seen)) <= len(times)


@pytest.mark.parametrize(
    "spelling",
    [
        {"test_mode": "True"},
        {"post_selection": "feed_size: small, feed_lang: all"},
        {"post_selection": "feed_lang:en,feed_size:small"},
        {"expansions": "author_id", "tweet.fields": "author_id"},
    ],
    ids=str,
)
def test_spellings_that_released_clients_use_are_taken(target: Target, spelling: dict[str, str]) -> None:
    assert target.feed(**spelling).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "name", "sentence"),
    [
        ({"test_mode": "banana"}, "test_mode", r"test_mode"),
        ({"max_results": "0"}, "max_results", r"value \[0\] is not between 1 and 100"),
        ({"max_results": "101"}, "max_results", r"value \[101\] is not between 1 and 100"),
        ({"expansions": "bogus"}, "expansions", r"value \[bogus\] is not one of \["),
        ({"tweet.fields": "bogus"}, "tweet.fields", r"value \[bogus\] is not one of \["),
        ({"media.fields": "bogus"}, "media.fields", r"value \[bogus\] is not one of \["),
        ({"pagination_token": "bogus"}, "pagination_token", r"pagination_token"),
        ({"post_selection": "feed_size:huge"}, "post_selection", r"post_selection"),
        ({"since_id": "1"}, "since_id", r"since_id"),
    ],
)
def test_a_wrong_parameter_is_named(target: Target, wrong: dict[str, str], name: str, sentence: str) -> None:
    error = assert_invalid_request(target.feed(**wrong), sentence)
    assert name in error.get("parameters", {name: ()})


def test_test_mode_must_be_said(target: Target) -> None:
    assert_invalid_request(target.ask("GET", FEED_PATH), "test_mode")


def test_a_larger_feed_is_not_for_test_notes(target: Target) -> None:
    assert_problem(target.feed(post_selection="feed_size:xxl"), 403)


def test_requests_without_good_credentials_are_refused(target: Target) -> None:
    for auth in (None, target.broken_auth):
        response = target.ask_as(auth, FEED_PATH, {"test_mode": "true"})
        body = assert_problem(response, 401)
        assert (body["title"], body["detail"], body["type"]) == (
            "Unauthorized",
            "Unauthorized",
            "about:blank",
        )
        assert not any(name.startswith("x-rate-limit") for name in response.headers)
