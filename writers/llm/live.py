"""Models over the network: the endpoint of a stage, within time, budget, rate limits and concurrency."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from pydantic import SecretStr
from tenacity import AsyncRetrying

from writers.clock import Clock
from writers.llm.bodies import (
    MAX_SEARCHES,
    SEARCH_INPUT_TOKENS,
    Dialect,
    chat_body,
    search_body,
    worst_input_tokens,
)
from writers.llm.budget import Account, Allowance, Spending
from writers.llm.endpoint import CallFailed, Endpoint
from writers.llm.exchange import Exchange, Kind, Outcome, Request, Usage
from writers.llm.retry import Patience
from writers.llm.settings import DEFAULT, Choice, ModelSettings, choices
from writers.llm.wire import NoAnswer, Reply, read_chat, read_responses

MARGIN_MS: Final = 250
"""Calls end this much before the post's deadline, so that the writer can still say so."""

_log = logging.getLogger(__name__)


class LiveModels:
    """The models of a run. Raises ModelSettingsError where the settings cannot be used."""

    def __init__(self, settings: ModelSettings, environment: Mapping[str, str], *, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        budget = settings.budget
        self.account = Account("the pass", budget.tokens_per_pass, budget.usd_per_pass)
        self._choices = choices(settings, environment)
        self._endpoints: dict[tuple[str, SecretStr | None], Endpoint] = {}
        self._dialects: dict[tuple[str, str, str], Dialect] = {}
        self._resume_at_ms: dict[tuple[str, SecretStr | None, str], int] = {}
        for choice in self._choices.values():
            # The same address with another key has limits of its own.
            if (choice.base_url, choice.key) not in self._endpoints:
                self._endpoints[choice.base_url, choice.key] = Endpoint(
                    choice.base_url, choice.key, clock=clock, concurrency=settings.concurrency
                )
            if choice.price is None:
                _log.warning("no price is known for %s at %s: its cost is unknown", choice.model, choice.host)

    async def close(self) -> None:
        for endpoint in self._endpoints.values():
            await endpoint.close()

    def open_post(self, post_id: int, *, deadline_ms: int) -> LivePost:
        budget = self.settings.budget
        account = Account(f"post {post_id}", budget.tokens_per_post, budget.usd_per_post)
        return LivePost(self, account, deadline_ms - MARGIN_MS)

    def choice(self, stage: str) -> Choice | None:
        """The stage's own model, or that of `default`; None where there is neither."""
        return self._choices.get(stage) or self._choices.get(DEFAULT)

    def endpoint(self, choice: Choice) -> Endpoint:
        return self._endpoints[choice.base_url, choice.key]

    def dialect(self, choice: Choice, stage: str) -> Dialect:
        start = Dialect(structured=choice.structured) if choice.structured is not None else Dialect()
        return self._dialects.get((choice.base_url, choice.model, stage), start)

    def learn(self, choice: Choice, stage: str, dialect: Dialect) -> None:
        """Each stage learns for itself: what is not taken may be the form of its answer alone."""
        _log.info("stage %s: %s at %s is now asked as %s", stage, choice.model, choice.host, dialect)
        self._dialects[choice.base_url, choice.model, stage] = dialect

    def resume_at_ms(self, choice: Choice) -> int:
        """Before this time (epoch milliseconds) the endpoint does not want to be asked for the model."""
        return self._resume_at_ms.get((choice.base_url, choice.key, choice.model), 0)

    def pause(self, choice: Choice, until_ms: int) -> None:
        """A rate limit that one call met holds for all calls of the model."""
        name = (choice.base_url, choice.key, choice.model)
        self._resume_at_ms[name] = max(self._resume_at_ms.get(name, 0), until_ms)


@dataclass(frozen=True, slots=True)
class LivePost:
    """The models of a run for one post."""

    models: LiveModels
    account: Account
    last_ms: int
    """When every call for the post must have ended."""

    def left(self) -> Allowance:
        return self.account.left()

    def begin(self, request: Request) -> Exchange:
        """The exchange to be, with the model that is to answer."""
        choice = self.models.choice(request.stage)
        now_ms = self.models.clock.now_ms()
        if choice is None:
            return Exchange.begun(request, host="", model="", now_ms=now_ms)
        return Exchange.begun(request, host=choice.host, model=choice.model, now_ms=now_ms)

    async def finish(self, request: Request, exchange: Exchange) -> Exchange:
        """The exchange with its outcome, whatever that is."""
        choice = self.models.choice(request.stage)
        if choice is None:
            why = f"no model is configured: name one under [models.{request.stage}]"
            return replace(exchange, outcome=Outcome.NO_MODEL, detail=why)
        call = _Call(self, request, choice)
        try:
            reply = await call.answered()
        except CallFailed as failure:
            late = failure.again and call.seconds_left() <= 0
            outcome = Outcome.OUT_OF_TIME if late else failure.outcome
            reply = Reply(outcome, detail=failure.detail)
        price = choice.price
        return replace(
            exchange,
            outcome=reply.outcome,
            answer=reply.text,
            detail=self.models.endpoint(choice).scrubbed(reply.detail),
            citations=reply.citations,
            tries=call.tries,
            usage=reply.usage,
            cost_usd=price.cost_usd(reply.usage) if price is not None and reply.usage is not None else None,
            ended_ms=self.models.clock.now_ms(),
        )


class _Call:
    """One request on its way to an answer."""

    def __init__(self, post: LivePost, request: Request, choice: Choice) -> None:
        self.choice = choice
        self.tries = 0
        self._post = post
        self._models = post.models
        self._clock = post.models.clock
        self._request = request
        self._endpoint = post.models.endpoint(choice)
        self._worst = _worst(request, choice)

    def seconds_left(self) -> float:
        return (self._post.last_ms - self._clock.now_ms()) / 1000

    async def answered(self) -> Reply:
        """Raises CallFailed."""
        patience = Patience(
            self._clock,
            deadline_ms=self._post.last_ms,
            attempts=self._models.settings.attempts,
            spread=int(self._request.digest[:4], 16) / 0xFFFF,
        )
        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=patience.retry,
            wait=patience.wait,
            stop=patience.stop,
            reraise=True,
        )
        return await retrying(self._in_turn)

    async def _in_turn(self) -> Reply:
        """Sent when there is a free slot and the endpoint wants to be asked."""
        slots = self._endpoint.slots
        try:
            async with asyncio.timeout(max(0, self.seconds_left())):
                await slots.acquire()
        except TimeoutError:
            raise CallFailed(Outcome.OUT_OF_TIME, "the time for the post was over before its turn") from None
        try:
            await self._wait_until_wanted()
            return await self._sent()
        finally:
            slots.release()

    async def _wait_until_wanted(self) -> None:
        until_ms = self._models.resume_at_ms(self.choice)
        if until_ms >= self._post.last_ms:
            raise CallFailed(
                Outcome.UNAVAILABLE, "the endpoint asks to come back after the post's time is over"
            )
        wait_ms = until_ms - self._clock.now_ms()
        if wait_ms > 0:
            await self._clock.sleep(wait_ms / 1000)

    async def _sent(self) -> Reply:
        """Sent in what the endpoint takes, as far as that is known by now."""
        while True:
            dialect = self._models.dialect(self.choice, self._request.stage)
            try:
                return await self._paid(dialect)
            except CallFailed as failure:
                if failure.resume_at_ms is not None:
                    self._models.pause(self.choice, failure.resume_at_ms)
                less = dialect.without(failure.detail) if failure.outcome is Outcome.REJECTED else None
                if less is None:
                    raise
                self._models.learn(self.choice, self._request.stage, less)

    async def _paid(self, dialect: Dialect) -> Reply:
        """One HTTP request, inside both budgets."""
        timeout_s = min(self.choice.timeout_s, self.seconds_left())
        if timeout_s <= 0:
            raise CallFailed(Outcome.OUT_OF_TIME, "the time for the post is over")
        accounts = (
            (self._post.account, Outcome.POST_BUDGET),
            (self._models.account, Outcome.PASS_BUDGET),
        )
        for account, outcome in accounts:
            if why := account.refusal(self._worst):
                raise CallFailed(outcome, why)
        for account, _ in accounts:
            account.hold(self._worst)
        self.tries += 1
        # What a call that is cancelled, or lost on the way, came to is not known.
        actual: Spending | None = None
        try:
            reply = await self._read(dialect, timeout_s)
            if reply.usage is not None:
                actual = _spending(reply.usage, self.choice)
            return reply
        except CallFailed as failure:
            if not failure.may_cost:
                actual = Spending(0, Decimal(0))
            raise
        finally:
            for account, _ in accounts:
                account.settle(self._worst, actual)

    async def _read(self, dialect: Dialect, timeout_s: float) -> Reply:
        try:
            if self._request.kind is Kind.SEARCH:
                body = search_body(self._request, self.choice, dialect)
                return read_responses(await self._endpoint.responses(body, timeout_s=timeout_s))
            body = chat_body(self._request, self.choice, dialect)
            return read_chat(await self._endpoint.chat(body, timeout_s=timeout_s))
        except NoAnswer as error:
            raise CallFailed(Outcome.UNAVAILABLE, str(error), again=True, may_cost=True) from None


def _spending(usage: Usage, choice: Choice) -> Spending:
    return Spending(usage.tokens, choice.price.cost_usd(usage) if choice.price is not None else None)


def _worst(request: Request, choice: Choice) -> Spending:
    """The most a request can come to: every byte of it a token, the longest answer, every search."""
    is_search = request.kind is Kind.SEARCH
    found = SEARCH_INPUT_TOKENS if is_search else 0
    usage = Usage(
        input_tokens=worst_input_tokens(request, choice) + found,
        output_tokens=choice.max_output_tokens,
        searches=MAX_SEARCHES if is_search else 0,
    )
    return _spending(usage, choice)
