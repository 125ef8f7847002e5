"""Training the topic classifier on posts labelled by seed terms.

Source: twitter/communitynotes 273c895, scoring/src/scoring/topic_model.py
(``train_individual_note_topic_classifier``, ``_get_stop_words``,
``validate_note_topic_accuracy_on_seed_labels``).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from itertools import count, repeat
from typing import Final

import numpy as np

from scoring.tables.arrays import Bool, Int64, Text
from scoring.topics.features import Floats, WordCounts, count_words, inverse_frequency, tf_idf
from scoring.topics.model import TopicModel
from scoring.topics.seeds import BLOCKED_STRINGS, Topic, contains_any, seed_topics
from scoring.topics.texts import post_texts

log = logging.getLogger(__name__)

FEW_POSTS: Final = 2000
MIN_POSTS_WITH_WORD: Final = 25
"""min_df of the vocabulary; 1 where there are fewer than :data:`FEW_POSTS` posts."""

MAX_POSTS_WITH_WORD: Final = 1000
MAX_SHARE_WITH_WORD: Final = 0.25
"""max_df of the vocabulary: this share of the posts, but not less than the number above."""

MAX_ITERATIONS: Final = 1000
"""Of the solver; the official classifier's max_iter."""

MIN_BALANCED_ACCURACY: Final = 0.35


def train_topics(post_id: Int64, summary: Text) -> TopicModel:
    """Learn to tell the topics of posts from the words of their notes.

    ``post_id`` and ``summary`` are by note; their order, and the numbers of the posts, play no part. Posts
    with seed terms of several topics are not learned from. Where there is nothing to tell apart (one topic,
    or no word left) every post gets the shares of the topics among the posts, and where there is no post at
    all none gets a topic.

    The official run stops where the classifier finds its own labels with a balanced accuracy of 0.35 or
    less, as happens with few posts; here that is logged, and the model says it.
    """
    # The order decides how sums are rounded.
    texts = sorted(post_texts(post_id, summary).text)
    seeds = seed_topics(texts)
    clear = seeds.sum(axis=1) <= 1
    label = seeds.argmax(axis=1)[clear]
    nothing_to_tell_apart = len(np.unique(label)) < 2
    vocabulary, counts = (
        ({}, WordCounts.none(len(label))) if nothing_to_tell_apart else _words_of(texts, clear)
    )
    idf = inverse_frequency(counts, len(vocabulary))
    coefficients, intercepts = _fit(counts, tf_idf(counts, idf), label, len(vocabulary))
    model = TopicModel(vocabulary, idf, coefficients, intercepts, balanced_accuracy=1.0)
    accuracy = _balanced_accuracy(label, model.probabilities_of(counts).argmax(axis=1))
    if accuracy <= MIN_BALANCED_ACCURACY:
        log.warning(
            "topics: the classifier finds its seed labels with balanced accuracy %.2f, not above %.2f; "
            "there are too few posts with seed terms to learn from (%d of %d)",
            accuracy,
            MIN_BALANCED_ACCURACY,
            np.count_nonzero(label),
            len(texts),
        )
    return replace(model, balanced_accuracy=accuracy)


def _words_of(texts: list[str], clear: Bool) -> tuple[dict[str, int], WordCounts]:
    """The words to learn from, each with its row, and their counts in the ``clear`` texts."""
    number: defaultdict[str, int] = defaultdict(count().__next__)
    every_word = count_words(texts, lambda words: map(number.__getitem__, words)).of_posts(clear)
    vocabulary = _vocabulary(list(number), every_word.posts_by_word(len(number)), len(texts))
    row = np.fromiter(map(vocabulary.get, number, repeat(-1)), np.int64, len(number))
    return vocabulary, every_word.renumbered(row)


def _vocabulary(every_word: list[str], frequency: Int64, posts: int) -> dict[str, int]:
    """The words to learn from, sorted, each with its row; ``frequency`` is in how many posts each stands."""
    least = 1 if posts < FEW_POSTS else MIN_POSTS_WITH_WORD
    most = max(MAX_POSTS_WITH_WORD, int(MAX_SHARE_WITH_WORD * posts))
    usual = np.flatnonzero((frequency >= least) & (frequency <= most)).tolist()
    candidates = sorted(word for word in map(every_word.__getitem__, usual) if len(word) > 1)
    blocked = contains_any(candidates, BLOCKED_STRINGS).tolist()
    kept = (word for word, hidden in zip(candidates, blocked, strict=True) if not hidden)
    return {word: row for row, word in enumerate(kept)}


def _fit(counts: WordCounts, value: Floats, label: Int64, vocabulary: int) -> tuple[Floats, Floats]:
    """Coefficients (words × topics) and intercepts of the regression; see :class:`TopicModel`."""
    coefficients = np.zeros((vocabulary, len(Topic)))
    intercepts = np.full(len(Topic), -np.inf)
    topics, posts = np.unique(label, return_counts=True)
    if not vocabulary:
        # The minimum of the same objective: intercepts are not penalized.
        intercepts[topics] = np.log(posts / max(len(label), 1))
        if not len(topics):
            intercepts[Topic.UNASSIGNED] = 0
        return coefficients, intercepts
    # Loading these takes longer than most trainings, and only training needs them.
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    ends = np.searchsorted(counts.post, np.arange(counts.posts + 1))
    features = csr_matrix((value, counts.word, ends), shape=(counts.posts, vocabulary))
    regression = LogisticRegression(max_iter=MAX_ITERATIONS).fit(features, label)
    if len(topics) == 2:
        # Two classes are told apart by the second one's odds alone.
        coefficients[:, topics[1]], intercepts[topics] = regression.coef_[0], (0, regression.intercept_[0])
    else:
        coefficients[:, topics], intercepts[topics] = regression.coef_.T, regression.intercept_
    return coefficients, intercepts


def _balanced_accuracy(label: Int64, found: Int64) -> float:
    """The mean over the topics that occur of the share of their posts found; 1 where there are no posts."""
    hits = label == found
    return float(np.mean([hits[label == topic].mean() for topic in np.unique(label)])) if len(label) else 1.0
