"""`replay`: submits drafts that were made before, from a JSONL file. Notes by hand, or another program's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from writers.errors import BadInputError
from writers.plugin import Abstain, Desk, Document, Draft
from writers.protocol.notes import Classification, MisleadingTag
from writers.protocol.posts import Post
from writers.protocol.text import find_urls

NOT_IN_FILE: Final = "no draft for this post in the file"


class _Line(BaseModel):
    """One line. `misleading_tags` left out is "other" on a misleading post."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    post_id: int = Field(ge=0, lt=2**63)
    text: str
    classification: Classification = Classification.MISLEADING
    misleading_tags: tuple[MisleadingTag, ...] | None = None
    trustworthy_sources: bool = True
    is_media_note: bool = False

    def draft(self) -> Draft:
        misleading = self.classification is Classification.MISLEADING
        default = (MisleadingTag.OTHER,) if misleading else ()
        return Draft(
            text=self.text,
            sources=tuple(dict.fromkeys(span.url for span in find_urls(self.text))),
            classification=self.classification,
            misleading_tags=default if self.misleading_tags is None else self.misleading_tags,
            trustworthy_sources=self.trustworthy_sources,
            is_media_note=self.is_media_note,
        )


class ReplayWriter:
    """Drafts from a JSONL file, a line a post: post_id, text, and what else a note has.

    Other keys of a line are left unread; of two lines for one post the later counts. Whoever made the
    file vouches for its URLs: they count as evidence, unread.
    """

    name = "replay"

    def __init__(self, drafts: Path, name: str = "replay") -> None:
        self.name = name
        self.drafts: Mapping[int, Draft] = read_drafts(drafts)

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        draft = self.drafts.get(post.id)
        if draft is None:
            return Abstain(NOT_IN_FILE)
        for url in draft.sources:
            desk.evidence[url] = Document(url=url, text=draft.text)
        return draft


def read_drafts(file: Path) -> dict[int, Draft]:
    """Post id → draft. Raises BadInputError with line and field."""
    drafts: dict[int, Draft] = {}
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    read = _read_line(file, number, line)
                    drafts[read.post_id] = read.draft()
    except OSError as error:
        raise BadInputError(f"cannot be read ({error.strerror})", file=file) from None
    except UnicodeDecodeError:
        raise BadInputError("is not UTF-8 text", file=file) from None
    return drafts


def _read_line(file: Path, number: int, line: str) -> _Line:
    try:
        return _Line.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise BadInputError(first["msg"], file=file, line=number, field=field) from None
