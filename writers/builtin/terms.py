"""Words of a text as search terms: the same for every language, without lists of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from writers.protocol.text import find_urls

STEM_LENGTH: Final = 6
"""Letters kept of a word: a stem for inflecting languages, without a dictionary of any."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts that put no spaces between words: Thai, Lao, Japanese, Chinese."""

_CAMEL = re.compile(r"(?<=[a-z\u00df-\u00ff])(?=[A-Z\u00c0-\u00de])")
_HASHTAG = re.compile(r"#(\w+)")
_MENTION = re.compile(r"(?<!\w)@\w+")


def without_decoration(text: str) -> str:
    """A post's words: no URLs, no mentions, hashtags as the words they are made of."""
    for span in reversed(find_urls(text)):
        text = f"{text[: span.start]} {text[span.end :]}"
    text = _MENTION.sub(" ", text)
    return _HASHTAG.sub(lambda match: _CAMEL.sub(" ", match.group(1)), text)


def terms(text: str) -> list[str]:
    """Terms of a text, in order: folded stems, numbers as they stand, pairs of characters in unspaced
    scripts.
    """
    return [term for word in _WORD.findall(text) for term in _terms_of(word)]


@lru_cache(maxsize=65_536)
def _terms_of(word: str) -> tuple[str, ...]:
    if word[0].isdigit():
        return (word, word[-4:]) if _DAY.fullmatch(word) else (word,)
    if _UNSPACED.search(word):
        return tuple(word[at : at + 2] for at in range(max(1, len(word) - 1)))
    folded = fold(word)
    return (folded[:STEM_LENGTH],) if len(folded) > 1 else ()


def fold(text: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def lines(text: str) -> Iterator[str]:
    """A text's lines that are not blank."""
    return (line for line in map(str.strip, text.splitlines()) if line)
