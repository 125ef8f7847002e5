"""Request bodies: bounded, parsed strictly, with complaints in the words of X's schema validator."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from harness.api.problems import body_too_large, invalid
from harness.api.query import MAX_COMPLAINTS, MAX_SHOWN
from writers.protocol.dialects import Dialect
from writers.protocol.notes import Classification, MisleadingTag
from writers.protocol.problems import NO_MATCH, ProblemItem

Body = TypeVar("Body", bound=BaseModel)

_ENUMERATIONS: Final[dict[str, type[StrEnum]]] = {
    "classification": Classification,
    "misleading_tags": MisleadingTag,
}


async def read_body(request: Request, limit: int) -> bytes:
    """The body, of at most `limit` bytes.

    Raises:
        Refusal: 413.
    """
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise body_too_large(limit)
    return bytes(received)


def parse_body(body: bytes, model: type[Body], dialect: Dialect) -> Body:
    """The body as a model: types are not converted, unknown keys are refused.

    Raises:
        Refusal: 400, one complaint for each thing wrong.
    """
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True, include_input=False)[:MAX_COMPLAINTS]
        raise invalid(dialect, [ProblemItem(message=_complaint(item)) for item in found]) from None


def schema_complaint(path: str, what: str) -> ProblemItem:
    """A complaint about a place in the body, e.g. `$.info.text`."""
    return ProblemItem(message=f"{path}: {what}")


def no_match(path: str, pattern: str) -> ProblemItem:
    return schema_complaint(path, f"{NO_MATCH} {pattern}")


def _complaint(item: Any) -> str:
    *within, last = item["loc"] or ("",)
    path = _path(item["loc"])
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return f"{path}: is missing but it is required"
        case "extra_forbidden":
            return (
                f"{_path(within)}.{_shown(last)}: is not defined in the schema and the schema does not allow "
                "additional properties"
            )
        case "enum":
            names = [part for part in item["loc"] if part in _ENUMERATIONS]
            values = ", ".join(_ENUMERATIONS[str(names[-1])]) if names else context.get("expected", "")
            return f"{path}: does not have a value in the enumeration [{values}]"
        case "string_pattern_mismatch":
            return f"{path}: {NO_MATCH} {context.get('pattern', '')}"
        case "bool_type":
            return f"{path}: boolean expected"
        case "string_type":
            return f"{path}: string expected"
        case "tuple_type":
            return f"{path}: array expected"
        case "model_type" | "model_attributes_type":
            return f"{path}: object expected"
        case "json_invalid":
            return "The request body is not valid JSON"
        case _:
            return f"{path}: {item['msg']}"


def _path(location: Any) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" for part in location)


def _shown(part: object) -> str:
    return str(part)[:MAX_SHOWN]
