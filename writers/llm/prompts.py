"""Prompts: files with versions, placeholders, and what strangers wrote fenced as data.

A prompt is a file `NAME.vN.md`. What stands above a line of three dashes is the system part, the same for
every post; below it is the user part, whose `{{placeholders}}` are filled in:

    You judge whether a post makes a claim that can be checked.
    ---
    The post, in {{language}}:
    {{post}}

A value is fenced as data, unless it is `Trusted`: forgetting it is harmless. A change of a prompt is a new
file with the next version, and the version is kept with every exchange.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final

from writers.errors import PluginError
from writers.llm.fence import RULE, cleaned, fenced, marker

_FILE_NAME = re.compile(r"(?P<name>[a-z][a-z0-9_]*)\.v(?P<version>[1-9][0-9]*)\.(?:md|txt)")
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_PARTS: Final = re.compile(r"^---[ \t]*$", re.MULTILINE)


class Trusted(str):
    """A text of our own, which may stand in a prompt as it is."""

    __slots__ = ()


Value = str | int | Sequence[str]
"""Fills a placeholder: a text or several, fenced; a `Trusted` or a whole number, as it is."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt ready to be sent."""

    name: str
    version: str
    """`v3` of a file; of an inline prompt the beginning of its text's SHA-256."""
    system: str
    user: str

    @property
    def identity(self) -> str:
        """Name and version, e.g. `critic.v3`."""
        return f"{self.name}.{self.version}"


@dataclass(frozen=True, slots=True)
class PromptText:
    """A prompt with its placeholders open."""

    name: str
    version: str
    system: str
    user: str

    def __post_init__(self) -> None:
        if _PLACEHOLDER.search(self.system):
            raise PluginError(
                f"The prompt '{self.name}.{self.version}' has a placeholder above its line of dashes:"
                " only the part below is filled in; move it there."
            )

    def fill(self, **values: Value) -> Prompt:
        """The prompt with every placeholder filled. Raises PluginError where names do not fit."""
        wanted = set(_PLACEHOLDER.findall(self.user))
        if wrong := sorted(wanted ^ values.keys()):
            known = ", ".join(sorted(wanted)) or "none"
            raise PluginError(
                f"The prompt '{self.name}.{self.version}' has the placeholders {known}:"
                f" '{wrong[0]}' is {'not given' if wrong[0] in wanted else 'none of them'}."
            )
        parts = {name: _parts(name, value) for name, value in values.items()}
        strange = [text for named in parts.values() for _, text, is_data in named if is_data]
        mark = marker(strange)
        filled = {
            name: "\n".join(fenced(text, label, mark) if is_data else text for label, text, is_data in named)
            for name, named in parts.items()
        }
        user = _PLACEHOLDER.sub(lambda found: filled[found.group(1)], self.user)
        system = f"{self.system}\n\n{RULE}".lstrip() if strange else self.system
        return Prompt(self.name, self.version, system, user)


def prompt(system: str, user: str, **values: Value) -> Prompt:
    """A prompt written in the code: for a first writer, and for tests. Its version follows from its text."""
    version = hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()[:8]
    return PromptText("inline", version, system, user).fill(**values)


def load_prompt(folder: Traversable, name: str, version: int | None = None) -> PromptText:
    """The prompt `name` of a folder (a path, or `importlib.resources.files(package)`), its newest version
    unless told which. Raises PluginError where there is none.
    """
    found: Mapping[int, Traversable] = {
        int(match["version"]): file
        for file in folder.iterdir()
        if (match := _FILE_NAME.fullmatch(file.name)) is not None and match["name"] == name
    }
    chosen = max(found, default=0) if version is None else version
    if chosen not in found:
        wanted = f"{name}.vN.md" if version is None else f"{name}.v{version}.md"
        raise PluginError(f"There is no prompt file {wanted} in {folder}: add it.")
    system, *rest = _PARTS.split(found[chosen].read_text(encoding="utf-8"), maxsplit=1)
    if not rest:
        raise PluginError(
            f"The prompt file {found[chosen]} has no line of three dashes: put one between what every post"
            " is told and what is filled in."
        )
    return PromptText(name, f"v{chosen}", system.strip(), rest[0].strip())


def _parts(name: str, value: Value) -> list[tuple[str, str, bool]]:
    """Label, text, and whether it is a stranger's, of each part of a value."""
    if isinstance(value, Trusted | int):
        return [(name, str(value).encode("utf-8", "replace").decode(), False)]
    if isinstance(value, str):
        return [(name, cleaned(value), True)]
    return [(f"{name} {number}", cleaned(text), True) for number, text in enumerate(value, start=1)]
