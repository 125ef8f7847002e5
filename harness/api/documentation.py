"""The OpenAPI document of this server as it is set: operations, parameters, bodies, answers, signing in.

Every name comes from the protocol's own models and constants, which the server itself reads and writes by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from harness.api import operations
from harness.api.authentication import READ_ONLY, READ_WRITE, required_scope
from harness.api.feed import DEFAULT_RESULTS, MAX_RESULTS
from harness.api.fields import EXPANSIONS_TAKEN, POST_FIELDS_TAKEN
from harness.api.rate_limits import Window
from harness.api.settings import ServerSettings
from writers.protocol.dialects import DIALECTS, FEED_PATH, NOTES_PATH, POST, TWEET, WRITTEN_PATH, Dialect
from writers.protocol.fields import MEDIA_FIELDS, PLACE_FIELDS, POLL_FIELDS, USER_FIELDS
from writers.protocol.notes import (
    NOTE_FIELDS,
    Classification,
    CreatedNote,
    DeletedNote,
    EvaluationRequest,
    NoteEvaluation,
    NoteInfo,
    NoteSubmission,
    WireStatus,
    WrittenNote,
    WrittenPage,
)
from writers.protocol.post_selection import DEFAULT_SELECTION, POST_SELECTION_PATTERN
from writers.protocol.posts import FeedPage
from writers.protocol.problems import Problem, ProblemItem
from writers.protocol.text import MAX_NOTE_LENGTH, NOTE_TEXT_PATTERN

Schema = dict[str, Any]

TITLE: Final = "notewright: the AI Note Writer API"
DESCRIPTION: Final = (
    "X's AI Note Writer API on your own machine, in both of its dialects: a query with `post.fields` is "
    "answered in the post dialect, one with `tweet.fields` in the tweet dialect."
)
JSON: Final = "application/json"

_SCHEMAS: Final = "#/components/schemas/"
_PREFIXES: Final[Mapping[str, str]] = {TWEET.name: "", POST.name: "PostDialect"}

_SIGNING_IN: Final = {
    "OAuth2UserToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "An OAuth 2.0 user token with the scope named; `notewright accounts` issues them.",
    },
    "UserToken": {
        "type": "http",
        "scheme": "OAuth",
        "description": "A request signed with OAuth 1.0a, HMAC-SHA1.",
    },
}

_MEANINGS: Final[Mapping[int, str]] = {
    400: "Something in the request is not valid.",
    401: "The credentials are missing, wrong or expired.",
    403: "The credentials are good; this is not allowed.",
    404: "There is no such note or post.",
    413: "The body is too long.",
    429: "A window is full.",
    503: "The store did not answer.",
}


def openapi_document(settings: ServerSettings) -> Schema:
    """The document of a server with these settings, as JSON values."""
    evaluate = {
        dialect.evaluate_path: {
            "post": _operation(
                settings,
                "POST",
                operations.EVALUATE + ("" if dialect is TWEET else f"_in_{dialect.name}_dialect"),
                "Evaluate a note's text; nothing is stored",
                answers={200: NoteEvaluation.__name__},
                refusals=(413, settings.unknown_post_status),
                body=EvaluationRequest.__name__,
            )
        }
        for dialect in DIALECTS.values()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "description": DESCRIPTION, "version": "2"},
        "paths": {
            FEED_PATH: {"get": _feed(settings)},
            WRITTEN_PATH: {"get": _written(settings)},
            NOTES_PATH: {"post": _create(settings)},
            f"{NOTES_PATH}/{{id}}": {"delete": _delete(settings)},
            **evaluate,
        },
        "components": {"schemas": _schemas(settings), "securitySchemes": _SIGNING_IN},
    }


def _feed(settings: ServerSettings) -> Schema:
    taken = [dialect for dialect in DIALECTS.values() if dialect is TWEET or settings.post_dialect_on_feed]
    return _operation(
        settings,
        "GET",
        operations.FEED,
        "Posts that a note may be written on, newest first",
        answers={200: [f"{_PREFIXES[dialect.name]}{FeedPage.__name__}" for dialect in DIALECTS.values()]},
        parameters=[
            *_PAGING,
            _parameter(
                "post_selection",
                {
                    "type": "string",
                    "pattern": POST_SELECTION_PATTERN,
                    "default": DEFAULT_SELECTION.wire(),
                },
            ),
            *(_list(dialect.fields_parameter, POST_FIELDS_TAKEN[dialect.name]) for dialect in taken),
            _list("expansions", EXPANSIONS_TAKEN),
            _list("media.fields", MEDIA_FIELDS),
            _list("user.fields", USER_FIELDS),
            _list("poll.fields", POLL_FIELDS),
            _list("place.fields", PLACE_FIELDS),
        ],
    )


def _written(settings: ServerSettings) -> Schema:
    return _operation(
        settings,
        "GET",
        operations.WRITTEN,
        "The writer's own notes, newest first",
        answers={200: WrittenPage.__name__},
        parameters=[*_PAGING, _list("note.fields", NOTE_FIELDS)],
    )


def _create(settings: ServerSettings) -> Schema:
    return _operation(
        settings,
        "POST",
        operations.CREATE,
        "Write a note on a post",
        answers={201: CreatedNote.__name__},
        refusals=(413, settings.unknown_post_status),
        body=NoteSubmission.__name__,
    )


def _delete(settings: ServerSettings) -> Schema:
    told = {settings.missing_note_status, settings.foreign_note_status, settings.deleted_note_status}
    schema = {"type": "string", "pattern": "^[0-9]{1,19}$"}
    return _operation(
        settings,
        "DELETE",
        operations.DELETE,
        "Delete a note of the writer's own",
        answers={200: DeletedNote.__name__},
        refusals=told - {200},
        parameters=[{"name": "id", "in": "path", "required": True, "schema": schema}],
    )


def _operation(
    settings: ServerSettings,
    method: str,
    name: str,
    summary: str,
    *,
    answers: Mapping[int, str | list[str]],
    refusals: Iterable[int] = (),
    parameters: Collection[Schema] = (),
    body: str | None = None,
) -> Schema:
    operation: Schema = {
        "operationId": name,
        "summary": summary,
        "security": [{"OAuth2UserToken": [required_scope(method)]}, {"UserToken": []}],
        "responses": {
            **{str(status): _answer(of) for status, of in answers.items()},
            **{
                str(status): _refusal(settings, status)
                for status in sorted({400, 401, 403, 429, 503, *refusals})
            },
        },
    }
    if parameters:
        operation["parameters"] = list(parameters)
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(body)}}}
    return operation


def _answer(of: str | list[str]) -> Schema:
    schema = _ref(of) if isinstance(of, str) else {"anyOf": [_ref(name) for name in of]}
    return {"description": "Done.", "headers": _HEADERS, "content": {JSON: {"schema": schema}}}


def _refusal(settings: ServerSettings, status: int) -> Schema:
    bare = status == 429 and settings.rate_limit_body == "errors"
    told = {
        "description": _MEANINGS[status],
        "content": {
            settings.problem_media_type: {"schema": _ref(_BARE_ERRORS if bare else Problem.__name__)}
        },
    }
    return told if status in (401, 503) else {**told, "headers": _HEADERS}


def _parameter(name: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _list(name: str, values: Collection[str]) -> Schema:
    schema = {"type": "array", "items": {"type": "string", "enum": list(values)}, "minItems": 1}
    return {**_parameter(name, schema), "explode": False, "style": "form"}


_PAGING: Final = (
    _parameter("test_mode", {"type": "boolean"}, required=True),
    _parameter(
        "max_results",
        {"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": DEFAULT_RESULTS},
    ),
    _parameter(
        "pagination_token", {"type": "string", "description": "A `next_token` of the same operation."}
    ),
)

_BARE_ERRORS: Final = "BareErrors"
_HEADERS: Final = {
    "x-access-level": {"required": True, "schema": {"type": "string", "enum": [READ_ONLY, READ_WRITE]}},
    **{
        f"{family}-{what}": {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
        for family in Window(1, 1).headers
        for what in ("limit", "remaining", "reset")
    },
}


def _ref(name: str) -> Schema:
    return {"$ref": f"{_SCHEMAS}{name}"}


def _schemas(settings: ServerSettings) -> Schema:
    requests = _of_models((NoteSubmission, EvaluationRequest))
    requests[NoteInfo.__name__] = _note_info(requests[NoteInfo.__name__], settings)
    answers = _of_models((WrittenPage, CreatedNote, DeletedNote, NoteEvaluation, Problem))
    status = {"type": "string", "enum": ["", *WireStatus], "description": "Empty for a test note."}
    answers[WrittenNote.__name__]["properties"]["status"] = status
    answers[Problem.__name__]["required"] = ["title", "detail", "type"]
    bare = {"type": "object", "required": ["errors"], "additionalProperties": False}
    answers[_BARE_ERRORS] = {
        **bare,
        "properties": {"errors": {"type": "array", "items": _ref(ProblemItem.__name__)}},
    }
    pages = [_of_models((FeedPage,), dialect) for dialect in DIALECTS.values()]
    return {name: schema for part in (requests, answers, *pages) for name, schema in part.items()}


def _note_info(schema: Schema, settings: ServerSettings) -> Schema:
    """A note's content: which tags it may have hangs on its classification."""
    properties = dict(schema["properties"])
    properties["text"] = {
        "type": "string",
        "pattern": NOTE_TEXT_PATTERN,
        "description": f"1 to {MAX_NOTE_LENGTH} characters, each URL counted as one, and at least one URL.",
    }
    tags = properties["misleading_tags"]
    of_other = {**tags, "maxItems": 0} if settings.tags_only_on_misleading else tags
    variants: tuple[tuple[Classification, Schema, list[str]], ...] = (
        (Classification.MISLEADING, {**tags, "minItems": 1}, ["misleading_tags"]),
        (Classification.NOT_MISLEADING, of_other, []),
    )
    return {
        "oneOf": [
            {
                **schema,
                "properties": {
                    **properties,
                    "classification": {"type": "string", "enum": [classification]},
                    "misleading_tags": taken,
                },
                "required": [*schema["required"], *demanded],
            }
            for classification, taken, demanded in variants
        ]
    }


def _of_models(models: Iterable[type[BaseModel]], dialect: Dialect = TWEET) -> Schema:
    """Schemas of the models and of all they hold, by name, in the dialect's spelling."""
    prefix = _PREFIXES[dialect.name]
    _, found = models_json_schema(
        [(model, "validation") for model in models], ref_template=f"{_SCHEMAS}{prefix}{{model}}"
    )
    return {prefix + name: dialect.spell(_sent(schema)) for name, schema in found["$defs"].items()}


def _sent(schema: Any) -> Any:
    """A model's schema as the wire knows it: no nulls, no titles, and no keys but those named."""
    if isinstance(schema, list):
        return [_sent(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema:
        [present] = [item for item in schema["anyOf"] if item != {"type": "null"}]
        return _sent({**present, **{key: value for key, value in schema.items() if key != "anyOf"}})
    sent = {
        key: _sent(value) for key, value in schema.items() if key not in ("default", "properties", "title")
    }
    if "properties" in schema:
        sent["properties"] = {name: _sent(value) for name, value in schema["properties"].items()}
        sent.setdefault("additionalProperties", False)
    return sent
