"""Where a season's real time goes: stages that a benchmark measures and a season does not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum

import httpx


class Stage(StrEnum):
    """Parts of the work, apart from what is entered within them."""

    WORLD = "world"
    DRAFTING = "drafting"
    API = "API over HTTP"
    EVALUATION = "evaluation"
    RATING = "rating"
    STORE = "store"
    PRESCORING = "prescoring"
    SCORING = "final scoring"
    RESULT = "result"


Enter = Callable[[Stage], AbstractContextManager[None]]
"""Called when a stage begins; what it gives is left when the stage ends."""


def unmeasured(stage: Stage) -> AbstractContextManager[None]:
    """Measures nothing."""
    return nullcontext()


class StagedTransport(httpx.AsyncBaseTransport):
    """A transport whose every request is a stage."""

    def __init__(self, inner: httpx.AsyncBaseTransport, enter: Enter, stage: Stage) -> None:
        self._inner = inner
        self._enter = enter
        self._stage = stage

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with self._enter(self._stage):
            return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
