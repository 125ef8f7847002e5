"""Posts and pages of a plugin's own, as the kit reads them beside its made-up ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from writers.builtin.retrievers import read_documents
from writers.errors import BadInputError
from writers.plugin import Document
from writers.protocol.posts import FeedPage, Post


def read_posts(file: Path) -> list[Post]:
    """The posts of a recorded feed (`notewright feed record`), one line of JSON each, as a writer sees them.

    Raises BadInputError, naming line and field.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise BadInputError("there is no such file of recorded posts", file=file) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"cannot be read ({error}): save it as UTF-8", file=file) from None
    posts = [
        post for number, line in enumerate(lines, 1) if line.strip() for post in _posts(file, number, line)
    ]
    if not posts:
        raise BadInputError("it holds no post", file=file)
    return posts


def read_pages(path: Path) -> list[Document]:
    """The documents of a file or folder, as `DocumentFolder` reads them. Raises BadInputError."""
    if not path.exists():
        raise BadInputError("there is no such file or folder of documents", file=path)
    return list(read_documents(path))


def _posts(file: Path, number: int, line: str) -> Iterator[Post]:
    """The post of one line: a page of the feed with one post, `includes` beside the post's own fields."""
    try:
        values: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"not JSON ({error})", file=file, line=number) from None
    if not isinstance(values, dict):
        raise BadInputError("a post is a JSON object", file=file, line=number)
    includes = values.pop("includes", {})
    try:
        yield from FeedPage.model_validate({"data": [values], "includes": includes}).posts()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = [str(part) for part in first["loc"]]
        if place[:2] == ["data", "0"]:
            place = place[2:]
        raise BadInputError(first["msg"], file=file, line=number, field=".".join(place) or None) from None
