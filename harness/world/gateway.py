"""The fictional web across a socket: `notewright serve` offers its pages, a local writer's fetches find them.

The world's hosts end in reserved names (RFC 2606) that resolve nowhere. A writer process that works against a
local server sends such requests to the server's gateway instead; every other host takes the ordinary way.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

GATEWAY_PATH: Final = "/fictional-web"
RESERVED_SUFFIXES: Final = (".example", ".test", ".invalid")
_FORWARDED_HEADERS: Final = ("content-type", "location", "retry-after")


def is_fictional(host: str) -> bool:
    """Whether a host can only belong to a fictional web."""
    return host.rstrip(".").lower().endswith(RESERVED_SUFFIXES)


def gateway_router(web: httpx.AsyncBaseTransport) -> Router:
    """Serves `GET ?url=…` with what the fictional web answers there; an unknown host is a 502."""

    async def page(request: Request) -> Response:
        try:
            url = httpx.URL(request.query_params.get("url", ""))
        except httpx.InvalidURL:
            return Response("not a URL", status_code=400)
        if not is_fictional(url.host):
            return Response("only hosts of the fictional web are served here", status_code=400)
        try:
            answer = await web.handle_async_request(httpx.Request("GET", url))
            body = await answer.aread()
        except httpx.TimeoutException:
            return Response(status_code=504)
        except httpx.TransportError:
            return Response(status_code=502)
        headers = {name: answer.headers[name] for name in _FORWARDED_HEADERS if name in answer.headers}
        return Response(body, status_code=answer.status_code, headers=headers)

    return Router([Route("/", page)])


class RoutedTransport(httpx.AsyncBaseTransport):
    """Fictional hosts through one transport, all others through another."""

    def __init__(self, *, fictional: httpx.AsyncBaseTransport, network: httpx.AsyncBaseTransport) -> None:
        self._fictional = fictional
        self._network = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport = self._fictional if is_fictional(request.url.host) else self._network
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._fictional.aclose()
        await self._network.aclose()


class GatewayTransport(httpx.AsyncBaseTransport):
    """The fictional web as a local server's gateway tells it."""

    def __init__(self, base_url: str) -> None:
        self._gateway = base_url.rstrip("/") + GATEWAY_PATH + "/"
        self._local = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        gateway = httpx.Request(
            request.method,
            f"{self._gateway}?{urlencode({'url': str(request.url)})}",
            extensions=request.extensions,
        )
        answer = await self._local.handle_async_request(gateway)
        if answer.status_code == httpx.codes.BAD_GATEWAY:
            await answer.aclose()
            raise httpx.ConnectError(f"no such host: {request.url.host}", request=request)
        if answer.status_code == httpx.codes.GATEWAY_TIMEOUT:
            await answer.aclose()
            raise httpx.ReadTimeout("the page did not answer in time", request=request)
        return answer

    async def aclose(self) -> None:
        await self._local.aclose()
