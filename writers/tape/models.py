"""Exchanges with language models on a tape: put down as they end, and answered from there in a replay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from writers.clock import Clock
from writers.llm import ExchangeLog, ModelDesk
from writers.llm.budget import Account, Allowance, Budget, Spending
from writers.llm.exchange import Exchange, Request
from writers.tape.file import TapeReader
from writers.tape.tape import PASS, Tape

EXCHANGE: Final = "exchange"
MODELS: Final = "language models"


@dataclass(frozen=True, slots=True)
class TapeLog:
    """Records exchanges (a `writers.llm.ExchangeLog`)."""

    tape: Tape

    def add(self, exchange: Exchange) -> None:
        values = json.loads(exchange.line())
        self.tape.note(str(exchange.post_id), EXCHANGE, _key(exchange), values)


def note_models(tape: Tape, *, repairs: int, budget: Budget) -> None:
    """Record under which bounds models are asked."""
    tape.note(PASS, MODELS, "", {"repairs": repairs, "budget": budget.model_dump(mode="json")})


def noted_models(tape: TapeReader, *, clock: Clock, logs: Sequence[ExchangeLog]) -> ModelDesk | None:
    """The models of the recorded pass, answering from the tape; None where it had none."""
    told = tape.noted(PASS, MODELS, "")
    if told is None:
        return None
    source = TapedModels(tape, Budget.model_validate(told["budget"]))
    return ModelDesk(source, repairs=told["repairs"], clock=clock, logs=logs)


class TapedModels:
    """Models that answer what they answered in the recorded pass (a `writers.llm.desk.Source`)."""

    def __init__(self, tape: TapeReader, budget: Budget) -> None:
        self._tape = tape
        self._budget = budget

    async def close(self) -> None:
        """Nothing is open."""

    def open_post(self, post_id: int, *, deadline_ms: int) -> TapedPost:
        """Time is not looked at: whether it ran out stands in the recording."""
        budget = self._budget
        account = Account(f"post {post_id}", budget.tokens_per_post, budget.usd_per_post)
        return TapedPost(self._tape, str(post_id), account)


@dataclass(frozen=True, slots=True)
class TapedPost:
    """The models of a replay for one post."""

    tape: TapeReader
    stream: str
    account: Account

    def left(self) -> Allowance:
        return self.account.left()

    def begin(self, request: Request) -> Exchange:
        """The recorded exchange of a request. Raises NotRecorded."""
        values = self.tape.noted(self.stream, EXCHANGE, _key(request))
        if values is None:
            what = f"exchange of the stage '{request.stage}' with this prompt ({request.prompt.identity})"
            raise self.tape.missing(self.stream, what, "")
        return exchange_of(values)

    async def finish(self, request: Request, exchange: Exchange) -> Exchange:
        if exchange.usage is not None:
            self.account.spend(Spending(exchange.usage.tokens, exchange.cost_usd))
        return exchange


def exchange_of(values: object) -> Exchange:
    """An exchange as a tape holds it."""
    return Exchange.from_line(json.dumps(values))


def _key(asked: Request | Exchange) -> str:
    return f"{asked.digest} {asked.repeat}"
