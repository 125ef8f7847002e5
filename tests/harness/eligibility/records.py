"""Live-note records of a wanted hit rate, for tests of rules."""

from __future__ import annotations

from harness.eligibility import NoteRecord
from writers.clock import DAY_MS, MINUTE_MS
from writers.protocol.notes import Status

NOW_MS = 1_780_000_000_000


def record(
    statuses: list[Status],
    *,
    newest_ms: int = NOW_MS - MINUTE_MS,
    apart_ms: int = MINUTE_MS,
    ratings: int = 50,
) -> list[NoteRecord]:
    """Notes of these statuses, newest first, so far apart."""
    return [
        NoteRecord(10_000 - position, newest_ms - position * apart_ms, status, ratings)
        for position, status in enumerate(statuses)
    ]


def mixed(crh: int, crnh: int, nmr: int) -> list[Status]:
    """NMR first, then CRH, then CRNH."""
    return [Status.NMR] * nmr + [Status.CRH] * crh + [Status.CRNH] * crnh


def long_ago(notes: list[NoteRecord], days: int) -> list[NoteRecord]:
    """The same notes, written earlier."""
    return [note._replace(created_at_ms=note.created_at_ms - days * DAY_MS) for note in notes]
