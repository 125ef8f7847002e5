"""The server, and the way to it: names of the site lead to loopback, all others to the guarded network."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.website.pages import Answer, page
from writers.safe_http import Resolver, guarded_transport

Hosts = Mapping[str, Mapping[str, Answer]]
"""Host → path → answer; anything else is 404."""


async def knows_nobody(host: str) -> Sequence[str]:
    raise OSError(f"no such host: {host}")


@dataclass
class Website:
    """A running website and what was asked of it."""

    hosts: Mapping[str, dict[str, Answer]]
    port: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Host and path of each request, in order."""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bytes_sent: int = 0
    waiting: Counter[str] = field(default_factory=Counter)
    """Host → requests whose body has not begun."""
    most_waiting: Counter[str] = field(default_factory=Counter)

    def transport(self, resolver: Resolver = knows_nobody) -> httpx.AsyncBaseTransport:
        """The web as a fetcher meets it. Names that are not the site's are resolved by `resolver`."""
        return _Roads(self, guarded_transport(resolver))

    def asked(self, host: str, *, robots: bool = False) -> list[str]:
        """Paths asked of a host; the one of its rules only with `robots`."""
        return [path for name, path in self.requests if name == host and (robots or path != "/robots.txt")]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
            }
            path, host = lines[0].split(" ")[1], headers["host"]
            self.requests.append((host, path))
            self.headers.append(headers)
            await self._answer(
                host, self.hosts.get(host, {}).get(path, page("<h1>404</h1>", status=404)), writer
            )
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the visitor left
        finally:
            writer.close()

    async def _answer(self, host: str, answer: Answer, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(answer.seconds)
        headers = {"Connection": "close", **answer.headers}
        if answer.length is not None:
            headers["Content-Length"] = str(answer.length)
        head = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join(head).encode("latin-1") + b"\r\n\r\n")
        await writer.drain()
        self.waiting[host] += 1
        self.most_waiting[host] = max(self.most_waiting[host], self.waiting[host])
        parts = answer.parts()
        try:
            first = await anext(parts, b"")
        finally:
            self.waiting[host] -= 1
        writer.write(first)
        await writer.drain()
        self.bytes_sent += len(first)
        async for part in parts:
            writer.write(part)
            await writer.drain()
            self.bytes_sent += len(part)


class _Roads(httpx.AsyncBaseTransport):
    def __init__(self, site: Website, network: httpx.AsyncBaseTransport) -> None:
        self._site = site
        self._network = network
        self._loopback = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme != "http" or request.url.host not in self._site.hosts:
            return await self._network.handle_async_request(request)
        there = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self._site.port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._loopback.handle_async_request(there)

    async def aclose(self) -> None:
        await self._network.aclose()
        await self._loopback.aclose()


@asynccontextmanager
async def website(hosts: Hosts) -> AsyncIterator[Website]:
    """A website on a free port of loopback, until the block ends."""
    site = Website({host: dict(pages) for host, pages in hosts.items()})
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            await site.serve(reader, writer)
        except asyncio.CancelledError:
            pass  # the site is closing
        finally:
            serving.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
