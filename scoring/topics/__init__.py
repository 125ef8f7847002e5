"""Topics: which posts are about the few subjects that have models of their own.

Prescoring trains a classifier (:func:`train_topics`) on the posts that seed terms mark; both phases assign
topics with it (:func:`assign_topics`). Source: twitter/communitynotes 273c895,
scoring/src/scoring/topic_model.py.
"""

from scoring.topics.assign import assign_topics
from scoring.topics.model import TopicModel
from scoring.topics.seeds import Topic
from scoring.topics.train import train_topics

__all__ = ["Topic", "TopicModel", "assign_topics", "train_topics"]
