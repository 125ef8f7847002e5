"""A model server on loopback, and models that ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from pydantic import BaseModel, Field

from tests.model_server import KEY, ModelServer, running
from tests.writers.conftest import PatientClock
from writers.clock import Clock
from writers.llm import ExchangeList, ModelDesk, ModelSettings, PostModel, Prompt, prompt

PRICE = {"input": "0.25", "cached_input": "0.025", "output": "2", "search": "0.01"}
"""Dollars for a million tokens: the model server's tariff."""

ENVIRONMENT = {"TEST_KEY": KEY}


class Verdict(BaseModel):
    """An answer with the rules that a schema cannot say all of."""

    misleading: bool
    why: str = Field(min_length=3, max_length=200)
    confidence: float = Field(default=0.5, ge=0, le=1)


GOOD = {"misleading": True, "why": "the figure is of 2011", "confidence": 0.9}


def question(text: str = "The bridge has 12 arches.") -> Prompt:
    return prompt("Judge the claim.", "The post:\n{{post}}", post=text)


def settings(server: ModelServer, **changed: Any) -> ModelSettings:
    """Settings for the server: keys of `[models.default]`, and top-level keys where they are known there."""
    top = {key: changed.pop(key) for key in list(changed) if key in ModelSettings.model_fields}
    own = {"model": "small", "base_url": server.base_url, "key_variable": "TEST_KEY", "price": PRICE}
    models = {"default": own | changed, **top.pop("models", {})}
    return ModelSettings.model_validate({"models": models, **top})


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with running() as server:
        yield server


@pytest.fixture
def log() -> ExchangeList:
    return ExchangeList()


class Opener:
    """Opens model desks that are closed when the test is over."""

    def __init__(self, stack: AsyncExitStack, server: ModelServer, clock: Clock, log: ExchangeList) -> None:
        self.stack = stack
        self.server = server
        self.clock = clock
        self.log = log

    async def desk(self, **changed: Any) -> ModelDesk:
        desk = ModelDesk.live(
            settings(self.server, **changed), ENVIRONMENT, clock=self.clock, logs=[self.log]
        )
        return await self.stack.enter_async_context(desk)

    async def post(self, *, post_id: int = 7, seconds: float = 600, **changed: Any) -> PostModel:
        desk = await self.desk(**changed)
        return desk.for_post(post_id, deadline_ms=self.clock.now_ms() + round(seconds * 1000))


@pytest.fixture
async def opened(model_server: ModelServer, clock: PatientClock, log: ExchangeList) -> AsyncIterator[Opener]:
    async with AsyncExitStack() as stack:
        yield Opener(stack, model_server, clock, log)


@pytest.fixture
async def model(opened: Opener) -> PostModel:
    """The server's model for post 7, with ten minutes."""
    return await opened.post()
