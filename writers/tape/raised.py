"""Errors as values, and back: a replayed pass meets the error that the recorded one met."""

from __future__ import annotations

import inspect
from typing import Any, Final

from writers import errors
from writers.errors import ApiProblem, DuplicateNote, NotewrightError, RateLimited
from writers.protocol.problems import Problem

_CLASSES: Final = {
    name: cls for name, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, NotewrightError)
}


def raised(error: Exception) -> dict[str, Any]:
    """What is kept of an error: its class's name, its words, and what the API told with it."""
    values: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, ApiProblem):
        values["status"] = error.status
        values["problem"] = error.problem.model_dump(mode="json", exclude_unset=True)
    if isinstance(error, DuplicateNote):
        values["note_id"] = error.note_id
    if isinstance(error, RateLimited):
        values["reset_at_ms"] = error.reset_at_ms
    return values


def rebuilt(values: dict[str, Any]) -> Exception:
    """The error; one of a class that is not ours is of a class with the same name."""
    name, message = values["type"], values["message"]
    cls: type[Exception] = _CLASSES.get(name) or type(name, (Exception,), {})
    # Not by its constructor, which makes up the words that are here already.
    error = Exception.__new__(cls, message)
    if isinstance(error, ApiProblem):
        error.status = values["status"]
        error.problem = Problem.model_validate(values["problem"])
    if isinstance(error, DuplicateNote):
        error.note_id = values["note_id"]
    if isinstance(error, RateLimited):
        error.reset_at_ms = values["reset_at_ms"]
    return error
