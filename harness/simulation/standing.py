"""Where an AI writer stands: what it may do, and its days so far."""

from __future__ import annotations

from harness.eligibility import Eligibility, RuleSet, assess
from harness.simulation.ai_writer import AiWriter
from harness.simulation.result import StatusCounts, WriterDay
from harness.store import Store
from writers.protocol.notes import Status


def standing(store: Store, writer: AiWriter, rules: RuleSet, *, now_ms: int) -> Eligibility | None:
    """What an admitted writer may do now; None before admission."""
    account = store.writer(writer.writer_id)
    if account is None or account.admitted_at_ms is None:
        return None
    return assess(store.live_note_records(writer.writer_id), now_ms=now_ms, rules=rules)


def hit_rate(eligibility: Eligibility | None) -> float | None:
    """(CRH − CRNH) / notes over the most recent 100 live notes; None without live notes."""
    if eligibility is None or not eligibility.measures.written:
        return None
    return float(eligibility.measures.last_100.value)


def status_counts(store: Store, writer: AiWriter) -> StatusCounts:
    """A writer's live notes by present status."""
    statuses = [record.status for record in store.live_note_records(writer.writer_id)]
    return StatusCounts(
        crh=statuses.count(Status.CRH), crnh=statuses.count(Status.CRNH), nmr=statuses.count(Status.NMR)
    )


def close_day(store: Store, writer: AiWriter, rules: RuleSet, *, now_ms: int) -> WriterDay:
    """A writer's day that ends now."""
    eligibility = standing(store, writer, rules, now_ms=now_ms)
    counts = status_counts(store, writer)
    return WriterDay(
        day=len(writer.days),
        test_notes=writer.submitted(test_mode=True) - sum(day.test_notes for day in writer.days),
        live_notes=writer.submitted(test_mode=False) - sum(day.live_notes for day in writer.days),
        writing_limit=eligibility.writing_limit if eligibility is not None else None,
        hit_rate=hit_rate(eligibility),
        crh=counts.crh,
        crnh=counts.crnh,
        nmr=counts.nmr,
    )
