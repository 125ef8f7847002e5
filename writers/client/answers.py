"""From an HTTP answer to a value or to the error it means."""

from __future__ import annotations

import json
import logging
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from writers.client.retry import reset_at_ms
from writers.errors import (
    ApiProblem,
    DailyLimitReached,
    DuplicateNote,
    Forbidden,
    InvalidRequest,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ServerFailure,
    Unauthorized,
)
from writers.protocol.dialects import Dialect
from writers.protocol.problems import NOT_FOUND, Problem

MAX_ANSWER_BYTES: Final = 32 * 1024 * 1024
"""More than any page of 100 posts; a larger answer is cut off unread."""

Model = TypeVar("Model", bound=BaseModel)


async def read_answer(response: httpx.Response) -> bytes:
    """The body of a streamed answer. Raises MalformedAnswer where it is cut short or too large."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                raise MalformedAnswer(f"The answer is larger than {MAX_ANSWER_BYTES} bytes.")
            chunks.append(chunk)
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise MalformedAnswer(f"The answer was cut short: {error or type(error).__name__}") from error
    return b"".join(chunks)


def parse(body: bytes, model: type[Model], dialect: Dialect) -> Model:
    """The canonical model of a body in a dialect. Raises MalformedAnswer."""
    try:
        if not dialect.keys:
            return model.model_validate_json(body)
        return model.model_validate(dialect.canonical(json.loads(body)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise MalformedAnswer(
            f"The answer is not what the protocol describes: {place}: {first['msg']}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer(f"The answer is not JSON: {error}") from None


def problem_error(response: httpx.Response, body: bytes, *, now_ms: int) -> ApiProblem:
    """The error that an answer other than 2xx means."""
    status, problem = response.status_code, _problem(response, body)
    if status in (400, 404) and problem.says(NOT_FOUND):
        return NotFound(status, problem)
    match status:
        case 400 if problem.is_duplicate:
            return DuplicateNote(status, problem, problem.duplicate_of)
        case 400:
            return InvalidRequest(status, problem)
        case 401:
            return Unauthorized(status, problem)
        case 403 if problem.is_daily_limit:
            return DailyLimitReached(status, problem)
        case 403:
            return Forbidden(status, problem)
        case 404:
            return NotFound(status, problem)
        case 429:
            return RateLimited(status, problem, reset_at_ms(response.headers, now_ms=now_ms))
        case _ if status >= 500:
            return ServerFailure(status, problem)
        case _:
            return ApiProblem(status, problem)


def _problem(response: httpx.Response, body: bytes) -> Problem:
    """The problem document of a body; one made of the status line where the body holds none."""
    try:
        return Problem.model_validate_json(body)
    except ValidationError:
        return Problem(title=response.reason_phrase or "no reason given")


def log_partial_errors(log: logging.Logger, errors: tuple[dict[str, Any], ...]) -> None:
    """A 200 may carry errors beside its data, e.g. for a quoted post that was deleted."""
    if errors:
        told = errors[0].get("detail") or errors[0].get("title") or errors[0].get("message") or "no detail"
        log.info("the answer is incomplete in %d places, the first: %.200s", len(errors), told)
