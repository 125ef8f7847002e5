"""What a composition is made of: writers by name or as objects, none of which may hold itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from writers.builtin.composition.panel import Panel
from writers.discovery import load_check, load_checks, load_factory, load_writer
from writers.errors import PluginError
from writers.plugin import WRITERS, Check, Writer

_in_the_making: ContextVar[tuple[Callable[..., Any], ...]] = ContextVar("in_the_making", default=())
"""What makes the writers that are being made, the outermost first: none may hold itself."""


def assembled(
    name: str, writers: Sequence[str | Writer], checks: Sequence[str | Check] | None = None
) -> Panel:
    """The panel of a composition called `name`. A writer is named as everywhere (an entry point, or
    path/to/file.py:Class), or given as an object, and so is a check; None is every installed check.

    Raises PluginError where one cannot be found, made, or told from another.
    """
    if isinstance(writers, str) or not writers:
        raise PluginError(
            f"The writer '{name}' is made of others: name them, as in writers=baseline,researched."
        )
    members = tuple(_writer(name, given) for given in writers)
    names = [member.name for member in members]
    for twice in names:
        if names.count(twice) > 1:
            raise PluginError(f"The writer '{name}' holds two that are called '{twice}': rename one of them.")
    judges = load_checks() if checks is None else tuple(_check(given) for given in checks)
    return Panel(members, judges)


def _writer(holder: str, given: str | Writer) -> Writer:
    if isinstance(given, str):
        return _named_writer(holder, given)
    if isinstance(given, type) or not isinstance(given, Writer):
        raise PluginError(
            f"The writer '{holder}' holds {given!r}, which is no writer: give a name or an object with 'name'"
            " and 'draft'."
        )
    return given


def _named_writer(holder: str, spec: str) -> Writer:
    factory = load_factory(WRITERS, spec)
    if factory in _in_the_making.get():
        raise PluginError(f"The writer '{spec}' holds itself: take it out of the writers of '{holder}'.")
    if needed := _needed_options(factory):
        raise PluginError(
            f"The writer '{holder}' cannot hold '{spec}' by its name, for that one needs the option"
            f" '{needed[0]}': make it in a file of your own, and name that as path/to/file.py:Class."
        )
    with _making(factory):
        return load_writer(spec)


def _check(given: str | Check) -> Check:
    return load_check(given) if isinstance(given, str) else given


def _needed_options(factory: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return []
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each.name for each in parameters if each.default is each.empty and each.kind not in variable]


@contextmanager
def _making(factory: Callable[..., Any]) -> Iterator[None]:
    token = _in_the_making.set((*_in_the_making.get(), factory))
    try:
        yield
    finally:
        _in_the_making.reset(token)
