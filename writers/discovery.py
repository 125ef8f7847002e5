"""Finding plugins: by the name of an entry point, or as `path/to/file.py:ClassName`.

Built-in plugins come through the same door as everybody's: they are entry points of this distribution.
"""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, TypeVar

from writers.errors import PluginError, UserError
from writers.plugin import CHECKS, RETRIEVERS, WRITERS, Check, Retriever, Writer

Plugin = TypeVar("Plugin")

_REQUIRED_METHOD: Final[Mapping[str, str]] = {WRITERS: "draft", RETRIEVERS: "retrieve", CHECKS: "complaints"}
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin as a list shows it."""

    group: str
    name: str
    distribution: str
    """Name and version of what installed it."""
    summary: str
    """The first line of its docstring."""
    error: str | None = None
    """Why it cannot be used, where it cannot."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def installed(group: str) -> list[PluginInfo]:
    """The plugins of a group by name. One that cannot be loaded is listed with its error."""
    return [_info(group, entry) for entry in _entries(group)]


def load_writer(spec: str, options: Mapping[str, str] | None = None) -> Writer:
    """The writer that `spec` names, made with `options` for its constructor. Raises PluginError."""
    writer: Writer = _load(WRITERS, spec, options or {})
    return writer


def load_retriever(spec: str, options: Mapping[str, str] | None = None) -> Retriever:
    """The retriever that `spec` names. Raises PluginError."""
    retriever: Retriever = _load(RETRIEVERS, spec, options or {})
    return retriever


def load_check(spec: str, options: Mapping[str, str] | None = None) -> Check:
    """The check that `spec` names. Raises PluginError."""
    check: Check = _load(CHECKS, spec, options or {})
    return check


def load_checks(names: Sequence[str] | None = None) -> tuple[Check, ...]:
    """Checks by name, or every installed one; one that cannot be loaded is a PluginError, never left out."""
    specs = [entry.name for entry in _entries(CHECKS)] if names is None else names
    return tuple(load_check(spec) for spec in specs)


def load_factory(group: str, spec: str) -> Callable[..., Any]:
    """What makes a plugin of any group, also of one whose contract another package defines. PluginError."""
    from_file = ".py:" in spec or spec.endswith(".py")
    factory: Callable[..., Any] = _from_file(group, spec) if from_file else _from_entry(group, spec)
    return factory


def _load(group: str, spec: str, options: Mapping[str, str]) -> Any:
    factory = load_factory(group, spec)
    plugin = _make(group, spec, factory, options)
    _require(group, spec, plugin)
    return plugin


def _kind(group: str) -> str:
    return group.removeprefix("notewright.").removesuffix("s")


def _entries(group: str) -> list[EntryPoint]:
    return sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value))


def _info(group: str, entry: EntryPoint) -> PluginInfo:
    source = f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "unknown"
    try:
        factory = _import(group, entry)
    except PluginError as error:
        return PluginInfo(group, entry.name, source, summary="", error=str(error))
    summary = (inspect.getdoc(factory) or "").partition("\n")[0]
    return PluginInfo(group, entry.name, source, summary)


def _import(group: str, entry: EntryPoint) -> Any:
    try:
        factory = entry.load()
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"The {_kind(group)} '{entry.name}' ({entry.value}) cannot be loaded: {_told(error)}."
        ) from error
    if not callable(factory):
        raise PluginError(f"The {_kind(group)} '{entry.name}' ({entry.value}) is not a class.")
    return factory


def _from_entry(group: str, name: str) -> Any:
    entries = _entries(group)
    matching = [entry for entry in entries if entry.name == name]
    if len(matching) > 1:
        sources = ", ".join(entry.value for entry in matching)
        raise PluginError(f"Several {_kind(group)}s are called '{name}' ({sources}): uninstall all but one.")
    if matching:
        return _import(group, matching[0])
    names = [entry.name for entry in entries]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"installed are {', '.join(names) or 'none'};"
    raise PluginError(
        f"No {_kind(group)} is called '{name}': {hint} A file is named as path/to/file.py:Class."
    )


def _from_file(group: str, spec: str) -> Any:
    file, _, name = spec.rpartition(":")
    if not file.endswith(".py") or not name:
        raise PluginError(f"'{spec}' names a file and no class: write {spec.removesuffix(':')}:ClassName.")
    path = Path(file).expanduser()
    if not path.is_file():
        raise PluginError(f"The {_kind(group)} '{spec}': there is no file {path}.")
    module = _module(group, spec, path.resolve())
    factory = getattr(module, name, None)
    if factory is None:
        classes = [
            found
            for found, value in vars(module).items()
            if isinstance(value, type) and value.__module__ == module.__name__
        ]
        raise PluginError(f"{path} has no '{name}': it has {', '.join(classes) or 'no class'}.")
    if not callable(factory):
        raise PluginError(f"'{name}' in {path} is not a class.")
    return factory


def _module(group: str, spec: str, path: Path) -> types.ModuleType:
    """The module of a file, loaded once; it is not found by any import and hides nothing."""
    name = f"notewright_plugin_file:{path}"
    if name in sys.modules:
        return sys.modules[name]
    module_spec = importlib.util.spec_from_file_location(name, path)
    assert module_spec is not None
    assert module_spec.loader is not None
    module = importlib.util.module_from_spec(module_spec)
    sys.modules[name] = module
    try:
        module_spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"The {_kind(group)} '{spec}' cannot be loaded: {_told(error)}.") from error
    return module


def _make(group: str, spec: str, factory: Callable[..., Any], options: Mapping[str, str]) -> Any:
    arguments = _arguments(group, spec, factory, options)
    try:
        return factory(**arguments)
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(f"The {_kind(group)} '{spec}' cannot be made: {_told(error)}.") from error


def _arguments(
    group: str, spec: str, factory: Callable[..., Any], options: Mapping[str, str]
) -> dict[str, Any]:
    """Options as the constructor's arguments, each turned from text into what its annotation says."""
    try:
        parameters = inspect.signature(factory).parameters
    except (TypeError, ValueError):
        parameters = types.MappingProxyType({})
    known = {
        name: parameter
        for name, parameter in parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    open_ended = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    hints = _annotations(factory)
    for name in options:
        if name not in known and not open_ended:
            names = ", ".join(known) or "none"
            raise PluginError(f"The {_kind(group)} '{spec}' has no option '{name}': it has {names}.")
    missing = [n for n, p in known.items() if p.default is p.empty and n not in options]
    if missing:
        raise PluginError(
            f"The {_kind(group)} '{spec}' needs the option '{missing[0]}': give {missing[0]}=VALUE."
        )
    arguments = {}
    for name, text in options.items():
        try:
            arguments[name] = _value(text, hints.get(name, str))
        except ValueError as error:
            raise PluginError(
                f"The {_kind(group)} '{spec}' cannot use {text!r} for the option '{name}': {error}."
            ) from None
    return arguments


def _annotations(factory: Callable[..., Any]) -> dict[str, Any]:
    target = factory.__init__ if isinstance(factory, type) else factory  # type: ignore[misc]
    try:
        return typing.get_type_hints(target)
    except Exception:
        return {}


def _value(text: str, annotation: Any) -> Any:
    """A text as a value of an annotation: the first member of a union that takes it."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        if text.lower() == "none" and len(members) < len(typing.get_args(annotation)):
            return None
        for member in members[:-1]:
            try:
                return _value(text, member)
            except ValueError:
                continue
        return _value(text, members[-1])
    if origin is typing.Literal:
        choices = {str(choice): choice for choice in typing.get_args(annotation)}
        if text not in choices:
            raise ValueError(f"it is one of {', '.join(choices)}")
        return choices[text]
    if origin in (tuple, list, Sequence) or annotation in (tuple, list):
        (member, *_) = typing.get_args(annotation) or (str,)
        values = [_value(part.strip(), member) for part in text.split(",") if part.strip()]
        return values if (origin or annotation) is list else tuple(values)
    if annotation is bool:
        if text.lower() not in _BOOLEANS:
            raise ValueError("it is true or false")
        return _BOOLEANS[text.lower()]
    if annotation in (int, float):
        try:
            return annotation(text)
        except ValueError:
            raise ValueError("it is a number" if annotation is float else "it is a whole number") from None
    if annotation is Path:
        return Path(text).expanduser()
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        try:
            return annotation(text)
        except ValueError:
            raise ValueError(f"it is one of {', '.join(str(m.value) for m in annotation)}") from None
    return text


def _require(group: str, spec: str, plugin: object) -> None:
    """Refuse, before a pass begins, what cannot be a plugin of the group."""
    kind, method = _kind(group), _REQUIRED_METHOD[group]
    name = getattr(plugin, "name", None)
    if not isinstance(name, str) or not name or not name.isprintable():
        raise PluginError(f"The {kind} '{spec}' has no name: give the class an attribute name = \"…\".")
    found = getattr(plugin, method, None)
    if not callable(found):
        raise PluginError(f"'{spec}' is no {kind}: it has no method '{method}'.")
    if group != CHECKS and not inspect.iscoroutinefunction(inspect.unwrap(found)):
        raise PluginError(f"'{spec}' is no {kind}: its method '{method}' must be 'async def'.")


def _told(error: BaseException) -> str:
    message = str(error).partition("\n")[0].rstrip(".")
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
