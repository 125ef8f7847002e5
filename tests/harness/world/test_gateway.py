"""The fictional web across a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from harness.world.gateway import (
    GATEWAY_PATH,
    GatewayTransport,
    RoutedTransport,
    gateway_router,
    is_fictional,
)


async def fictional_web(request: httpx.Request) -> httpx.Response:
    match request.url.host, request.url.path:
        case "gone.example", _:
            raise httpx.ConnectError("no such host")
        case "slow.example", _:
            raise httpx.ReadTimeout("slow")
        case _, "/moved":
            return httpx.Response(301, headers={"location": "https://pages.example/here?a=1&b=%C3%BC"})
        case _, "/here":
            return httpx.Response(200, html=f"<p>{request.url.params}</p>")
        case _:
            return httpx.Response(404)


async def network(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text="the network")


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    app = Starlette(routes=[Mount(GATEWAY_PATH, gateway_router(httpx.MockTransport(fictional_web)))])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with served() as base:
        transport = RoutedTransport(fictional=GatewayTransport(base), network=httpx.MockTransport(network))
        async with httpx.AsyncClient(transport=transport) as opened:
            yield opened


async def test_pages_redirects_and_dead_links_arrive_as_they_are() -> None:
    async with client() as web:
        moved = await web.get("https://pages.example/moved")
        assert (moved.status_code, moved.headers["location"]) == (
            301,
            "https://pages.example/here?a=1&b=%C3%BC",
        )
        page = await web.get("https://pages.example/moved", follow_redirects=True)
        assert page.text == "<p>a=1&b=%C3%BC</p>"
        assert page.headers["content-type"].startswith("text/html")
        assert (await web.get("https://pages.example/nothing")).status_code == 404
        with pytest.raises(httpx.ConnectError):
            await web.get("https://gone.example/")
        with pytest.raises(httpx.TimeoutException):
            await web.get("https://slow.example/")


async def test_other_hosts_take_the_network() -> None:
    async with client() as web:
        assert (await web.get("https://example.com/")).text == "the network"


async def test_the_gateway_reaches_fictional_hosts_only() -> None:
    async with served() as base, httpx.AsyncClient() as web:
        for url in ("http://127.0.0.1/", "https://example.com/", "http://[", "", "file:///etc/passwd"):
            answer = await web.get(f"{base}{GATEWAY_PATH}/", params={"url": url})
            assert answer.status_code == 400, url


@pytest.mark.parametrize(
    ("host", "fictional"),
    [("a.example", True), ("A.EXAMPLE.", True), ("b.test", True), ("example.com", False), ("example", False)],
)
def test_reserved_names(host: str, fictional: bool) -> None:
    assert is_fictional(host) is fictional
