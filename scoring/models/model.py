"""What sets one scoring model apart from another: data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from scoring.helpfulness import HelpfulnessThresholds
from scoring.matrix_factorization.loss import Regularization
from scoring.preparation import PreparedRatings
from scoring.rules.engine import Rule
from scoring.rules.facts import FinalFacts, NoteFacts, StatusThresholds
from scoring.rules.note_rules import FINAL_RULES, INTERIM_RULES
from scoring.tables.arrays import Bool, Enrollment, Int8
from scoring.tables.values import NOT_ENROLLED
from scoring.topics import Topic


@dataclass(frozen=True, slots=True)
class Model:
    """A model hears raters of some groups, and decides notes rated mostly by them."""

    name: str
    """The published scorer's name."""
    column_prefix: str
    """What the model's columns in the output files begin with."""
    groups: frozenset[int]
    """Modeling groups of the raters it hears."""
    hears_unenrolled: bool
    """Whether it hears raters absent from the enrollment."""
    capture_threshold: float | None
    """Least share of a note's ratings that must come from those raters for the model to decide it; None
    where it decides every note, rated or not.
    """
    thresholds: StatusThresholds
    topics: frozenset[Topic] | None = None
    """Topics of the posts whose notes it looks at; None for all."""
    weights: Regularization = field(default_factory=Regularization)
    helpfulness: HelpfulnessThresholds = field(default_factory=HelpfulnessThresholds)
    ratings_per_rater: int = 10
    """Raters with fewer ratings are left out of prescoring."""
    ratings_per_note: int = 5
    """Notes with fewer ratings are left out of every fit."""
    stable_start: bool = True
    """Whether a fit of the largest group alone gives a start (mf_base_scorer.py, useStableInitialization)."""
    tag_quantile: float = 0.95
    """Share of Helpful notes with a lower ratio of a tag than its threshold (tagFilterPercentile)."""
    pseudo_raters: bool = False
    """Whether the final phase bounds each intercept by the run's extreme raters."""
    interim_rules: tuple[Rule[NoteFacts], ...] = INTERIM_RULES
    final_rules: tuple[Rule[FinalFacts], ...] = FINAL_RULES

    def hears(self, enrollment: Enrollment) -> Bool:
        """Which participants' ratings the model takes in, by participant."""
        heard = np.isin(enrollment.modeling_group, sorted(self.groups))
        if self.hears_unenrolled:
            heard |= enrollment.modeling_group == NOT_ENROLLED
        return heard

    def looks_at(self, topic: Int8) -> Bool:
        """Which notes the model looks at, from each note's topic."""
        if self.topics is None:
            return np.ones(len(topic), np.bool_)
        return np.isin(topic, sorted(self.topics))

    def takes_in(self, prepared: PreparedRatings, enrollment: Enrollment, topic: Int8) -> Bool:
        """Which of the ratings the model takes in. ``enrollment`` covers all participants."""
        ratings = prepared.ratings
        return self.hears(enrollment)[ratings.rater] & self.looks_at(topic)[ratings.note]

    def scope(self, prepared: PreparedRatings, enrollment: Enrollment, topic: Int8) -> PreparedRatings:
        """The ratings that the model takes in."""
        return prepared.kept(self.takes_in(prepared, enrollment, topic))

    def prescores_like(self, other: Model) -> bool:
        """Whether prescoring makes the same of the same ratings: the two differ in what they take in, what
        they decide, what they reject firmly and whether they imagine raters, and in nothing else.
        """
        return self == replace(
            other,
            name=self.name,
            column_prefix=self.column_prefix,
            groups=self.groups,
            hears_unenrolled=self.hears_unenrolled,
            capture_threshold=self.capture_threshold,
            topics=self.topics,
            thresholds=replace(other.thresholds, firm_reject_intercept=self.thresholds.firm_reject_intercept),
            pseudo_raters=self.pseudo_raters,
        )

    def fits_like(self, other: Model) -> bool:
        """Whether the final phase, too, finds the same facts in the same ratings."""
        return self.pseudo_raters == other.pseudo_raters and self.prescores_like(other)
