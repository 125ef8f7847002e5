"""A JSON API on loopback whose answers a test writes down, real sockets and real requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Told:
    """One answer: JSON, or bytes as they stand; `status` 0 closes the connection without a word."""

    value: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0
    """Before the first byte."""
    dripping: bool = False
    """A byte at a time, a while between two."""


@dataclass
class JsonServer:
    answer: Callable[[Asked], Told]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
            }
            parts = urlsplit(target)
            parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append(Asked(method, parts.path, parameters, headers, body))
            told = self.answer(self.asked[-1])
            await asyncio.sleep(told.seconds)
            if told.status:
                for part in _parts(_written(told), told.dripping):
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.01 if told.dripping else 0)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the asker left
        finally:
            writer.close()


def _parts(content: bytes, dripping: bool) -> list[bytes]:
    return [content[at : at + 1] for at in range(len(content))] if dripping else [content]


def _written(told: Told) -> bytes:
    content = told.value if isinstance(told.value, bytes) else json.dumps(told.value).encode()
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "Content-Length": str(len(content)),
        "Connection": "close",
        **told.headers,
    }
    head = [f"HTTP/1.1 {told.status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + content


@asynccontextmanager
async def json_server(answer: Callable[[Asked], Told]) -> AsyncIterator[JsonServer]:
    """A server on a free port of loopback that answers each request by `answer`, until the block ends."""
    server = JsonServer(answer)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
