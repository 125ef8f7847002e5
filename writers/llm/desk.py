"""The models of a run, and of each post: questions, repairs, and a record of every exchange."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self, TypeVar

from pydantic import BaseModel

from writers.clock import Clock
from writers.llm.budget import Allowance
from writers.llm.errors import AnswerMalformed
from writers.llm.exchange import ERRORS, Exchange, ExchangeLog, Kind, Message, Outcome, Request
from writers.llm.images import Image
from writers.llm.live import LiveModels
from writers.llm.model import SearchAnswer
from writers.llm.prompts import Prompt, load_prompt
from writers.llm.recording import RecordedModels
from writers.llm.schema import NotAsAsked, read_answer, strict_schema
from writers.llm.settings import STAGE, ModelSettings

Answer = TypeVar("Answer", bound=BaseModel)
Read = TypeVar("Read")

MAX_RETURNED: Final = 8_000
"""Characters of an answer that is sent back for repair."""

SEARCH_PROMPT: Final = load_prompt(files("writers.llm").joinpath("texts"), "search")


class PostSource(Protocol):
    """Answers requests about one post: over the network, or from a recording."""

    def begin(self, request: Request) -> Exchange:
        """The exchange as far as it is known before there is an answer."""
        ...

    async def finish(self, request: Request, exchange: Exchange) -> Exchange:
        """The exchange with its outcome. Nothing but a cancellation is raised."""
        ...

    def left(self) -> Allowance: ...


class Source(Protocol):
    """Where the answers of a run come from."""

    def open_post(self, post_id: int, *, deadline_ms: int) -> PostSource: ...

    async def close(self) -> None: ...


class ModelDesk:
    """The models of one writer's run: made once, used as an async context manager; each post gets a view.

    `logs` are told every exchange, failed ones too.
    """

    def __init__(
        self, source: Source, *, repairs: int, clock: Clock, logs: Sequence[ExchangeLog] = ()
    ) -> None:
        self._source = source
        self._repairs = repairs
        self._clock = clock
        self._logs = tuple(logs)
        self._asked: Counter[tuple[int, str]] = Counter()

    @classmethod
    def live(
        cls,
        settings: ModelSettings,
        environment: Mapping[str, str],
        *,
        clock: Clock,
        logs: Sequence[ExchangeLog] = (),
    ) -> Self:
        """Models over the network. `environment` holds the keys. Raises ModelSettingsError."""
        return cls(
            LiveModels(settings, environment, clock=clock), repairs=settings.repairs, clock=clock, logs=logs
        )

    @classmethod
    def replaying(cls, recording: Path, *, clock: Clock, logs: Sequence[ExchangeLog] = ()) -> Self:
        """Models that answer from a recording, without a network. Raises BadInputError."""
        recorded = RecordedModels(recording)
        return cls(recorded, repairs=recorded.head.repairs, clock=clock, logs=logs)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._source.close()

    def for_post(self, post_id: int, *, deadline_ms: int) -> PostModel:
        """The models for one attempt at a post, with the post's own budget; `deadline_ms` is the desk's."""
        return PostModel(
            post_id,
            self._source.open_post(post_id, deadline_ms=deadline_ms),
            self._repairs,
            self._clock,
            self._logs,
            self._asked,
        )


@dataclass(frozen=True, slots=True)
class PostModel:
    """The models for one post (a `writers.llm.model.LanguageModel`)."""

    post_id: int
    source: PostSource
    repairs: int
    clock: Clock
    logs: tuple[ExchangeLog, ...]
    asked: Counter[tuple[int, str]]
    """How often a request was made about a post (post id and digest)."""

    async def ask(
        self,
        *,
        stage: str,
        prompt: Prompt,
        answer: type[Answer],
        images: Sequence[Image] = (),
        sample: int = 0,
    ) -> Answer:
        request = Request(
            post_id=self.post_id,
            stage=_stage(stage),
            kind=Kind.ASK,
            prompt=_prompt(prompt),
            schema=strict_schema(answer),
            images=tuple(images),
            sample=sample,
        )
        for _ in range(self.repairs + 1):
            exchange, read = await self._exchange(request, lambda text: read_answer(text, answer))
            if read is not None:
                return read
            told = Message("user", f"That answer cannot be used: {exchange.detail}. Answer again, whole.")
            returned = Message("assistant", exchange.answer[:MAX_RETURNED])
            request = replace(request, repairs=(*request.repairs, returned, told))
        raise AnswerMalformed(_about(exchange))

    async def search(self, question: str, *, stage: str = "search") -> SearchAnswer:
        request = Request(
            post_id=self.post_id,
            stage=_stage(stage),
            kind=Kind.SEARCH,
            prompt=SEARCH_PROMPT.fill(question=question),
        )
        exchange, text = await self._exchange(request, str)
        return SearchAnswer(text or "", exchange.citations)

    def left(self) -> Allowance:
        return self.source.left()

    async def _exchange(self, request: Request, read: Callable[[str], Read]) -> tuple[Exchange, Read | None]:
        """One exchange, logged, and what was read in its answer: None where that is malformed.

        Raises a ModelError where there is no answer.
        """
        answer: Read | None = None
        same = (self.post_id, request.digest)
        request = replace(request, repeat=self.asked[same])
        self.asked[same] += 1
        begun = self.source.begin(request)
        try:
            exchange = await self.source.finish(request, begun)
        except asyncio.CancelledError:
            self._log(replace(begun, outcome=Outcome.CANCELLED, ended_ms=self.clock.now_ms()))
            raise
        if exchange.outcome is Outcome.ANSWERED:
            try:
                answer = read(exchange.answer)
            except NotAsAsked as error:
                exchange = replace(exchange, outcome=Outcome.MALFORMED, detail=str(error))
        self._log(exchange)
        if exchange.outcome not in (Outcome.ANSWERED, Outcome.MALFORMED):
            raise ERRORS[exchange.outcome](_about(exchange))
        return exchange, answer

    def _log(self, exchange: Exchange) -> None:
        for log in self.logs:
            log.add(exchange)


def _about(exchange: Exchange) -> str:
    asked = f" ({exchange.model} at {exchange.host})" if exchange.model else ""
    return f"The stage '{exchange.stage}'{asked}: {exchange.detail}"


def _stage(stage: str) -> str:
    if not re.fullmatch(STAGE, stage):
        raise ValueError(f"'{stage}' is no name of a stage: small letters, digits and underscores")
    return stage


def _prompt(prompt: Prompt) -> Prompt:
    if not isinstance(prompt, Prompt):
        raise TypeError("a prompt is made by load_prompt(…).fill(…) or prompt(…), so that posts are fenced")
    return prompt
