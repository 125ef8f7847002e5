"""Reading a recorded feed: what a line may hold, and how a wrong one is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from harness.feeds.lines import parse_line, read_feed
from writers.errors import BadInputError

LINES = [
    {"id": str(2050000000000000001 + i), "text": f"Claim {i}", "helpful_note": {"text": "Otherwise"}}
    for i in range(3)
]


def feed(folder: Path, lines: list[str], name: str = "feed.jsonl") -> Path:
    file = folder / name
    opened = gzip.open if name.endswith(".gz") else open
    with opened(file, "wt", encoding="utf-8") as stream:
        stream.write("\n".join(lines))
    return file


@pytest.mark.parametrize("name", ["feed.jsonl", "feed.jsonl.gz"])
def test_a_feed_is_read_plain_or_compressed(tmp_path: Path, name: str) -> None:
    posts = read_feed(feed(tmp_path, [json.dumps(line) for line in LINES], name))
    assert [post.wire.id for post in posts] == [line["id"] for line in LINES]
    assert {post.helpful_note for post in posts} == {"Otherwise"}


def test_what_stands_beside_the_post_is_no_part_of_it() -> None:
    line = {
        "id": "7",
        "colour": "kept",
        "includes": {"users": [{"id": "9"}], "places": [{"id": "p"}]},
        "errors": [{"value": "8"}],
        "recorded_at_ms": 5,
        "helpful_note": "Otherwise",
    }
    post = parse_line(json.dumps(line))
    assert post.wire.model_dump(exclude_unset=True) == {"id": "7", "colour": "kept"}
    assert post.includes.users[0].id == "9"
    assert post.includes.model_dump(exclude_unset=True)["places"] == [{"id": "p"}]
    assert (post.errors, post.recorded_at_ms, post.helpful_note) == (({"value": "8"},), 5, "Otherwise")


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], r"feed\.jsonl: it holds no post"),
        (["", "{"], r"line 2: it is no post of the feed"),
        (["[1]"], r"line 1: it is no post of the feed: a post is a JSON object"),
        (["[" * 100_000], r"line 1: it is no post of the feed"),
        (['{"text": "x"}'], r"line 1, field 'id': it is no post of the feed: Field required"),
        (['{"id": "12x"}'], r"line 1, field 'id'"),
        (['{"id": "1"}', '{"id": "1"}'], r"line 2: post 1 stands twice"),
        (['{"id": "1", "suggested_source_links": "https://a.example"}'], r"'suggested_source_links'.*array"),
        (['{"id": "1", "includes": {"users": {}}}'], r"field 'includes\.users'.*array"),
        (['{"id": "1", "includes": []}'], r"field 'includes'"),
        (['{"id": "1", "helpful_note": 7}'], r"field 'helpful_note'"),
        (['{"id": "1", "errors": ["gone"]}'], r"field 'errors'"),
        (['{"id": "1", "recorded_at_ms": "now"}'], r"field 'recorded_at_ms'"),
    ],
)
def test_a_line_that_is_no_post_is_told_with_its_place(
    tmp_path: Path, lines: list[str], complaint: str
) -> None:
    with pytest.raises(BadInputError, match=complaint):
        read_feed(feed(tmp_path, lines))


def test_a_feed_that_is_missing_or_cut_short(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        read_feed(tmp_path / "absent.jsonl")
    whole = feed(tmp_path, [json.dumps(line) for line in LINES], "feed.jsonl.gz")
    whole.write_bytes(whole.read_bytes()[:-12])
    with pytest.raises(BadInputError, match="cut short"):
        read_feed(whole)
