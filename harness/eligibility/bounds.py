"""What a writer's live notes so far leave it for a pass: how many notes, and which feed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.eligibility.ruleset import rules_at
from harness.eligibility.standing import recorded, standing
from writers.protocol.notes import WrittenNote
from writers.protocol.post_selection import DEFAULT_SELECTION, FeedSize, PostSelection


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of live passes at one moment."""

    notes_left: int
    """The most that may be left of the writing limit. Where rating counts are hidden the limit is a range: a
    note too many is refused by the API and kept, one too few would be missed in silence."""
    writing_limit: int
    selection: PostSelection
    """The largest feed that is open for certain."""

    def sentence(self) -> str:
        return f"{self.notes_left} of {self.writing_limit} live notes are left for the last 24 hours."


def live_bounds(notes: Iterable[WrittenNote], *, now_ms: int) -> Bounds:
    """The bounds at `now_ms` (epoch milliseconds) under the rules of that day, from all live notes."""
    found = standing(recorded(notes), now_ms=now_ms, rules=rules_at(now_ms))
    size = FeedSize(found.least.feeds[-1])
    return Bounds(
        notes_left=found.most.notes_left,
        writing_limit=found.most.writing_limit,
        selection=PostSelection(size, DEFAULT_SELECTION.feed_lang),
    )
