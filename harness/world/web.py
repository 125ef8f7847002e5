"""The web of a world, offline: an httpx transport that answers as its pages would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx

from harness.world.page import Page

NOT_FOUND: Final = "<!doctype html><html><head><title>404</title></head><body><h1>404</h1></body></html>"


def address(url: str) -> str:
    """A URL as pages are kept: https, lower-case host, no fragment, closing slash, or `utm_` parameters."""
    parts = urlsplit(url.strip())
    query = "&".join(p for p in parts.query.split("&") if p and not p.startswith("utm_"))
    path = parts.path.rstrip("/")
    return f"https://{parts.netloc.lower()}{path}" + (f"?{query}" if query else "")


class WorldTransport(httpx.AsyncBaseTransport):
    """Serves pages by URL. Known hosts answer 404 for unknown paths; unknown hosts cannot be connected to.

    Slow pages raise `httpx.ReadTimeout` at once: offline, nobody need wait for it.
    """

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages
        self._hosts = {urlsplit(url).netloc for url in pages}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if request.url.netloc.decode("ascii").lower() not in self._hosts:
            raise httpx.ConnectError(f"no such host: {request.url.host}", request=request)
        page = self._pages.get(url) or self._pages.get(address(url))
        if page is None:
            return _answer(request, 404, NOT_FOUND)
        if request.url.scheme == "http":
            return _redirect(request, 301, page.url)
        if page.slow:
            raise httpx.ReadTimeout("no answer in time", request=request)
        if page.redirect_to is not None:
            return _redirect(request, page.status, page.redirect_to)
        return _answer(request, page.status, page.html)


def _answer(request: httpx.Request, status: int, html: str) -> httpx.Response:
    body = b"" if request.method == "HEAD" else html.encode("utf-8")
    return httpx.Response(
        status, headers={"content-type": "text/html; charset=utf-8"}, content=body, request=request
    )


def _redirect(request: httpx.Request, status: int, location: str) -> httpx.Response:
    return httpx.Response(status, headers={"location": location}, request=request)
