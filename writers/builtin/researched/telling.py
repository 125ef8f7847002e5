"""A post as models are told of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from writers.builtin.claims import descriptions
from writers.llm import Image, Trusted
from writers.llm.fence import cleaned
from writers.protocol.posts import Post

MAX_POST_LENGTH: Final = 5_000
"""Characters told of a post, and of one that it quotes or answers; X takes 25,000."""

MAX_REQUEST_LENGTH: Final = 500
MAX_REQUESTS: Final = 5
MAX_IMAGES: Final = 4

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_NO_LANGUAGE: Final = ("und", "zxx", "qme", "qst", "qam", "qct", "qht", "art")
"""What X labels posts with that are in no language it knows."""


def told(post: Post) -> dict[str, str | Sequence[str] | Trusted]:
    """Values for the placeholders that every prompt about a post has."""
    return {
        "language": Trusted(language(post)),
        "day": Trusted(datetime.fromtimestamp(post.created_at_ms / 1000, UTC).strftime("%A %d %B %Y")),
        "post": _bounded(post.text),
        "quoted": [] if post.quoted is None else [_bounded(post.quoted.text)],
        "answered": [] if post.replied_to is None else [_bounded(post.replied_to.text)],
        "pictures": [_bounded(text) for text in descriptions(post)][:MAX_IMAGES],
        "requests": [
            cleaned(request.suggestion, max_length=MAX_REQUEST_LENGTH)
            for request in post.note_requests[:MAX_REQUESTS]
        ],
    }


def language(post: Post) -> str:
    """The code of the post's language, as a prompt may hold it."""
    label = post.lang or ""
    known = _LANGUAGE.fullmatch(label) is not None and label not in _NO_LANGUAGE
    return label if known else "the language that the post is written in"


def pictures(post: Post) -> list[Image]:
    """Photos and stills of the post's media, by address; what stands at no https address is left out."""
    found = []
    for media in post.media:
        try:
            found.append(Image.at(media.url or ""))
        except ValueError:
            continue
    return found[:MAX_IMAGES]


def words_of(post: Post) -> str:
    """All words that came with a post, whoever wrote them."""
    parts = [post, post.quoted, post.replied_to]
    texts = [part.text for part in parts if part is not None]
    return "\n".join([*texts, *descriptions(post), *(request.suggestion for request in post.note_requests)])


def _bounded(text: str) -> str:
    return cleaned(text, max_length=MAX_POST_LENGTH)
