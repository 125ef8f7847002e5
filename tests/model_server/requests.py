"""Requests as the server reads them, and what it refuses about them, in the real API's words."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.model_server.replies import Fail

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"

NOT_PERMITTED = ("default", "minLength", "maxLength", "uniqueItems", "oneOf", "allOf")


@dataclass(frozen=True)
class Asked:
    """One request to a model."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def searches(self) -> bool:
        return any(tool.get("type") == "web_search" for tool in self.body.get("tools", ()))

    @property
    def stage(self) -> str:
        """The name of the schema that was asked for; empty where there is none."""
        return str(self._form.get("json_schema", {}).get("name", ""))

    @property
    def schema(self) -> dict[str, Any] | None:
        schema: dict[str, Any] | None = self._form.get("json_schema", {}).get("schema")
        return schema

    @property
    def _form(self) -> dict[str, Any]:
        form: dict[str, Any] = self.body.get("response_format", {})
        return form

    @property
    def bound(self) -> int | None:
        """The most tokens the answer may have."""
        for name in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
            if name in self.body:
                return int(self.body[name])
        return None

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """Role and text of every message, pictures left out."""
        if self.path == RESPONSES:
            return [("system", self.body.get("instructions", "")), ("user", str(self.body["input"]))]
        return [
            (message["role"], "".join(p.get("text", "") for p in _contents(message)))
            for message in self.body["messages"]
        ]

    @property
    def system(self) -> str:
        return "\n".join(text for role, text in self.parts if role == "system")

    @property
    def text(self) -> str:
        """Everything the model reads."""
        return "\n".join(text for _, text in self.parts)

    @property
    def images(self) -> list[str]:
        messages = self.body.get("messages", ())
        return [p["image_url"]["url"] for m in messages for p in _contents(m) if p["type"] == "image_url"]


def _contents(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


@dataclass
class Features:
    """What this endpoint takes; others than OpenAI's take less."""

    json_schema: bool = True
    json_object: bool = True
    max_completion_tokens: bool = True
    responses: bool = True
    max_tool_calls: bool = True
    usage: bool = True
    """Whether answers tell how many tokens they took."""
    models: set[str] = field(default_factory=lambda: {"small", "large"})


def refusal(asked: Asked, features: Features, key: str | None) -> Fail | None:
    """The error of a request that the endpoint does not take; None where it does."""
    given = asked.headers.get("authorization", "")
    if key is not None and given != f"Bearer {key}":
        hidden = given.removeprefix("Bearer ")[:3] + "***"
        return Fail(401, f"Incorrect API key provided: {hidden}.", "invalid_api_key")
    if asked.path == RESPONSES and not features.responses:
        return Fail(404, "Not Found")
    if asked.model not in features.models:
        words = f"The model '{asked.model}' does not exist or you do not have access to it."
        return Fail(404, words, "model_not_found")
    for parameter in ("max_completion_tokens", "max_tool_calls"):
        if parameter in asked.body and not getattr(features, parameter):
            return Fail(400, f"Unrecognized request argument supplied: {parameter}", param=parameter)
    return _form_refusal(asked, features) or _image_refusal(asked)


def _form_refusal(asked: Asked, features: Features) -> Fail | None:
    kind = asked.body.get("response_format", {}).get("type", "text")
    if kind == "json_schema" and not features.json_schema:
        words = "'response_format.type' must be 'json_object' or 'text'"
        return Fail(400, words, param="response_format")
    if kind == "json_object" and not features.json_object:
        return Fail(422, "response_format is not supported by this model", param="response_format")
    if kind == "json_object" and "json" not in asked.text.lower():
        words = "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'."
        return Fail(400, words, param="messages")
    if kind == "json_schema":
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", asked.stage):
            return Fail(400, "Invalid 'response_format.json_schema.name'", param="response_format")
        for wrong in _schema_faults(asked.schema or {}):
            words = f"Invalid schema for response_format '{asked.stage}': {wrong}"
            return Fail(400, words, "invalid_json_schema", param="response_format")
    return None


def _schema_faults(node: Any) -> Iterator[str]:
    """What strict structured output does not take."""
    if isinstance(node, list):
        for part in node:
            yield from _schema_faults(part)
    if not isinstance(node, dict):
        return
    for keyword in NOT_PERMITTED:
        if keyword in node:
            yield f"'{keyword}' is not permitted."
    if node.get("type") == "object":
        if node.get("additionalProperties") is not False:
            yield "'additionalProperties' is required to be supplied and to be false."
        if set(node.get("required", ())) != set(node.get("properties", {})):
            yield "'required' is required to be supplied and to be an array including every key."
    for name, value in node.items():
        named = name in ("properties", "$defs")
        yield from _schema_faults(list(value.values()) if named else value)


def _image_refusal(asked: Asked) -> Fail | None:
    for url in asked.images:
        if url.startswith("https://"):
            continue
        match = re.fullmatch(r"data:image/(png|jpeg|gif|webp);base64,(.*)", url, re.DOTALL)
        try:
            if match is None:
                raise ValueError
            base64.b64decode(match.group(2), validate=True)
        except (ValueError, binascii.Error):
            return Fail(400, "You uploaded an unsupported image.", "invalid_image_format")
    return None
