"""TOML files of settings: read into a pydantic model, with errors that name file, key and remedy."""

from __future__ import annotations

import difflib
import tomllib
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from writers.errors import BadInputError

Model = TypeVar("Model", bound=BaseModel)


def read_settings(model: type[Model], file: Path) -> Model:
    """The settings of a TOML file.

    Raises:
        BadInputError: the file cannot be read, is no TOML, has a key the model does not know (the nearest
            known key is offered), or a value the model refuses.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInputError("there is no such file; check the path", file=file) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"it cannot be read as UTF-8 text ({error})", file=file) from error
    return parse_settings(model, text, file)


def parse_settings(model: type[Model], text: str, file: Path) -> Model:
    """The settings of a TOML text that came from `file`; errors as in :func:`read_settings`."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"it is not valid TOML: {error}", file=file) from error
    try:
        return model.model_validate(values)
    except ValidationError as error:
        errors = error.errors()
        # A misspelled key is often why another one is missing: it is told first.
        unknown = (found for found in errors if found["type"] == "extra_forbidden")
        raise _told(model, next(unknown, errors[0]), file) from None


def _told(model: type[BaseModel], error: ErrorDetails, file: Path) -> BadInputError:
    place = tuple(part for part in error["loc"] if part not in ("function-after", "function-before"))
    name = ".".join(str(part) for part in place)
    if error["type"] == "extra_forbidden":
        return BadInputError(_unknown(model, place), file=file, field=name)
    if error["type"] == "missing":
        return BadInputError("it is missing; add it", file=file, field=name)
    if error["type"] == "value_error":
        complaint = str(error["ctx"]["error"])
        return BadInputError(complaint, file=file, field=name or None)
    complaint = error["msg"][:1].lower() + error["msg"][1:]
    return BadInputError(f"{complaint}, not {error['input']!r}", file=file, field=name or None)


def _unknown(model: type[BaseModel], place: Sequence[str | int]) -> str:
    known = _keys_at(model, place[:-1])
    nearest = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    if nearest:
        return f"there is no such key; did you mean '{nearest[0]}'?"
    return f"there is no such key; known here are {', '.join(known)}"


def _keys_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Keys of the table that stands at a place of the file."""
    table: Any = model
    for part in place:
        if isinstance(part, str) and _is_model(table) and part in table.model_fields:
            table = _table_in(table.model_fields[part].annotation)
    return sorted(table.model_fields) if _is_model(table) else []


def _table_in(annotation: Any) -> Any:
    """The model inside an annotation such as `tuple[Model, ...]`, `Mapping[str, Model]` or `Model | None`."""
    if _is_model(annotation):
        return annotation
    origin = typing.get_origin(annotation)
    if origin is not None or isinstance(annotation, types.UnionType):
        for argument in typing.get_args(annotation):
            if _is_model(found := _table_in(argument)):
                return found
    return None


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
