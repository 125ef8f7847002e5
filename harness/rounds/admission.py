"""The admission draw: of the writers whose test notes qualify, some are let in each day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.admission.draw import drawn
from harness.admission.window import Verdict, verdict
from harness.eligibility import RuleSet
from harness.store import Store, WriterAccount
from writers.clock import DAY_MS


@dataclass(frozen=True, slots=True)
class Candidate:
    """A writer who waits for admission, and how the draw went."""

    writer: WriterAccount
    verdict: Verdict
    admitted: bool


def admission_verdict(store: Store, writer_id: int, rules: RuleSet) -> Verdict:
    """Where a writer's test notes stand against the criteria."""
    return verdict(store.test_note_buckets(writer_id, limit=rules.admission.window), rules)


def hold_draw(
    store: Store, rules: RuleSet, *, now_ms: int, seed: int, probability: float
) -> tuple[Candidate, ...]:
    """Admit those who qualify and are drawn; tells of every writer not admitted before, in enrolment order.

    A writer's luck is the same however often the draw is held on one day (UTC).
    """
    return tuple(_draw(store, rules, now_ms=now_ms, seed=seed, probability=probability))


def _draw(store: Store, rules: RuleSet, *, now_ms: int, seed: int, probability: float) -> Iterator[Candidate]:
    for writer in store.writers():
        if writer.admitted_at_ms is not None or not writer.note_writer:
            continue
        found = admission_verdict(store, writer.writer_id, rules)
        lucky = drawn(writer.name, now_ms // DAY_MS, seed=seed, probability=probability)
        admitted = found.qualifies and lucky and store.admit(writer.writer_id, now_ms)
        yield Candidate(writer, found, admitted)
