"""What looks like a URL, which variants are tried, and the verdict on a whole note."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.admission.links import RecordedLinks, WebLinks
from harness.admission.url_validity import url_like, url_validity
from tests.harness.admission.webs import FictionalWeb, HandClock
from writers.protocol.notes import ScoreBucket


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.example/b", ["https://a.example/b"]),
        ("see (https://a.example/b).", ["https://a.example/b)."]),
        ("HTTP://A.example and www.b.example/c", ["HTTP://A.example", "www.b.example/c"]),
        ("a.example/path?q=1 b.co.uk", ["a.example/path?q=1", "b.co.uk"]),
        ("https://a.example:8443/b?c#d", ["https://a.example:8443/b?c#d"]),
        ("http://127.0.0.1/ and http://[::1]/", ["http://127.0.0.1/", "http://[::1]/"]),
        ("twice https://a.example https://a.example", ["https://a.example"]),
        ("https://a.example/?a=1&amp;amp;b=2", ["https://a.example/?a=1&b=2"]),
        ("A missing space.Next sentence", ["space.Next"]),
        ("no link, 3.5 percent, e.g. this, at 5 p.m. on U.S. soil", []),
        ("write to someone@mail.example", []),
        ("wait...what, and so on.. nothing", []),
        ("", []),
    ],
)
def test_what_looks_like_a_url(text: str, found: list[str]) -> None:
    assert url_like(text) == found


WEB = {
    "https://a.example": 200,
    "https://a.example/b": 200,
    "https://a.example/wiki/Mercury_(planet)": 200,
    "https://a.example/really?": 200,
    "https://gone.example/b": 404,
    "http://plain.example/": 200,
}


@pytest.mark.parametrize(
    ("text", "bucket", "asked"),
    [
        ("https://a.example/b", "High", ["https://a.example/b"]),
        ("Source: https://a.example/b.", "High", ["https://a.example/b.", "https://a.example/b"]),
        ('(https://a.example/b).", ok', "High", ['https://a.example/b).",', "https://a.example/b"]),
        ("https://a.example/wiki/Mercury_(planet)", "High", ["https://a.example/wiki/Mercury_(planet)"]),
        ("https://a.example/really?", "High", ["https://a.example/really?"]),
        ("a.example", "High", ["https://a.example"]),
        (
            "https://a.example/b https://gone.example/b",
            "Low",
            ["https://a.example/b", "https://gone.example/b"],
        ),
        ("https://gone.example/b https://a.example/b", "Low", ["https://gone.example/b"]),
        ("https://gone.example/b!", "Low", ["https://gone.example/b!", "https://gone.example/b"]),
        ("no link at all", "Low", []),
        ("", "Low", []),
    ],
)
async def test_verdict(text: str, bucket: str, asked: list[str]) -> None:
    web = FictionalWeb(WEB)
    verdict = await url_validity(text, WebLinks(web, clock=HandClock()))
    assert verdict.bucket == bucket
    assert list(dict.fromkeys(url.replace("%22", '"') for url in web.asked)) == asked


async def test_reasons() -> None:
    links = WebLinks(FictionalWeb(WEB), clock=HandClock())
    assert (await url_validity("", links)).reason == "the note has no URL"
    assert (
        await url_validity("https://gone.example/b", links)
    ).reason == "https://gone.example/b answers 404"
    assert (await url_validity("a.example", links)).reason == "every URL answers 200"


async def test_verdict_from_a_recorded_table() -> None:
    table = RecordedLinks({"https://a.example/b": 200}, source="a table")
    assert (await url_validity("so: https://a.example/b.", table)).bucket is ScoreBucket.HIGH
    assert (await url_validity("so: https://c.example/b.", table)).bucket is ScoreBucket.LOW


@given(st.text(max_size=300) | st.text(alphabet="htps:/.w@[]%#?&;a1 ", max_size=200))
async def test_no_text_raises(text: str) -> None:
    verdict = await url_validity(text, WebLinks(FictionalWeb(WEB), clock=HandClock()))
    assert verdict.bucket in {ScoreBucket.HIGH, ScoreBucket.LOW}


@pytest.mark.parametrize("text", ["a." * 50_000, "https://" * 20_000, "a-" * 50_000 + ".", "w" * 100_000])
def test_hostile_texts_take_no_more_than_linear_time(text: str) -> None:
    assert isinstance(url_like(text), list)
