"""How this server says no: each refusal with its status and the body X gives, in the request's dialect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from starlette.responses import Response

from writers.protocol.dialects import Dialect
from writers.protocol.problems import (
    CLIENT_FORBIDDEN,
    DAILY_LIMIT,
    DUPLICATE_NOTE,
    NOT_A_WRITER,
    NOT_FOUND,
    RATE_LIMIT_EXCEEDED,
    RESOURCE_NOT_FOUND,
    UNSUPPORTED_AUTHENTICATION,
    Problem,
    ProblemItem,
    forbidden,
    invalid_request,
    problem_type,
    unauthorized,
)

TEST_MODE_INVALID: Final = "The `test_mode` query parameter is invalid."
"""What X's quickstart showed in 2025 for `test_mode=false` before admission."""


RATE_LIMIT_ERROR: Final = {"code": 88, "message": "Rate limit exceeded"}
"""What X's API said of a full window before it had problems, and its guide to response codes still shows."""

RateLimitBody = Literal["both", "problem", "errors"]


class Refusal(Exception):
    """The request is answered with a problem, or with `body` where what is sent is none."""

    def __init__(self, status: int, problem: Problem, body: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{status} {problem.summary()}")
        self.status = status
        self.problem = problem
        self.body = body

    def response(self, media_type: str) -> Response:
        body = self.problem.wire() if self.body is None else self.body
        return Response(json.dumps(body), status_code=self.status, media_type=media_type)


def not_authenticated() -> Refusal:
    return Refusal(401, unauthorized())


def app_only(dialect: Dialect) -> Refusal:
    """An app-only bearer token, where a user must act."""
    return Refusal(
        403,
        Problem(
            title="Unsupported Authentication",
            detail=(
                "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported "
                "authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
            ),
            type=problem_type(dialect, UNSUPPORTED_AUTHENTICATION),
            status=403,
        ),
    )


def scope_missing() -> Refusal:
    """A user token without the operation's scope: other v2 operations answer so (2022 to 2024)."""
    return Refusal(403, forbidden("Forbidden"))


def app_not_enrolled(dialect: Dialect, client_id: str) -> Refusal:
    """The app lacks the Community Notes product."""
    body = {
        "title": "Client Forbidden",
        "detail": "This app is not enrolled in the Community Notes product.",
        "type": problem_type(dialect, CLIENT_FORBIDDEN),
        "reason": "client-not-enrolled",
        "required_enrollment": "Community Notes",
        "registration_url": "https://developer.x.com/en/docs/projects/overview",
        "client_id": client_id,
    }
    return Refusal(403, Problem.model_validate(body))


def not_a_writer(user_id: int) -> Refusal:
    return Refusal(403, forbidden(NOT_A_WRITER.format(user_id=user_id)))


def not_admitted(dialect: Dialect, status: int) -> Refusal:
    """`test_mode=false` before admission."""
    if status == 400:
        return invalid(dialect, [ProblemItem(message=TEST_MODE_INVALID)])
    return Refusal(
        403, forbidden("Live notes are open to admitted AI Note Writers only; use test_mode=true.")
    )


def feed_not_earned(size: str) -> Refusal:
    return Refusal(403, forbidden(f"The feed size [{size}] is not available to this AI Note Writer."))


def media_notes_not_earned() -> Refusal:
    return Refusal(403, forbidden("Media notes are not available to this AI Note Writer."))


def daily_limit() -> Refusal:
    return Refusal(403, forbidden(DAILY_LIMIT))


def duplicate(dialect: Dialect, note_id: int) -> Refusal:
    return invalid(dialect, [ProblemItem(message=DUPLICATE_NOTE.format(note_id=note_id))])


def shown_match(dialect: Dialect, post_id: str) -> Refusal:
    """A matching media note is already shown on the post."""
    return invalid(
        dialect, [ProblemItem(message=f"A media note is already shown on the post with id: [{post_id}].")]
    )


def not_found(dialect: Dialect, status: int, kind: str, value: str) -> Refusal:
    """A post or a note that is not there."""
    sentence = f"{kind.capitalize()} with id: [{value}] {NOT_FOUND}."
    if status == 400:
        return invalid(dialect, [ProblemItem(message=sentence)])
    if status == 403:
        return Refusal(403, forbidden(sentence))
    return Refusal(
        404,
        Problem(
            title="Not Found Error",
            detail=sentence,
            type=problem_type(dialect, RESOURCE_NOT_FOUND),
            status=404,
        ),
    )


def invalid(dialect: Dialect, items: Iterable[ProblemItem]) -> Refusal:
    """The 400 envelope."""
    return Refusal(400, invalid_request(dialect, *items))


def too_many_requests(dialect: Dialect, form: RateLimitBody) -> Refusal:
    """A full window, told as a problem, in version 1's form (`errors` with code 88), or as both in one."""
    title = "Too Many Requests"
    kind = problem_type(dialect, RATE_LIMIT_EXCEEDED)
    errors = () if form == "problem" else (ProblemItem.model_validate(RATE_LIMIT_ERROR),)
    problem = Problem(title=title, detail=title, type=kind, status=429, errors=errors)
    return Refusal(429, problem, {"errors": [RATE_LIMIT_ERROR]} if form == "errors" else None)


def body_too_large(limit: int) -> Refusal:
    return Refusal(
        413,
        Problem(title="Payload Too Large", detail=f"A request body holds at most {limit} bytes.", status=413),
    )


def plain(status: int, title: str) -> Refusal:
    """A problem that says no more than its status."""
    return Refusal(status, Problem(title=title, detail=title, status=status))


def missing_reference(dialect: Dialect, *, resource: str, parameter: str, value: str) -> dict[str, str]:
    """A partial error: an object that a post on the page refers to is gone."""
    spelled = dialect.spell_expansion(parameter)
    return {
        "value": value,
        "detail": f"Could not find {resource} with {spelled}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": spelled,
        "resource_id": value,
        "type": problem_type(dialect, RESOURCE_NOT_FOUND),
    }
