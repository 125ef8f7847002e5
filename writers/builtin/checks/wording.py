"""Texts as the checks compare them: words and figures alone, however they are set in type."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from writers.protocol.text import find_urls

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Soft hyphens, marks of direction, and spaces without width: in a page's text, not in what is read."""

_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")

_UNSPACED: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""

_WORD: Final = re.compile(
    rf"(?<!\w)-?\d+(?:[.,]\d+)*(?![^\W\d_])|[%‰°$€£¥₹]|[{_UNSPACED}]|[^\W_{_UNSPACED}]+[\u0300-\u036f]*"
)


def words(text: str) -> list[str]:
    """Words and figures of a text, in order, without regard to case, quotation marks and punctuation.

    A figure keeps its sign, its decimal mark, and the unit sign beside it; in scripts without spaces each
    character is a word.
    """
    plain = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    return _WORD.findall(plain.casefold())


def prose(text: str) -> str:
    """A note's words without its URLs."""
    for span in reversed(find_urls(text)):
        text = f"{text[: span.start]} {text[span.end :]}"
    return text
