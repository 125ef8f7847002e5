"""The result of a scoring round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoring.models.configurations import CORE
from scoring.rules.engine import Verdict
from scoring.rules.explanation import tag_name
from scoring.statuses import StatusArray, status_name
from scoring.tables.arrays import Int8, Int32, Int64, StatusHistory

if TYPE_CHECKING:
    from scoring.models.final_round import ModelScored
    from scoring.preparation import PreparedRatings
    from scoring.prescoring import Prescoring
    from scoring.rules.meta_rules import MetaFacts


@dataclass(frozen=True, slots=True)
class Scored:
    """Row i belongs to note i of the tables that were scored. Codes turn into published names on demand."""

    as_of_ms: int
    note_id: Int64
    topic: Int8
    """Codes of :class:`~scoring.topics.Topic`."""
    prepared: PreparedRatings
    """The ratings that counted."""
    status: StatusArray
    """CRH, CRNH or NMR, by the codes of :class:`~scoring.statuses.Status`."""
    first_tag: Int8
    """Code of the tag that explains the status best; -1 for NMR."""
    second_tag: Int8
    num_ratings: Int32
    """Ratings by everybody, as far as they count."""
    helpful_tags: Int32
    """(n, 9) how often each helpful tag was given, in file order."""
    not_helpful_tags: Int32
    """(n, 13) how often each not-helpful tag was given, in file order."""
    verdict: Verdict
    """The meta rules: which spoke, which decided."""
    meta_facts: MetaFacts
    """What the meta rules looked at."""
    models: Mapping[str, ModelScored]
    """By the model's name."""
    unlocked_status: StatusArray
    """What the note would be without its lock, where the lock overruled it; NONE elsewhere."""
    status_before_stabilization: StatusArray
    status_history: StatusHistory
    """For the next round: covers every note."""
    prescoring: Prescoring
    """What this round built on, numbered as the tables."""

    def __len__(self) -> int:
        return len(self.note_id)

    @property
    def core(self) -> ModelScored:
        """The Core model's results."""
        return self.models[CORE.name]

    def status_name(self, note: int) -> str:
        """A note's status as published."""
        return status_name(int(self.status[note]))

    def decided_by(self, note: int) -> str:
        """The published name of the rule that decided, such as ``CoreModel (v1.1)``."""
        return self.verdict.decider(note)

    def tags(self, note: int) -> tuple[str, str]:
        """Published names of the two tags that explain the status; empty for NMR."""
        return tag_name(int(self.first_tag[note])), tag_name(int(self.second_tag[note]))
