"""What endpoints answer, as far as it is used: chat completions and responses, read leniently.

Shapes: https://platform.openai.com/docs/api-reference/chat and /responses. Other providers leave out what is
optional there, and add fields of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from writers.llm.exchange import Citation, Outcome, Usage

Body = TypeVar("Body", bound=BaseModel)

MAX_URL_LENGTH: Final = 2_048
TRACKING: Final = ("utm_source=openai", "utm_source=chatgpt.com")
"""What OpenAI adds to the addresses it cites."""


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

    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {name: value for name, value in values.items() if value is not None}
        return values


class _Part(_Wire):
    type: str = ""
    text: str = ""


class _Message(_Wire):
    content: str | list[_Part] = ""
    refusal: str = ""

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content)


class _Choice(_Wire):
    finish_reason: str = ""
    message: _Message


class _CachedTokens(_Wire):
    cached_tokens: int = Field(default=0, ge=0)


class _ChatUsage(_Wire):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    prompt_tokens_details: _CachedTokens = _CachedTokens()

    def usage(self) -> Usage:
        cached = min(self.prompt_tokens_details.cached_tokens, self.prompt_tokens)
        return Usage(self.prompt_tokens, self.completion_tokens, cached)


class _Error(_Wire):
    message: str = "without a reason"


class _Chat(_Wire):
    choices: list[_Choice] = []
    error: _Error = _Error()
    """Some endpoints tell errors of those they pass requests on to with HTTP 200."""
    usage: _ChatUsage | None = None


def read_chat(body: bytes) -> Reply:
    """A chat completion. Raises NoAnswer."""
    chat = _read(_Chat, body)
    if not chat.choices:
        raise NoAnswer(f"the endpoint answered no choice: {chat.error.message}")
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
    title: str = ""


class _Content(_Wire):
    type: str = ""
    text: str = ""
    refusal: str = ""
    annotations: list[_Annotation] = []


class _Action(_Wire):
    type: str = "search"


class _Item(_Wire):
    type: str = ""
    content: list[_Content] = []
    action: _Action = _Action()


class _ResponsesUsage(_Wire):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    input_tokens_details: _CachedTokens = _CachedTokens()

    def usage(self, searches: int) -> Usage:
        cached = min(self.input_tokens_details.cached_tokens, self.input_tokens)
        return Usage(self.input_tokens, self.output_tokens, cached, searches)


class _Reason(_Wire):
    reason: str = "no reason told"


class _Responses(_Wire):
    output: list[_Item]
    status: str = "completed"
    error: _Error = _Error()
    incomplete_details: _Reason = _Reason()
    usage: _ResponsesUsage | None = None

    def parts(self) -> Iterator[_Content]:
        for item in self.output:
            if item.type == "message":
                yield from item.content


def read_responses(body: bytes) -> Reply:
    """An answer of the Responses API; its citations are those of its annotations. Raises NoAnswer."""
    answer = _read(_Responses, body)
    parts = list(answer.parts())
    text = "".join(part.text for part in parts if part.type == "output_text")
    searches = sum(item.type == "web_search_call" and item.action.type == "search" for item in answer.output)
    usage = answer.usage.usage(searches) if answer.usage is not None else None
    if refusal := "".join(part.refusal for part in parts if part.type == "refusal"):
        return Reply(Outcome.DECLINED, text, refusal, usage=usage)
    if answer.status == "incomplete":
        reason = answer.incomplete_details.reason
        if reason == "content_filter":
            return Reply(Outcome.FILTERED, text, "the provider's filter stopped the answer", usage=usage)
        return Reply(Outcome.CUT, text, f"the answer is incomplete: {reason}", usage=usage)
    if answer.status != "completed":
        raise NoAnswer(f"the answer is {answer.status}: {answer.error.message}")
    return Reply(Outcome.ANSWERED, text, citations=_citations(parts), usage=usage)


def _citations(parts: list[_Content]) -> tuple[Citation, ...]:
    found: dict[str, Citation] = {}
    for part in parts:
        for note in part.annotations:
            if note.type == "url_citation" and (url := _web_address(note.url)) is not None:
                found.setdefault(url, Citation(url, " ".join(note.title.split())))
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
    own = [parameter for parameter in parts.query.split("&") if parameter not in TRACKING]
    return urlunsplit(parts._replace(query="&".join(own)))


def _read(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NoAnswer(f"the endpoint answered what is none: {place} {first['msg']}".strip()) from None
