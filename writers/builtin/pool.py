"""The pages at hand for one post, and what they tell about words: how rare, whether a name, what pages
are about.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from writers.builtin.passages import Page
from writers.builtin.terms import terms

COMMON: Final = 0.1
"""A term in more than this share of the sentences tells little."""


RARE_ENOUGH: Final = 2
"""Sentences that may hold a term, however few there are, before it counts as common."""


class Pool:
    """Pages, and the statistics of their words."""

    def __init__(self, pages: Sequence[Page], suggested: Collection[str] = ()) -> None:
        self.pages = pages
        self._suggested = frozenset(suggested)
        self._passages = sum(len(page.passages) for page in pages)
        self._counts: Counter[str] = Counter()
        for page in pages:
            self._counts.update(page.counts)
        self._weights: dict[str, float] = {}
        self._lower = frozenset[str]().union(*(page.lower_words for page in pages))
        lower_terms = frozenset[str]().union(*(page.lower_terms for page in pages))
        self.subjects = frozenset[str]().union(*(page.headed for page in pages)) - lower_terms
        """Terms of the names that stand in titles: what the pages are about."""

        self.plain_title_terms = frozenset[str]().union(*(p.title_terms for p in pages if p.satire is None))
        """Terms of the titles of pages that are no satire."""

    def is_suggested(self, page: Page) -> bool:
        """Whether a stranger suggested the page: it may merely repeat the post."""
        return page.document.url in self._suggested

    def knows(self, term: str) -> bool:
        return term in self._counts

    def weight(self, found: Iterable[str]) -> float:
        """How much terms tell together: the fewer sentences hold a term, the more."""
        return sum(map(self._weight, found))

    def _weight(self, term: str) -> float:
        weight = self._weights.get(term)
        if weight is None:
            weight = math.log(1 + (self._passages + 1) / (0.5 + self._counts[term]))
            self._weights[term] = weight
        return weight

    def is_common(self, term: str) -> bool:
        return self._counts[term] > max(RARE_ENOUGH, COMMON * self._passages)

    def is_known_person(self, name: str) -> bool:
        """Whether it is a person's name that the pages know, too: not the capitals of an exclamation."""
        return self.is_person(name) and all(map(self.knows, terms(name)))

    def is_person(self, name: str) -> bool:
        """Whether a sequence of capitalised words is a name, and none of what the pages are about."""
        words = name.split()
        return not any(word.lower() in self._lower for word in words) and not self.subjects & set(terms(name))
