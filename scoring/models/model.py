"""What sets one matrix-factorization model apart from another: data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from scoring.helpfulness import HelpfulnessThresholds
from scoring.matrix_factorization.solver import Regularization
from scoring.rules.engine import Rule
from scoring.rules.facts import FinalFacts, NoteFacts, StatusThresholds
from scoring.rules.note_rules import FINAL_RULES, INTERIM_RULES
from scoring.tables.arrays import Bool, Enrollment
from scoring.tables.values import NOT_ENROLLED


@dataclass(frozen=True, slots=True)
class Model:
    """A model hears raters of some groups, and decides notes rated mostly by them."""

    name: str
    """The published scorer's name."""
    groups: frozenset[int]
    """Modeling groups of the raters it hears."""
    hears_unenrolled: bool
    """Whether it hears raters absent from the enrollment."""
    capture_threshold: float
    """Least share of a note's ratings that must come from those raters for the model to decide it."""
    thresholds: StatusThresholds
    weights: Regularization = field(default_factory=Regularization)
    helpfulness: HelpfulnessThresholds = field(default_factory=HelpfulnessThresholds)
    ratings_per_rater: int = 10
    """Raters with fewer ratings are left out of prescoring."""
    ratings_per_note: int = 5
    """Notes with fewer ratings are left out of every fit."""
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
