"""Rate limits: so many requests of one writer to one operation in a window of time.

A window begins with its first request (as the header `x-rate-limit-reset` of live answers moves) and is
kept in memory: a restart forgets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A limit on requests, and the families of headers it is told by; without one it is kept silently."""

    limit: int
    length_ms: int
    headers: tuple[str, ...] = ("x-rate-limit",)


@dataclass(slots=True)
class _Count:
    reset_ms: int
    used: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer to one request: whether it may go on, and the headers to tell."""

    allowed: bool
    headers: Mapping[str, str]


class RateLimiter:
    """Counts requests by writer and operation.

    Counting happens between two awaits of one event loop, so concurrent requests cannot both take the last
    place.
    """

    def __init__(self, windows: Mapping[str, Sequence[Window]]) -> None:
        self._windows = windows
        self._counts: dict[tuple[int, str, int], _Count] = {}

    def take(self, writer_id: int, operation: str, now_ms: int) -> Allowance:
        """Count a request, unless a window is full."""
        windows = self._windows[operation]
        counts = [self._count(writer_id, operation, window, now_ms) for window in windows]
        allowed = all(count.used < window.limit for window, count in zip(windows, counts, strict=True))
        headers: dict[str, str] = {}
        for window, count in zip(windows, counts, strict=True):
            count.used += allowed
            for family in window.headers:
                headers[f"{family}-limit"] = str(window.limit)
                headers[f"{family}-remaining"] = str(window.limit - count.used)
                headers[f"{family}-reset"] = str(-(-count.reset_ms // 1000))
        return Allowance(allowed, headers)

    def _count(self, writer_id: int, operation: str, window: Window, now_ms: int) -> _Count:
        key = (writer_id, operation, window.length_ms)
        count = self._counts.get(key)
        if count is None or now_ms >= count.reset_ms:
            count = self._counts[key] = _Count(now_ms + window.length_ms)
        return count
