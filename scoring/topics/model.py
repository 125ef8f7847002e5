"""The topic classifier: what training found, and the probabilities it gives.

Source: twitter/communitynotes 273c895, scoring/src/scoring/topic_model.py (``get_note_topics``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import PrescoringError
from scoring.topics.features import Floats, WordCounts, count_words, tf_idf
from scoring.topics.seeds import Topic


@dataclass(frozen=True, slots=True, eq=False)
class TopicModel:
    """A multinomial logistic regression on the words of posts."""

    vocabulary: Mapping[str, int]
    """Each word's row in the arrays below."""
    idf: Floats
    """Weight of each word."""
    coefficients: Floats
    """Words × topics."""
    intercepts: Floats
    """By topic; -∞ where no post of the topic was there to learn from, so that none is ever found."""
    balanced_accuracy: float
    """Share of the training posts' labels that the classifier finds again, as a mean over topics."""

    def __post_init__(self) -> None:
        shape = len(self.vocabulary), len(Topic)
        if (self.idf.shape, self.coefficients.shape, self.intercepts.shape) != (shape[:1], shape, shape[1:]):
            raise PrescoringError(
                f"the topic classifier's arrays do not belong together ({shape[0]} words and {shape[1]} "
                f"topics, but idf {self.idf.shape}, coefficients {self.coefficients.shape} and intercepts "
                f"{self.intercepts.shape}); run prescoring again"
            )

    @property
    def only_topic(self) -> Topic | None:
        """The one topic of all posts that were there to learn from, which every post gets; None where there
        were several.
        """
        possible = np.flatnonzero(self.intercepts > -np.inf)
        return Topic(possible[0]) if len(possible) == 1 else None

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """The probability of each topic for each post's text: posts × topics, rows that sum to 1."""
        vocabulary = self.vocabulary
        if not vocabulary:
            return self.probabilities_of(WordCounts.none(len(texts)))
        counts = count_words(texts, lambda words: map(vocabulary.get, words, repeat(-1)))
        return self.probabilities_of(counts)

    def probabilities_of(self, counts: WordCounts) -> Floats:
        """The same for words counted already, numbered by the vocabulary."""
        value = tf_idf(counts, self.idf)
        logits: Floats = np.stack(
            [
                np.bincount(counts.post, value * column[counts.word], minlength=counts.posts)
                for column in self.coefficients.T
            ],
            axis=1,
        )
        logits = logits + self.intercepts
        odds = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
        share: Floats = odds / odds.sum(axis=1, keepdims=True)
        return share

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The model as arrays that need no pickle."""
        return {
            # Words hold no line breaks; an array of texts would give each word the room of the longest.
            "vocabulary": np.frombuffer("\n".join(self.vocabulary).encode(), np.uint8),
            "idf": self.idf,
            "coefficients": self.coefficients,
            "intercepts": self.intercepts,
            "balanced_accuracy": np.array(self.balanced_accuracy),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> TopicModel:
        """What :meth:`to_arrays` gave. KeyError where an array is absent, PrescoringError where they do not
        belong together.
        """
        words = arrays["vocabulary"].tobytes().decode()
        return cls(
            vocabulary={word: row for row, word in enumerate(words.split("\n") if words else [])},
            idf=arrays["idf"],
            coefficients=arrays["coefficients"],
            intercepts=arrays["intercepts"],
            balanced_accuracy=float(arrays["balanced_accuracy"]),
        )
