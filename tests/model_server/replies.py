"""What the server can be told to do with a request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Say:
    """The model answers with this text; it is cut at the request's token bound."""

    text: str


@dataclass(frozen=True)
class Found:
    """A web search answered with citations, each the pair (URL, title)."""

    text: str
    citations: tuple[tuple[str, str], ...] = ()
    searches: int = 1


@dataclass(frozen=True)
class Declined:
    """The model refuses, in the field made for it."""

    words: str = "I can't help with that."


@dataclass(frozen=True)
class Filtered:
    """The provider's filter stops the answer, or (`question`) the request itself with 400."""

    question: bool = False


@dataclass(frozen=True)
class Fail:
    """An HTTP error with the API's error object, and nothing charged."""

    status: int
    message: str = "The server had an error while processing your request."
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    param: str | None = None


@dataclass(frozen=True)
class Garbage:
    """HTTP 200 with a body that is none of the API's."""

    body: bytes = b"<html>502 Bad Gateway</html>"


@dataclass(frozen=True)
class Hang:
    """The request is taken, and never answered."""


@dataclass(frozen=True)
class Trickle:
    """A body that comes a byte at a time and never ends."""

    seconds: float = 0.02


@dataclass(frozen=True)
class CutOff:
    """The connection breaks in the middle of this answer, which is charged all the same."""

    reply: Say | Found = Say("{}")


Reply = Say | Found | Declined | Filtered | Fail | Garbage | Hang | Trickle | CutOff


def json_answer(**values: Any) -> Say:
    return Say(json.dumps(values))
