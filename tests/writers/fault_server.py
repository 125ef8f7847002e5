"""A real HTTP server that speaks enough of the API to go wrong on demand: lost answers, cut bodies, 429, 5xx.

It stores notes like the API does (one a post, ids that are snowflakes, newest first) and keeps every
request, so that a test can ask what really arrived. It runs as its own process-wide thread on a port of
the system's choosing.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from writers.clock import SystemClock
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, TWEET, WRITTEN_PATH
from writers.protocol.problems import (
    DAILY_LIMIT,
    DUPLICATE_NOTE,
    Problem,
    ProblemItem,
    forbidden,
    invalid_request,
)
from writers.protocol.snowflakes import snowflake

Headers = dict[str, str]


@dataclass
class Fault:
    """What to do instead of answering the next request to a path, or (`after`) once it was carried out."""

    path: str
    status: int | None = None
    headers: Headers = field(default_factory=dict)
    body: bytes = b""
    announced: int | None = None
    """Content-Length, where it is not the body's."""
    after: bool = False
    """Carry the request out first: the note is stored, its answer is lost."""
    method: str | None = None


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class FaultServer:
    """The state of the server; `address` is where it listens."""

    def __init__(self) -> None:
        self.address = ""
        self.posts: list[dict[str, Any]] = []
        self.includes: dict[str, Any] = {}
        self.errors: list[dict[str, Any]] = []
        self.page_size: int | None = None
        self.notes: list[dict[str, Any]] = []
        self.daily_limit: int | None = None
        self.admitted = True
        self.faults: deque[Fault] = deque()
        self.requests: list[Request] = []
        self.evaluation = 0.5
        self.hold_answers_to: str | None = None
        """A path whose requests are carried out, and never answered."""

    def add_posts(self, *texts: str, first_id: int = 1) -> None:
        self.posts += [{"id": str(first_id + n), "text": text} for n, text in enumerate(texts)]

    def asked(self, path: str, method: str | None = None) -> list[Request]:
        return [r for r in self.requests if r.path == path and method in (None, r.method)]

    def notes_of(self, post_id: int) -> list[dict[str, Any]]:
        return [note for note in self.notes if note["info"]["post_id"] == str(post_id)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                if not await self._answer(request, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        fault = self.faults[0] if self.faults else None
        if fault and fault.path == request.path and fault.method in (None, request.method):
            self.faults.popleft()
            if fault.after:
                self._carry_out(request)
            if fault.status is None:
                return False
            announced = len(fault.body) if fault.announced is None else fault.announced
            writer.write(_head(fault.status, announced, fault.headers) + fault.body)
            await writer.drain()
            return announced == len(fault.body)
        status, payload = self._carry_out(request)
        if request.path == self.hold_answers_to:
            await asyncio.Event().wait()
        body = json.dumps(payload).encode()
        writer.write(_head(status, len(body), {}) + body)
        await writer.drain()
        return True

    def _carry_out(self, request: Request) -> tuple[int, Any]:
        query = dict(pair.split("=", 1) for pair in request.query.split("&") if pair)
        match request.method, request.path:
            case "GET", path if path == FEED_PATH:
                if query["test_mode"] == "false" and not self.admitted:
                    return 403, forbidden("This writer is not admitted.").wire()
                return 200, {
                    **self._page(self.posts, query),
                    "includes": self.includes,
                    "errors": self.errors,
                }
            case "GET", path if path == WRITTEN_PATH:
                mode = query["test_mode"] == "true"
                notes = [{**n, "test_mode": None} for n in reversed(self.notes) if n["test_mode"] == mode]
                return 200, self._page(notes, query)
            case "POST", path if path == NOTES_PATH:
                return self._create(request.json())
            case "POST", _:
                return 200, {"data": {"claim_opinion_score": self.evaluation}}
            case "DELETE", path:
                note_id = path.rsplit("/", 1)[1]
                if not any(note["id"] == note_id for note in self.notes):
                    return 404, Problem(title="Not Found", detail=f"Note {note_id} is not found").wire()
                self.notes = [note for note in self.notes if note["id"] != note_id]
                return 200, {"data": {"deleted": True}}
        return 404, Problem(title="Not Found").wire()

    def _page(self, items: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        size = self.page_size or int(query["max_results"])
        start = int(query.get("pagination_token", 0))
        page = items[start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if start + size < len(items):
            meta["next_token"] = str(start + size)
        return {"data": page, "meta": meta} if page else {"meta": meta}

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        if standing := self.notes_of(int(body["post_id"])):
            message = DUPLICATE_NOTE.format(note_id=standing[0]["id"])
            return 400, invalid_request(TWEET, ProblemItem(message=message)).wire()
        if self.daily_limit is not None and len(self.notes) >= self.daily_limit:
            return 403, forbidden(DAILY_LIMIT).wire()
        note_id = str(snowflake(SystemClock().now_ms(), len(self.notes)))
        info = {**body["info"], "post_id": body["post_id"]}
        self.notes.append({"id": note_id, "info": info, "status": "", "test_mode": body["test_mode"]})
        return 201, {"data": {"id": note_id}}


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, body)


def _head(status: int, length: int, headers: Headers) -> bytes:
    lines = {"content-type": "application/json", "content-length": str(length), **headers}
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Answer\r\n{told}\r\n".encode()


@contextmanager
def running() -> Iterator[FaultServer]:
    """A server that listens until the block ends."""
    server = FaultServer()
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(server.serve, "127.0.0.1", 0)

    listening = loop.run_until_complete(listen())
    host, port = listening.sockets[0].getsockname()[:2]
    server.address = f"http://{host}:{port}"
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
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
