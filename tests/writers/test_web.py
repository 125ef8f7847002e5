from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest

from tests.writers.fault_server import Fault, FaultServer
from writers.page_text import decoded, html_text, tidy
from writers.web import MAX_TEXT_LENGTH, PageFetcher

HTML = {"content-type": "text/html; charset=utf-8"}


@pytest.fixture
def local() -> httpx.AsyncHTTPTransport:
    """The plain network: the tests' server is on this machine, where the guarded one does not go."""
    return httpx.AsyncHTTPTransport()


async def test_a_page_is_read_as_text_and_once(server: FaultServer, local: httpx.AsyncHTTPTransport) -> None:
    body = "<title>Häfen</title><nav>Menu</nav><p>Es <b>waren</b> 12.</p><p>Ende</p>".encode()
    server.faults.append(Fault("/a", 200, HTML, body))
    async with PageFetcher(local) as fetch:
        first, second = await asyncio.gather(fetch(f"{server.address}/a"), fetch(f"{server.address}/a#part"))
    assert first is not None
    assert first == second
    assert (first.url, first.title, first.text) == (f"{server.address}/a", "Häfen", "Es waren 12.\nEnde")
    assert len(server.asked("/a")) == 1


async def test_a_redirect_tells_the_final_address(
    server: FaultServer, local: httpx.AsyncHTTPTransport
) -> None:
    server.faults.append(Fault("/old", 301, {"location": "/new"}))
    server.faults.append(Fault("/new", 200, {"content-type": "text/plain"}, b"plain  words\n\n here"))
    async with PageFetcher(local) as fetch:
        page = await fetch(f"{server.address}/old")
    assert page is not None
    assert (page.url, page.text) == (f"{server.address}/new", "plain words\nhere")


async def test_redirects_are_bounded(server: FaultServer, local: httpx.AsyncHTTPTransport) -> None:
    server.faults.extend(Fault("/loop", 302, {"location": "/loop"}) for _ in range(20))
    async with PageFetcher(local, max_redirects=3) as fetch:
        assert await fetch(f"{server.address}/loop") is None
    assert len(server.asked("/loop")) == 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/x", 404, HTML, b"<p>gone</p>"),
        Fault("/x", 200, {"content-type": "application/pdf"}, b"%PDF"),
        Fault("/x", None),
        Fault("/x", 200, HTML, b"<p>cut", announced=1000),
        Fault("/x", 200, {**HTML, "content-encoding": "gzip"}, b"not gzip"),
    ],
    ids=["missing", "no text", "no answer", "cut short", "bad encoding"],
)
async def test_where_there_is_no_page_the_answer_is_none(
    server: FaultServer, local: httpx.AsyncHTTPTransport, fault: Fault
) -> None:
    server.faults.append(fault)
    async with PageFetcher(local) as fetch:
        assert await fetch(f"{server.address}/x") is None


@pytest.mark.parametrize("url", ["", "no url", "ftp://example.org/", "http://[", "http://\ud800.example/"])
async def test_what_is_no_address_has_no_page(local: httpx.AsyncHTTPTransport, url: str) -> None:
    async with PageFetcher(local) as fetch:
        assert await fetch(url) is None


async def test_without_a_transport_private_addresses_are_out_of_reach(server: FaultServer) -> None:
    async with PageFetcher() as fetch:
        assert await fetch(f"{server.address}/private") is None
    assert server.requests == []


async def test_a_page_that_never_comes_is_given_up(
    server: FaultServer, local: httpx.AsyncHTTPTransport
) -> None:
    server.hold_answers_to = "/slow"
    async with PageFetcher(local, seconds=0.05) as fetch:
        assert await fetch(f"{server.address}/slow") is None


async def test_one_impatient_caller_leaves_the_page_to_the_others(
    server: FaultServer, local: httpx.AsyncHTTPTransport
) -> None:
    server.faults.append(Fault("/a", 200, HTML, b"<p>here</p>"))
    async with PageFetcher(local) as fetch:
        impatient = asyncio.create_task(fetch(f"{server.address}/a"))
        await asyncio.sleep(0)
        impatient.cancel()
        page = await fetch(f"{server.address}/a")
    assert page is not None


@pytest.mark.parametrize("packed", [False, True])
async def test_of_a_huge_page_only_the_beginning_is_read(
    server: FaultServer, local: httpx.AsyncHTTPTransport, packed: bool
) -> None:
    body = b"<p>first</p>" + "<p>ä</p>".encode() * 400_000
    headers = {**HTML, "content-encoding": "gzip"} if packed else HTML
    server.faults.append(Fault("/huge", 200, headers, gzip.compress(body) if packed else body))
    async with PageFetcher(local, max_bytes=100_001) as fetch:
        page = await fetch(f"{server.address}/huge")
    assert page is not None
    assert page.text.startswith("first\nä\n")
    assert len(page.text) <= min(100_001, MAX_TEXT_LENGTH)
    assert "\ufffd" not in page.text


@pytest.mark.parametrize(
    ("body", "told", "text"),
    [
        ("é".encode(), None, "é"),
        ("é".encode("cp1252"), None, "é"),
        ("é “x”".encode("cp1252"), "latin-1", "é “x”"),
        ("é".encode("latin-1"), "utf-8", "é"),
        (b'<meta charset="iso-8859-2">' + "ł".encode("iso-8859-2"), None, '<meta charset="iso-8859-2">ł'),
        ("\ufeffé".encode("utf-16-le"), "utf-8", "é"),
        ("\ufeffé".encode(), "latin-1", "é"),
        ("é".encode(), "no-such-codec", "é"),
        ("é".encode(), "base64", "é"),
    ],
)
def test_characters_are_read_like_browsers_do(body: bytes, told: str | None, text: str) -> None:
    assert decoded(body, told) == text


def test_blocks_become_lines_and_inline_marks_do_not() -> None:
    html = """<html><head><title> A title </title><style>p
    {}</style></head><body><header>Site</header><h1>Head</h1> <p>One <i>two</i>,
    three.<br>Four</p><script>var x</script><table><tr><th>2023</th><td>12</td></tr></table>
    <ul><li>a<li>b</ul><footer>Imprint</footer></body></html>"""
    title, text = html_text(html)
    assert title == "A title"
    assert text.split("\n") == ["Site", "Head", "One two, three.", "Four", "2023", "12", "a", "b"]
    assert html_text("") == ("", "")


def test_tidy() -> None:
    assert tidy(" a\t b \x00\n\n \n c ") == "a b\nc"
