"""Sentences of pages, prepared for comparison with what a post says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

import sentencex

from writers.builtin.terms import lines, terms
from writers.builtin.values import Values, values_of
from writers.plugin import Document

MAX_SENTENCES: Final = 400
"""Sentences of a page that are looked at."""

MAX_SENTENCE_LENGTH: Final = 600
CACHED_PAGES: Final = 4096

_SATIRE = re.compile(r"\bsatir|\bsátir", re.IGNORECASE)
_QUOTED = re.compile(r"[“„«\"][^“”„«»\"]{12,}[”“»\"]")
_LOWER = re.compile(r"(?<!\w)[a-zß-öø-ÿ][^\W\d_]*")
_CAPITALISED = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w'’-]+")


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One sentence of a page."""

    text: str
    terms: frozenset[str]
    values: Values
    quotes: bool
    """Whether it repeats somebody's words: what is quoted is not what the page says."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A document, prepared."""

    document: Document
    title: str
    """Without the site's name behind it."""
    title_terms: frozenset[str]
    headed: frozenset[str]
    """Terms spelt with a capital inside the title, not at its beginning."""
    lower_words: frozenset[str]
    """Words that the page spells without a capital."""
    passages: tuple[Passage, ...]
    satire: Passage | None
    """The sentence in which the page says that it is satire."""


@lru_cache(maxsize=CACHED_PAGES)
def prepare(document: Document) -> Page:
    """A document's passages; kept for the documents last seen."""
    title = document.title.rpartition(" | ")[0] or document.title
    passages = tuple(map(_passage, islice(sentences(document.text), MAX_SENTENCES)))
    satire = next((passage for passage in passages if _SATIRE.search(passage.text)), None)
    return Page(
        document=document,
        title=title,
        title_terms=frozenset(terms(title)),
        headed=name_terms(title.partition(" ")[2]),
        lower_words=frozenset(_LOWER.findall(document.text)),
        passages=passages,
        satire=satire,
    )


def _passage(sentence: str) -> Passage:
    quotes = _QUOTED.search(sentence) is not None
    return Passage(sentence, frozenset(terms(sentence)), values_of(sentence), quotes)


def sentences(text: str, lang: str = "en") -> Iterable[str]:
    """A text's sentences, line by line; over-long ones are left out."""
    for line in lines(text):
        for sentence in sentencex.segment(lang, line):
            told = sentence.strip()
            if told and len(told) <= MAX_SENTENCE_LENGTH:
                yield told


def name_terms(text: str) -> frozenset[str]:
    """Terms of the words of a text that are spelt with a capital letter."""
    return frozenset(term for word in _CAPITALISED.findall(text) for term in terms(word))
