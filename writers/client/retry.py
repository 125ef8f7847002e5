"""When a request is sent again, and how long the wait before it is: the whole policy, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from tenacity import RetryCallState

from writers.clock import SECOND_MS, Clock
from writers.errors import ApiError, ConnectionFailed, MalformedAnswer, RateLimited, ServerFailure

ATTEMPTS: Final = 5
"""Requests in all for one call: the first and four more."""

FIRST_WAIT_S: Final = 0.5
"""Wait before the second request; it doubles with each one after."""

LONGEST_BACKOFF_S: Final = 8.0

MAX_WAIT_S: Final = 15.0 * 60 + 5
"""The longest wait for a rate limit to end: one window of X's, 15 minutes, and a margin."""

RESET_MARGIN_MS: Final = 1 * SECOND_MS
"""Headers tell whole seconds, and clocks differ."""

RETRYABLE: Final = (ConnectionFailed, MalformedAnswer, RateLimited, ServerFailure)

RATE_RESET: Final = "x-rate-limit-reset"
RETRY_AFTER: Final = "retry-after"
DAILY_WINDOWS: Final = ("x-user-limit-24hour", "x-app-limit-24hour")
"""Prefixes of `-remaining` and `-reset`; only an exhausted daily window says when to come back."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a client is. `RetryPolicy(attempts=1)` asks once."""

    attempts: int = ATTEMPTS
    first_wait_s: float = FIRST_WAIT_S
    longest_backoff_s: float = LONGEST_BACKOFF_S
    max_wait_s: float = MAX_WAIT_S
    """A rate limit that ends later than this is not waited for: RateLimited is raised at once."""

    def retryable(self, error: BaseException, *, now_ms: int) -> bool:
        if isinstance(error, RateLimited) and error.reset_at_ms is not None:
            return (error.reset_at_ms - now_ms) / 1000 <= self.max_wait_s
        return isinstance(error, RETRYABLE)

    def wait_s(self, error: BaseException, attempt: int, *, now_ms: int) -> float:
        """Seconds to wait after the `attempt`-th request (counted from one) failed with `error`."""
        if isinstance(error, RateLimited) and error.reset_at_ms is not None:
            return max(0, error.reset_at_ms - now_ms) / 1000
        backoff: float = self.first_wait_s * 2 ** (attempt - 1)
        return min(backoff, self.longest_backoff_s)


@dataclass(frozen=True, slots=True)
class Tenacity:
    """A policy and a clock as tenacity's `retry`, `wait` and `stop`."""

    policy: RetryPolicy
    clock: Clock

    def retry(self, state: RetryCallState) -> bool:
        error = _failure(state)
        return error is not None and self.policy.retryable(error, now_ms=self.clock.now_ms())

    def wait(self, state: RetryCallState) -> float:
        error = _failure(state) or ApiError("no failure")
        return self.policy.wait_s(error, state.attempt_number, now_ms=self.clock.now_ms())

    def stop(self, state: RetryCallState) -> bool:
        return state.attempt_number >= self.policy.attempts


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def reset_at_ms(headers: Mapping[str, str], *, now_ms: int) -> int | None:
    """When a refused request may be sent again, epoch milliseconds, by the latest of what the headers say.

    `headers` looks names up without regard to case, as httpx.Headers does. X sends `x-rate-limit-reset` (Unix
    seconds) and daily windows beside it; proxies send `Retry-After` (seconds, or an HTTP date).
    """
    names = [RATE_RESET]
    names += [f"{window}-reset" for window in DAILY_WINDOWS if headers.get(f"{window}-remaining") == "0"]
    told = [int(value) * 1000 for name in names if (value := headers.get(name, "")).isdecimal()]
    if (after := _retry_after_ms(headers.get(RETRY_AFTER, ""), now_ms)) is not None:
        told.append(after)
    return max(told) + RESET_MARGIN_MS if told else None


def _retry_after_ms(value: str, now_ms: int) -> int | None:
    if value.isdecimal():
        return now_ms + int(value) * 1000
    try:
        return int(parsedate_to_datetime(value).timestamp() * 1000) if value else None
    except ValueError:
        return None
