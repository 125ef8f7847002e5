"""Google's Fact Check Tools API, by a server of ours that answers as its reference documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.writers.conftest import PatientClock
from tests.writers.desks import no_web
from tests.writers.json_server import Asked, JsonServer, Told, json_server
from writers.builtin.retrievers import GoogleFactCheck, google_fact_check
from writers.builtin.retrievers.json_source import ATTEMPTS
from writers.errors import CredentialsError, RetrievalFailed
from writers.plugin import Document
from writers.protocol.posts import Post

KEY = "secret-key-of-ours"
POST = Post(id=1, text="", created_at_ms=0)


def review(number: int, **more: str) -> dict[str, Any]:
    return {
        "publisher": {"name": "Fact Desk", "site": "desk.example"},
        "url": f"https://desk.example/{number}",
        "title": f"Check {number}",
        "reviewDate": "2024-05-06T00:00:00Z",
        "textualRating": "Mostly false",
        "languageCode": "en",
        **more,
    }


def claim(*reviews: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": "97,000 came",
        "claimant": "A. Mayor",
        "claimDate": "2024-05-01T00:00:00Z",
        "claimReview": list(reviews),
    }


class Api:
    """`claims:search`: claims in pages, narrowed by language, with the errors of the real one."""

    def __init__(self, claims: Sequence[dict[str, Any]] = ()) -> None:
        self.claims = list(claims)

    def __call__(self, asked: Asked) -> Told:
        if asked.headers.get("x-goog-api-key") != KEY:
            return error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT")
        if asked.path != "/v1alpha1/claims:search" or asked.method != "GET":
            return error(404, "Requested entity was not found.", "NOT_FOUND")
        if "query" not in asked.parameters and "reviewPublisherSiteFilter" not in asked.parameters:
            return error(400, "Request contains an invalid argument.", "INVALID_ARGUMENT")
        language = asked.parameters.get("languageCode")
        known = [
            claim
            for claim in self.claims
            if language in (None, *(review["languageCode"] for review in claim["claimReview"]))
        ]
        start, size = int(asked.parameters.get("pageToken", "0")), int(asked.parameters.get("pageSize", "10"))
        # Protocol buffers leave out what is empty.
        answer: dict[str, Any] = {}
        if known[start : start + size]:
            answer["claims"] = known[start : start + size]
        if start + size < len(known):
            answer["nextPageToken"] = str(start + size)
        return Told(answer)


def error(code: int, message: str, status: str, **headers: str) -> Told:
    return Told({"error": {"code": code, "message": message, "status": status}}, code, headers)


def checks(server: JsonServer, clock: PatientClock, key: str = KEY, **options: Any) -> GoogleFactCheck:
    return GoogleFactCheck(key, base_url=server.address, clock=clock, **options)


async def test_a_review_is_its_page_with_the_verdict_as_excerpt(clock: PatientClock) -> None:
    async def fetch(url: str) -> Document | None:
        return Document(url, "The whole review.") if url.endswith("1") else None

    async with json_server(Api([claim(review(1), review(2))])) as server:
        found = await checks(server, clock).retrieve(POST, "97,000 came #Now @who", fetch=fetch, limit=5)
    told = (
        "Claim: A. Mayor: “97,000 came”, claimed 2024-05-01, rated “Mostly false”, by Fact Desk, "
        "on 2024-05-06"
    )
    assert [(page.url, page.title, page.text, page.excerpt) for page in found] == [
        ("https://desk.example/1", "Check 1", "The whole review.", told),
        ("https://desk.example/2", "Check 2", told, told),
    ]
    (asked,) = server.asked
    assert asked.parameters == {"query": "97,000 came Now", "pageSize": "5"}
    assert KEY not in str(asked.parameters)


async def test_pages_are_turned_until_enough_is_found(clock: PatientClock) -> None:
    claims = [claim()] * 7 + [claim(review(number)) for number in range(12)]
    async with json_server(Api(claims)) as server:
        found = await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=6)
    assert [page.url[-1] for page in found] == ["0", "1", "2", "3", "4", "5"]
    assert [asked.parameters.get("pageToken") for asked in server.asked] == [None, "6", "12"]
    assert {asked.parameters["pageSize"] for asked in server.asked} == {"6"}


async def test_no_page_is_turned_when_enough_is_found(clock: PatientClock) -> None:
    async with json_server(Api([claim(review(number)) for number in range(9)])) as server:
        await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3)
    assert len(server.asked) == 1


async def test_languages_are_asked_in_turn_and_the_search_can_be_narrowed(clock: PatientClock) -> None:
    claims = [claim(review(1, languageCode="de")), claim(review(2, languageCode="en"))]
    async with json_server(Api(claims)) as server:
        narrowed = checks(server, clock, languages=("pt", "de"), max_age_days=30, site="desk.example")
        found = await narrowed.retrieve(POST, "words", fetch=no_web, limit=3)
    assert [page.url for page in found] == ["https://desk.example/1"]
    assert [asked.parameters["languageCode"] for asked in server.asked] == ["pt", "de"]
    assert server.asked[0].parameters["maxAgeDays"] == "30"
    assert server.asked[0].parameters["reviewPublisherSiteFilter"] == "desk.example"


@pytest.mark.parametrize("query", ["", "  ", "@who https://t.example/x"])
async def test_nothing_to_ask_is_not_asked(clock: PatientClock, query: str) -> None:
    async with json_server(Api()) as server:
        assert await checks(server, clock).retrieve(POST, query, fetch=no_web, limit=3) == []
    assert server.asked == []


async def test_no_results_are_no_failure(clock: PatientClock) -> None:
    async with json_server(Api()) as server:
        assert await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3) == []


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (
            error(403, "Fact Check Tools API is disabled.", "PERMISSION_DENIED"),
            "HTTP 403: Fact Check Tools API",
        ),
        (Told([1]), "unknown shape"),
        (Told({"claims": [{"claimReview": "x"}]}), r"unknown shape \(claims.0.claimReview\)"),
        (Told(b"<html>"), "not JSON"),
        (Told({}, 302, {"location": "https://elsewhere.example/"}), "sends elsewhere, to https://elsewhere"),
        (Told(b" " * 5_000_000), "more than"),
    ],
)
async def test_what_will_not_get_better_is_told_at_once(
    clock: PatientClock, told: Told, message: str
) -> None:
    async with json_server(lambda _: told) as server:
        with pytest.raises(RetrievalFailed, match=message):
            await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3)
    assert len(server.asked) == 1


async def test_a_wrong_key_is_named_and_not_shown(clock: PatientClock) -> None:
    async with json_server(Api()) as server:
        with pytest.raises(RetrievalFailed, match=r"HTTP 400: API key not valid") as caught:
            await checks(server, clock, key="wrong-key").retrieve(POST, "words", fetch=no_web, limit=3)
    assert "wrong-key" not in str(caught.value)
    echo = error(403, f"The key {KEY} is blocked", "PERMISSION_DENIED")
    async with json_server(lambda _: echo) as server:
        source = checks(server, clock)
        with pytest.raises(RetrievalFailed, match=r"The key \[key\] is blocked"):
            await source.retrieve(POST, "words", fetch=no_web, limit=3)
    assert KEY not in repr(vars(source))


@pytest.mark.parametrize(
    ("failure", "waits"),
    [
        (error(429, "Quota exceeded.", "RESOURCE_EXHAUSTED"), [0.5, 1.0]),
        (error(500, "Internal error.", "INTERNAL"), [0.5, 1.0]),
        (Told(status=0), [0.5, 1.0]),
    ],
    ids=["429", "500", "no answer"],
)
async def test_what_may_be_over_in_a_moment_is_asked_again(
    clock: PatientClock, failure: Told, waits: list[float]
) -> None:
    answers = [failure, failure, Told({"claims": [claim(review(1))]})]
    async with json_server(lambda _: answers.pop(0)) as server:
        found = await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3)
    assert len(found) == 1
    assert clock.waits == waits
    async with json_server(lambda _: failure) as server:
        with pytest.raises(RetrievalFailed):
            await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3)
    assert len(server.asked) == ATTEMPTS


async def test_how_long_to_stay_away_is_heeded_where_it_is_bearable(clock: PatientClock) -> None:
    answers = [error(429, "Slow down.", "RESOURCE_EXHAUSTED", **{"retry-after": "4"}), Told({})]
    async with json_server(lambda _: answers.pop(0)) as server:
        await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3)
    assert clock.waits == [pytest.approx(5, abs=0.1)]
    tomorrow = error(429, "Quota of the day.", "RESOURCE_EXHAUSTED", **{"retry-after": "86400"})
    async with json_server(lambda _: tomorrow) as server:
        with pytest.raises(RetrievalFailed, match="Quota of the day"):
            await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3)
    assert len(server.asked) == 1


@pytest.mark.parametrize("told", [Told({}, seconds=1), Told({}, dripping=True)], ids=["hangs", "drips"])
async def test_an_api_that_takes_its_time_is_given_up(
    clock: PatientClock, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    monkeypatch.setattr("writers.builtin.retrievers.fact_checks.TIMEOUT_S", 0.05)
    async with json_server(lambda _: told) as server:
        with pytest.raises(RetrievalFailed, match=r"no answer in 0\.05 seconds"):
            await checks(server, clock).retrieve(POST, "words", fetch=no_web, limit=3)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_FACT_CHECK_API_KEY", raising=False)
    with pytest.raises(CredentialsError, match="set GOOGLE_FACT_CHECK_API_KEY"):
        google_fact_check()
    monkeypatch.setenv("GOOGLE_FACT_CHECK_API_KEY", "kéy")
    with pytest.raises(CredentialsError, match="no key") as caught:
        google_fact_check()
    assert "kéy" not in str(caught.value)
    monkeypatch.setenv("GOOGLE_FACT_CHECK_API_KEY", f" {KEY}\n")
    assert google_fact_check(languages=("en",)).name == "google_fact_check"
