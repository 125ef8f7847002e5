"""A recorded feed: one line of JSON a post.

A line is the post as the feed carried it, canonical spelling, and beside the post's own fields
- `includes`: the objects its references point at, as the feed's page included them,
- `errors`: the page's partial errors about this post, e.g. of a quoted post that was deleted,
- `recorded_at_ms`: when it was first seen,
- `helpful_note`: a note that people found helpful, which stays out of every writer's sight.
All four are optional.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from writers.errors import BadInputError
from writers.protocol.posts import Includes, WirePost

INCLUDES: Final = "includes"
ERRORS: Final = "errors"
RECORDED_AT: Final = "recorded_at_ms"
HELPFUL_NOTE: Final = "helpful_note"

_LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RecordedPost:
    """One line of a recorded feed."""

    wire: WirePost
    includes: Includes
    helpful_note: str | None = None
    """Text of a note on the post that people found helpful, where the line has one."""
    errors: tuple[dict[str, Any], ...] = ()
    recorded_at_ms: int | None = None


class NoPost(ValueError):
    """A line is no post of the feed; `field` is where, if it is in one place."""

    def __init__(self, complaint: str, field: str | None = None) -> None:
        super().__init__(f"it is no post of the feed: {complaint}")
        self.field = field


def parse_line(line: str) -> RecordedPost:
    """The post of a line. Raises NoPost."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NoPost(str(error)) from None
    if not isinstance(values, dict):
        raise NoPost("a post is a JSON object")
    note = values.pop(HELPFUL_NOTE, None)
    text = note.get("text") if isinstance(note, dict) else note
    if text is not None and not isinstance(text, str):
        raise NoPost("a helpful note is a text, or an object with a text", HELPFUL_NOTE)
    errors = values.pop(ERRORS, [])
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        raise NoPost("partial errors are an array of objects", ERRORS)
    recorded_at_ms = values.pop(RECORDED_AT, None)
    if recorded_at_ms is not None and type(recorded_at_ms) is not int:
        raise NoPost("a time is a whole number of milliseconds", RECORDED_AT)
    try:
        includes = Includes.model_validate(values.pop(INCLUDES, {}))
    except ValidationError as error:
        raise _no_post(error, INCLUDES) from None
    try:
        wire = WirePost.model_validate(values)
    except ValidationError as error:
        raise _no_post(error) from None
    if not 0 < int(wire.id) <= _LARGEST_ID:
        raise NoPost(f"{wire.id} is no id: it must be above 0 and fit into 63 bits", "id")
    return RecordedPost(wire, includes, text, tuple(errors), recorded_at_ms)


def read_feed(file: Path) -> list[RecordedPost]:
    """The posts of a recorded feed.

    Raises:
        BadInputError: the file cannot be read, is cut short, holds no post, the same post twice, or a line
            that is no post.
    """
    posts: dict[str, RecordedPost] = {}
    for number, line in numbered_lines(file):
        try:
            post = parse_line(line)
        except NoPost as error:
            raise BadInputError(str(error), file=file, line=number, field=error.field) from None
        if post.wire.id in posts:
            raise BadInputError(f"post {post.wire.id} stands twice; keep one", file=file, line=number)
        posts[post.wire.id] = post
    if not posts:
        raise BadInputError("it holds no post; record a feed or name another file", file=file)
    return list(posts.values())


def numbered_lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, each with its number from 1. Raises BadInputError."""
    opened = gzip.open if is_compressed(file) else open
    number = 0
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except FileNotFoundError:
        raise BadInputError("there is no such file; record a feed or name another file", file=file) from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise BadInputError(
            f"it cannot be read further ({error}); it may be cut short", file=file, line=number + 1
        ) from None


def is_compressed(file: Path) -> bool:
    """Whether a recorded feed of this name is compressed with gzip."""
    return file.suffix == ".gz"


def _no_post(error: ValidationError, within: str | None = None) -> NoPost:
    first = error.errors(include_url=False, include_input=False)[0]
    complaint = "it is an array on the wire" if first["type"] == "tuple_type" else first["msg"]
    place = ".".join(str(part) for part in (within, *first["loc"]) if part is not None)
    return NoPost(complaint, place or None)
