"""One question to a model and what came of it: the request, its digest, and the record that is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Protocol

from writers.llm import errors
from writers.llm.images import Image
from writers.llm.prompts import Prompt


class Kind(StrEnum):
    ASK = "ask"
    SEARCH = "search"


class Outcome(StrEnum):
    ANSWERED = "answered"
    MALFORMED = "malformed"
    """An answer that is not what was asked for; the model is told so in the next exchange."""
    DECLINED = "declined"
    FILTERED = "filtered"
    CUT = "cut"
    REJECTED = "rejected"
    NO_MODEL = "no model"
    NO_ACCESS = "no access"
    UNKNOWN_MODEL = "unknown model"
    UNAVAILABLE = "unavailable"
    OUT_OF_TIME = "out of time"
    POST_BUDGET = "post budget"
    PASS_BUDGET = "pass budget"  # noqa: S105 - a pass over the feed
    CANCELLED = "cancelled"


ERRORS: Final[Mapping[Outcome, type[errors.ModelError]]] = {
    Outcome.MALFORMED: errors.AnswerMalformed,
    Outcome.DECLINED: errors.ModelDeclined,
    Outcome.FILTERED: errors.ContentFiltered,
    Outcome.CUT: errors.AnswerCut,
    Outcome.REJECTED: errors.RequestRejected,
    Outcome.NO_MODEL: errors.NoModel,
    Outcome.NO_ACCESS: errors.AccessRefused,
    Outcome.UNKNOWN_MODEL: errors.UnknownModel,
    Outcome.UNAVAILABLE: errors.ModelUnavailable,
    Outcome.OUT_OF_TIME: errors.OutOfTime,
    Outcome.POST_BUDGET: errors.PostBudgetSpent,
    Outcome.PASS_BUDGET: errors.PassBudgetSpent,
    Outcome.CANCELLED: errors.OutOfTime,
}
"""What the writer meets where there is no answer. In a replay, a call cut off by cancellation is told as
time that ran out: that is why calls are cancelled.
"""


@dataclass(frozen=True, slots=True)
class Citation:
    """A page that a search answer rests on."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider counted."""

    input_tokens: int
    output_tokens: int
    """With the tokens of hidden reasoning."""
    cached_input_tokens: int = 0
    """Part of `input_tokens`."""
    searches: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    """`system`, `user` or `assistant`."""
    text: str


@dataclass(frozen=True)
class Request:
    """What a writer asks, the same whichever model is to answer it."""

    post_id: int
    stage: str
    kind: Kind
    prompt: Prompt
    schema: Mapping[str, Any] | None = None
    """JSON schema of the answer; None for plain text."""
    images: tuple[Image, ...] = ()
    sample: int = 0
    """Which of several answers to the same prompt."""
    repairs: tuple[Message, ...] = ()
    """Earlier answers that were not accepted, and what the model was told of each."""
    repeat: int = 0
    """How often the same was asked before: no part of the digest."""

    @property
    def messages(self) -> tuple[Message, ...]:
        return (Message("system", self.prompt.system), Message("user", self.prompt.user), *self.repairs)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that was asked. The model's name is no part of it: a replay needs no
        settings.
        """
        told = {
            "stage": self.stage,
            "kind": self.kind,
            "prompt": self.prompt.identity,
            "messages": [asdict(message) for message in self.messages],
            "schema": self.schema,
            "images": [image.description for image in self.images],
            "sample": self.sample,
        }
        return hashlib.sha256(_json(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its outcome: a row of the journal, a line of a recording."""

    post_id: int
    stage: str
    kind: Kind
    prompt: str
    """Name and version."""
    digest: str
    """Of the request (`Request.digest`)."""
    repeat: int
    """How often the same was asked about the post before, in this run."""
    host: str
    model: str
    messages: tuple[Message, ...]
    images: tuple[str, ...]
    began_ms: int
    ended_ms: int
    outcome: Outcome = Outcome.ANSWERED
    answer: str = ""
    """As the model wrote it."""
    detail: str = ""
    """Why there is no answer, or what is wrong with it; no key ever stands in it."""
    citations: tuple[Citation, ...] = ()
    tries: int = 0
    """HTTP requests that were sent for it."""
    usage: Usage | None = None
    """None where nothing was sent, or the endpoint did not tell."""
    cost_usd: Decimal | None = None
    """None where it is not known: no price is listed for the model, or no usage was told."""

    @property
    def latency_ms(self) -> int:
        """Waits and retries included."""
        return self.ended_ms - self.began_ms

    @classmethod
    def begun(cls, request: Request, *, host: str, model: str, now_ms: int) -> Exchange:
        """The exchange of a request as it is before there is an answer."""
        return cls(
            post_id=request.post_id,
            stage=request.stage,
            kind=request.kind,
            prompt=request.prompt.identity,
            digest=request.digest,
            repeat=request.repeat,
            host=host,
            model=model,
            messages=request.messages,
            images=tuple(image.description for image in request.images),
            began_ms=now_ms,
            ended_ms=now_ms,
        )

    def line(self) -> str:
        """One line of JSON, always the same for the same exchange; ids and money are decimal strings."""
        values = asdict(self)
        values["post_id"] = str(self.post_id)
        values["cost_usd"] = None if self.cost_usd is None else format(self.cost_usd, "f")
        return _json(values)

    @classmethod
    def from_line(cls, line: str) -> Exchange:
        """Raises ValueError, KeyError or TypeError where the line is no exchange."""
        values = json.loads(line)
        values["post_id"] = int(values["post_id"])
        values["kind"] = Kind(values["kind"])
        values["outcome"] = Outcome(values["outcome"])
        values["messages"] = tuple(Message(**message) for message in values["messages"])
        values["images"] = tuple(values["images"])
        values["citations"] = tuple(Citation(**citation) for citation in values["citations"])
        values["usage"] = None if values["usage"] is None else Usage(**values["usage"])
        values["cost_usd"] = None if values["cost_usd"] is None else Decimal(values["cost_usd"])
        return cls(**values)


class ExchangeLog(Protocol):
    """Keeps exchanges: a journal, a recording."""

    def add(self, exchange: Exchange) -> None:
        """Called once for each exchange, when it has ended."""
        ...


@dataclass(slots=True)
class ExchangeList:
    """An `ExchangeLog` in memory."""

    exchanges: list[Exchange] = field(default_factory=list)

    def add(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"))
