"""What a writer may do at one moment, from its live notes and the rules in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.eligibility.abilities import MEDIA_NOTES, SCORING_STATUS, check_abilities
from harness.eligibility.explain import EligibilityDocument, Explanation, document, explain
from harness.eligibility.feeds import check_feeds
from harness.eligibility.gates import GateCheck
from harness.eligibility.measures import Measures, NoteRecord, measure
from harness.eligibility.ruleset import RuleSet
from harness.eligibility.writing_limit import LimitDecision, writing_limit


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A writer's abilities at `now_ms` under `rules`. Answers are cheap; explanations are made on demand."""

    now_ms: int
    rules: RuleSet
    measures: Measures
    decision: LimitDecision
    feed_checks: tuple[GateCheck, ...]
    ability_checks: tuple[GateCheck, ...]

    @property
    def writing_limit(self) -> int:
        """Live notes in the trailing 24 hours."""
        return self.decision.limit

    @property
    def written_last_24h(self) -> int:
        """Notes that use up the limit: written less than 24 hours ago, deleted ones too."""
        return self.measures.written_last_24h

    @property
    def notes_left(self) -> int:
        """Live notes that may be written right now."""
        return max(0, self.writing_limit - self.written_last_24h)

    @property
    def feeds(self) -> tuple[str, ...]:
        """Feeds open for live notes, smallest first."""
        return tuple(check.name for check in self.feed_checks if check.open)

    @property
    def scoring_status(self) -> bool:
        """Whether `notes_written` tells rating counts by rater side."""
        return self._has(SCORING_STATUS)

    @property
    def media_notes(self) -> bool:
        """Whether media notes may be written and matched ones are seen."""
        return self._has(MEDIA_NOTES)

    def _has(self, ability: str) -> bool:
        return any(check.name == ability and check.open for check in self.ability_checks)

    @property
    def explanation(self) -> Explanation:
        """Each input of the writing limit, what decided it, and what would change it."""
        return explain(self.measures, self.rules)

    def document(self) -> EligibilityDocument:
        """Everything, in the form of `--json`."""
        return document(
            now_ms=self.now_ms,
            rules=self.rules,
            measures=self.measures,
            decision=self.decision,
            feeds=self.feed_checks,
            abilities=self.ability_checks,
        )


def assess(notes: Sequence[NoteRecord], *, now_ms: int, rules: RuleSet) -> Eligibility:
    """What a writer may do at `now_ms` (epoch milliseconds), from all its live notes so far in any order.

    A deleted note stays in `notes` with its last status: it counts as written, and taking a note back does
    not take back how it was rated. Notes later than `now_ms` are not looked at.
    """
    measures = measure(notes, now_ms=now_ms, rule=rules.long_term_hit_rate)
    return assess_measures(measures, now_ms=now_ms, rules=rules)


def assess_measures(measures: Measures, *, now_ms: int, rules: RuleSet) -> Eligibility:
    """What a writer whose record comes to `measures` may do at `now_ms`."""
    return Eligibility(
        now_ms=now_ms,
        rules=rules,
        measures=measures,
        decision=writing_limit(measures, rules),
        feed_checks=check_feeds(measures, rules),
        ability_checks=check_abilities(measures, rules),
    )
