"""Words counted and weighed: the tf-idf features of the topic classifier.

A sparse matrix of posts by words as three equal arrays, one entry for each word a post contains, sorted by
post. The weights are those of scikit-learn's CountVectorizer and TfidfTransformer with their
defaults (smoothed idf, rows of length one), which the official classifier is built on (twitter/communitynotes
273c895, scoring/src/scoring/topic_model.py); written out, so that assigning topics needs no scikit-learn.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.tables.arrays import Bool, Int64
from scoring.topics.texts import words

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How often each numbered word stands in each post."""

    post: Int64
    word: Int64
    count: Int64
    posts: int

    @classmethod
    def none(cls, posts: int) -> WordCounts:
        """Posts without a word."""
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, nothing, posts)

    def posts_by_word(self, vocabulary: int) -> Int64:
        """In how many posts each of the ``vocabulary`` words stands."""
        return np.bincount(self.word, minlength=vocabulary)

    def of_posts(self, chosen: Bool) -> WordCounts:
        """The counts of some posts, numbered anew in the same order."""
        kept = chosen[self.post]
        number = np.cumsum(chosen) - 1
        return WordCounts(number[self.post[kept]], self.word[kept], self.count[kept], int(chosen.sum()))

    def renumbered(self, number: Int64) -> WordCounts:
        """The counts with ``number[word]`` for each word; words with a negative one are dropped."""
        word = number[self.word]
        kept = word >= 0
        return WordCounts(self.post[kept], word[kept], self.count[kept], self.posts)


def count_words(texts: Iterable[str], number: Callable[[Iterable[str]], Iterable[int]]) -> WordCounts:
    """Count each text's words. ``number`` gives the words' numbers; negative ones are not counted."""
    numbers, ends = array("q"), array("q", [0])
    for text in texts:
        numbers.extend(number(words(text)))
        ends.append(len(numbers))
    flat = np.frombuffer(numbers, np.int64) if numbers else np.empty(0, np.int64)
    end: Int64 = np.frombuffer(ends, np.int64)
    lengths = end[1:] - end[:-1]
    posts = len(lengths)
    vocabulary = int(flat.max(initial=-1)) + 1
    first: Int64 = vocabulary * np.arange(posts, dtype=np.int64)
    key = np.repeat(first, lengths) + flat
    key = np.sort(key[flat >= 0])
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    post, word = np.divmod(key[starts], max(vocabulary, 1))
    return WordCounts(post, word, np.diff(starts, append=len(key)), posts)


def inverse_frequency(counts: WordCounts, vocabulary: int) -> Floats:
    """The weight of each word: high where few posts contain it."""
    idf: Floats = np.log((1 + counts.posts) / (1 + counts.posts_by_word(vocabulary))) + 1
    return idf


def tf_idf(counts: WordCounts, idf: Floats) -> Floats:
    """The features' values, entry by entry; each post's have length one."""
    value = counts.count * idf[counts.word]
    length = np.sqrt(np.bincount(counts.post, value * value, minlength=counts.posts))
    return value / length[counts.post]
