"""The admission window: the newest test notes against the published criteria (documentation/api/overview.md).

Shares are shares of notes, not thresholds on scores: "ClaimOpinion low ≤ 30 %" counts the notes in bucket
Low, and a note that is not High is not thereby Low. A window that is not full does not qualify.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from harness.eligibility.ruleset import AdmissionCriterion, RuleSet
from writers.protocol.notes import EvaluatorType, ScoreBucket

NoteBuckets = Mapping[EvaluatorType, ScoreBucket]
"""The verdicts of the evaluators on one test note."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion over the window: the share reached against the share demanded."""

    name: str
    """For people, e.g. "ClaimOpinion High"."""
    share: float
    demanded: float
    at_least: bool
    """True where `share` must reach `demanded`, False where it must not exceed it."""
    passed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a writer's test notes qualify it for live notes, and if not why not."""

    qualifies: bool
    window: int
    """Evaluated test notes looked at."""
    criteria: tuple[Criterion, ...]
    reasons: tuple[str, ...]
    """One sentence for each thing that stands in the way; empty where nothing does."""


def verdict(recent_notes: Sequence[NoteBuckets], rules: RuleSet) -> Verdict:
    """The verdict over evaluated test notes, newest first; notes beyond the window are not looked at.

    Comparisons are exact: 95 % of 50 notes are 47.5, so 48 are needed.
    """
    size = rules.admission.window
    window = recent_notes[:size]
    reasons = []
    if len(window) < size:
        reasons.append(f"{len(window)} of the {size} evaluated test notes needed are there.")
    criteria = []
    for rule in rules.admission.criteria:
        count = sum(note.get(rule.evaluator) is rule.bucket for note in window)
        criterion, sentence = _judge(rule, count, len(window))
        criteria.append(criterion)
        if window and not criterion.passed:
            reasons.append(sentence)
    return Verdict(
        qualifies=not reasons, window=len(window), criteria=tuple(criteria), reasons=tuple(reasons)
    )


def _judge(rule: AdmissionCriterion, count: int, notes: int) -> tuple[Criterion, str]:
    """The criterion, and the sentence that says it failed."""
    at_least, demanded = rule.is_floor, rule.bound
    share = Fraction(count, notes) if notes else Fraction(0)
    passed = bool(notes) and rule.holds(share)
    name = f"{rule.evaluator} {rule.bucket}"
    bound = f"at least {ceil(demanded * notes)}" if at_least else f"at most {floor(demanded * notes)}"
    sentence = f"{name}: {count} of {notes} test notes, {bound} ({_percent(demanded)}) demanded."
    return Criterion(name, float(share), float(demanded), at_least, passed), sentence


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):g} %"
