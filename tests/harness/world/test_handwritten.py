"""The hand-written posts and pages hold together: what they refer to exists, and each error can be noted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sentencex
from selectolax.lexbor import LexborHTMLParser

from harness.world import World, load_handwritten
from harness.world.truth import holds

START = datetime(2026, 5, 4, 6, tzinfo=UTC)
NOTE_LENGTH = 280
URL_LENGTH = 1


def _load(name: str) -> list[dict[str, Any]]:
    text = files("harness.world").joinpath("handwritten", name).read_text(encoding="utf-8")
    content: list[dict[str, Any]] = json.loads(text)
    return content


POSTS = _load("posts.json")
PAGES = {page["url"]: page for page in _load("pages.json")}
MISLEADING = [post for post in POSTS if post["truth"]["misleading"]]

each_post = pytest.mark.parametrize("post", POSTS, ids=lambda post: post["key"])
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page["url"])
each_misleading_post = pytest.mark.parametrize("post", MISLEADING, ids=lambda post: post["key"])


def _found(page: dict[str, Any]) -> bool:
    return bool(page.get("status", 200) == 200)


def _stated(values: Sequence[str], text: str) -> list[str]:
    """Those of `values` that stand in `text` on their own, not inside a longer number or word."""
    return [value for value in values if holds(text, value)]


def test_mix_of_kinds_and_languages() -> None:
    assert Counter(post["truth"]["kind"] for post in POSTS) == {
        "correct": 10,
        "wrong_number": 12,
        "wrong_date": 8,
        "wrong_attribution": 7,
        "outdated": 8,
        "out_of_context": 6,
        "satire": 4,
        "opinion": 5,
    }
    assert Counter(post["lang"] for post in POSTS) == {"en": 40, "es": 10, "de": 10}


def test_keys_and_addresses_are_unique() -> None:
    assert len({post["key"] for post in POSTS}) == len(POSTS)
    assert len({post["author"]["username"] for post in POSTS}) == len(POSTS)
    assert len(PAGES) == len(_load("pages.json"))


def test_posts_stand_in_order_of_arrival() -> None:
    assert all(earlier["minutes"] <= later["minutes"] for earlier, later in pairwise(POSTS))


def test_feed_has_the_awkward_cases() -> None:
    texts = [post["text"] for post in POSTS]
    assert sum(len(text) > 280 for text in texts) >= 2
    assert sum("AI model" in text or "NoteBot" in text for text in texts) == 2
    assert sum("<script>" in text for text in texts) == 1
    assert sum(any("\u0600" <= letter <= "\u06ff" for letter in text) for text in texts) == 1
    assert any(post.get("quoted") for post in POSTS)
    assert any(post.get("replied_to") for post in POSTS)
    assert {item["type"] for post in POSTS for item in post.get("media", ())} == {"photo", "video"}
    suggested = [PAGES[source["url"]] for post in POSTS for source in post["suggested_sources"]]
    assert {page.get("status", 200) for page in suggested} == {200, 301, 404, 410}
    assert {page["kind"] for page in suggested} == {"official", "press", "reference", "unreliable"}


@each_post
def test_post_is_well_formed(post: dict[str, Any]) -> None:
    assert post.keys() - {"media", "quoted", "replied_to"} == {
        "key",
        "lang",
        "text",
        "author",
        "minutes",
        "reach",
        "suggested_sources",
        "note_requests",
        "feed_size",
        "truth",
    }
    author = post["author"]
    assert author.keys() == {"username", "name", "lean"}
    assert re.fullmatch(r"[A-Za-z0-9_]{1,15}", author["username"])
    assert -1 <= author["lean"] <= 1
    assert post["minutes"] >= 0
    assert post["reach"] > 0
    assert post["feed_size"] in {"small", "large", "xl", "xxl"}
    assert all(item["alt_text"] and item["type"] in {"photo", "video"} for item in post.get("media", ()))


@each_post
def test_references_resolve(post: dict[str, Any]) -> None:
    arrivals = {other["key"]: other["minutes"] for other in POSTS}
    for reference in ("quoted", "replied_to"):
        if reference in post:
            assert arrivals[post[reference]] < post["minutes"]
    sources = post["suggested_sources"]
    assert len({source["url"] for source in sources}) == len(sources)
    assert all(source["url"] in PAGES and source["count"] >= 1 for source in sources)
    for request in post["note_requests"]:
        assert request["suggestion"]
        assert request.get("source_url") is None or request["source_url"] in PAGES


@each_post
def test_truth_is_consistent(post: dict[str, Any]) -> None:
    truth = post["truth"]
    assert truth.keys() == {
        "kind",
        "misleading",
        "wrong",
        "explanation",
        "right_values",
        "decisive_urls",
        "divisiveness",
        "topic",
    }
    assert truth["misleading"] == (truth["kind"] not in {"correct", "opinion"}) == bool(truth["wrong"])
    assert bool(truth["explanation"]) == truth["misleading"]
    assert (truth["wrong"] or "") in post["text"]
    assert bool(truth["decisive_urls"]) == bool(truth["right_values"]) == (truth["kind"] != "opinion")
    assert 0 <= truth["divisiveness"] <= 1
    decisive = [PAGES[url] for url in truth["decisive_urls"]]
    for page in decisive:
        assert _found(page)
        assert page["kind"] != "unreliable"
        assert _stated(truth["right_values"], page["body"])
    assert (
        _stated(truth["right_values"], "\n".join(page["body"] for page in decisive)) == truth["right_values"]
    )


@each_misleading_post
def test_post_does_not_give_its_own_correction(post: dict[str, Any]) -> None:
    assert _stated(post["truth"]["right_values"], post["text"]) == []


@each_misleading_post
def test_one_sentence_of_a_decisive_page_makes_a_note(post: dict[str, Any]) -> None:
    truth = post["truth"]
    sentences = [
        sentence.strip()
        for url in truth["decisive_urls"]
        for paragraph in PAGES[url]["body"].split("\n\n")
        for sentence in sentencex.segment(PAGES[url]["lang"], paragraph)
    ]
    deciding = [sentence for sentence in sentences if _stated(truth["right_values"], sentence)]
    assert deciding
    assert min(map(len, deciding)) + len(" ") + URL_LENGTH <= NOTE_LENGTH


@each_page
def test_page_is_well_formed(page: dict[str, Any]) -> None:
    address = urlsplit(page["url"])
    assert address.scheme == "https"
    assert (address.hostname or "").endswith((".example", ".test"))
    assert page["kind"] in {"official", "press", "reference", "unreliable"}
    assert page["lang"] in {"en", "es", "de"}
    assert page["title"]
    assert datetime.fromisoformat(page["published_at"]) < START
    if _found(page):
        assert 2 <= len(page["body"].split("\n\n")) <= 6
    if page.get("status") == 301:
        assert _found(PAGES[page["redirect_to"]])
    else:
        assert "redirect_to" not in page


@pytest.fixture(scope="module")
def world() -> World:
    return load_handwritten()


def test_loaded_world_holds_every_post_and_page(world: World) -> None:
    for loaded, post in zip(world.posts, POSTS, strict=True):
        assert loaded.post.text.startswith(post["text"])  # links to media and quoted posts may follow
    assert world.pages.keys() == PAGES.keys()


def test_truth_stays_off_the_wire(world: World) -> None:
    wire = "".join(post.wire.model_dump_json() + post.includes.model_dump_json() for post in world.posts)
    assert [post["key"] for post in MISLEADING if post["truth"]["explanation"] in wire] == []


async def test_web_of_the_loaded_world_answers_as_the_pages_say(world: World) -> None:
    async with httpx.AsyncClient(transport=world.transport()) as web:
        for page in PAGES.values():
            answer = await web.get(page["url"])
            assert answer.status_code == page.get("status", 200)
            if "redirect_to" in page:
                assert answer.headers["location"] == page["redirect_to"]


async def test_decisive_pages_state_a_right_value_as_served(world: World) -> None:
    async with httpx.AsyncClient(transport=world.transport()) as web:
        for post in world.posts:
            for url in post.truth.decisive_urls:
                article = LexborHTMLParser((await web.get(url)).text).css_first("main")
                assert article is not None
                assert post.truth.states_right_value(article.text())


def test_every_page_is_used_or_reached() -> None:
    used = {url for post in POSTS for url in post["truth"]["decisive_urls"]}
    used |= {source["url"] for post in POSTS for source in post["suggested_sources"]}
    used |= {page["redirect_to"] for page in PAGES.values() if "redirect_to" in page}
    assert PAGES.keys() - used == set()
