"""From the models' statuses to the one status of a note.

Source: twitter/communitynotes 273c895, scoring/src/scoring/scoring_rules.py and run_scoring.py,
``meta_score``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.models.configurations import CORE, CORE_WITH_TOPICS, EXPANSION, EXPANSION_PLUS
from scoring.models.model import Model
from scoring.rules.engine import Criterion, Rule, rule_where, say
from scoring.rules.explanation import explained
from scoring.rules.facts import Sides, Single
from scoring.statuses import CRH, CRNH, FIRM_REJECT, NMR, NONE, NYH, Status, StatusArray
from scoring.tables.arrays import Int32, Int64
from scoring.tables.values import MISSING_MS, STABILIZATION_OVER

MINUTE_MS = 60_000
SETTLED_AFTER_MS = 60 * MINUTE_MS
NYH_GIVEN_UP_AFTER_MS = 360 * MINUTE_MS

SAMPLED_RATINGS = 8
SAMPLED_RATINGS_PER_SIDE = 2
SAMPLED_INTERCEPT = 0.30
SAMPLED_DIFFERENCE = 0.15


@dataclass(frozen=True, slots=True)
class MetaFacts:
    """What the meta rules may look at, as arrays over all notes."""

    as_of_ms: int
    model_status: Mapping[str, StatusArray]
    """By the model's name; NONE where the model does not decide."""
    core_intercept: Single
    """Of notes the Core model decides; NaN elsewhere."""
    core_sampled_intercept: Single
    """The same, by the ratings alone that were asked for at random."""
    core_sides: Sides
    previous_status: StatusArray
    locked_status: StatusArray
    stabilizing_since_ms: Int64
    helpful_tags: Int32
    """(n, 9) counts over everybody's ratings."""
    not_helpful_tags: Int32
    """(n, 13) counts over everybody's ratings."""


def follow_model(name: str, model: Model, *, locks: bool = False) -> Rule[MetaFacts]:
    """The rule that takes over what a model says, where it says anything; a firm rejection is NMR to the
    outside.
    """

    def take_over(facts: MetaFacts, label: StatusArray) -> StatusArray:
        status = facts.model_status[model.name]
        return np.where(status == FIRM_REJECT, np.int8(NMR), status)

    return Rule(name, take_over, f"what {model.name} says, where it decides the note", "v1.1", locks=locks)


def stabilize(facts: MetaFacts, label: StatusArray) -> tuple[StatusArray, Int64]:
    """Whether a new Helpful status has lasted long enough to be shown, and the new waiting time of each note.

    A note that turns Helpful is shown only after its status has held for more than 60 minutes. The official
    rule may show it after 30 where a separate model predicts that the status will last; a missing prediction
    counts against the note there, and so every note waits the 60 minutes here. "Needs your help" is shown as
    Helpful where the note was Helpful before, and as NMR elsewhere; a note waiting in that state gives up
    after 360 minutes. The times are empty where the rule leaves a note's time as it was.
    """
    since = facts.stabilizing_since_ms
    waiting = since > 0
    waited_ms = np.where(waiting, facts.as_of_ms - since, 0)
    was_helpful = facts.previous_status == CRH
    helpful = label == CRH
    almost = label == NYH

    said = say(CRH, almost & was_helpful)
    times = np.full(len(label), MISSING_MS, np.int64)

    fresh = (helpful | almost) & ~was_helpful
    said[fresh] = NMR
    times[fresh] = since[fresh]
    starts = fresh & ((since == MISSING_MS) | (helpful & (since == STABILIZATION_OVER)))
    times[starts] = facts.as_of_ms

    settled = fresh & waiting & helpful & (waited_ms > SETTLED_AFTER_MS)
    given_up = fresh & waiting & almost & (waited_ms > NYH_GIVEN_UP_AFTER_MS)
    said[settled] = CRH
    times[settled | given_up] = STABILIZATION_OVER

    fell = waiting & ((label == NMR) | (label == CRNH)) & ~was_helpful
    times[fell] = STABILIZATION_OVER
    return said, times


def nmr_due_to_min_stable_crh_time(facts: MetaFacts, label: StatusArray) -> StatusArray:
    """The status that :func:`stabilize` lets show."""
    return stabilize(facts, label)[0]


def scoring_drift_guard(facts: MetaFacts, label: StatusArray) -> StatusArray:
    """A locked note keeps its locked status."""
    differs = (facts.locked_status != NONE) & (facts.locked_status != label)
    return np.where(differs, facts.locked_status, np.int8(NONE))


def insufficient_explanation(facts: MetaFacts, label: StatusArray) -> StatusArray:
    """No status without two tags that raters agree on; this can undo even a locked one."""
    unexplained = ((label == CRH) & ~explained(facts.helpful_tags)) | (
        (label == CRNH) & ~explained(facts.not_helpful_tags)
    )
    return say(NMR, unexplained)


# The published description (documentation/under-the-hood/note-status.md) has the limits on the other side of
# equality; the code counts.
POPULATION_SAMPLED: Rule[MetaFacts] = rule_where(
    "PopulationSampledIntercept",
    "raters asked at random think clearly less of it",
    NMR,
    Criterion(
        "ratings asked for at random",
        lambda facts: np.sum(facts.core_sides.sampled, axis=0),
        ">=",
        lambda facts: SAMPLED_RATINGS,
    ),
    Criterion(
        "of these on the side with fewer",
        lambda facts: np.min(facts.core_sides.sampled, axis=0),
        ">=",
        lambda facts: SAMPLED_RATINGS_PER_SIDE,
    ),
    Criterion(
        "intercept by these alone",
        lambda facts: facts.core_sampled_intercept,
        "<",
        lambda facts: SAMPLED_INTERCEPT,
    ),
    Criterion(
        "how far that is below the intercept by all",
        lambda facts: facts.core_intercept - facts.core_sampled_intercept,
        ">=",
        lambda facts: SAMPLED_DIFFERENCE,
    ),
    asked_of=frozenset({Status.CURRENTLY_RATED_HELPFUL}),
)
STABILIZATION: Rule[MetaFacts] = Rule(
    "NmrDueToMinStableCrhTime",
    nmr_due_to_min_stable_crh_time,
    "a new Helpful status waits to prove stable; an old one stays while only the balance of sides is short",
)
DRIFT_GUARD: Rule[MetaFacts] = Rule(
    "ScoringDriftGuard", scoring_drift_guard, "a locked note keeps its locked status"
)
EXPLANATION: Rule[MetaFacts] = Rule(
    "InsufficientExplanation",
    insufficient_explanation,
    "no status without two tags that raters agree on",
    locks=True,
)

META_RULES: tuple[Rule[MetaFacts], ...] = (
    rule_where("MetaInitialNMR", "every note starts as needing more ratings", NMR),
    follow_model("ExpansionPlusModel", EXPANSION_PLUS),
    follow_model("ExpansionModel", EXPANSION, locks=True),
    follow_model("CoreWithTopicsModel", CORE_WITH_TOPICS, locks=True),
    follow_model("CoreModel", CORE, locks=True),
    POPULATION_SAMPLED,
    STABILIZATION,
    DRIFT_GUARD,
    EXPLANATION,
)
"""The official order (run_scoring.py, ``meta_score``): wide audiences first, so that the narrowest model that
decides a note has the last word among models.
"""
