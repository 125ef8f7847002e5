from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.writers.desks import desk
from writers.builtin.addresses import canonical_url, urls_of
from writers.builtin.checks import (
    LengthCheck,
    TagsFitClassificationCheck,
    UrlFromEvidenceCheck,
    UrlPresentCheck,
    UrlWellFormedCheck,
)
from writers.plugin import Draft
from writers.protocol.notes import Classification, MisleadingTag
from writers.protocol.posts import NoteRequest, Post, SuggestedSource

POST = Post(
    id=1,
    text="See https://in-post.example/a.",
    created_at_ms=0,
    quoted=Post(id=2, text="and https://in-quote.example/", created_at_ms=0),
    suggested_sources=(SuggestedSource("https://suggested.example/b", 3),),
    note_requests=(NoteRequest(1, "look at https://in-request.example/c", "https://request.example/d"),),
)


def draft(text: str, sources: Iterable[str] = ()) -> Draft:
    return Draft(text=text, sources=tuple(sources))


LONG_URL = "https://example.org/" + "a" * 300


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("x" * 280, True),
        ("x" * 281, False),
        ("x" * 278 + " " + LONG_URL, True),
        ("x" * 279 + " " + LONG_URL, False),
        (f"{LONG_URL} {LONG_URL}", True),
        ("", False),
        (" \n ", False),
        ("ä" * 280, True),
        ("👩‍🚀" * 94, False),
    ],
)
def test_length_counts_each_url_as_one_character(text: str, passes: bool) -> None:
    assert (not LengthCheck().complaints(draft(text), POST, desk())) is passes


@pytest.mark.parametrize(
    ("text", "passes"),
    [("a https://x.example", True), ("a www.x.example", False), ("a", False), ("https://", False)],
)
def test_a_url_with_its_scheme_is_demanded(text: str, passes: bool) -> None:
    assert (not UrlPresentCheck().complaints(draft(text), POST, desk())) is passes


@pytest.mark.parametrize(
    "url",
    [
        "https://in-post.example/a",
        "https://in-quote.example",
        "https://suggested.example/b",
        "https://SUGGESTED.example/b#part",
        "https://in-request.example/c",
        "https://request.example/d",
        "https://fetched.example/e",
    ],
)
def test_urls_that_came_with_the_post_or_its_evidence_pass(url: str) -> None:
    evidence = desk("https://fetched.example/e")
    assert UrlFromEvidenceCheck().complaints(draft(f"Text {url}.", [url]), POST, evidence) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://suggested.example/b2",
        "https://suggested.example/",
        "https://suggested.example.evil.example/b",
        "https://suggested.example/b?x=1",
        "https://user@suggested.example/b",
        "www.suggested.example/b",
    ],
)
def test_every_invented_url_is_named(url: str) -> None:
    complaints = UrlFromEvidenceCheck().complaints(
        draft(f"Text {url} and https://other.example", ["https://third.example"]), POST, desk()
    )
    told = [complaint.split(" ")[0] for complaint in complaints]
    assert told == [url, "https://other.example", "https://third.example"]


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("see https://good.example/a?b=c#d and http://good.example:8080/", None),
        ("see https://good.example/(a).", None),
        ("see https://münchen.example/straße", None),
        ("see https://web.archive.org/web/2020/https://x.example/", None),
        ("see https://cut.example/a…", "it is cut short"),
        ("see https://cut.example/long... and more", "it is cut short"),
        ("see https://localhost/x", "not on the public web"),
        ("see https://127.0.0.1/x", "not public"),
        ("see http://0x7f.1/x", "disguised"),
        ("see http://[::1]/x", "not public"),
        ("see https://user:word@good.example/", "user name"),
        ("see https://good.example:22/", "port 22"),
        ("see https://https://good.example/", "host https is not on the public web"),
        ("see https://good.example:port/", "cannot be read"),
        ("see www.good.example/a", "lacks http"),
    ],
)
def test_urls_that_nobody_can_open_are_named_with_their_flaw(text: str, flaw: str | None) -> None:
    complaints = UrlWellFormedCheck().complaints(draft(text), POST, desk())
    assert len(complaints) == (flaw is not None)
    assert flaw is None or flaw in complaints[0]


def test_sources_are_looked_at_as_the_words_are() -> None:
    complaints = UrlWellFormedCheck().complaints(
        draft("words", ["ftp://x.example/", "nonsense"]), POST, desk()
    )
    assert [complaint.split(" ")[0] for complaint in complaints] == ["ftp://x.example/", "nonsense"]


@pytest.mark.parametrize(
    ("classification", "tags", "passes"),
    [
        (Classification.MISLEADING, (MisleadingTag.OTHER,), True),
        (Classification.MISLEADING, (), False),
        (Classification.MISLEADING, (MisleadingTag.OTHER, MisleadingTag.OTHER), False),
        (Classification.NOT_MISLEADING, (), True),
        (Classification.NOT_MISLEADING, (MisleadingTag.OTHER,), False),
    ],
)
def test_tags_fit(classification: Classification, tags: tuple[MisleadingTag, ...], passes: bool) -> None:
    note = Draft(text="t", sources=(), classification=classification, misleading_tags=tags)
    assert (not TagsFitClassificationCheck().complaints(note, POST, desk())) is passes


def test_urls_of_a_post_are_told_once_in_order() -> None:
    assert urls_of(POST) == [
        "https://in-post.example/a",
        "https://suggested.example/b",
        "https://request.example/d",
        "https://in-request.example/c",
        "https://in-quote.example/",
    ]


def test_canonical_url_leaves_what_is_no_url() -> None:
    assert canonical_url("http://x.example:port") == "http://x.example:port"
    assert canonical_url("HTTPS://Example.org/A/#x") == "https://example.org/A"
