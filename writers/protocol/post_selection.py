"""`post_selection`: which feed of eligible posts to read, by size and language.

Spelled `feed_size:large,feed_lang:ja`, in any order, with optional blanks after `:` and `,` (Community Notes
documentation/api/overview.md, 2026-03-27; released clients send the blanks).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ALL_LANGUAGES: Final = "all"

_LANGUAGE = re.compile(r"[a-z]{2,3}")


class FeedSize(StrEnum):
    """Feeds from the smallest to the largest; everything above small is earned."""

    SMALL = "small"
    LARGE = "large"
    XL = "xl"
    XXL = "xxl"


@dataclass(frozen=True, slots=True)
class PostSelection:
    """A feed. The default is what the API serves where nothing is asked for."""

    feed_size: FeedSize = FeedSize.SMALL
    feed_lang: str = "en"
    """A language code, or `all`."""

    def wire(self) -> str:
        """The value of the query parameter."""
        return f"feed_size:{self.feed_size},feed_lang:{self.feed_lang}"


DEFAULT_SELECTION: Final = PostSelection()

_SIZE_PART = f"feed_size: *({'|'.join(FeedSize)})"
_LANGUAGE_PART = f"feed_lang: *({_LANGUAGE.pattern}|{ALL_LANGUAGES})"
POST_SELECTION_PATTERN: Final = (
    f"^ *({_SIZE_PART}( *, *{_LANGUAGE_PART})?|{_LANGUAGE_PART}( *, *{_SIZE_PART})?) *$"
)
"""The same for a program that checks by regular expression."""


def parse_post_selection(text: str) -> PostSelection:
    """The feed a query parameter names.

    Raises:
        ValueError: the text names no feed; the message is the part that is wrong.
    """
    chosen: dict[str, str] = {}
    for part in text.split(","):
        key, separator, value = part.strip().partition(":")
        if not separator or key in chosen or key not in ("feed_size", "feed_lang"):
            raise ValueError(part.strip())
        chosen[key] = value.strip()
    size = chosen.get("feed_size", DEFAULT_SELECTION.feed_size)
    language = chosen.get("feed_lang", DEFAULT_SELECTION.feed_lang)
    if size not in list(FeedSize):
        raise ValueError(f"feed_size:{size}")
    if language != ALL_LANGUAGES and not _LANGUAGE.fullmatch(language):
        raise ValueError(f"feed_lang:{language}")
    return PostSelection(FeedSize(size), language)
