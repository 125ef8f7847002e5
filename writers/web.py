"""Pages as evidence: fetched within bounds of size, time and redirects, and turned into plain text."""

from __future__ import annotations

import asyncio
import codecs
import logging
import re
from collections import OrderedDict
from types import TracebackType
from typing import Final, Self

import httpx
from selectolax.lexbor import LexborHTMLParser

from writers.plugin import Document
from writers.safe_http import guarded_transport

MAX_PAGE_BYTES: Final = 2 * 1024 * 1024
"""What is read of a page; the rest of a longer one is left where it is."""

MAX_TEXT_LENGTH: Final = 200_000
"""Characters kept of a page's text."""

SECONDS_PER_PAGE: Final = 20.0
MAX_REDIRECTS: Final = 5
MAX_CACHED_PAGES: Final = 4096

HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
TEXT_TYPES: Final = ("text/plain", "text/markdown")

_DROPPED = "script, style, noscript, template, svg, nav, footer, iframe, form, button, select"
_BLOCKS = (
    "address, article, aside, blockquote, br, caption, dd, div, dl, dt, figcaption, figure, h1, h2, h3, h4,"
    " h5, h6, header, hr, li, main, ol, p, pre, section, table, td, th, tr, ul"
)
_BREAK = "\ue000"
"""Stands for the line ends of blocks: a character of private use, that no page has."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_META_WITHIN_BYTES = 4096
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_log = logging.getLogger(__name__)


class PageFetcher:
    """Fetches pages for writers (a `writers.plugin.Fetch`). Use it as an async context manager, once a run.

    A page is fetched once; also that there is none at a URL is remembered. `transport` replaces the
    network; the network itself is reached through `guarded_transport`, which refuses private addresses.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        max_bytes: int = MAX_PAGE_BYTES,
        seconds: float = SECONDS_PER_PAGE,
        max_redirects: int = MAX_REDIRECTS,
    ) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._pages: OrderedDict[str, asyncio.Task[Document | None]] = OrderedDict()
        self._http = httpx.AsyncClient(
            transport=transport or guarded_transport(),
            timeout=seconds,
            follow_redirects=True,
            max_redirects=max_redirects,
            # A proxy named by the environment would take the place of the transport.
            trust_env=False,
            headers={"User-Agent": "notewright", "Accept": "text/html, text/plain;q=0.9"},
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for page in self._pages.values():
            page.cancel()
        await asyncio.gather(*self._pages.values(), return_exceptions=True)
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
            async with asyncio.timeout(self._seconds):
                return await self._fetch(url)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            _log.debug("no page at %.200s: %s %s", url, type(error).__name__, error)
            return None

    async def _fetch(self, url: str) -> Document | None:
        async with self._http.stream("GET", url) as response:
            kind = response.headers.get("content-type", HTML_TYPES[0]).partition(";")[0].strip().lower()
            if response.status_code != httpx.codes.OK or kind not in (*HTML_TYPES, *TEXT_TYPES):
                return None
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) >= self._max_bytes:
                    break
            cut = len(body) >= self._max_bytes
            text = decoded(bytes(body[: self._max_bytes]), response.charset_encoding, cut=cut)
            address = str(response.url)
        if kind in TEXT_TYPES:
            return Document(url=address, text=tidy(text)[:MAX_TEXT_LENGTH])
        title, text = html_text(text)
        return Document(url=address, text=text[:MAX_TEXT_LENGTH], title=title)


def decoded(body: bytes, told: str | None, *, cut: bool = False) -> str:
    """A page's characters: by its byte order mark, else as the server told, else as the page says, else
    UTF-8.

    What is no UTF-8 after all that is read as Windows-1252, like browsers do. `cut` says that the body
    may end in the middle of a character.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    meta = _META_CHARSET.search(body, 0, _META_WITHIN_BYTES)
    own = meta.group(1).decode("ascii") if meta else None
    for name in (marked, told, own, "utf-8"):
        if name is None:
            continue
        try:
            decoder = codecs.getincrementaldecoder(_codec(name))()
            return decoder.decode(body, final=not cut)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", "replace")


def _codec(name: str) -> str:
    """A text codec's own name; `latin-1` means Windows-1252 on the web (WHATWG Encoding Standard)."""
    info = codecs.lookup(name)
    if not getattr(info, "_is_text_encoding", True):
        raise LookupError(name)
    return "cp1252" if info.name in ("iso8859-1", "ascii") else info.name


def html_text(html: str) -> tuple[str, str]:
    """Title and readable text of an HTML page: a line a block, without scripts, navigation and footers."""
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    for node in tree.css(_DROPPED):
        node.decompose()
    body = tree.body
    if body is None:
        return "", ""
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    return (_one_line(title.text()).strip() if title is not None else ""), tidy(
        _one_line(body.text()).replace(_BREAK, "\n")
    )


def _one_line(text: str) -> str:
    """White space of a page's source is a space, line ends too."""
    return " ".join(text.split())


def tidy(text: str) -> str:
    """`text` with single spaces, and no empty lines."""
    return _LINES.sub("\n", _SPACES.sub(" ", text.replace("\x00", ""))).strip()
