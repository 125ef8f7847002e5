"""Requests as the wire carries them, in the words that an endpoint understands.

Endpoints differ in how they are asked for an answer of a certain form, and in the name of the bound on an
answer. `Dialect` is what is known of one; it starts with what OpenAI takes and gives way, parameter by
parameter, where an endpoint refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from writers.llm.exchange import Message, Request
from writers.llm.schema import in_words
from writers.llm.settings import Choice, Structured

_WEAKER: Final[dict[Structured, Structured]] = {"json_schema": "json_object", "json_object": "text"}
_ABOUT_FORM: Final = ("response_format", "json_schema", "json_object", "structured", "schema", "grammar")

MAX_SEARCHES: Final = 5
"""Web searches a model may make for one question."""

SEARCH_INPUT_TOKENS: Final = 40_000
"""What found pages are taken to add to a question, before a call."""

MESSAGE_TOKENS: Final = 16
"""What a message costs beside its text, at most."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an endpoint takes for one model."""

    structured: Structured = "json_schema"
    bound: str = "max_completion_tokens"
    names_searches: bool = True

    def without(self, complaint: str) -> Dialect | None:
        """The dialect without what an endpoint complains of; None where there is nothing to do without."""
        told = complaint.lower()
        if self.bound in told and self.bound != "max_tokens":
            return replace(self, bound="max_tokens")
        if "max_tool_calls" in told and self.names_searches:
            return replace(self, names_searches=False)
        if self.structured in _WEAKER and any(word in told for word in _ABOUT_FORM):
            return replace(self, structured=_WEAKER[self.structured])
        return None


def chat_body(request: Request, choice: Choice, dialect: Dialect) -> dict[str, Any]:
    """Parameters of `POST /chat/completions`."""
    system, user, *repairs = request.messages
    schema = request.schema
    body: dict[str, Any] = {
        "model": choice.model,
        dialect.bound: choice.max_output_tokens,
        **choice.options,
    }
    if "seed" in body:
        body["seed"] += request.sample
    if schema is not None and dialect.structured == "json_schema":
        form = {"name": request.stage, "schema": schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    elif schema is not None:
        system = Message("system", f"{system.text}\n\n{in_words(schema)}".lstrip())
        if dialect.structured == "json_object":
            body["response_format"] = {"type": "json_object"}
    content: Any = user.text
    if request.images:
        shown = [{"type": "image_url", "image_url": {"url": image.url}} for image in request.images]
        content = [{"type": "text", "text": user.text}, *shown]
    body["messages"] = [
        *([{"role": "system", "content": system.text}] if system.text else []),
        {"role": "user", "content": content},
        *({"role": message.role, "content": message.text} for message in repairs),
    ]
    return body


def search_body(request: Request, choice: Choice, dialect: Dialect) -> dict[str, Any]:
    """Parameters of `POST /responses` with the provider's web search."""
    body: dict[str, Any] = {
        "model": choice.model,
        "instructions": request.prompt.system,
        "input": request.prompt.user,
        "tools": [{"type": "web_search"}],
        "max_output_tokens": choice.max_output_tokens,
        "store": False,
    }
    if dialect.names_searches:
        body["max_tool_calls"] = MAX_SEARCHES
    if "temperature" in choice.options:
        body["temperature"] = choice.options["temperature"]
    if "reasoning_effort" in choice.options:
        body["reasoning"] = {"effort": choice.options["reasoning_effort"]}
    return body


def worst_input_tokens(request: Request, choice: Choice) -> int:
    """The most tokens a request's input can have: a token is at least one byte of text."""
    texts = sum(len(message.text.encode("utf-8", "replace")) + MESSAGE_TOKENS for message in request.messages)
    schema = len(in_words(request.schema).encode()) if request.schema is not None else 0
    return texts + schema + len(request.images) * choice.tokens_per_image
