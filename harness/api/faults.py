"""Faults on demand: a layer around the whole application, so that the real handlers run unchanged.

Where a fault does not carry the request out, no handler runs: nothing is stored, no nonce is used up, no rate
limit is counted.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import numpy as np
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.api import problems
from harness.api.authentication import READ_WRITE
from harness.api.fault_settings import Fault, FaultSettings
from harness.api.settings import ServerSettings
from writers.clock import Clock
from writers.protocol.dialects import DIALECTS, FEED_PATH, POST, Dialect
from writers.protocol.problems import ProblemItem

FAULT_HEADER: Final = "x-notewright-fault"
ACCESS_LEVEL: Final = "read-write"
API_PREFIX: Final = "/2/"
"""Other paths, such as the pages of a fictional web, meet no faults."""


class FaultLayer:
    """An ASGI application that lets another one fail as its settings say.

    Breaking a connection takes uvicorn. Where there is no connection to break, as with
    `httpx.ASGITransport`, the caller meets a ConnectionResetError.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings, clock: Clock) -> None:
        self._app = app
        self._settings = settings
        self._clock = clock
        self._schedule = FaultSchedule(settings.faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API_PREFIX):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get(FAULT_HEADER) if self._settings.faults.allow_header else None
        if asked is not None and asked not in tuple(Fault):
            await self._unknown(scope, asked)(scope, receive, send)
            return
        match self._schedule.next() if asked is None else Fault(asked):
            case Fault.SLOW:
                await self._clock.sleep(self._settings.faults.slow_ms / 1000)
                await self._app(scope, receive, send)
            case Fault.RATE_LIMITED:
                await self._rate_limited(scope)(scope, receive, send)
            case Fault.SERVER_ERROR:
                await self._server_error()(scope, receive, send)
            case Fault.CUT_BODY:
                await self._cut_body(scope, receive, send)
            case Fault.DROPPED_CONNECTION:
                await _hang_up(receive, send)
            case Fault.LOST_RESPONSE:
                await self._app(scope, receive, _discard)
                await _hang_up(receive, send)
            case None:
                await self._app(scope, receive, send)

    def _unknown(self, scope: Scope, asked: str) -> Response:
        message = f"The header `{FAULT_HEADER}` [{asked[:100]}] is not one of [{','.join(Fault)}]"
        return problems.invalid(self._dialect(scope), [ProblemItem(message=message)]).response(
            self._settings.problem_media_type
        )

    def _rate_limited(self, scope: Scope) -> Response:
        settings = self._settings
        refusal = problems.too_many_requests(self._dialect(scope), settings.rate_limit_body)
        response = refusal.response(settings.problem_media_type)
        limit = settings.feed_rate_limit if scope["path"] == FEED_PATH else settings.rate_limit
        reset_ms = self._clock.now_ms() + settings.faults.rate_limited_ms
        response.headers["x-access-level"] = READ_WRITE
        response.headers["x-rate-limit-limit"] = str(limit)
        response.headers["x-rate-limit-remaining"] = "0"
        response.headers["x-rate-limit-reset"] = str(-(-reset_ms // 1000))
        return response

    def _dialect(self, scope: Scope) -> Dialect:
        """The dialect in which a request is spelled that no handler sees."""
        parameter = f"{POST.fields_parameter}=".encode()
        by_query = any(pair.startswith(parameter) for pair in scope["query_string"].split(b"&"))
        by_path = scope["path"] == POST.evaluate_path
        return POST if by_query or by_path else DIALECTS[self._settings.default_dialect]

    def _server_error(self) -> Response:
        status = self._settings.faults.server_error_status
        refusal = problems.plain(status, HTTPStatus(status).phrase)
        return refusal.response(self._settings.problem_media_type)

    async def _cut_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        await send(start)
        await send({"type": "http.response.body", "body": bytes(body[: len(body) // 2]), "more_body": True})
        await _hang_up(receive, send)


class FaultSchedule:
    """Faults that come unasked, one draw a request."""

    def __init__(self, settings: FaultSettings) -> None:
        self._generator = np.random.default_rng(settings.seed)
        self._faults = tuple(Fault)
        self._edges = np.cumsum([settings.shares.of(fault) for fault in Fault])

    def next(self) -> Fault | None:
        """The fault of the request that arrives now; None for an answer as it should be."""
        place = int(np.searchsorted(self._edges, self._generator.random(), side="right"))
        return self._faults[place] if place < len(self._faults) else None


async def _discard(_message: Message) -> None:
    """Takes an answer and tells nobody."""


async def _hang_up(receive: Receive, send: Send) -> None:
    """End the connection once what was sent is on its way."""
    # ASGI has no message that breaks a connection; `send` is a method of uvicorn's object that holds it.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the connection was broken on purpose")
    transport.close()
    # Returning before the server has seen the end would make it answer for us.
    while (await receive())["type"] != "http.disconnect":
        pass
