"""The parts of pages that models are shown: few, short, numbered, and without orders to models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import httpx

from writers.builtin.passages import MAX_SENTENCES, sentences
from writers.builtin.researched.case import Case
from writers.builtin.researched.orders import gives_orders
from writers.builtin.retrievers.bm25 import Bm25
from writers.plugin import Document

PASSAGE_LENGTH: Final = 700
"""Characters of a passage, by whole sentences."""

MAX_TITLE_LENGTH: Final = 160
PER_PAGE: Final = 4
"""Passages of one page, so that a long page does not crowd out the others."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a page, by whole sentences in their order."""

    document: Document
    text: str

    @property
    def shown(self) -> str:
        title = " ".join(self.document.title.split())[:MAX_TITLE_LENGTH]
        return f"{title} ({httpx.URL(self.document.url).host})\n{self.text}"


def passages_from(
    case: Case, documents: Sequence[Document], questions: Sequence[str], *, most: int
) -> list[Passage]:
    """Up to `most` passages: those that share words with the questions, best first, then the beginnings of
    pages, which may be in another language than the questions.
    """
    parts = [list(_parts(case, document)) for document in documents]
    everything = [passage for passages in parts for passage in passages]
    best = Bm25(f"{passage.document.title}\n{passage.text}" for passage in everything)
    ranked = [everything[at] for at in best.best("\n".join(questions), len(everything))]
    beginnings = [passages[0] for passages in parts if passages]
    chosen: list[Passage] = []
    taken: Counter[str] = Counter()
    for passage in dict.fromkeys([*ranked, *beginnings]):
        url = passage.document.url
        if len(chosen) < most and taken[url] < PER_PAGE:
            taken[url] += 1
            chosen.append(passage)
    return chosen


def _parts(case: Case, document: Document) -> Iterator[Passage]:
    """The page's passages; none of one that gives orders to models, which no note should rest on.

    Leaving out the one sentence would not do: an order may go on in the next.
    """
    found = list(_sentences(document, case.post.lang or "en"))
    if any(map(gives_orders, [document.title, *found])):
        case.suspect(document.url)
        return
    part: list[str] = []
    length = 0
    for sentence in found:
        if part and length + len(sentence) > PASSAGE_LENGTH:
            yield Passage(document, "\n".join(part))
            part, length = [], 0
        part.append(sentence)
        length += len(sentence) + 1
    if part:
        yield Passage(document, "\n".join(part))


def _sentences(document: Document, lang: str) -> Iterator[str]:
    """What a search told of the page, a fact check's verdict for one, and the page's own sentences."""
    told = document.excerpt if document.excerpt not in document.text else ""
    return islice(sentences(f"{told}\n{document.text}", lang), MAX_SENTENCES)
