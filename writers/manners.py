"""What hosts ask of their visitors: robots rules (RFC 9309), crawl delays, and few requests at a time."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx
from protego import Protego

from writers.clock import HOUR_MS, MINUTE_MS, Clock
from writers.http_body import read_body

ROBOTS_NAME: Final = "notewright"
"""The name that robots rules address us by."""

MAX_RULES_BYTES: Final = 512 * 1024
"""RFC 9309, section 2.5, asks for 500 KiB at least."""

RULES_AGE_MS: Final = 24 * HOUR_MS
"""Section 2.4: not to be used for longer."""

UNREACHABLE_AGE_MS: Final = 10 * MINUTE_MS
SECONDS_FOR_RULES: Final = 10.0
MAX_RULES_REDIRECTS: Final = 5
"""Section 2.3.1.2."""

REQUESTS_AT_A_TIME: Final = 2
"""To one host."""

MAX_WAIT_S: Final = 30.0
"""For a turn; a page that would take longer is not fetched now."""

MAX_HOSTS: Final = 4096

_log = logging.getLogger(__name__)


class NotWelcome(Exception):
    """The host's rules keep us from the page."""


class NoTurn(Exception):
    """The host's other pages come first, for longer than is waited."""


@dataclass(slots=True)
class _Rules:
    """`parsed` None where there are none; `reachable` False where it is not known whether there are any."""

    parsed: Protego | None
    reachable: bool
    read_ms: int

    def fresh(self, now_ms: int) -> bool:
        return now_ms - self.read_ms < (RULES_AGE_MS if self.reachable else UNREACHABLE_AGE_MS)

    def allows(self, url: httpx.URL) -> bool:
        return self.reachable and (self.parsed is None or self.parsed.can_fetch(str(url), ROBOTS_NAME))

    def delay_ms(self) -> int:
        if self.parsed is None:
            return 0
        delay = self.parsed.crawl_delay(ROBOTS_NAME) or 0.0
        rate = self.parsed.request_rate(ROBOTS_NAME)
        return round(1000 * max(delay, rate.seconds / rate.requests if rate and rate.requests else 0.0, 0.0))


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(REQUESTS_AT_A_TIME))
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: _Rules | None = None
    next_ms: int = 0
    """With a crawl delay: when the next request may be sent."""
    visitors: int = 0


class Manners:
    """Keeps what each host asks for. `web` must not follow redirects by itself."""

    def __init__(self, web: httpx.AsyncClient, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    @asynccontextmanager
    async def turn(self, url: httpx.URL) -> AsyncIterator[None]:
        """The time in which a page may be asked for. Raises NotWelcome, and NoTurn after MAX_WAIT_S."""
        host = self._host(url)
        host.visitors += 1
        try:
            rules = await self._rules(host, url)
            if not rules.allows(url):
                raise NotWelcome("robots.txt forbids it" if rules.reachable else "robots.txt is out of reach")
            await self._acquire(host)
            try:
                await self._wait(host, rules.delay_ms())
                yield
            finally:
                host.slots.release()
        finally:
            host.visitors -= 1

    def _host(self, url: httpx.URL) -> _Host:
        origin = f"{url.scheme}://{url.netloc.decode('ascii').lower()}"
        host = self._hosts.setdefault(origin, _Host())
        self._hosts.move_to_end(origin)
        if len(self._hosts) > MAX_HOSTS:
            idle = next((name for name, known in self._hosts.items() if not known.visitors), None)
            if idle is not None and idle != origin:
                del self._hosts[idle]
        return host

    async def _acquire(self, host: _Host) -> None:
        try:
            async with asyncio.timeout(MAX_WAIT_S):
                await host.slots.acquire()
        except TimeoutError:
            raise NoTurn(f"no turn in {MAX_WAIT_S:g} seconds") from None

    async def _wait(self, host: _Host, delay_ms: int) -> None:
        now_ms = self._clock.now_ms()
        mine_ms = max(now_ms, host.next_ms)
        if mine_ms - now_ms > MAX_WAIT_S * 1000:
            raise NoTurn(f"the host asks for {delay_ms / 1000:g} seconds between requests")
        host.next_ms = mine_ms + delay_ms
        if mine_ms > now_ms:
            await self._clock.sleep((mine_ms - now_ms) / 1000)

    async def _rules(self, host: _Host, url: httpx.URL) -> _Rules:
        async with host.reading:
            if host.rules is None or not host.rules.fresh(self._clock.now_ms()):
                host.rules = await self._read_rules(url.join("/robots.txt"))
            return host.rules

    async def _read_rules(self, address: httpx.URL) -> _Rules:
        now_ms = self._clock.now_ms()
        try:
            async with asyncio.timeout(SECONDS_FOR_RULES):
                for _ in range(MAX_RULES_REDIRECTS + 1):
                    async with self._web.stream("GET", address) as answer:
                        if answer.next_request is not None:
                            address = answer.next_request.url
                            continue
                        return await _rules_of(answer, now_ms)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            _log.debug("no robots rules at %s: %s %s", address, type(error).__name__, error)
            return _Rules(None, reachable=False, read_ms=now_ms)
        return _Rules(None, reachable=True, read_ms=now_ms)


async def _rules_of(answer: httpx.Response, now_ms: int) -> _Rules:
    """Sections 2.3.1.1 to 2.3.1.4: rules, none where there is no such page, and caution where the host fails.

    429 counts as failing: one who asks for fewer requests has not allowed all of them.
    """
    if answer.is_success:
        body = await read_body(answer, MAX_RULES_BYTES)
        return _Rules(Protego.parse(body.content.decode("utf-8", "replace")), reachable=True, read_ms=now_ms)
    failing = answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
    return _Rules(None, reachable=not failing, read_ms=now_ms)
