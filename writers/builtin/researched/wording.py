"""What must hold of a note before anybody judges what it says: rules of form, as complaints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from writers.builtin.addresses import canonical_url
from writers.builtin.checks import EmojiCheck, HashtagCheck, LanguageCheck, LengthCheck, QuotationCheck
from writers.builtin.researched.passages import Passage
from writers.llm.fence import cleaned
from writers.plugin import Check, Desk, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post
from writers.protocol.text import MAX_NOTE_LENGTH, find_urls

MAX_SOURCES: Final = 2
"""Addresses of a note: one is best, two where its sentences rest on two pages."""

ROOM: Final = MAX_NOTE_LENGTH - 2 * MAX_SOURCES
"""Characters for the words of a note: each address takes one, and a space before it."""

CHECKS: Final[Sequence[Check]] = (
    LengthCheck(),
    HashtagCheck(),
    EmojiCheck(),
    LanguageCheck(),
    QuotationCheck(),
)

_BARE_ADDRESS: Final = re.compile(r"(?<![\w@])(?:[\w-]{2,}\.)+[^\W\d_]{2,}(?![\w.])|\w@\w")
"""An address without its scheme; X makes a link of it all the same."""

_MENTION: Final = re.compile(r"(?<!\w)[@＠]\w+")

_AUTHOR: Final = re.compile(
    r"\b(?:the|this|that)\s+(?:author|poster|user|account|tweeter)\b"
    r"|\b(?:el|la|este|esta)\s+(?:autora?|usuari[oa])\b|\besta\s+cuenta\b"
    r"|\b(?:der|die|diese[rs]?|des)\s+(?:autor(?:s|in)?|verfasser(?:s|in)?|nutzer(?:s|in)?|accounts?)\b"
    r"|\bl['’]auteure?\b|\bcet(?:te)?\s+utilisat(?:eur|rice)\b|\bce\s+compte\b"
    r"|\b(?:[oa]|este|esta)\s+(?:autora?|usuári[oa])\b",
    re.IGNORECASE,
)
"""Who wrote the post, in the languages most posts are in."""


def plain(note: str) -> str:
    """A model's note in one line, of visible characters."""
    return " ".join(cleaned(note).split())


def sources_of(passages: Sequence[Passage]) -> tuple[str, ...]:
    """Addresses of the first pages among passages, each once."""
    once: dict[str, str] = {}
    for passage in passages:
        once.setdefault(canonical_url(passage.document.url), passage.document.url)
    return tuple(once.values())[:MAX_SOURCES]


def draft_of(
    words: str, sources: Sequence[str], tags: Sequence[MisleadingTag], *, is_media_note: bool
) -> Draft:
    """A note as it is submitted: the model's words, then the addresses, which code alone puts there."""
    return Draft(
        text=" ".join([words, *sources]),
        sources=tuple(sources),
        misleading_tags=tuple(tags),
        is_media_note=is_media_note,
    )


def complaints_on(words: str, draft: Draft, post: Post, desk: Desk) -> list[str]:
    """Everything that is wrong with the form of a note; `words` are those of it that a model wrote."""
    found = []
    if not words:
        found.append("The note is empty.")
    if find_urls(words) or _BARE_ADDRESS.search(words):
        found.append("The note holds an address of its own: addresses are added afterwards.")
    if _MENTION.search(words) or _AUTHOR.search(words) or _names(words, post.author_username):
        found.append("The note speaks of an account or of an author: speak of what the post says.")
    for check in CHECKS:
        found += check.complaints(draft, post, desk)
    return found


def _names(words: str, username: str | None) -> bool:
    return bool(username) and re.search(rf"(?<!\w){re.escape(username or '')}(?!\w)", words, re.I) is not None
