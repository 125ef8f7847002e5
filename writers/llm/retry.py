"""When a call to a model is sent again, and how long the wait before it is: the policy in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tenacity import RetryCallState

from writers.clock import Clock
from writers.llm.endpoint import CallFailed

FIRST_WAIT_S: Final = 0.5
"""Wait before the second request; it doubles with each one after."""

LONGEST_BACKOFF_S: Final = 8.0

SPREAD: Final = 0.25
"""Part of a wait that differs from call to call: calls that failed together do not return together."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call is tried, as tenacity's `retry`, `wait` and `stop`.

    Nothing is waited for that ends after the deadline: then the failure is told at once.
    """

    clock: Clock
    deadline_ms: int
    attempts: int
    spread: float
    """This call's place in the spread, 0 to 1: the same on every run."""

    def retry(self, state: RetryCallState) -> bool:
        failure = _failure(state)
        return (
            failure is not None
            and failure.again
            and self.clock.now_ms() + self.wait(state) * 1000 < self.deadline_ms
        )

    def wait(self, state: RetryCallState) -> float:
        """Seconds: until the endpoint wants to be asked again, or the backoff."""
        failure = _failure(state)
        if failure is not None and failure.resume_at_ms is not None:
            return max(0, failure.resume_at_ms - self.clock.now_ms()) / 1000
        backoff: float = min(FIRST_WAIT_S * 2 ** (state.attempt_number - 1), LONGEST_BACKOFF_S)
        return backoff * (1 - SPREAD * self.spread)

    def stop(self, state: RetryCallState) -> bool:
        return state.attempt_number >= self.attempts


def _failure(state: RetryCallState) -> CallFailed | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if isinstance(error, CallFailed) else None
