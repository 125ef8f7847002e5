"""Sentences of pages, prepared for comparison with what a post says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Final

import sentencex

from writers.builtin.terms import lines, terms
from writers.builtin.values import Values, values_of
from writers.plugin import Document
from writers.protocol.text import find_urls

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
    own_text: str
    """Without what it quotes: that is not what the page says."""
    own_terms: frozenset[str]

    @property
    def values(self) -> Values:
        """Of its own words. Read on demand: few passages of a page come near what a post says."""
        return values_of(self.own_text)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A document, prepared."""

    document: Document
    title: str
    """Without the site's name behind it."""
    title_terms: frozenset[str]
    headed: frozenset[str]
    """Terms spelt with a capital in the title."""
    stories: tuple[frozenset[str], ...]
    """Where the page is satire or tells of some: the terms of its headline, and of the headline it quotes."""
    lower_words: frozenset[str]
    """Words that the page spells without a capital."""
    lower_terms: frozenset[str]
    """Terms of those words."""
    counts: Mapping[str, int]
    """Term → sentences that hold it; the title counts as one."""
    passages: tuple[Passage, ...]
    satire: Passage | None
    """The sentence in which the page says that it is satire."""


@lru_cache(maxsize=CACHED_PAGES)
def prepare(document: Document) -> Page:
    """A document's passages; kept for the documents last seen."""
    title = document.title.rpartition(" | ")[0] or document.title
    # A sentence with an address in it is not quoted: the note's only address is that of its source.
    quotable = (sentence for sentence in sentences(document.text) if not find_urls(sentence))
    passages = tuple(map(_passage, islice(quotable, MAX_SENTENCES)))
    satire = next((passage for passage in passages if _SATIRE.search(passage.text)), None)
    lower_words = frozenset(_LOWER.findall(document.text))
    title_terms = frozenset(terms(title))
    counts = Counter(chain(title_terms, *(passage.terms for passage in passages)))
    return Page(
        document=document,
        title=title,
        title_terms=title_terms,
        headed=name_terms(title),
        stories=_stories(title, satire.text) if satire is not None else (),
        lower_words=lower_words,
        lower_terms=frozenset(terms(" ".join(lower_words))),
        counts=counts,
        passages=passages,
        satire=satire,
    )


def _stories(title: str, notice: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms(headline)) for headline in (title, *_QUOTED.findall(notice)))


def _passage(sentence: str) -> Passage:
    own = _QUOTED.sub(" ", sentence)
    all_terms = frozenset(terms(sentence))
    return Passage(sentence, all_terms, own, all_terms if own == sentence else frozenset(terms(own)))


def sentences(text: str, lang: str = "en") -> Iterable[str]:
    """A text's sentences, line by line; over-long ones are left out."""
    for line in lines(text):
        for sentence in _segmented(lang, line):
            told = sentence.strip()
            if told and len(told) <= MAX_SENTENCE_LENGTH:
                yield told


def _segmented(lang: str, line: str) -> list[str]:
    try:
        segments: list[str] = sentencex.segment(lang, line)
    except UnicodeEncodeError:  # Half a surrogate pair, which the wire may carry, has no UTF-8.
        segments = sentencex.segment(lang, line.encode("utf-8", "replace").decode())
    return segments


def name_terms(text: str) -> frozenset[str]:
    """Terms of the words of a text that are spelt with a capital letter."""
    return frozenset(term for word in _CAPITALISED.findall(text) for term in terms(word))
