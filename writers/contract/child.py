"""The process in which `check_plugin` tries a writer: `python -m writers.contract.child REPORT`.

It reads a `Request` from its standard input and writes down, line by line, what it is at work on and what it
finds; whatever ends it, what was written stays.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO

from writers.contract.files import read_pages, read_posts
from writers.contract.kit import open_kit
from writers.contract.promises import PROMISES
from writers.contract.separate import Request
from writers.discovery import load_writer
from writers.errors import UserError


async def work(request: Request, write: Callable[..., None]) -> None:
    """Try the writer, and write down what is found."""

    def tell(label: str) -> None:
        write(trying=label)

    try:
        posts = read_posts(request.posts) if request.posts else []
        pages = read_pages(request.pages) if request.pages else []
        writer = load_writer(request.writer, request.options)
    except UserError as mistake:
        write(mistake=str(mistake))
        return
    seconds = request.seconds_per_post
    kit = await open_kit(writer, posts, pages, seconds=seconds, tell=tell)
    # `repr` of a draft shows every field; half a surrogate pair is escaped in it.
    write(answers={trial.label: repr(trial.answer) for trial in kit.trials if trial.answer is not None})
    if not request.answers_only:
        for promise in PROMISES:
            write(finding=(await promise(kit)).as_dict())
    write(done=True)


async def _work_and_leave(report: TextIO) -> NoReturn:
    def write(**event: Any) -> None:
        report.write(json.dumps(event) + "\n")
        report.flush()

    await work(Request.model_validate_json(sys.stdin.buffer.read()), write)
    # All is written; an orderly end would wait for threads that the writer has left behind.
    os._exit(0)


def main() -> None:
    with Path(sys.argv[1]).open("a", encoding="utf-8") as report:
        asyncio.run(_work_and_leave(report))


if __name__ == "__main__":
    main()
