"""A writer's standing from what the API tells of its notes, on X as on a local server.

The API tells each note's status but, without earned access to `scoring_status`, not how many ratings it has.
The 14-day hit rate leaves out notes that still wait for their first ten ratings, so the answer is then a
range over every number of undecided notes that may have reached ten. Both ends are looked for among all of
them, because the rule is not monotone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from harness.eligibility.assessment import Eligibility, assess, assess_measures
from harness.eligibility.measures import NoteRecord
from harness.eligibility.ruleset import RuleSet
from writers.clock import DAY_MS
from writers.protocol.notes import ModelRatingCounts, ScoringStatus, Status, WrittenNote
from writers.protocol.snowflakes import created_at_ms


class RecordedNote(BaseModel):
    """One live note as a user writes it down to ask "what if": a line of `--notes FILE`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    created_at_ms: int
    status: Status
    rating_count: int | None = None
    """None where nobody told."""


class Standing(BaseModel):
    """What is known of a writer: `least` and `most` differ only where rating counts are hidden."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    least: Eligibility
    most: Eligibility
    unknown_rating_counts: int
    """Undecided notes whose number of ratings nobody told."""

    @property
    def certain(self) -> bool:
        return self.least.writing_limit == self.most.writing_limit and self.least.feeds == self.most.feeds


def recorded(notes: Iterable[WrittenNote]) -> list[RecordedNote]:
    """Live notes as the API tells them. A status this version does not know counts as undecided."""
    return [
        RecordedNote(
            created_at_ms=created_at_ms(int(note.id)),
            status=note.public_status or Status.NMR,
            rating_count=_rating_count(note.scoring_status),
        )
        for note in notes
    ]


def standing(notes: Sequence[RecordedNote], *, now_ms: int, rules: RuleSet) -> Standing:
    """What a writer may do at `now_ms` under `rules`."""
    unrated = assess(_records(notes), now_ms=now_ms, rules=rules)
    hidden = [note for note in notes if note.rating_count is None and note.status is Status.NMR]
    days = rules.long_term_hit_rate.days
    recent = 0 if days is None else sum(0 <= now_ms - note.created_at_ms < days * DAY_MS for note in hidden)
    possible = [_with_rated(unrated, count) for count in range(recent + 1)]
    return Standing(
        least=min(possible, key=_earned), most=max(possible, key=_earned), unknown_rating_counts=recent
    )


def _earned(eligibility: Eligibility) -> tuple[int, int]:
    return eligibility.writing_limit, len(eligibility.feeds)


def _with_rated(unrated: Eligibility, count: int) -> Eligibility:
    """The eligibility if `count` more undecided notes of the last days had enough ratings to be looked at."""
    last_days = unrated.measures.last_days
    if not count or last_days is None:
        return unrated
    measures = replace(unrated.measures, last_days=replace(last_days, notes=last_days.notes + count))
    return assess_measures(measures, now_ms=unrated.now_ms, rules=unrated.rules)


def _records(notes: Sequence[RecordedNote]) -> list[NoteRecord]:
    return [
        NoteRecord(
            note_id=index,
            created_at_ms=note.created_at_ms,
            status=note.status,
            rating_count=note.rating_count or 0,
        )
        for index, note in enumerate(notes)
    ]


def _rating_count(scoring: ScoringStatus | None) -> int | None:
    if scoring is None or not scoring.has_access or not scoring.rating_counts_per_model:
        return None
    return max(_ratings(model.value) for model in scoring.rating_counts_per_model)


def _ratings(counts: ModelRatingCounts) -> int:
    buckets = (
        counts.negative_factor_bucket_counts,
        counts.neutral_factor_bucket_counts,
        counts.positive_factor_bucket_counts,
    )
    return sum(b.helpful_count + b.somewhat_helpful_count + b.not_helpful_count for b in buckets)
