"""A plugin project's files, rendered from the templates beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from writers.scaffold.names import ProjectName


class Kind(StrEnum):
    """What the new writer does before its author changes it."""

    RETRIEVAL = "retrieval"
    """It quotes the page that contradicts a post's figure."""
    SPECIALIST = "specialist"
    """The same on one topic, by sources that are trusted for it."""


_FILES: Final[Mapping[str, str]] = {
    "README.md": "README.md.jinja",
    "pyproject.toml": "pyproject.toml.jinja",
    ".gitignore": "gitignore.jinja",
    "src/{module}/__init__.py": "init.py.jinja",
    "src/{module}/py.typed": "py.typed.jinja",
    "src/{module}/writer.py": "writer.py.jinja",
    "tests/test_writer.py": "test_writer.py.jinja",
    "tests/posts.jsonl": "posts.jsonl.jinja",
    "tests/pages.jsonl": "pages.jsonl.jinja",
    ".github/workflows/tests.yml": "tests.yml.jinja",
    ".github/workflows/write.yml": "write.yml.jinja",
}
WRITER_FILE: Final = "src/{module}/writer.py"
"""The file that an author edits first."""


def render(name: ProjectName, kind: Kind, *, notewright_version: str) -> dict[PurePosixPath, str]:
    """Path within the project → text, of every file. The project needs notewright from this version on."""
    # TOML, YAML, shell and Python have uses for every ordinary bracket; none of them has one for these.
    environment = Environment(
        loader=PackageLoader("writers.scaffold"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - no page of the web is made here
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="«%",
        block_end_string="%»",
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    values = {
        "project": name.project,
        "module": name.module,
        "class_name": name.class_name,
        "kind": kind.value,
        "notewright_version": notewright_version,
    }
    return {
        PurePosixPath(path.format(module=name.module)): environment.get_template(template).render(values)
        for path, template in _FILES.items()
    }


def writer_file(name: ProjectName) -> PurePosixPath:
    """Where in the project its writer stands."""
    return PurePosixPath(WRITER_FILE.format(module=name.module))
