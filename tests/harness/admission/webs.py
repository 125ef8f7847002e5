"""A clock that tests turn by hand, and webs of one kind or another to check links on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from harness.admission.links import LinkLimits, WebLinks
from writers.safe_http import guarded_transport

QUICK = LinkLimits(attempt_seconds=0.3, redirects=3)


class HandClock:
    """Stands still but for `sleep`, which takes no real time."""

    def __init__(self) -> None:
        self.ms = 1_780_000_000_000
        self.slept: list[float] = []

    def now_ms(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ms += int(seconds * 1000)


class FictionalWeb(httpx.AsyncBaseTransport):
    """Serves status codes by URL without any name resolution; an unknown host does not connect."""

    def __init__(self, statuses: Mapping[str, int]) -> None:
        self.statuses = dict(statuses)
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        if url not in self.statuses:
            raise httpx.ConnectError("unknown host", request=request)
        return httpx.Response(self.statuses[url])


async def resolve_to_loopback(host: str) -> Sequence[str]:
    return ("127.0.0.1",)


def loopback_links(clock: HandClock, limits: LinkLimits = QUICK) -> WebLinks:
    """Link checks over real sockets on loopback, for every host name."""
    transport = guarded_transport(resolve_to_loopback, allow_private=True, ports=None)
    return WebLinks(transport, clock=clock, limits=limits)
