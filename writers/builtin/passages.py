"""Sentences of pages, prepared for comparison with what a post says."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    title_terms: frozenset[str]
    names: frozenset[str]
    """Terms of the title that are spelt with a capital or hold a digit: what the page is about."""
    passages: tuple[Passage, ...]
    satire: Passage | None
    """The sentence in which the page says that it is satire."""


@lru_cache(maxsize=CACHED_PAGES)
def prepare(document: Document) -> Page:
    """A document's passages; kept for the documents last seen."""
    title = document.title.rpartition(" | ")[0] or document.title
    passages = tuple(map(_passage, islice(sentences(document.text), MAX_SENTENCES)))
    satire = next((passage for passage in passages if _SATIRE.search(passage.text)), None)
    return Page(document, frozenset(terms(title)), name_terms(title), passages, satire)


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


class Weights:
    """How much a term tells, by how few of the passages at hand hold it."""

    def __init__(self, pages: Sequence[Page]) -> None:
        counts: Counter[str] = Counter()
        self._passages = 0
        for page in pages:
            for passage in page.passages:
                counts.update(passage.terms | page.title_terms)
            self._passages += len(page.passages)
        self._counts: Mapping[str, int] = counts

    def __getitem__(self, term: str) -> float:
        return math.log(1 + (self._passages + 1) / (0.5 + self._counts.get(term, 0)))

    def known(self, term: str) -> bool:
        return term in self._counts

    def of(self, found: Iterable[str]) -> float:
        return sum(self[term] for term in found)
