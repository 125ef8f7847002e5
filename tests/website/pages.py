"""What pages of the web are like: good ones, and every bad one that has been met."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace

HTML = "text/html; charset=utf-8"


async def nothing() -> AsyncIterator[bytes]:
    for part in ():
        yield part


@dataclass(frozen=True)
class Answer:
    """Status, headers and body, which comes in parts as the visitor reads it."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    parts: Callable[[], AsyncIterator[bytes]] = nothing
    length: int | None = None
    """Announced; None closes the connection at the end instead."""
    seconds: float = 0
    """Before the first byte."""


def page(
    html: str | bytes = "", *, status: int = 200, kind: str = HTML, headers: Mapping[str, str] | None = None
) -> Answer:
    content = html.encode() if isinstance(html, str) else html

    async def parts() -> AsyncIterator[bytes]:
        yield content

    return Answer(status, {"content-type": kind, **(headers or {})}, parts, len(content))


def redirect(to: str, status: int = 302, *, seconds: float = 0) -> Answer:
    return Answer(status, {"location": to}, length=0, seconds=seconds)


def robots(rules: str) -> Answer:
    return page(rules, kind="text/plain")


def pdf() -> Answer:
    return page(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n", kind="application/pdf")


def script_only() -> Answer:
    return page('<title>App</title><body><div id="root"></div><script>render("Some words")</script></body>')


def huge_page(megabytes: int = 30) -> Answer:
    """Paragraphs without end."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"<title>Huge</title>"
        for _ in range(megabytes * 16):
            yield b"<p>" + b"words " * 10_922 + b"</p>"

    return Answer(200, {"content-type": HTML}, parts)


def gzip_bomb(megabytes: int = 128) -> Answer:
    """A page that is a thousand times larger unpacked than on the way."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"boom " * 209_715
    packed = packer.compress(b"<title>Bomb</title>")
    packed += b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    return page(packed, headers={"content-encoding": "gzip"})


def late(answer: Answer, seconds: float = 0.02) -> Answer:
    """The same answer, its body after a while."""

    async def parts() -> AsyncIterator[bytes]:
        await asyncio.sleep(seconds)
        async for part in answer.parts():
            yield part

    return replace(answer, parts=parts)


def silence() -> Answer:
    """Headers, and then nothing for ever."""

    async def parts() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    return Answer(200, {"content-type": HTML}, parts)


def drip(seconds_between: float = 0.01) -> Answer:
    """A byte at a time, for ever: no single read takes long."""

    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(seconds_between)

    return Answer(200, {"content-type": HTML}, parts)
