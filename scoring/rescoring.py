"""Which notes a scoring round looks at again; the others keep what the round before said of them.

Source: twitter/communitynotes 273c895, scoring/src/scoring/run_scoring.py,
``determine_which_notes_to_rescore``; names from constants.py, ``RescoringRuleID``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.rules.meta_rules import META_RULES
from scoring.status_history import DAY_MS, LOCK_AFTER_MS
from scoring.statuses import NONE
from scoring.tables.arrays import TEXT, Bool, Int64, Notes, StatusHistory, Text
from scoring.tables.values import MISSING_MS

HOUR_MS: Final = 3_600_000

RECENT_NOTE_MS: Final = 14 * DAY_MS
"""Notes younger than this are scored at least once a day (recentNotesAgeCutoffMillis)."""
RECENT_NOTE_EVERY_MS: Final = DAY_MS
"""``scoreRecentNotesMinimumFrequencyMillis``"""
RECENT_CHANGE_MS: Final = DAY_MS
"""Notes whose status changed less than this ago are scored at least once an hour
(recentlyFlippedNoteAgeCutoffMillis).
"""
RECENT_CHANGE_EVERY_MS: Final = HOUR_MS
"""``scoreRecentlyFlippedNotesMinimumFrequencyMillis``"""
LOCKING_WINDOW_MS: Final = 7 * DAY_MS
"""So long after a note could first have been locked it is still looked at for that
(lockingRescoreWindowMillis).
"""

_LOCKING_RULES: Final = np.array([str(rule) for rule in META_RULES if rule.locks], TEXT)


@dataclass(frozen=True, slots=True)
class RescoringFacts:
    """What the rules may look at, as arrays over all notes. An empty time satisfies no rule: a note never
    scored is due with its first rating.
    """

    as_of_ms: int
    newly_rated: Bool
    """The note has ratings that the previous round had not."""
    created_at_ms: Int64
    scored_ms: Int64
    """When the note was last scored; empty where it never was."""
    changed_ms: Int64
    """When its status last changed; -1 or empty where it never did."""
    stabilizing_since_ms: Int64
    locked: Bool
    decided_by: Text
    """Published name of the rule that decided the status."""

    @classmethod
    def of(cls, notes: Notes, history: StatusHistory, newly_rated: Bool, *, as_of_ms: int) -> RescoringFacts:
        """The facts of a round at ``as_of_ms``; ``history`` may be shorter than ``notes``."""
        history = history.extended(len(notes))
        return cls(
            as_of_ms=as_of_ms,
            newly_rated=newly_rated,
            created_at_ms=notes.created_at_ms,
            scored_ms=history.scored_ms,
            changed_ms=history.changed_ms,
            stabilizing_since_ms=history.stabilizing_since_ms,
            locked=history.locked_status != NONE,
            decided_by=history.decided_by,
        )

    def not_scored_for(self, period_ms: int) -> Bool:
        """Which notes were last scored more than so long ago."""
        long_ago: Bool = (self.scored_ms != MISSING_MS) & (self.scored_ms < self.as_of_ms - period_ms)
        return long_ago


def newly_rated(facts: RescoringFacts) -> Bool:
    """Ratings have come in since the previous round."""
    return facts.newly_rated


def recent_and_not_scored_for_a_day(facts: RescoringFacts) -> Bool:
    """Less than two weeks old and not scored for a day; not where new ratings have come in."""
    recent = facts.created_at_ms > facts.as_of_ms - RECENT_NOTE_MS
    return recent & facts.not_scored_for(RECENT_NOTE_EVERY_MS) & ~facts.newly_rated


def changed_in_previous_round(facts: RescoringFacts) -> Bool:
    """The last time it was scored its status changed; not where new ratings have come in."""
    changed: Bool = (facts.changed_ms != MISSING_MS) & (facts.changed_ms == facts.scored_ms)
    return changed & ~facts.newly_rated


def changed_lately_and_not_scored_for_an_hour(facts: RescoringFacts) -> Bool:
    """Its status changed within a day, and it was not scored for an hour."""
    changed = facts.changed_ms > facts.as_of_ms - RECENT_CHANGE_MS
    return changed & facts.not_scored_for(RECENT_CHANGE_EVERY_MS)


def stabilizing(facts: RescoringFacts) -> Bool:
    """A Helpful verdict is waiting to prove stable."""
    return facts.stabilizing_since_ms > 0


def ready_to_lock(facts: RescoringFacts) -> Bool:
    """Old enough for its status to be locked, by at most a week, and last decided by a rule that locks."""
    lockable_from_ms = facts.as_of_ms - LOCK_AFTER_MS
    due = (
        ~facts.locked
        & (facts.created_at_ms < lockable_from_ms)
        & (facts.created_at_ms > lockable_from_ms - LOCKING_WINDOW_MS)
    )
    due[due] = np.isin(facts.decided_by[due], _LOCKING_RULES)
    return due


RESCORING_RULES: Final[tuple[tuple[str, Callable[[RescoringFacts], Bool]], ...]] = (
    ("NOTES_WITH_NEW_RATINGS", newly_rated),
    ("NEW_NOTES_NOT_RESCORED_RECENTLY_ENOUGH", recent_and_not_scored_for_a_day),
    ("NOTES_FLIPPED_PREVIOUS_RUN", changed_in_previous_round),
    ("RECENTLY_FLIPPED_NOTES_NOT_RESCORED_RECENTLY_ENOUGH", changed_lately_and_not_scored_for_an_hour),
    ("NMR_DUE_TO_MIN_STABLE_CRH_TIME", stabilizing),
    ("LOCKING_ELIGIBLE_RECENT_UNLOCKED_NOTES", ready_to_lock),
)
"""Published name and rule, in the order in which the column rescoringActiveRules names them."""


def notes_to_rescore(facts: RescoringFacts) -> Bool:
    """Which notes are due: those that any rule asks for."""
    due: Bool = np.any([rule(facts) for _, rule in RESCORING_RULES], axis=0)
    return due
