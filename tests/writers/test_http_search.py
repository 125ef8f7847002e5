from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.writers.conftest import PatientClock
from tests.writers.desks import no_web
from tests.writers.json_server import Told, json_server
from writers.builtin.retrievers import HttpSearch, http_search
from writers.builtin.retrievers.http_search import SearchSettings, headers_of, read_settings
from writers.errors import BadInputError, CredentialsError, RetrievalFailed
from writers.plugin import Document
from writers.protocol.posts import Post

POST = Post(id=1, text="", created_at_ms=0, lang="pt-BR")
KEY = "secret-key-of-ours"

# Four engines' own shapes: a GET with a header, a POST of JSON, nested results, results of several kinds.
GET = """
name = "brave"
url = "{address}/search?q={query}&count={limit}&lang={language}"
results = "web.results"
[fields]
excerpt = "description"
[headers]
X-Subscription-Token = "${SEARCH_KEY}"
"""
POSTED = """
name = "serper"
url = "{address}/search"
results = "organic"
[fields]
url = "link"
[headers]
X-API-KEY = "${SEARCH_KEY}"
[body]
q = "about {query}"
num = "{limit}"
filters = [{ hl = "{language}" }]
"""
NESTED = """
name = "hits"
url = "{address}/?q={query}"
results = "hits.hits[?_score > `1`]"
fields = { url = "_source.page.url", title = "_source.title", excerpt = "_source.highlight[0]" }
read_pages = false
"""
JOINED = """
name = "joined"
url = "{address}/?q={query}"
results = "[web, news][].items[]"
read_pages = false
"""


def searching(file: Path, config: str, address: str, clock: PatientClock) -> HttpSearch:
    file.write_text(config.replace("{address}", address), encoding="utf-8")
    settings = read_settings(file)
    return HttpSearch(settings, headers_of(settings, {"SEARCH_KEY": KEY}, file=file), clock=clock)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "search.toml"


def result(number: int, **names: str) -> dict[str, Any]:
    return {
        names.get("url", "url"): f"https://found.example/{number}",
        "title": f"<b>Title</b> {number}",
        names.get("excerpt", "snippet"): f"It is &quot;<strong>so</strong>&quot; {number}",
    }


async def test_results_are_pages_with_the_engines_words_as_excerpt(file: Path, clock: PatientClock) -> None:
    async def fetch(url: str) -> Document | None:
        return Document(f"{url}/final", "The page.", "Own title") if url.endswith("1") else None

    answer = {"web": {"results": [result(number, excerpt="description") for number in (1, 2, 2, 3)]}}
    async with json_server(lambda _: Told(answer)) as server:
        search = searching(file, GET, server.address, clock)
        found = await search.retrieve(POST, "ação & “words”?", fetch=fetch, limit=3)
    assert [(page.url, page.title, page.text, page.excerpt) for page in found] == [
        ("https://found.example/1/final", "Own title", "The page.", 'It is "so" 1'),
        ("https://found.example/2", "Title 2", 'It is "so" 2', 'It is "so" 2'),
        ("https://found.example/3", "Title 3", 'It is "so" 3', 'It is "so" 3'),
    ]
    (asked,) = server.asked
    assert asked.parameters == {"q": "ação & “words”?", "count": "3", "lang": "pt"}
    assert asked.headers["x-subscription-token"] == KEY
    assert search.name == "brave"


async def test_a_body_makes_it_a_post_of_json(file: Path, clock: PatientClock) -> None:
    async with json_server(lambda _: Told({"organic": [result(1, url="link")]})) as server:
        found = await searching(file, POSTED, server.address, clock).retrieve(
            POST, 'say "x" {limit}', fetch=no_web, limit=4
        )
    assert [page.url for page in found] == ["https://found.example/1"]
    (asked,) = server.asked
    assert asked.method == "POST"
    assert json.loads(asked.body) == {"q": 'about say "x" {limit}', "num": 4, "filters": [{"hl": "pt"}]}


async def test_results_may_lie_deep_and_in_several_places(file: Path, clock: PatientClock) -> None:
    source = {"page": {"url": "https://deep.example/"}, "title": "T", "highlight": ["words"]}
    hits = [
        {"_score": 2, "_source": source},
        {"_score": 0.5, "_source": {"page": {"url": "https://low.example/"}}},
    ]
    async with json_server(lambda _: Told({"hits": {"hits": hits}})) as server:
        found = await searching(file, NESTED, server.address, clock).retrieve(
            POST, "x", fetch=no_web, limit=9
        )
    assert found == [Document("https://deep.example/", "words", "T", excerpt="words")]
    both = {"web": {"items": [result(1)]}, "news": {"items": [result(2), {"url": "ftp://x"}, "odd", None]}}
    async with json_server(lambda _: Told(both)) as server:
        found = await searching(file, JOINED, server.address, clock).retrieve(
            POST, "x", fetch=no_web, limit=9
        )
    assert [page.url[-1] for page in found] == ["1", "2"]


async def test_an_answer_without_the_results_place_is_warned_of_and_one_of_another_shape_fails(
    file: Path, clock: PatientClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with json_server(lambda _: Told({"query": {}, "mixed": {}})) as server:
        with caplog.at_level(logging.WARNING):
            search = searching(file, GET, server.address, clock)
            assert await search.retrieve(POST, "x", fetch=no_web, limit=9) == []
    assert "brave: nothing at 'web.results' (the answer has: query, mixed)" in caplog.text
    async with json_server(lambda _: Told({"web": {"results": "none"}})) as server:
        with pytest.raises(RetrievalFailed, match=r"no list at 'web\.results'"):
            await searching(file, GET, server.address, clock).retrieve(POST, "x", fetch=no_web, limit=9)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (Told({"error": f"bad key {KEY}"}, 401), r"brave answered HTTP 401: bad key \[key\]"),
        (Told({"message": "quota"}, 402), "HTTP 402: quota"),
        (Told({"detail": {"message": "no"}}, 422), "HTTP 422: no"),
        (Told(b"<html>", 404), "HTTP 404: Not Found|HTTP 404: X"),
        (Told({}, 301, {"location": f"https://x.example/{KEY}"}), r"to https://x\.example/\[key\]"),
    ],
)
async def test_an_engines_error_is_told_without_the_key(
    file: Path, clock: PatientClock, told: Told, message: str
) -> None:
    async with json_server(lambda _: told) as server:
        with pytest.raises(RetrievalFailed, match=message):
            await searching(file, GET, server.address, clock).retrieve(POST, "x", fetch=no_web, limit=9)


async def test_an_engine_that_is_not_there_is_told(file: Path, clock: PatientClock) -> None:
    async with json_server(lambda _: Told({})) as server:
        address = server.address
    with pytest.raises(RetrievalFailed, match="brave cannot be reached"):
        await searching(file, GET, address, clock).retrieve(POST, "x", fetch=no_web, limit=9)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("name = ", "search.toml: not TOML"),
        ('url = "https://x.example/?q={query}"\nresults = "a"', "field 'name': Field required"),
        ('name = "x"\nurl = "x.example/{query}"\nresults = "a"', "field 'url'"),
        (
            'name = "x"\nurl = "https://x.example/"\nresults = "a"',
            "{query} must stand in the url or in the body",
        ),
        ('name = "x"\nurl = "https://x.example/{querry}"\nresults = "a"', "field 'url': {querry} is unknown"),
        ('name = "x"\nurl = "https://x.example/{query}"\nresults = "a["', "field 'results': not a JMESPath"),
        (
            'name = "x"\nurl = "https://x.example/{query}"\nresults = "a"\nfields = { url = "" }',
            "field 'fields.url': not a JMESPath",
        ),
        (
            'name = "x"\nurl = "https://x.example/{query}"\nresults = "a"\nresult = "b"',
            "field 'result': Extra",
        ),
        (
            'name = "x"\nurl = "https://x.example/{query}"\nresults = "a"\nbody = { q = "{q}" }',
            "field 'body': {q} is unknown",
        ),
        (
            'name = "x"\nurl = "https://x.example/{query}"\nresults = "a"\ntimeout_seconds = 0',
            "timeout_seconds",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(file: Path, config: str, told: str) -> None:
    file.write_text(config, encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        http_search(file)
    assert told in str(caught.value)


def test_a_file_that_is_not_there_and_a_key_that_is_not_set(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        http_search(file)
    monkeypatch.delenv("SEARCH_KEY", raising=False)
    file.write_text(GET.replace("{address}", "https://x.example"), encoding="utf-8")
    with pytest.raises(CredentialsError, match=r"header 'X-Subscription-Token': set the variable SEARCH_KEY"):
        http_search(file)
    monkeypatch.setenv("SEARCH_KEY", KEY)
    assert http_search(file).name == "brave"


def test_no_representation_shows_the_key(file: Path) -> None:
    file.write_text(GET.replace("{address}", "https://x.example"), encoding="utf-8")
    settings = read_settings(file)
    headers = headers_of(settings, {"SEARCH_KEY": KEY}, file=file)
    assert headers.values == {"X-Subscription-Token": KEY}
    assert KEY not in f"{settings!r} {headers!r} {vars(HttpSearch(settings, headers))!r}"
    assert isinstance(settings, SearchSettings)
    with pytest.raises(BadInputError, match="no header may"):
        headers_of(settings, {"SEARCH_KEY": "a\nb"}, file=file)
