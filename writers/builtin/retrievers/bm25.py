"""BM25 over texts in any script, in little memory: what is kept of a text is the counts of its terms."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import count

import bm25s
import numpy as np

from writers.builtin.terms import terms


class Bm25:
    """An index over texts; a text is known by its position. Equal scores keep the texts' order."""

    def __init__(self, texts: Iterable[str]) -> None:
        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        texts_terms = [array("i", map(numbers.__getitem__, terms(text))) for text in texts]
        self._size = len(texts_terms)
        self._index = bm25s.BM25()
        self._vocabulary: dict[str, int] = {}
        if numbers:
            self._index.index(
                bm25s.tokenization.Tokenized(ids=texts_terms, vocab=dict(numbers)), show_progress=False
            )
            self._vocabulary = self._index.vocab_dict

    def __len__(self) -> int:
        return self._size

    def best(self, query: str, limit: int) -> list[int]:
        """Positions of up to `limit` texts that share a term with the query, best first."""
        asked = [term for term in dict.fromkeys(terms(query)) if term in self._vocabulary]
        if not asked:
            return []
        scores = np.asarray(self._index.get_scores(asked))
        order = np.argsort(-scores, kind="stable")[:limit]
        return [int(position) for position in order if scores[position] > 0]
