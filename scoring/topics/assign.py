"""The topic of each note: its post's seed terms and the classifier's opinion put together.

Source: twitter/communitynotes 273c895, scoring/src/scoring/topic_model.py (``get_note_topics``,
``_merge_predictions_and_labels``).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.tables.arrays import Int8, Int64, Text, Uint8
from scoring.topics.features import Floats
from scoring.topics.model import TopicModel
from scoring.topics.seeds import Topic, has_topic, seed_topics
from scoring.topics.texts import post_texts

MAX_DOUBT: Final = np.array([np.nan, 0.99, 0.99, 0.99, 0.99, 0.98])
"""By topic: up to which probability of all other classes together seed terms decide. Official name
``_unassignedThreshold``.
"""


def assign_topics(model: TopicModel, post_id: Int64, summary: Text) -> Int8:
    """The code of :class:`Topic` for each note, the same for all notes of a post.

    ``post_id`` and ``summary`` are by note. A post's topic depends on the model and on the post's own notes,
    so all of these must be given, and other posts may be left out. A note that has neither post nor text is
    unassigned.
    """
    posts = post_texts(post_id, summary)
    topic = merged(model.probabilities(posts.text), seed_topics(posts.text))
    # The last entry serves the notes without a post.
    by_index = np.append(topic, np.int8(Topic.UNASSIGNED))
    return by_index[posts.of_note]


def merged(probability: Floats, seeds: Uint8) -> Int8:
    """A post's topic: of the topics its seed terms name, the most probable one, unless the classifier all
    but excludes it; otherwise the most probable class of all. Ties go to the lower code.

    ``probability`` is posts × topics and ``seeds`` as :func:`~scoring.topics.seeds.seed_topics` gives it.
    """
    topic = probability.argmax(axis=1)
    named = np.where(has_topic(seeds), probability, -1.0)
    best = named.argmax(axis=1)
    decides = (seeds > 0) & (1 - named.max(axis=1) <= MAX_DOUBT[best])
    return np.where(decides, best, topic).astype(np.int8)
