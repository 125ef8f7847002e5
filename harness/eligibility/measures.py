"""A writer's record in numbers, under the names X's document gives them (documentation/api/overview.md).

A hit rate is (#Helpful − #Not Helpful) / #notes of a set, notes that need more ratings included below the
line; the hit rate of no notes is 0. A time window of some days or hours holds what is strictly younger than
that: a note counts for 24 hours and no longer counts when exactly 24 hours have passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from harness.eligibility.ruleset import ExceptionMeasure, GateMeasure, LongTermHitRate
from writers.clock import DAY_MS
from writers.protocol.notes import Status

RECENT_NOTES: Final = 20
"""HR_R looks at so many notes."""

DAILY_AVERAGE_DAYS: Final = 30
"""DN_30 is the mean over so many days."""

IMPACT_DAYS: Final = 90
"""Writing impact is counted over so many days."""

RECORD_NOTES: Final = 100
"""HR_100 and the Not Helpful rate look at so many notes."""


class NoteRecord(NamedTuple):
    """What the rules look at of one live note (not a test note). A deleted note keeps its record."""

    note_id: int
    created_at_ms: int
    status: Status
    rating_count: int


@dataclass(frozen=True, slots=True)
class HitRate:
    """A set of notes as its hit rate sees it."""

    helpful: int = 0
    not_helpful: int = 0
    notes: int = 0

    @property
    def value(self) -> Fraction:
        return Fraction(self.helpful - self.not_helpful, self.notes) if self.notes else Fraction(0)


@dataclass(frozen=True, slots=True)
class Measures:
    """The inputs of every rule, at one moment."""

    written: int
    """T: all notes written."""
    written_last_24h: int
    nh_5: int
    """Not Helpful notes among the last 5 that have a decision (Helpful or Not Helpful)."""
    nh_10: int
    decided: int
    """Notes that have a decision, all time."""
    recent: HitRate
    """HR_R: the last 20 notes."""
    last_100: HitRate
    long_window: HitRate
    """The last notes that HR_L looks at: 500 or 100."""
    last_days: HitRate | None
    """HR_14d: the last 14 days without notes that wait for their first 10 ratings; None before that rule."""
    written_last_30d: int
    impact_90d: int
    """#Helpful − #Not Helpful of the notes written in the last 90 days."""

    @property
    def daily_average(self) -> Fraction:
        """DN_30: notes a day over the last 30 days."""
        return Fraction(self.written_last_30d, DAILY_AVERAGE_DAYS)

    @property
    def not_helpful_rate(self) -> Fraction:
        """CRNH_100: share of Not Helpful among the last 100 notes."""
        return (
            Fraction(self.last_100.not_helpful, self.last_100.notes) if self.last_100.notes else Fraction(0)
        )

    def long_term(self, rule: LongTermHitRate) -> Fraction | None:
        """HR_L; None where the rule leaves it out until there are enough notes."""
        if self.written < rule.known_from:
            return Fraction(0) if rule.until_then == "zero" else None
        if self.last_days is None:
            return self.long_window.value
        return max(self.long_window.value, self.last_days.value)

    def of_gate(self, measure: GateMeasure, rule: LongTermHitRate) -> Fraction:
        """The value a requirement is held against."""
        match measure:
            case "T":
                return Fraction(self.written)
            case "HR_100":
                return self.last_100.value
            case "HR_L":
                return self.long_term(rule) or Fraction(0)
            case "CRNH_100":
                return self.not_helpful_rate
            case "impact_90d":
                return Fraction(self.impact_90d)

    def of_exception(self, measure: ExceptionMeasure) -> int:
        """The value an exception of the writing limit is held against."""
        match measure:
            case "NH_10":
                return self.nh_10
            case "NH_5":
                return self.nh_5
            case "T":
                return self.written


def measure(notes: Sequence[NoteRecord], *, now_ms: int, rule: LongTermHitRate) -> Measures:
    """A writer's measures at `now_ms` from all live notes so far in any order; later ones are left out."""
    newest_first = sorted(
        (note for note in notes if note.created_at_ms <= now_ms),
        key=lambda note: (note.created_at_ms, note.note_id),
        reverse=True,
    )
    decisions = [note.status for note in newest_first if note.status is not Status.NMR]

    def within(days: int) -> list[NoteRecord]:
        return [note for note in newest_first if now_ms - note.created_at_ms < days * DAY_MS]

    last_days = None
    if rule.days is not None:
        last_days = _hit_rate(
            [
                note
                for note in within(rule.days)
                if note.status is not Status.NMR or note.rating_count >= rule.min_ratings
            ]
        )
    impact = _hit_rate(within(IMPACT_DAYS))
    return Measures(
        written=len(newest_first),
        written_last_24h=len(within(1)),
        nh_5=decisions[:5].count(Status.CRNH),
        nh_10=decisions[:10].count(Status.CRNH),
        decided=len(decisions),
        recent=_hit_rate(newest_first[:RECENT_NOTES]),
        last_100=_hit_rate(newest_first[:RECORD_NOTES]),
        long_window=_hit_rate(newest_first[: rule.notes]),
        last_days=last_days,
        written_last_30d=len(within(DAILY_AVERAGE_DAYS)),
        impact_90d=impact.helpful - impact.not_helpful,
    )


def _hit_rate(notes: Sequence[NoteRecord]) -> HitRate:
    statuses = [note.status for note in notes]
    return HitRate(statuses.count(Status.CRH), statuses.count(Status.CRNH), len(statuses))
