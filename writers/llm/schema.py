"""The form of an answer: told to an endpoint as a strict JSON schema or in words, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

Answer = TypeVar("Answer", bound=BaseModel)

MAX_COMPLAINTS: Final = 8
MAX_PLACES: Final = 50
"""Opening braces in an answer at which an object is looked for."""

_NOT_TAKEN: Final = frozenset({"default", "minLength", "maxLength", "uniqueItems", "title"})
"""Keywords that strict structured output refuses, or has no use for; pydantic checks them afterwards."""

_NAMES_OF_OTHERS: Final = frozenset({"properties", "$defs"})
"""Keywords whose keys are names, not keywords."""

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
"""Open models served without a reasoning parser write what they think before the answer."""


class NotAsAsked(Exception):
    """The text is not the answer that was asked for; the message tells the model why."""


@lru_cache(maxsize=256)
def strict_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a pydantic model as strict structured output wants it: every property required,
    none besides.
    """
    schema: dict[str, Any] = _strict(answer.model_json_schema())
    return schema


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    strict = {
        key: {name: _strict(part) for name, part in value.items()}
        if key in _NAMES_OF_OTHERS
        else _strict(value)
        for key, value in node.items()
        if key not in _NOT_TAKEN
    }
    if strict.get("type") == "object" and "properties" in strict:
        strict["required"] = list(strict["properties"])
        strict["additionalProperties"] = False
    return strict


def in_words(schema: Mapping[str, Any]) -> str:
    """What a model is told of the form where the endpoint takes no schema."""
    return (
        "Answer with one JSON object and nothing else, in the form of this JSON schema:\n"
        f"{json.dumps(schema, ensure_ascii=False)}"
    )


def read_answer(text: str, answer: type[Answer]) -> Answer:
    """The answer in a model's text: the first JSON object in it. Raises NotAsAsked."""
    try:
        return answer.model_validate_json(_object_in(_THOUGHTS.sub("", text)))
    except ValidationError as error:
        raise NotAsAsked(_complaint(error)) from None


def _object_in(text: str) -> str:
    decoder = json.JSONDecoder()
    start = -1
    for _ in range(MAX_PLACES):
        start = text.find("{", start + 1)
        if start < 0:
            break
        try:
            _, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        return text[start:end]
    raise NotAsAsked("the answer holds no JSON object")


def _complaint(error: ValidationError) -> str:
    """Places and rules, without what stood there: an answer may repeat a stranger's words."""
    told = [
        f"{'.'.join(map(str, found['loc'])) or 'answer'}: {found['msg']}"
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    more = f"; and {len(told) - MAX_COMPLAINTS} more" if len(told) > MAX_COMPLAINTS else ""
    return "; ".join(told[:MAX_COMPLAINTS]) + more
