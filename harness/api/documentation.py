"""The OpenAPI document: parameters, bodies and answers of each operation, from the protocol's own models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from harness.api import operations
from writers.protocol.dialects import POST
from writers.protocol.notes import (
    NOTE_FIELDS,
    CreatedNote,
    DeletedNote,
    EvaluationRequest,
    NoteEvaluation,
    NoteSubmission,
    WrittenPage,
)
from writers.protocol.posts import (
    EXPANSIONS,
    MEDIA_FIELDS,
    PLACE_FIELDS,
    POLL_FIELDS,
    POST_FIELDS,
    USER_FIELDS,
    FeedPage,
)
from writers.protocol.problems import Problem

DESCRIPTION: Final = (
    "X's AI Note Writer API on your own machine. Requests are signed with OAuth 1.0a or carry an OAuth 2.0 "
    "user token. Names are given in the tweet dialect; the post dialect is understood where X offers it."
)


_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "Something in the request is not valid."},
    401: {"model": Problem, "description": "The credentials are missing or wrong."},
    403: {"model": Problem, "description": "The credentials are good; this is not allowed."},
    429: {"model": Problem, "description": "Too many requests in this window."},
}
_NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "There is no such note or post."}
}


def _parameter(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _list(name: str, values: tuple[str, ...]) -> dict[str, Any]:
    schema = {"type": "array", "items": {"type": "string", "enum": list(values)}, "uniqueItems": True}
    return {**_parameter(name, schema), "explode": False, "style": "form"}


_PAGING: Final = [
    _parameter("test_mode", {"type": "boolean"}, required=True),
    _parameter("max_results", {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}),
    _parameter("pagination_token", {"type": "string"}),
]


def _body(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    content = {"application/json": {"schema": _inlined(schema, schema.pop("$defs", {}))}}
    return {"requestBody": {"required": True, "content": content}}


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema with its definitions put where they are referred to, so that it can stand anywhere."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}


_OPERATIONS: Final[dict[str, dict[str, Any]]] = {
    operations.FEED: {
        "summary": "Search for posts eligible for notes",
        "responses": {200: {"model": FeedPage}, **_PROBLEMS},
        "openapi_extra": {
            "parameters": [
                *_PAGING,
                _parameter("post_selection", {"type": "string", "example": "feed_size:small,feed_lang:en"}),
                _list("tweet.fields", POST_FIELDS),
                _list("expansions", EXPANSIONS),
                _list("media.fields", MEDIA_FIELDS),
                _list("user.fields", USER_FIELDS),
                _list("poll.fields", POLL_FIELDS),
                _list("place.fields", PLACE_FIELDS),
            ]
        },
    },
    operations.WRITTEN: {
        "summary": "Search for notes written",
        "responses": {200: {"model": WrittenPage}, **_PROBLEMS},
        "openapi_extra": {"parameters": [*_PAGING, _list("note.fields", NOTE_FIELDS)]},
    },
    operations.CREATE: {
        "summary": "Create a note",
        "status_code": 201,
        "responses": {201: {"model": CreatedNote}, **_PROBLEMS},
        "openapi_extra": _body(NoteSubmission),
    },
    operations.DELETE: {
        "summary": "Delete a note",
        "responses": {200: {"model": DeletedNote}, **_PROBLEMS, **_NOT_FOUND},
        "openapi_extra": {
            "parameters": [
                {
                    "name": "id",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"},
                }
            ]
        },
    },
    operations.EVALUATE: {
        "summary": "Evaluate a note text",
        "responses": {200: {"model": NoteEvaluation}, **_PROBLEMS},
        "openapi_extra": _body(EvaluationRequest),
    },
}


def document(name: str, path: str) -> dict[str, Any]:
    """What FastAPI is told of an operation served at a path."""
    spelling = f"{name}_{POST.name}_dialect" if path == POST.evaluate_path else name
    return {**_OPERATIONS[name], "operation_id": spelling}
