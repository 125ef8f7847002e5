"""What endpoints answer, as far as it is used: chat completions and responses, read leniently.

Shapes: https://platform.openai.com/docs/api-reference/chat and /responses. Other providers leave out what is
optional there, and add fields of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from writers.llm.exchange import Citation, Outcome, Usage

Body = TypeVar("Body", bound=BaseModel)

MAX_URL_LENGTH: Final = 2_048
TRACKING: Final = ("utm_source", "openai")
"""OpenAI marks the addresses it cites with this parameter."""


class NoAnswer(Exception):
    """The body is not what the API describes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An endpoint's answer, whichever API gave it."""

    outcome: Outcome
    text: str = ""
    detail: str = ""
    citations: tuple[Citation, ...] = ()
    usage: Usage | None = None


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Part(_Wire):
    type: str = ""
    text: str = ""


class _Message(_Wire):
    content: str | list[_Part] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class _Choice(_Wire):
    finish_reason: str | None = None
    message: _Message


class _CachedTokens(_Wire):
    cached_tokens: int | None = Field(default=None, ge=0)


class _ChatUsage(_Wire):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    prompt_tokens_details: _CachedTokens | None = None

    def usage(self) -> Usage:
        return Usage(
            self.prompt_tokens,
            self.completion_tokens,
            _cached(self.prompt_tokens, self.prompt_tokens_details),
        )


class _Error(_Wire):
    message: str | None = None


class _Chat(_Wire):
    choices: list[_Choice] = []
    error: _Error | None = None
    """Some endpoints tell errors of those they pass requests on to with HTTP 200."""
    usage: _ChatUsage | None = None


def read_chat(body: bytes) -> Reply:
    """A chat completion. Raises NoAnswer."""
    chat = _read(_Chat, body)
    if not chat.choices:
        raise NoAnswer(f"the endpoint answered no choice: {_words(chat.error)}")
    choice = chat.choices[0]
    usage = chat.usage.usage() if chat.usage is not None else None
    text = choice.message.text
    if choice.message.refusal:
        return Reply(Outcome.DECLINED, text, choice.message.refusal, usage=usage)
    if choice.finish_reason == "content_filter":
        return Reply(Outcome.FILTERED, text, "the provider's filter stopped the answer", usage=usage)
    if choice.finish_reason == "length":
        return Reply(Outcome.CUT, text, "the answer reached max_output_tokens: raise it", usage=usage)
    return Reply(Outcome.ANSWERED, text, usage=usage)


class _Annotation(_Wire):
    type: str = ""
    url: str = ""
    title: str | None = None


class _Content(_Wire):
    type: str = ""
    text: str = ""
    refusal: str = ""
    annotations: list[_Annotation] | None = None


class _Action(_Wire):
    type: str = ""


class _Item(_Wire):
    type: str = ""
    content: list[_Content] | None = None
    action: _Action | None = None


class _ResponsesUsage(_Wire):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    input_tokens_details: _CachedTokens | None = None

    def usage(self, searches: int) -> Usage:
        cached = _cached(self.input_tokens, self.input_tokens_details)
        return Usage(self.input_tokens, self.output_tokens, cached, searches)


class _Reason(_Wire):
    reason: str | None = None


class _Responses(_Wire):
    output: list[_Item]
    status: str | None = None
    error: _Error | None = None
    incomplete_details: _Reason | None = None
    usage: _ResponsesUsage | None = None

    def parts(self) -> Iterator[_Content]:
        for item in self.output:
            if item.type == "message":
                yield from item.content or ()


def read_responses(body: bytes) -> Reply:
    """An answer of the Responses API; its citations are those of its annotations. Raises NoAnswer."""
    answer = _read(_Responses, body)
    parts = list(answer.parts())
    text = "".join(part.text for part in parts if part.type == "output_text")
    searches = sum(
        item.type == "web_search_call" and (item.action is None or item.action.type in ("", "search"))
        for item in answer.output
    )
    usage = answer.usage.usage(searches) if answer.usage is not None else None
    if refusal := "".join(part.refusal for part in parts if part.type == "refusal"):
        return Reply(Outcome.DECLINED, text, refusal, usage=usage)
    if answer.status == "incomplete":
        reason = answer.incomplete_details.reason if answer.incomplete_details else None
        if reason == "content_filter":
            return Reply(Outcome.FILTERED, text, "the provider's filter stopped the answer", usage=usage)
        return Reply(
            Outcome.CUT, text, f"the answer is incomplete: {reason or 'no reason told'}", usage=usage
        )
    if answer.status not in (None, "completed"):
        raise NoAnswer(f"the answer is {answer.status}: {_words(answer.error)}")
    return Reply(Outcome.ANSWERED, text, citations=_citations(parts), usage=usage)


def _citations(parts: list[_Content]) -> tuple[Citation, ...]:
    found: dict[str, Citation] = {}
    for part in parts:
        for note in part.annotations or ():
            if note.type == "url_citation" and (url := _web_address(note.url)) is not None:
                found.setdefault(url, Citation(url, " ".join((note.title or "").split())))
    return tuple(found.values())


def _web_address(url: str) -> str | None:
    """A cited address without the provider's own mark, or None where it is none of the web."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or len(url) > MAX_URL_LENGTH:
        return None
    if not url.isprintable() or " " in url:
        return None
    if TRACKING[0] not in parts.query:
        return url
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair != TRACKING]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _words(error: _Error | None) -> str:
    return (error.message if error is not None else None) or "without a reason"


def _cached(tokens: int, details: _CachedTokens | None) -> int:
    told = details.cached_tokens if details is not None else None
    return min(told or 0, tokens)


def _read(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NoAnswer(f"the endpoint answered what is none: {place} {first['msg']}".strip()) from None
