"""The guarded transport against hostile addresses, and against a real server on loopback."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence

import httpx
import pytest

from tests.writers.loopback import loopback, respond
from writers.safe_http import AddressRefused, guarded_transport, is_reachable, system_resolver


def answers(*addresses: str) -> tuple[list[str], object]:
    """A resolver that gives these addresses for every name, and the names it was asked for."""
    asked: list[str] = []

    async def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return addresses

    return asked, resolve


def client(resolver: object = system_resolver, **options: object) -> httpx.AsyncClient:
    transport = guarded_transport(resolver, **options)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, timeout=5, trust_env=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:80ff:fffe",
        "2001:db8::1",
        "3fff::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "not an address",
        "",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_reachable(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)
def test_public_addresses(address: str) -> None:
    assert is_reachable(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1"])
def test_allow_private_adds_loopback_and_private_networks(address: str) -> None:
    assert is_reachable(address, allow_private=True)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "240.0.0.1"])
def test_allow_private_adds_nothing_else(address: str) -> None:
    assert not is_reachable(address, allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1./",
        "http://1.1.1.1.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://user@example.com/",
        "http://user:password@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com:22/",
        "http://example.com:0/",
        "http://example.com:6379/",
        "https://example.com:25/",
        "http:///path",
        "http://[half/",
        "http://a..b/",
        "http://exa mple.com/",
        "http://1２７.0.0.1/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
    ],
)
async def test_urls_refused_by_their_spelling_are_never_resolved(url: str) -> None:
    asked, resolver = answers("1.1.1.1")
    async with client(resolver) as web:
        with pytest.raises((AddressRefused, httpx.UnsupportedProtocol, httpx.InvalidURL)):
            await web.get(url)
    assert asked == []


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("1.1.1.1", "10.0.0.1"), ("::ffff:192.168.0.1",), ("fe80::1%lo",), ("rubbish",)],
)
async def test_a_name_with_any_address_that_is_not_public_is_refused(addresses: tuple[str, ...]) -> None:
    asked, resolver = answers(*addresses)
    async with client(resolver) as web:
        with pytest.raises(AddressRefused, match="not public"):
            await web.get("http://innocent.example/")
    assert asked == ["innocent.example"]


async def test_localhost_is_refused_by_what_the_machine_says_it_is() -> None:
    async with loopback({"/": respond(200)}) as server:
        async with client(ports=None) as web:
            with pytest.raises(AddressRefused):
                await web.get(f"http://localhost:{server.port}/")
        assert server.requests == []


async def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to() -> None:
    """Rebinding: a second answer, were it asked for, would be the one to follow."""
    calls = 0

    async def rebinding(host: str) -> Sequence[str]:
        nonlocal calls
        calls += 1
        return ("127.0.0.1",) if calls == 1 else ("169.254.169.254",)

    async with loopback({"/page": respond(200, body=b"page")}) as server:
        async with client(rebinding, allow_private=True, ports=None) as web:
            answer = await web.get(f"http://pinned.example:{server.port}/page")
        assert (answer.status_code, answer.text, calls) == (200, "page", 1)
        assert f"Host: pinned.example:{server.port}" in server.requests[0]


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    target = {"Location": "http://169.254.169.254/latest/meta-data/"}
    _, resolver = answers("127.0.0.1")
    async with (
        loopback({"/": respond(302, headers=target)}) as server,
        client(resolver, allow_private=True, ports=None) as web,
    ):
        with pytest.raises(AddressRefused, match=r"169\.254\.169\.254"):
            await web.get(f"http://start.example:{server.port}/", follow_redirects=True)


async def test_an_address_that_does_not_answer_gives_way_to_the_next() -> None:
    _, resolver = answers("::1", "127.0.0.1")
    async with (
        loopback({"/": respond(204)}) as server,
        client(resolver, allow_private=True, ports=None) as web,
    ):
        assert (await web.get(f"http://two.example:{server.port}/")).status_code == 204


@pytest.mark.parametrize("failure", [socket.gaierror("no such name"), UnicodeError("label too long")])
async def test_a_name_without_an_address_is_a_connection_error(failure: Exception) -> None:
    async def unknown(host: str) -> Sequence[str]:
        raise failure

    async with client(unknown) as web:
        with pytest.raises(httpx.ConnectError):
            await web.get("http://nowhere.example/")


async def test_no_address_at_all_is_a_connection_error() -> None:
    _, resolver = answers()
    async with client(resolver) as web:
        with pytest.raises(httpx.ConnectError, match="has no address"):
            await web.get("http://nowhere.example/")


async def test_resolution_that_hangs_is_bounded_by_the_connect_timeout() -> None:
    async def hang(host: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    async with client(hang) as web:
        with pytest.raises(httpx.ConnectTimeout):
            await web.get("http://slow.example/", timeout=0.05)


async def test_a_refused_connection_and_a_broken_answer_keep_httpx_names() -> None:
    async def broken(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    async def cut(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    _, resolver = answers("127.0.0.1")
    async with loopback({"/broken": broken, "/cut": cut}) as server:
        async with client(resolver, allow_private=True, ports=None) as web:
            for path in ("/broken", "/cut"):
                with pytest.raises(httpx.RemoteProtocolError):
                    await web.get(f"http://bad.example:{server.port}{path}")
        port = server.port
    async with client(resolver, allow_private=True, ports=None) as web:
        with pytest.raises(httpx.ConnectError):
            await web.get(f"http://closed.example:{port}/")


async def test_requests_with_a_body_and_a_streamed_answer() -> None:
    async def echo_length(head: str, writer: asyncio.StreamWriter) -> None:
        await respond(200, body=b"x" * 300_000)(head, writer)

    _, resolver = answers("127.0.0.1")
    async with (
        loopback({"/": echo_length}) as server,
        client(resolver, allow_private=True, ports=None) as web,
        web.stream("POST", f"http://a.example:{server.port}/", content=b"body") as answer,
    ):
        assert sum([len(part) async for part in answer.aiter_bytes()]) == 300_000
    assert "Content-Length: 4" in server.requests[0]


async def test_the_tls_name_is_that_of_the_url_not_of_the_address() -> None:
    """The first TLS record names the host in clear text; an override beside the URL does not pass."""
    hello = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.extend(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, resolver = answers("127.0.0.1")
    async with client(resolver, allow_private=True, ports=None, verify=ssl.create_default_context()) as web:
        with pytest.raises(httpx.TransportError):
            await web.get(f"https://named.example:{port}/", extensions={"sni_hostname": "other.example"})
    server.close()
    assert b"named.example" in hello
    assert b"other.example" not in hello


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    _, resolver = answers("127.0.0.1")
    async with loopback({"/": respond(200)}) as server:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        transport = guarded_transport(resolver, allow_private=True, ports=None)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as web:
            assert (await web.get(f"http://a.example:{server.port}/")).status_code == 200
