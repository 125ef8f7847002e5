from __future__ import annotations

import importlib
import json
import pkgutil
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import writers
from writers.errors import BadInputError
from writers.protocol.dialects import (
    DIALECTS,
    EXPANSIONS_OF_POST_DIALECT,
    KEYS_OF_POST_DIALECT,
    POST,
    TWEET,
    Dialect,
)
from writers.protocol.fields import EXPANSIONS, FEED_EXPANSIONS, FEED_FIELDS, POST_FIELDS
from writers.protocol.notes import Status, WireStatus, WrittenNote
from writers.protocol.posts import FeedPage
from writers.protocol.problems import DAILY_LIMIT, DUPLICATE_NOTE, ProblemItem, forbidden, invalid_request
from writers.protocol.snowflakes import created_at_ms, snowflake
from writers.protocol.text import MAX_NOTE_LENGTH, find_urls, has_url, note_length

PLAIN = st.text(alphabet=st.characters(exclude_characters="wWhH", exclude_categories=["Cs"]), max_size=60)
"""Text without the letters that begin a URL."""
PATH = st.text(alphabet="abcxyz019-_/~%", max_size=40)
KEYS = st.sampled_from([*KEYS_OF_POST_DIALECT, "id", "text", "data"])
CANONICAL = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | KEYS,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(KEYS, children, max_size=4),
    max_leaves=20,
)


def test_every_all_names_what_is_there() -> None:
    checked = 0
    for module in pkgutil.walk_packages(writers.__path__, "writers."):
        loaded = importlib.import_module(module.name)
        names = getattr(loaded, "__all__", None)
        if names is not None:
            own = {
                name
                for name, value in vars(loaded).items()
                if name.isupper() or getattr(value, "__module__", "") == module.name
            }
            assert len(set(names)) == len(names), module.name
            assert [name for name in names if not hasattr(loaded, name)] == [], module.name
            assert {name for name in own if not name.startswith("_")} <= set(names), module.name
            checked += 1
    assert checked >= 2


@given(st.lists(st.tuples(PLAIN, PATH), max_size=5), PLAIN)
def test_each_url_counts_as_one_character(parts: list[tuple[str, str]], end: str) -> None:
    text = "".join(f"{words} https://example.org/{path}x " for words, path in parts) + end
    assert note_length(text) == sum(len(words) + 3 for words, _ in parts) + len(end)
    assert len(find_urls(text)) == len(parts)


@given(st.text(max_size=300))
def test_found_urls_stand_where_they_are_said_to(text: str) -> None:
    spans = find_urls(text)
    assert all(text[span.start : span.end] == span.url for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert 0 <= note_length(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("See https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x_(y)) and", ["https://a.example/x_(y)"]),
        ("“https://a.example”, www.b.example!", ["https://a.example", "www.b.example"]),
        ("HTTPS://A.example/Ä?q=1&r=2#z;", ["HTTPS://A.example/Ä?q=1&r=2#z"]),
        ("https:// www. http://", []),
        ("mail@www.example.org", []),
    ],
)
def test_urls_end_where_the_sentence_around_them_does(text: str, urls: list[str]) -> None:
    assert [span.url for span in find_urls(text)] == urls


def test_a_note_demands_a_url_with_its_scheme() -> None:
    assert has_url("x\nhttps://a.example")
    assert not has_url("www.a.example")
    assert has_url("https://\x1c"), "white space to Python only"
    assert not has_url("https://\ufeff"), "white space to JSON Schema only"
    assert MAX_NOTE_LENGTH == 280


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
@given(payload=CANONICAL)
def test_a_payload_survives_the_way_through_a_dialect(dialect: Dialect, payload: Any) -> None:
    spelt = dialect.spell(payload)
    assert dialect.canonical(spelt) == payload
    if dialect is POST:
        keys = {key for key in KEYS_OF_POST_DIALECT if f'"{key}":' in json.dumps(spelt)}
        assert keys <= set(KEYS_OF_POST_DIALECT.values())


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_fields_and_expansions_survive_the_way_through_a_dialect(dialect: Dialect) -> None:
    for field in POST_FIELDS:
        assert dialect.canonical_field(dialect.spell_field(field)) == field
    for expansion in EXPANSIONS:
        assert dialect.canonical_expansion(dialect.spell_expansion(expansion)) == expansion
    assert len(set(EXPANSIONS_OF_POST_DIALECT.values())) == len(EXPANSIONS_OF_POST_DIALECT)


def test_what_our_client_asks_for_is_what_each_dialect_takes() -> None:
    assert set(FEED_FIELDS) <= set(POST_FIELDS)
    assert set(FEED_EXPANSIONS) <= set(EXPANSIONS)
    assert TWEET.spell_fields(FEED_FIELDS).split(",") == list(FEED_FIELDS)
    asked = POST.spell_fields(FEED_FIELDS).split(",") + POST.spell_expansions(FEED_EXPANSIONS).split(",")
    assert "author_id" not in asked
    assert {"note_post", "referenced_posts", "username"} <= set(asked)
    assert not any("tweet" in name for name in asked)


@given(st.integers(1_288_834_974_657, 4_000_000_000_000), st.integers(0, 2**22 - 1))
def test_a_snowflake_tells_its_time(at_ms: int, sequence: int) -> None:
    assert created_at_ms(snowflake(at_ms, sequence)) == at_ms


def test_problems_are_recognised_by_their_sentences() -> None:
    duplicate = invalid_request(TWEET, ProblemItem(message=DUPLICATE_NOTE.format(note_id=12)))
    assert (duplicate.is_duplicate, duplicate.duplicate_of) == (True, 12)
    assert duplicate.summary() == "User already created a note: [12] for this post."
    assert forbidden(DAILY_LIMIT).is_daily_limit
    assert forbidden(DAILY_LIMIT.replace("’", "'")).is_daily_limit
    assert not forbidden("no").is_daily_limit
    assert "errors" not in forbidden("no").wire()


def test_a_post_is_complete_without_looking_anything_up() -> None:
    page = FeedPage.model_validate(
        {
            "data": [
                {
                    "id": str(snowflake(1_700_000_000_000, 3)),
                    "text": "short…",
                    "note_tweet": {"text": "the whole text"},
                    "author_id": "7",
                    "attachments": {"media_keys": ["3_1", "gone"]},
                    "referenced_tweets": [
                        {"type": "quoted", "id": "5"},
                        {"type": "replied_to", "id": "gone"},
                    ],
                    "suggested_source_links": ["https://a.example", "https://b.example"],
                    "suggested_source_links_with_counts": [{"url": "https://b.example", "count": 4}],
                    "note_request_suggestions": [{"suggestion_id": "8", "suggestion": "why"}],
                    "matched_media_notes": [{"note_id": "9", "match_status": "matched_but_not_shown"}],
                    "media_metadata": [{"media_key": "3_1", "description": "a harbour"}],
                    "a_field_of_next_year": {"x": 1},
                }
            ],
            "includes": {
                "tweets": [
                    {"id": "5", "text": "quoted", "referenced_tweets": [{"type": "quoted", "id": "5"}]}
                ],
                "users": [{"id": "7", "username": "who"}],
                "media": [
                    {"media_key": "3_1", "type": "video", "preview_image_url": "https://m.example/s.jpg"}
                ],
            },
        }
    )
    (post,) = page.posts()
    assert (post.text, post.author_username, post.created_at_ms) == (
        "the whole text",
        "who",
        1_700_000_000_000,
    )
    assert post.quoted is not None
    assert (post.quoted.text, post.quoted.quoted, post.replied_to) == ("quoted", None, None)
    assert [(m.type, m.url, m.description) for m in post.media] == [
        ("video", "https://m.example/s.jpg", "a harbour"),
        ("", None, None),
    ]
    assert [(s.url, s.count) for s in post.suggested_sources] == [
        ("https://b.example", 4),
        ("https://a.example", None),
    ]
    assert not post.has_shown_media_match


def test_seven_statuses_of_the_wire_are_three() -> None:
    for status in Status:
        assert WrittenNote(id="1", status=status.wire).public_status is status
    assert {WrittenNote(id="1", status=s).public_status for s in WireStatus} == set(Status)
    assert WrittenNote(id="1", status="").public_status is None
    assert Status.CRNH.label == "Currently Rated Not Helpful"


def test_bad_input_names_file_line_and_field() -> None:
    error = BadInputError("must be a text", file="a.toml", line=3, field="name")
    assert str(error) == "a.toml, line 3, field 'name': must be a text"
