"""The text of a note: where its URLs are, and how long it is.

A note holds 1 to 280 characters in which each URL counts as one (X developer documentation, Community Notes
quickstart, 2025-07). X does not publish its URL tokeniser; here a URL is `http://` or `https://`, or `www.`,
and what follows up to white space, without the punctuation that closes a sentence around it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_NOTE_LENGTH = 280
"""Characters of a note, each URL counted as one."""

NOTE_TEXT_PATTERN = r"^(?=[\s\S]*https?://\S+)[\s\S]+$"
"""What the API demands of a note's text: at least one URL with its scheme (X's OpenAPI document 2.166)."""

SENTENCE_CLOSERS = ".,;:!?\"'”’»…"
"""Punctuation that ends a sentence around a URL rather than the URL itself."""

_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_CANDIDATE = re.compile(r"(?:https?://|(?<![\w@./])www\.)\S+", re.IGNORECASE)
_WHITE_SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# `NOTE_TEXT_PATTERN` as JSON Schema reads it: white space is ECMA-262's, which is not quite Python's.
_NOTE_TEXT = re.compile(f"https?://[^{_WHITE_SPACE}]")


class UrlSpan(NamedTuple):
    """A URL and where it stands: `text[start:end] == url`."""

    url: str
    start: int
    end: int


def without_closing_punctuation(candidate: str) -> str:
    """`candidate` without trailing sentence punctuation; a bracket stays where the URL itself opened it."""
    end = len(candidate)
    while end:
        last = candidate[end - 1]
        opener = _BRACKETS.get(last)
        unbalanced = opener is not None and candidate.count(opener, 0, end) < candidate.count(last, 0, end)
        if last in SENTENCE_CLOSERS or unbalanced:
            end -= 1
        else:
            break
    return candidate[:end]


def find_urls(text: str) -> list[UrlSpan]:
    """Every URL of a text, in order."""
    spans = []
    for match in _CANDIDATE.finditer(text):
        url = without_closing_punctuation(match.group())
        scheme_end = url.find("://")
        if len(url) > (scheme_end + 3 if scheme_end >= 0 else len("www.")):
            spans.append(UrlSpan(url, match.start(), match.start() + len(url)))
    return spans


def note_length(text: str) -> int:
    """Characters (Unicode code points) of a note with each URL counted as one."""
    return len(text) - sum(len(span.url) - 1 for span in find_urls(text))


def has_url(text: str) -> bool:
    """Whether the text satisfies the API's demand for a URL."""
    return _NOTE_TEXT.search(text) is not None
