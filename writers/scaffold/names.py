"""What a new plugin is called, and which names are taken."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from writers.errors import UserError
from writers.plugin import WRITERS

MAX_LENGTH: Final = 30
"""With longer ones the lines of the templates would not fit."""
_WELL_FORMED: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_SEPARATORS: Final = re.compile(r"[\W_]+", re.ASCII)
_SUFFIX: Final = "Writer"
_MISLEADING: Final = frozenset({"test", "tests", "src", "writer"})
"""Importable, and confusing: folders of the project, and what every project's writer is called."""


@dataclass(frozen=True, slots=True)
class ProjectName:
    """One name in the spellings that its places ask for."""

    project: str
    """Of the distribution, the folder and the writer: `tram-watch`."""

    @property
    def module(self) -> str:
        """The importable package: `tram_watch`."""
        return self.project.replace("-", "_")

    @property
    def class_name(self) -> str:
        """Of the writer: `TramWatchWriter`."""
        words = [word.capitalize() for word in self.module.split("_")]
        return "".join(words if words[-1] == _SUFFIX else [*words, _SUFFIX])


def project_name(text: str) -> ProjectName:
    """The name a user gave. Raises UserError where Python could not import it."""
    if not _WELL_FORMED.fullmatch(text) or len(text) > MAX_LENGTH:
        suggested = _SEPARATORS.sub("-", text.casefold()).strip("-")[:MAX_LENGTH].rstrip("-")
        fits = _WELL_FORMED.fullmatch(suggested)
        raise UserError(
            f"'{text}' cannot be a plugin's name: use up to {MAX_LENGTH} lower-case letters a-z, digits and "
            f"'-', a letter first, e.g. '{suggested if fits else 'tram-watch'}'."
        )
    name = ProjectName(text)
    if keyword.iskeyword(name.module) or name.module in sys.stdlib_module_names | _MISLEADING:
        raise UserError(f"'{text}' means something else to Python; choose another name, e.g. '{text}-notes'.")
    return name


def check_untaken(name: ProjectName, folder: Path) -> None:
    """Refuse a name that something installed here has, other than the project in `folder` itself.

    Raises UserError.
    """
    found = importlib.util.find_spec(name.module)
    places = [] if found is None else [found.origin, *(found.submodule_search_locations or ())]
    known = [Path(place).resolve() for place in places if place is not None]
    if found is not None and not any(place.is_relative_to(folder.resolve()) for place in known):
        where = f" ({known[0]})" if known else ""
        raise UserError(f"A module '{name.module}' is installed here already{where}; choose another name.")
    for entry in metadata.entry_points(group=WRITERS, name=name.project):
        if entry.module.partition(".")[0] != name.module:
            raise UserError(
                f"A writer '{name.project}' is installed here already ({entry.value}); choose another name."
            )
    try:
        distribution = metadata.distribution(name.project)
    except metadata.PackageNotFoundError:
        return
    if found is None:
        raise UserError(
            f"A distribution '{name.project}' is installed here already (version {distribution.version}); "
            "choose another name."
        )
