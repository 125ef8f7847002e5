"""Link checks over real sockets on loopback, on a fictional web, and from a recorded table."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.admission.links import LinkAnswer, RecordedLinks, WebLinks, write_links
from tests.harness.admission.webs import QUICK, FictionalWeb, HandClock, loopback_links
from tests.writers.loopback import Answer, Loopback, loopback, respond
from writers.errors import BadInputError
from writers.safe_http import guarded_transport


def at(server: Loopback, path: str, host: str = "site.example") -> str:
    return f"http://{host}:{server.port}{path}"


def flaky(*statuses: int) -> Answer:
    """One status after the other, the last for ever."""
    left = list(statuses)

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        await respond(left.pop(0) if len(left) > 1 else left[0])(head, writer)

    return answer


async def never(_: str, writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    await asyncio.sleep(5)


async def endless(_: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()


async def hang_up(_: str, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize(
    ("path", "works", "told", "requests"),
    [
        ("/ok", True, "answers 200", 1),
        ("/missing", False, "answers 404", 1),
        ("/forbidden", False, "answers 403", 1),
        ("/empty", False, "answers 204", 1),
        ("/moved", True, "answers 200", 2),
        ("/moved-relative-twice", True, "answers 200", 3),
        ("/moved-to-missing", False, "answers 404", 2),
        ("/loop", False, "more than 3 redirects", 4),
        ("/no-location", False, "answers 302", 1),
        ("/to-nowhere", False, "Invalid URL in location header", 3),
        ("/to-other-scheme", False, "may not be asked", 1),
        ("/to-metadata", False, "may not be asked: address 169.254.169.254 is not public", 1),
        ("/flaky-once", True, "answers 200", 2),
        ("/flaky-twice", True, "answers 200", 3),
        ("/down", False, "answers 503", 3),
        ("/busy", True, "answers 200", 2),
        ("/hangs-up", False, "did not answer", 3),
        ("/never", False, "did not answer in time", 3),
        ("/endless", True, "answers 200", 1),
    ],
)
async def test_a_link_on_a_real_server(path: str, works: bool, told: str, requests: int) -> None:
    routes = {
        "/ok": respond(200, body=b"page"),
        "/forbidden": respond(403),
        "/empty": respond(204),
        "/moved": respond(301, headers={"Location": "/ok"}),
        "/moved-relative-twice": respond(308, headers={"Location": "moved"}),
        "/moved-to-missing": respond(302, headers={"Location": "/missing"}),
        "/loop": respond(302, headers={"Location": "/loop"}),
        "/no-location": respond(302),
        "/to-nowhere": respond(302, headers={"Location": "http://1.2.3.999/"}),
        "/to-other-scheme": respond(302, headers={"Location": "ftp://site.example/file"}),
        "/to-metadata": respond(302, headers={"Location": "http://169.254.169.254/latest"}),
        "/flaky-once": flaky(500, 200),
        "/flaky-twice": flaky(502, 503, 200),
        "/down": respond(503),
        "/busy": flaky(429, 200),
        "/hangs-up": hang_up,
        "/never": never,
        "/endless": endless,
    }
    async with loopback(routes) as server:
        links = loopback_links(HandClock())
        answer = await links.check(at(server, path))
        await links.aclose()
        assert (answer.works, len(server.requests)) == (works, requests)
        assert told in answer.reason


async def test_pauses_between_attempts_double_and_pass_on_the_clock_given() -> None:
    clock = HandClock()
    async with loopback({"/": respond(500)}) as server:
        await loopback_links(clock).check(at(server, "/"))
    assert clock.slept == [0.5, 1.0]


async def test_answers_are_remembered_for_a_while_good_ones_longer() -> None:
    clock = HandClock()
    async with loopback({"/ok": respond(200)}) as server:
        links = loopback_links(clock)
        for path, lifetime_ms in (("/ok", QUICK.works_for_ms), ("/gone", QUICK.fails_for_ms)):
            before = len(server.requests)
            await links.check(at(server, path))
            clock.ms += lifetime_ms - 1
            await links.check(at(server, path))
            assert len(server.requests) == before + 1
            clock.ms += 1
            await links.check(at(server, path))
            assert len(server.requests) == before + 2


async def test_memory_is_bounded() -> None:
    web = FictionalWeb({f"https://site.example/{n}": 200 for n in range(4)})
    links = WebLinks(web, clock=HandClock(), limits=type(QUICK)(remembered=2))
    for n in (0, 1, 0, 2, 0, 1):
        await links.check(f"https://site.example/{n}")
    assert [url[-1] for url in web.asked] == ["0", "1", "2", "1"]


async def test_cookies_of_one_link_do_not_reach_the_next() -> None:
    async with loopback({"/a": respond(200, headers={"Set-Cookie": "id=1"}), "/b": respond(200)}) as server:
        links = loopback_links(HandClock())
        await links.check(at(server, "/a"))
        await links.check(at(server, "/b"))
        assert "id=1" not in server.requests[1]


async def test_a_redirect_to_a_name_with_an_inner_address_is_not_followed() -> None:
    async def resolve(host: str) -> Sequence[str]:
        return ("127.0.0.1",) if host == "site.example" else ("127.0.0.1", "169.254.169.254")

    async with loopback({"/": respond(302, headers={"Location": "http://metadata.example/"})}) as server:
        transport = guarded_transport(resolve, allow_private=True, ports=None)
        answer = await WebLinks(transport, clock=HandClock()).check(at(server, "/"))
    assert "metadata.example has the address 169.254.169.254" in answer.reason


async def test_by_default_loopback_is_not_asked() -> None:
    async with loopback({"/": respond(200)}) as server:
        links = WebLinks(guarded_transport(ports=None), clock=HandClock())
        for host in ("127.0.0.1", "localhost"):
            answer = await links.check(at(server, "/", host))
            assert "may not be asked" in answer.reason
        assert server.requests == []


@pytest.mark.parametrize(
    "url", ["https://[half", "https://\x00/", "https://" + "a" * 70_000, "https://ⓐ\u200b.x/"]
)
async def test_what_is_no_url_leads_nowhere_and_raises_nothing(url: str) -> None:
    links = WebLinks(guarded_transport(), clock=HandClock(), limits=QUICK)
    assert not (await links.check(url)).works


async def test_a_fictional_web_needs_no_name_resolution() -> None:
    links = WebLinks(
        FictionalWeb({"https://press.fiction/a": 200}), clock=HandClock(), source="the world's web"
    )
    assert (await links.check("https://press.fiction/a")).works
    assert not (await links.check("https://elsewhere.fiction/a")).works
    assert links.source == "the world's web"


async def test_a_recorded_table_answers_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "links.tsv"
    answers = [
        LinkAnswer("https://a.example/", 200, ""),
        LinkAnswer("https://b.example/?q=1\t2", 404, ""),
        LinkAnswer("https://c.example/", None, ""),
    ]
    write_links(file, answers)
    table = RecordedLinks.read(file)
    assert table.source == "the recorded table links.tsv, 3 links"
    again = [await table.check(answer.url) for answer in answers]
    assert [answer.status for answer in again] == [200, 404, None]
    assert (await table.check("https://unknown.example/")).reason == "is not in the recorded table"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"https://a.example/\t200\n", 1),
        (b"url\tstatus\nhttps://a.example/ 200\n", 2),
        (b"url\tstatus\nhttps://a.example/\t200\nhttps://b.example/\tok\n", 3),
        (b"url\tstatus\n\xff\n", None),
    ],
)
def test_a_broken_table_is_told_with_its_line(tmp_path: Path, content: bytes, line: int | None) -> None:
    file = tmp_path / "links.tsv"
    file.write_bytes(content)
    with pytest.raises(BadInputError, match=r"links\.tsv") as caught:
        RecordedLinks.read(file)
    assert caught.value.line == line
