"""Pages as evidence: fetched politely, within bounds of size, time and redirects, as plain text."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import AbstractAsyncContextManager, nullcontext
from importlib.metadata import version
from types import TracebackType
from typing import Final, Self

import httpx

from writers.clock import Clock, SystemClock
from writers.http_body import ACCEPTED_CODINGS, read_body
from writers.manners import ROBOTS_NAME, Manners, NoTurn, NotWelcome
from writers.page_text import decoded, html_text, tidy
from writers.plugin import Document
from writers.safe_http import guarded_transport

MAX_PAGE_BYTES: Final = 2 * 1024 * 1024
"""What is read of a page, unpacked; the rest of a longer one is left where it is."""

MAX_TEXT_LENGTH: Final = 200_000
"""Characters kept of a page's text."""

SECONDS_PER_PAGE: Final = 20.0
MAX_REDIRECTS: Final = 5
MAX_CACHED_PAGES: Final = 4096

HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
TEXT_TYPES: Final = ("text/plain", "text/markdown")

USER_AGENT: Final = f"{ROBOTS_NAME}/{version('notewright')} (writes AI Community Notes; heeds robots.txt)"

_log = logging.getLogger(__name__)


class PageFetcher:
    """Fetches pages for writers (a `writers.plugin.Fetch`). Use it as an async context manager, once a run.

    A page is fetched once; also that there is none at a URL is remembered. `transport` replaces the
    network; the network itself is reached through `guarded_transport`, which refuses private addresses.
    `polite` heeds robots rules, crawl delays and the patience of hosts (`writers.manners`); a web inside this
    process has no need of it. `clock` tells when a page was read, and waits.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        clock: Clock | None = None,
        polite: bool = True,
        max_bytes: int = MAX_PAGE_BYTES,
        seconds: float = SECONDS_PER_PAGE,
        max_redirects: int = MAX_REDIRECTS,
    ) -> None:
        self._clock = clock or SystemClock()
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._max_redirects = max_redirects
        self._pages: OrderedDict[str, asyncio.Task[Document | None]] = OrderedDict()
        self._http = httpx.AsyncClient(
            transport=transport or guarded_transport(),
            timeout=seconds,
            # Each redirect leads to a page with rules of its own.
            follow_redirects=False,
            # A proxy named by the environment would take the place of the transport.
            trust_env=False,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "text/html, text/plain;q=0.9",
                "Accept-Encoding": ACCEPTED_CODINGS,
            },
        )
        self._manners = Manners(self._http, self._clock) if polite else None

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pages = list(self._pages.values())
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        await self._http.__aexit__(kind, error, trace)

    async def __call__(self, url: str) -> Document | None:
        """The page at a URL as text, or None where there is no readable page in time."""
        key = url.partition("#")[0]
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = asyncio.create_task(self._fetched(key))
            if len(self._pages) > MAX_CACHED_PAGES:
                self._forget_oldest()
        # One impatient caller must not take the page away from the others.
        return await asyncio.shield(page)

    def _forget_oldest(self) -> None:
        oldest = next((key for key, page in self._pages.items() if page.done()), None)
        if oldest is not None:
            del self._pages[oldest]

    async def _fetched(self, url: str) -> Document | None:
        try:
            return await self._follow(httpx.URL(url))
        except NoTurn as error:
            # Not a page that is not there: later it may be its turn.
            self._pages.pop(url, None)
            _log.info("not now %.200s: %s", url, error)
        except NotWelcome as error:
            _log.info("not welcome at %.200s: %s", url, error)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            _log.debug("no page at %.200s: %s %s", url, type(error).__name__, error)
        return None

    async def _follow(self, address: httpx.URL) -> Document | None:
        """The page at the end of the redirects; waiting for a turn takes nothing from the page's time."""
        loop = asyncio.get_running_loop()
        seconds = self._seconds
        for _ in range(self._max_redirects + 1):
            async with self._turn(address):
                began = loop.time()
                async with asyncio.timeout(seconds):
                    answer = await self._ask(address)
                seconds -= loop.time() - began
            if not isinstance(answer, httpx.URL):
                return answer
            address = answer
        _log.debug("no page at %.200s: more than %d redirects", str(address), self._max_redirects)
        return None

    def _turn(self, address: httpx.URL) -> AbstractAsyncContextManager[None]:
        return self._manners.turn(address) if self._manners is not None else nullcontext()

    async def _ask(self, address: httpx.URL) -> Document | httpx.URL | None:
        async with self._http.stream("GET", address) as response:
            if response.next_request is not None:
                return response.next_request.url
            kind = response.headers.get("content-type", HTML_TYPES[0]).partition(";")[0].strip().lower()
            if response.status_code != httpx.codes.OK or kind not in (*HTML_TYPES, *TEXT_TYPES):
                _log.debug("no page at %.200s: HTTP %d, %.60s", str(address), response.status_code, kind)
                return None
            body = await read_body(response, self._max_bytes)
            text = decoded(body.content, response.charset_encoding, cut=body.cut)
        title, text = html_text(text) if kind in HTML_TYPES else ("", tidy(text))
        if not text:
            # Made by scripts, or empty: nothing that could be evidence.
            return None
        return Document(
            url=str(response.url), text=text[:MAX_TEXT_LENGTH], title=title, fetched_ms=self._clock.now_ms()
        )
