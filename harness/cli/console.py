"""Where a command's words go: the answer to stdout, everything else to stderr, nothing else anywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

ANSWER_IS_NO: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130
"""What a shell expects of a command ended by Ctrl-C."""

ProgressTeller = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""

JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout and nothing else there.")
]


def complain(sentence: str) -> None:
    """One sentence to stderr."""
    sys.stderr.write(f"notewright: {sentence}\n")


def tell(sentence: str) -> None:
    """Progress and remarks, for a person, to stderr."""
    sys.stderr.write(f"{sentence}\n")


def answer(renderable: RenderableType) -> None:
    """The command's answer for a person: coloured on a terminal, plain in a pipe."""
    Console(soft_wrap=False).print(renderable)


def answer_json(document: BaseModel | dict[str, Any] | list[Any]) -> None:
    """The command's answer for a program."""
    if isinstance(document, BaseModel):
        sys.stdout.write(document.model_dump_json(indent=2))
    else:
        json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    # A server goes on after its answer, and whoever reads it through a pipe is waiting for it.
    sys.stdout.flush()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it appears complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


@contextmanager
def progress_bar(what: str) -> Iterator[ProgressTeller]:
    """A bar on stderr while it is a terminal; silence in a pipe."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)
