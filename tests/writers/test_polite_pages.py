"""Pages of a website that is slow, huge, packed, shy or hostile, as a fetcher meets them."""

from __future__ import annotations

import asyncio
import hashlib
import tracemalloc
from collections.abc import Sequence

import pytest

from tests.website import (
    Answer,
    drip,
    gzip_bomb,
    huge_page,
    late,
    page,
    pdf,
    redirect,
    robots,
    script_only,
    silence,
    website,
)
from tests.writers.conftest import PatientClock
from writers.clock import HOUR_MS
from writers.manners import REQUESTS_AT_A_TIME
from writers.web import MAX_PAGE_BYTES, USER_AGENT, PageFetcher

NEWS = "news.example"
WORDS = page("<title>T</title><p>Some words</p>")


async def test_a_page_is_kept_with_its_time_and_the_hash_of_its_text(clock: PatientClock) -> None:
    async with website({NEWS: {"/": WORDS}}) as site, PageFetcher(site.transport(), clock=clock) as fetch:
        before_ms = clock.now_ms()
        found = await fetch(f"http://{NEWS}/")
    assert found is not None
    assert found.fetched_ms is not None
    assert before_ms <= found.fetched_ms <= clock.now_ms()
    assert found.sha256 == hashlib.sha256(b"Some words").hexdigest()
    assert {headers["user-agent"] for headers in site.headers} == {USER_AGENT}
    assert USER_AGENT.startswith("notewright/")


@pytest.mark.parametrize("answer", [pdf(), script_only(), page(""), page("x", status=204)])
async def test_what_holds_no_words_is_no_page(answer: Answer) -> None:
    async with website({NEWS: {"/": answer}}) as site, PageFetcher(site.transport()) as fetch:
        assert await fetch(f"http://{NEWS}/") is None
    assert site.asked(NEWS) == ["/"]


@pytest.mark.parametrize("answer", [silence(), drip()], ids=["silence", "a byte at a time"])
async def test_a_slow_page_is_given_up_and_not_asked_for_again(answer: Answer) -> None:
    async with (
        website({NEWS: {"/": answer}}) as site,
        PageFetcher(site.transport(), seconds=0.1) as fetch,
    ):
        assert await fetch(f"http://{NEWS}/") is None
        assert await fetch(f"http://{NEWS}/") is None
    assert site.asked(NEWS) == ["/"]


async def test_the_time_for_a_page_is_that_of_all_its_redirects() -> None:
    hops = {f"/{number}": redirect(f"/{number + 1}", seconds=0.05) for number in range(4)}
    async with (
        website({NEWS: hops | {"/4": WORDS}}) as site,
        PageFetcher(site.transport(), seconds=0.12) as fetch,
    ):
        assert await fetch(f"http://{NEWS}/0") is None
    assert "/4" not in site.asked(NEWS)


async def test_of_thirty_megabytes_the_first_two_are_read() -> None:
    async with website({NEWS: {"/": huge_page(30)}}) as site, PageFetcher(site.transport()) as fetch:
        found = await fetch(f"http://{NEWS}/")
    assert found is not None
    assert found.title == "Huge"
    assert site.bytes_sent < 3 * MAX_PAGE_BYTES


async def test_a_gzip_bomb_is_unpacked_no_further_than_a_page_may_be_long() -> None:
    bomb = gzip_bomb(128)
    async with website({NEWS: {"/": bomb}}) as site, PageFetcher(site.transport()) as fetch:
        tracemalloc.start()
        found = await fetch(f"http://{NEWS}/")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert bomb.length is not None
    assert bomb.length < 1_000_000
    assert found is not None
    assert found.title == "Bomb"
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", "<p>café</p>".encode("cp1252")),
        ("text/html; charset=iso-8859-1", "<p>café</p>".encode("cp1252")),
        ("text/html; charset=no-such-thing", "<p>café</p>".encode()),
        ("text/html", b'<meta charset="windows-1252"><p>caf\xe9</p>'),
    ],
)
async def test_a_wrong_charset_is_seen_through(kind: str, body: bytes) -> None:
    async with (
        website({NEWS: {"/": page(body, kind=kind)}}) as site,
        PageFetcher(site.transport()) as fetch,
    ):
        found = await fetch(f"http://{NEWS}/")
    assert found is not None
    assert found.text == "café"


async def test_pages_that_robots_rules_forbid_are_not_asked_for() -> None:
    rules = robots(
        "User-agent: *\nDisallow: /all\n\nUser-agent: NoteWright\nDisallow: /*/private$\nAllow: /a\n"
    )
    async with (
        website(
            {NEWS: {"/robots.txt": rules, "/all": WORDS, "/a/private": WORDS, "/a/privately": WORDS}}
        ) as site,
        PageFetcher(site.transport()) as fetch,
    ):
        assert await fetch(f"http://{NEWS}/a/private") is None
        assert await fetch(f"http://{NEWS}/a/privately") is not None
        assert await fetch(f"http://{NEWS}/all") is not None
    assert site.asked(NEWS, robots=True) == ["/robots.txt", "/a/privately", "/all"]


@pytest.mark.parametrize(
    ("answer", "welcome"),
    [
        (page("gone", status=404), True),
        (page("keep out", status=403), True),
        (page("too many", status=429), False),
        (page("broken", status=503), False),
        (silence(), False),
        (robots("\x00\xff<html>no rules</html>"), True),
        (gzip_bomb(8), True),
    ],
    ids=["missing", "forbidden", "too many", "broken", "silent", "nonsense", "bomb"],
)
async def test_a_host_that_fails_to_tell_its_rules_is_left_alone_and_one_without_is_not(
    answer: Answer, welcome: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("writers.manners.SECONDS_FOR_RULES", 0.2)
    async with (
        website({NEWS: {"/robots.txt": answer, "/": WORDS}}) as site,
        PageFetcher(site.transport()) as fetch,
    ):
        assert (await fetch(f"http://{NEWS}/") is not None) is welcome
    assert site.asked(NEWS) == (["/"] if welcome else [])


async def test_rules_are_read_through_redirects_and_each_redirect_of_a_page_meets_its_hosts_rules() -> None:
    hosts = {
        NEWS: {
            "/robots.txt": redirect("http://rules.example/r"),
            "/open": redirect("http://shy.example/page"),
        },
        "rules.example": {"/r": robots("User-agent: *\nDisallow: /closed")},
        "shy.example": {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/page": WORDS},
    }
    async with website(hosts) as site, PageFetcher(site.transport()) as fetch:
        assert await fetch(f"http://{NEWS}/closed") is None
        assert await fetch(f"http://{NEWS}/open") is None
    assert site.asked(NEWS) == ["/open"]
    assert site.asked("shy.example") == []


async def test_rules_that_lead_in_circles_are_none() -> None:
    circle = {"/robots.txt": redirect("/robots.txt"), "/": WORDS}
    async with website({NEWS: circle}) as site, PageFetcher(site.transport()) as fetch:
        assert await fetch(f"http://{NEWS}/") is not None


async def test_rules_are_asked_for_once_and_again_the_next_day(clock: PatientClock) -> None:
    pages = {f"/{number}": WORDS for number in range(3)}
    async with website({NEWS: pages}) as site, PageFetcher(site.transport(), clock=clock) as fetch:
        await asyncio.gather(fetch(f"http://{NEWS}/0"), fetch(f"http://{NEWS}/1"))
        assert site.asked(NEWS, robots=True).count("/robots.txt") == 1
        await clock.sleep(25 * HOUR_MS / 1000)
        await fetch(f"http://{NEWS}/2")
    assert site.asked(NEWS, robots=True).count("/robots.txt") == 2


async def test_a_crawl_delay_is_waited_and_one_too_long_is_no_reason_to_forget_the_page(
    clock: PatientClock,
) -> None:
    pages = {f"/{number}": WORDS for number in range(3)}
    rules = {"/robots.txt": robots("User-agent: *\nCrawl-delay: 7")}
    async with website({NEWS: pages | rules}) as site, PageFetcher(site.transport(), clock=clock) as fetch:
        found = [await fetch(f"http://{NEWS}/{number}") for number in range(3)]
    assert None not in found
    assert [round(wait) for wait in clock.waits] == [7, 7]

    rules = {"/robots.txt": robots("User-agent: *\nCrawl-delay: 3600")}
    async with website({NEWS: pages | rules}) as site, PageFetcher(site.transport(), clock=clock) as fetch:
        assert await fetch(f"http://{NEWS}/0") is not None
        assert await fetch(f"http://{NEWS}/1") is None
        await clock.sleep(3600)
        assert await fetch(f"http://{NEWS}/1") is not None
    assert site.asked(NEWS) == ["/0", "/1"]


async def test_a_host_is_asked_for_few_pages_at_a_time_and_hosts_do_not_wait_for_each_other() -> None:
    pages = {f"/{number}": late(WORDS) for number in range(8)}
    async with (
        website({NEWS: pages, "quick.example": {"/": WORDS}}) as site,
        PageFetcher(site.transport()) as fetch,
    ):
        slow = asyncio.gather(*(fetch(f"http://{NEWS}/{number}") for number in range(8)))
        assert await fetch("http://quick.example/") is not None
        assert not slow.done()
        assert None not in await slow
    assert site.most_waiting[NEWS] == REQUESTS_AT_A_TIME


async def test_a_web_inside_the_process_is_not_asked_for_its_rules() -> None:
    async with (
        website({NEWS: {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/": WORDS}}) as site,
        PageFetcher(site.transport(), polite=False) as fetch,
    ):
        assert await fetch(f"http://{NEWS}/") is not None
    assert site.asked(NEWS, robots=True) == ["/"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/secret",
        "http://localhost:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://0x7f000001/secret",
        "http://127.1:{port}/secret",
        "http://[::1]:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://[::ffff:7f00:1]/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://inside.test/secret",
        "http://rebinding.test/secret",
        "http://user@inside.test/secret",
        "file:///etc/passwd",
    ],
)
async def test_no_redirect_leads_to_the_machine_or_its_network(target: str) -> None:
    answers = {
        "inside.test": ["10.0.0.7"],
        "rebinding.test": ["93.184.216.34", "127.0.0.1"],
        "localhost": ["127.0.0.1"],
    }

    async def resolve(host: str) -> Sequence[str]:
        return answers[host]

    async with website({NEWS: {}, "secret": {"/secret": WORDS}}) as site:
        site.hosts[NEWS]["/"] = redirect(target.format(port=site.port))
        async with PageFetcher(site.transport(resolve)) as fetch:
            assert await fetch(f"http://{NEWS}/") is None
            assert await fetch(target.format(port=site.port)) is None
    assert {host for host, _ in site.requests} == {NEWS}
