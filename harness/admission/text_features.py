"""What a note's text shows on its surface: length, numbers, links, marks, and words by what they show.

Hand-built, without any language model, so that a score can be explained by the features behind it. Counts
enter as log(1 + count): the second exclamation mark says less than the first.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from html import unescape
from importlib.resources import files
from math import log1p
from typing import Final

from writers.protocol.text import find_urls

MAX_CHARACTERS: Final = 4_000
"""Text beyond this is not looked at: the API takes no note so long."""

_SOCIAL: Final = re.compile(
    r"^(?:https?://)?(?:www\.|m\.|mobile\.)?"
    r"(?:x|twitter|youtube|reddit|tiktok|facebook|instagram|youtu|t)\.(?:com|be|co)\b",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"^(?:https?://)?[^/]*(?:\.gov|\.edu|\.int|\.mil|\.gob|\.gouv|wikipedia\.org|\.ac\.)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER: Final = re.compile(r"(?<![\w.])[$€£]?\d[\d.,]*(?:\s?%|[a-z]{0,2}\b)", re.IGNORECASE)
_YEAR: Final = re.compile(r"\b(?:1[89]|20)\d\d\b")
_QUOTATION: Final = re.compile(r"[“”«»„\"]")
_EMOJI: Final = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_TAG_OR_MENTION: Final = re.compile(r"(?<!\w)[#@]\w+")
_SENTENCE: Final = re.compile(r"[.!?]+(?:\s|$)")


@cache
def _lexicon() -> tuple[Mapping[str, tuple[str, ...]], re.Pattern[str], tuple[str, ...]]:
    """Word or phrase → what it shows; a pattern of all phrases; and every kind there is."""
    source = (files(__package__) / "lexicon.toml").read_text(encoding="utf-8")
    kinds: dict[str, list[str]] = tomllib.loads(source)
    shows: dict[str, tuple[str, ...]] = {}
    for kind, entries in kinds.items():
        for entry in dict.fromkeys(entries):
            shows[entry] = (*shows.get(entry, ()), kind)
    phrases = sorted((entry for entry in shows if " " in entry), key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, phrases)) + r")(?!\w)")
    return shows, pattern, tuple(kinds)


def feature_names() -> tuple[str, ...]:
    """Names of all features, in the order of `text_features`."""
    return tuple(text_features(""))


def text_features(text: str) -> dict[str, float]:
    """Every feature of a note's text by name; an empty text gives zeros."""
    text = unescape(unescape(text[:MAX_CHARACTERS]))
    urls = [span.url for span in find_urls(text)]
    prose = text
    for url in urls:
        prose = prose.replace(url, " ")
    words = _WORD.findall(prose)
    letters = sum(len(word) for word in words)
    shouted = sum(word.isupper() for word in words if len(word) > 3)
    found = {
        "has_url": float(bool(urls)),
        "urls": log1p(len(urls)),
        "social_urls": log1p(sum(bool(_SOCIAL.match(url)) for url in urls)),
        "reference_urls": log1p(sum(bool(_REFERENCE.match(url)) for url in urls)),
        "words": log1p(len(words)),
        "word_length": letters / len(words) if words else 0.0,
        "words_per_sentence": log1p(len(words) / max(1, len(_SENTENCE.findall(prose)))),
        "numbers": log1p(len(_NUMBER.findall(prose))),
        "years": log1p(len(_YEAR.findall(prose))),
        "quotations": log1p(len(_QUOTATION.findall(prose))),
        "exclamations": log1p(prose.count("!")),
        "questions": log1p(prose.count("?")),
        "ellipses": log1p(prose.count("...") + prose.count("…")),
        "shouted_words": log1p(shouted),
        "emoji": log1p(len(_EMOJI.findall(prose))),
        "tags_and_mentions": log1p(len(_TAG_OR_MENTION.findall(prose))),
        "colons": log1p(prose.count(":")),
    }
    return found | {kind: log1p(count) for kind, count in _lexicon_counts(prose, words).items()}


def _lexicon_counts(prose: str, words: list[str]) -> dict[str, int]:
    shows, phrases, kinds = _lexicon()
    counts = dict.fromkeys(kinds, 0)
    said = [word.lower().replace("’", "'") for word in words]
    for entry in (*said, *phrases.findall(prose.lower())):
        for kind in shows.get(entry, ()):
            counts[kind] += 1
    return counts
