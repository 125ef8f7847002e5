"""Does a link work? Answered by a web (the network, or a simulated one) or by a recorded table."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Final, Protocol

import httpx

from writers.clock import HOUR_MS, MINUTE_MS, Clock
from writers.errors import BadInputError
from writers.safe_http import AddressRefused

OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that a second request may change."""

_HEADERS: Final = {"User-Agent": "notewright link check", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """What came of checking a link."""

    url: str
    status: int | None
    """The status after redirects; None where no answer came."""
    reason: str
    """For people, e.g. "answers 404", "did not answer in time"."""

    @property
    def works(self) -> bool:
        return self.status == OK


class LinkChecker(Protocol):
    """Something that knows whether a link works. `source` says for people where its answers come from."""

    source: str

    async def check(self, url: str) -> LinkAnswer: ...


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Bounds of one link check. No body is read: the status is all that counts."""

    attempts: int = 3
    """Requests for a link that fails in a way that may pass."""
    pause_seconds: float = 0.5
    """Wait before the second attempt; it doubles with each."""
    attempt_seconds: float = 10.0
    """Time for one attempt with all its redirects."""
    redirects: int = 10
    works_for_ms: int = 6 * HOUR_MS
    """How long an answer of 200 is remembered."""
    fails_for_ms: int = 10 * MINUTE_MS
    """How long any other answer is remembered."""
    remembered: int = 10_000
    """Answers remembered at most; the least recently used is forgotten first."""


class WebLinks:
    """Asks a web: `transport` is `writers.safe_http.guarded_transport()` for the network, or a simulated one.

    The safety of what may be reached is the transport's: every redirect is a request of its own through it.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        *,
        clock: Clock,
        source: str = "the network",
        limits: LinkLimits | None = None,
    ) -> None:
        self.source = source
        self._clock = clock
        self._limits = limits or LinkLimits()
        self._client = httpx.AsyncClient(
            transport=transport,
            timeout=self._limits.attempt_seconds,
            trust_env=False,
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )
        self._remembered: OrderedDict[str, tuple[int, LinkAnswer]] = OrderedDict()

    async def check(self, url: str) -> LinkAnswer:
        """Whether the link answers 200 after redirects; a failure that may pass is soon tried again."""
        known = self._remembered.get(url)
        if known is not None and self._clock.now_ms() < known[0]:
            self._remembered.move_to_end(url)
            return known[1]
        answer = await self._ask(url)
        good_for = self._limits.works_for_ms if answer.works else self._limits.fails_for_ms
        self._remembered[url] = (self._clock.now_ms() + good_for, answer)
        self._remembered.move_to_end(url)
        while len(self._remembered) > self._limits.remembered:
            self._remembered.popitem(last=False)
        return answer

    async def aclose(self) -> None:
        """Closes connections and the transport."""
        await self._client.aclose()

    async def _ask(self, url: str) -> LinkAnswer:
        pause = self._limits.pause_seconds
        answer, final = await self._attempt(url)
        for _ in range(self._limits.attempts - 1):
            if final:
                break
            await self._clock.sleep(pause)
            pause *= 2
            answer, final = await self._attempt(url)
        return answer

    async def _attempt(self, url: str) -> tuple[LinkAnswer, bool]:
        """The answer, and whether asking again is pointless."""
        try:
            async with asyncio.timeout(self._limits.attempt_seconds):
                status = await self._status_after_redirects(httpx.URL(url))
        except AddressRefused as error:
            return LinkAnswer(url, None, f"may not be asked: {error}"), True
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects, UnicodeError) as error:
            return LinkAnswer(url, None, f"leads nowhere: {error}"), True
        except (TimeoutError, httpx.TimeoutException):
            return LinkAnswer(url, None, "did not answer in time"), False
        except httpx.HTTPError as error:
            return LinkAnswer(url, None, f"did not answer: {error or type(error).__name__}"), False
        return LinkAnswer(url, status, f"answers {status}"), status not in _TRANSIENT

    async def _status_after_redirects(self, url: httpx.URL) -> int:
        for _ in range(self._limits.redirects + 1):
            async with self._client.stream("GET", url, follow_redirects=False) as answer:
                target = answer.headers.get("Location")
                if answer.status_code not in _REDIRECTS or target is None:
                    return answer.status_code
                url = url.join(target)
        raise httpx.TooManyRedirects(f"more than {self._limits.redirects} redirects")


class RecordedLinks:
    """Answers from a table, for places without a network; a URL that is not in the table does not work."""

    def __init__(self, statuses: Mapping[str, int], *, source: str) -> None:
        self.source = source
        self._statuses = dict(statuses)

    @classmethod
    def read(cls, file: Path) -> RecordedLinks:
        """Reads a table written by `write_links`; raises BadInputError naming the line that is none of it."""
        statuses = {}
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"cannot be read as a table of links: {error}", file=file) from error
        if not lines or lines[0] != _TABLE_HEADER:
            raise BadInputError("the first line of a table of links is 'url<TAB>status'", file=file, line=1)
        for number, line in enumerate(lines[1:], start=2):
            url, tab, status = line.rpartition("\t")
            if not tab or not status.isascii() or not status.isdigit():
                raise BadInputError(
                    "needs a URL, a tab, and an HTTP status (0: no answer)", file=file, line=number
                )
            statuses[url] = int(status)
        return cls(statuses, source=f"the recorded table {file.name}, {len(statuses)} links")

    async def check(self, url: str) -> LinkAnswer:
        """What the table says."""
        status = self._statuses.get(url)
        if status is None:
            return LinkAnswer(url, None, "is not in the recorded table")
        return LinkAnswer(url, status or None, f"answers {status}" if status else "did not answer")


_TABLE_HEADER: Final = "url\tstatus"


def write_links(file: Path, answers: Iterable[LinkAnswer]) -> None:
    """Records answers as a table for RecordedLinks: tab-separated `url` and `status`, 0 for no answer."""
    rows = sorted({answer.url: answer.status or 0 for answer in answers}.items())
    lines = [_TABLE_HEADER, *(f"{url}\t{status}" for url, status in rows)]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
