"""Hand-written worlds are checked as they are read."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from harness.world import load_handwritten
from harness.world.handwritten_posts import START_MS
from writers.clock import MINUTE_MS
from writers.errors import BadInputError

PAGE = {
    "url": "https://a.example/x",
    "title": "A",
    "kind": "official",
    "lang": "en",
    "published_at": "2026-04-22T08:00:00Z",
    "body": "One.\n\nTwo is 12.",
}
POST = {
    "key": "first",
    "lang": "en",
    "text": "Two is 13.",
    "author": {"username": "someone", "name": "Some One", "lean": 0.2},
    "minutes": 5,
    "reach": 1000,
    "feed_size": "small",
    "media": [{"type": "photo", "alt_text": "A two."}],
    "suggested_sources": [{"url": "https://a.example/x", "count": 3}],
    "note_requests": [{"suggestion": "It is twelve.", "source_url": "https://a.example/x"}],
    "truth": {
        "kind": "wrong_number",
        "misleading": True,
        "wrong": "13",
        "right_values": ["12"],
        "decisive_urls": ["https://a.example/x"],
        "divisiveness": 0.1,
        "topic": "society",
    },
}


def _write(folder: Path, posts: list[dict[str, Any]], pages: list[dict[str, Any]]) -> Path:
    (folder / "posts.json").write_text(json.dumps(posts), encoding="utf-8")
    (folder / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    return folder


def test_shipped_posts_are_read_whole() -> None:
    entries = json.loads(files("harness.world").joinpath("handwritten", "posts.json").read_text("utf-8"))
    world = load_handwritten()
    assert [post.post.text.split(" https://go.")[0] for post in world.posts] == [e["text"] for e in entries]
    assert [post.arrived_at_ms for post in world.posts] == [
        START_MS + entry["minutes"] * MINUTE_MS for entry in entries
    ]
    for post, entry in zip(world.posts, entries, strict=True):
        assert post.post.created_at_ms < post.arrived_at_ms
        assert (post.post.quoted is not None) == ("quoted" in entry)
        assert [source.url for source in post.post.suggested_sources] == [
            source["url"] for source in entry["suggested_sources"]
        ]
        assert post.truth.explanation == entry["truth"]["explanation"]
        cited = world.cited(post.truth.decisive_urls, post_id=post.id)
        assert cited.decisive == post.truth.decisive_urls


def test_the_start_can_be_moved() -> None:
    moved = load_handwritten(start_ms=START_MS + 7)
    here = load_handwritten()
    assert [p.arrived_at_ms - 7 for p in moved.posts] == [p.arrived_at_ms for p in here.posts]


def test_another_folder(tmp_path: Path) -> None:
    second = {**POST, "key": "second", "minutes": 9, "quoted": "first", "media": []}
    world = load_handwritten(_write(tmp_path, [POST, second], [PAGE]))
    assert world.pages["https://a.example/x"].paragraphs == ("One.", "Two is 12.")
    quoted = world.posts[1].post.quoted
    assert quoted is not None
    assert quoted.text.startswith("Two is 13.")
    assert quoted.media[0].alt_text == "A two."


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"feed_size": "huge"}, "0.feed_size"),
        ({"minutes": -1}, "0.minutes"),
        ({"reahc": 3}, "0.reahc"),
        ({"quoted": "later"}, "0.quoted"),
        ({"truth": {**POST["truth"], "kind": "lie"}}, "0.truth.kind"),  # type: ignore[dict-item]
        ({"truth": {**POST["truth"], "decisive_urls": ["https://b.example/"]}}, "0.truth.decisive_urls"),  # type: ignore[dict-item]
    ],
)
def test_mistakes_name_file_and_entry(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    folder = _write(tmp_path, [{**POST, **change}], [PAGE])
    with pytest.raises(BadInputError, match=r"posts\.json") as caught:
        load_handwritten(folder)
    assert named in str(caught.value)


def test_real_hosts_and_doubled_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"pages\.json.*0\.url"):
        load_handwritten(_write(tmp_path, [POST], [{**PAGE, "url": "https://real.com/x"}]))
    with pytest.raises(BadInputError, match="stands twice"):
        load_handwritten(_write(tmp_path, [POST, POST], [PAGE]))
    (tmp_path / "pages.json").unlink()
    with pytest.raises(BadInputError, match="cannot be read"):
        load_handwritten(tmp_path)
