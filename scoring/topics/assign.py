"""The topic of each note: its post's seed terms and the classifier's opinion put together.

Source: twitter/communitynotes 273c895, scoring/src/scoring/topic_model.py (``get_note_topics``,
``_merge_predictions_and_labels``).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.tables.arrays import Bool, Int8, Int64, Text
from scoring.topics.features import Floats
from scoring.topics.model import TopicModel
from scoring.topics.seeds import Topic, seed_topics
from scoring.topics.texts import post_texts

MAX_DOUBT: Final = np.array([np.nan, 0.99, 0.99, 0.99, 0.99, 0.98])
"""By topic: up to which probability of all other classes together seed terms decide. Official name
``_unassignedThreshold``.
"""


def assign_topics(
    model: TopicModel, post_id: Int64, summary: Text, known: dict[str, int] | None = None
) -> Int8:
    """The code of :class:`Topic` for each note, the same for all notes of a post.

    ``post_id`` and ``summary`` are by note. A post's topic depends on the model and on the post's own notes,
    so all of these must be given, and other posts may be left out. A note that has neither post nor text is
    unassigned.

    ``known`` remembers the model's topics by text, for a caller who asks about the same posts again and
    again; it is added to.
    """
    if model.only_topic is Topic.UNASSIGNED:
        return np.zeros(len(post_id), np.int8)
    posts = post_texts(post_id, summary)
    known = {} if known is None else known
    if new := [text for text in dict.fromkeys(posts.text) if text not in known]:
        found = merged(model.probabilities(new), seed_topics(new))
        known.update(zip(new, found.tolist(), strict=True))
    topic = np.array([known[text] for text in posts.text], np.int8)
    # The last entry serves the notes without a post.
    of_note: Int8 = np.append(topic, np.int8(Topic.UNASSIGNED))[posts.of_note]
    return of_note


def merged(probability: Floats, seeds: Bool) -> Int8:
    """A post's topic: of the topics its seed terms name, the most probable one, unless the classifier all
    but excludes it; otherwise the most probable class of all. Ties go to the lower code.

    Both tables are posts × topics, ``seeds`` as :func:`~scoring.topics.seeds.seed_topics` gives it.
    """
    named = np.where(seeds, probability, -1.0)
    best = named.argmax(axis=1)
    decides = seeds.any(axis=1) & (1 - named.max(axis=1) <= MAX_DOUBT[best])
    topic: Int8 = np.where(decides, best, probability.argmax(axis=1)).astype(np.int8)
    return topic
