"""The server: reads requests, finds what its rules say, answers, and keeps the ledger."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.model_server import bodies
from tests.model_server.ledger import Ledger
from tests.model_server.replies import (
    CutOff,
    Declined,
    Fail,
    Filtered,
    Found,
    Garbage,
    Hang,
    Reply,
    Say,
    Trickle,
)
from tests.model_server.requests import CHAT, RESPONSES, Asked, Features, refusal

KEY = "sk-test-0123456789abcdef"


@dataclass
class Rule:
    """What is said to requests that match."""

    pattern: re.Pattern[str] | None
    stage: str | None
    reply: Reply | Callable[[Asked], Reply]
    times: int | None
    """How often it may still be used; None for ever."""

    def matches(self, asked: Asked) -> bool:
        return (
            self.times != 0
            and (self.stage is None or self.stage == asked.stage)
            and (self.pattern is None or self.pattern.search(asked.text) is not None)
        )


class ModelServer:
    """The state of the server; `base_url` is what a client is given."""

    def __init__(self) -> None:
        self.base_url = ""
        self.key: str | None = KEY
        """What requests must carry; None for an endpoint without keys."""
        self.features = Features()
        self.rules: list[Rule] = []
        self.requests: list[Asked] = []
        self.ledger = Ledger()
        self.under_way = 0
        self.most_under_way = 0
        self.delay_s = 0.0

    def on(
        self,
        pattern: str | None = None,
        reply: Reply | Callable[[Asked], Reply] = Say("{}"),  # noqa: B008 - frozen
        *,
        stage: str | None = None,
        times: int | None = None,
    ) -> None:
        """From now on say `reply` where the prompt matches `pattern` and the schema's name is `stage`; the
        first rule that matches counts.
        """
        compiled = re.compile(pattern, re.DOTALL) if pattern is not None else None
        self.rules.append(Rule(compiled, stage, reply, times))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(await _read(reader), writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the server stops
        finally:
            writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection may be used again."""
        self.requests.append(asked)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            return await self._send(asked, self._reply(asked), writer)
        finally:
            self.under_way -= 1

    def _reply(self, asked: Asked) -> Reply:
        if asked.path not in (CHAT, RESPONSES):
            return Fail(404, f"Invalid URL (POST {asked.path})")
        if (refused := refusal(asked, self.features, self.key)) is not None:
            return refused
        for rule in self.rules:
            if rule.matches(asked):
                if rule.times is not None:
                    rule.times -= 1
                return rule.reply(asked) if callable(rule.reply) else rule.reply
        if asked.path == RESPONSES:
            return Found("Nothing was found.")
        return Say(json.dumps(bodies.fitting(asked.schema))) if asked.schema else Say("Yes.")

    async def _send(self, asked: Asked, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        if isinstance(reply, Hang):
            await asyncio.Event().wait()
        if isinstance(reply, Trickle):
            writer.write(_head(200, {"content-length": "1000000"}))
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(reply.seconds)
        if isinstance(reply, Garbage):
            return await _whole(writer, 200, reply.body)
        if isinstance(reply, Filtered) and reply.question:
            reply = Fail(400, "The response was filtered.", "content_filter")
        if isinstance(reply, Fail):
            return await _whole(writer, reply.status, _encoded(bodies.error(reply)), reply.headers)
        if isinstance(reply, CutOff):
            return await self._cut(writer, asked, self._made(asked, reply.reply))
        assert isinstance(reply, Say | Found | Declined | Filtered)
        made = self._made(asked, reply)
        if asked.body.get("stream"):
            return await _stream(writer, bodies.events(made))
        return await _whole(writer, 200, _encoded(made))

    def _made(self, asked: Asked, reply: Say | Found | Declined | Filtered) -> dict[str, Any]:
        """The answer's body; it is charged."""
        text, finish = _bounded(reply.text if isinstance(reply, Say | Found) else "", asked.bound)
        words = reply.words if isinstance(reply, Declined) else text
        searches = reply.searches if isinstance(reply, Found) else 0
        charge = self.ledger.charge(asked.model, asked.system, asked.text, len(asked.images), words, searches)
        make = bodies.responses if asked.path == RESPONSES else bodies.chat
        return make(asked, reply, text, finish, charge if self.features.usage else None)

    async def _cut(self, writer: asyncio.StreamWriter, asked: Asked, made: dict[str, Any]) -> bool:
        if asked.body.get("stream"):
            chunks = bodies.events(made)
            return await _stream(writer, chunks[: len(chunks) // 2], ends=False)
        body = _encoded(made)
        writer.write(_head(200, {"content-length": str(len(body))}) + body[: len(body) // 2])
        await writer.drain()
        return False


def _bounded(text: str, bound: int | None) -> tuple[str, str]:
    """A text within so many tokens, and why it ends."""
    tokens = list(re.finditer(r"\w+|[^\w\s]", text))
    if bound is None or len(tokens) <= bound:
        return text, "stop"
    return text[: tokens[bound].start()], "length"


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


async def _whole(
    writer: asyncio.StreamWriter, status: int, body: bytes, headers: dict[str, str] | None = None
) -> bool:
    writer.write(_head(status, {"content-length": str(len(body)), **(headers or {})}) + body)
    await writer.drain()
    return True


async def _stream(writer: asyncio.StreamWriter, chunks: list[bytes], *, ends: bool = True) -> bool:
    writer.write(_head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"}))
    for chunk in chunks:
        writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    if ends:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    return ends


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = {"content-type": "application/json", "x-request-id": "req_1", **headers}
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Answer\r\n{told}\r\n".encode()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(first.split(" ")[1], headers, json.loads(body or b"{}"))


@contextmanager
def running() -> Iterator[ModelServer]:
    """A server on a free port of loopback, in a thread of its own, until the block ends."""
    server = ModelServer()
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(server.serve, "127.0.0.1", 0)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    host, port = listening.sockets[0].getsockname()[:2]
    server.base_url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:

        async def finish() -> None:
            listening.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
