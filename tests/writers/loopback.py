"""A real HTTP server on loopback whose answers a test writes down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Loopback:
    """Host and port, and the request heads that came in."""

    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [request.split(" ")[1] for request in self.requests]


def respond(status: int, *, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    """One fixed answer."""

    async def answer(_: str, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return answer


@asynccontextmanager
async def loopback(routes: dict[str, Answer]) -> AsyncIterator[Loopback]:
    """Serves `routes` (path → answer; anything else is 404) on a free port."""
    server_log = Loopback()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            server_log.requests.append(head)
            await routes.get(head.split(" ")[1], respond(404))(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    server_log.port = server.sockets[0].getsockname()[1]
    try:
        yield server_log
    finally:
        server.close()
