"""What counts, and until when."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from harness.eligibility import NoteRecord, assess, rules_at
from harness.eligibility.measures import measure
from tests.harness.eligibility.records import NOW_MS, mixed, record
from writers.clock import DAY_MS
from writers.protocol.notes import Status

PRESENT = rules_at(date(2026, 5, 1))


def one(age_ms: int, status: Status = Status.CRH, ratings: int = 50) -> list[NoteRecord]:
    return [NoteRecord(1, NOW_MS - age_ms, status, ratings)]


@pytest.mark.parametrize(
    ("days", "name"),
    [(1, "written_last_24h"), (30, "written_last_30d"), (90, "impact_90d")],
)
def test_a_window_of_days_holds_what_is_strictly_younger(days: int, name: str) -> None:
    for age_ms, counted in ((0, 1), (days * DAY_MS - 1, 1), (days * DAY_MS, 0), (days * DAY_MS + 1, 0)):
        measures = measure(one(age_ms), now_ms=NOW_MS, rule=PRESENT.long_term_hit_rate)
        assert getattr(measures, name) == counted, (age_ms, name)


def test_fourteen_days_end_to_the_millisecond() -> None:
    inside = measure(one(14 * DAY_MS - 1), now_ms=NOW_MS, rule=PRESENT.long_term_hit_rate)
    outside = measure(one(14 * DAY_MS), now_ms=NOW_MS, rule=PRESENT.long_term_hit_rate)
    assert inside.last_days is not None
    assert outside.last_days is not None
    assert (inside.last_days.notes, outside.last_days.notes) == (1, 0)


@pytest.mark.parametrize(
    ("status", "ratings", "counts"),
    [
        (Status.NMR, 9, False),
        (Status.NMR, 10, True),
        (Status.CRH, 0, True),
        (Status.CRNH, 0, True),
    ],
)
def test_fourteen_day_rate_leaves_out_only_unrated_undecided_notes(
    status: Status, ratings: int, counts: bool
) -> None:
    measures = measure(one(DAY_MS, status, ratings), now_ms=NOW_MS, rule=PRESENT.long_term_hit_rate)
    assert measures.last_days is not None
    assert measures.last_days.notes == counts


def test_fourteen_day_rate_came_with_the_version_of_march_2026() -> None:
    before = rules_at(date(2026, 3, 4)).long_term_hit_rate
    assert measure(one(DAY_MS), now_ms=NOW_MS, rule=before).last_days is None


def test_not_helpful_counts_look_at_the_last_decided_notes() -> None:
    statuses = [
        *[Status.NMR] * 30,
        Status.CRNH,
        Status.CRH,
        Status.NMR,
        *[Status.CRNH] * 3,
        *[Status.CRH] * 3,
        *[Status.CRNH] * 9,
    ]
    measures = measure(record(statuses), now_ms=NOW_MS, rule=PRESENT.long_term_hit_rate)
    assert (measures.nh_5, measures.nh_10) == (4, 6)


def test_hit_rates_count_undecided_notes_below_the_line() -> None:
    notes = record([*mixed(crh=3, crnh=1, nmr=16), *mixed(crh=40, crnh=0, nmr=140)])
    measures = measure(notes, now_ms=NOW_MS, rule=PRESENT.long_term_hit_rate)
    assert measures.recent.value == Fraction(2, 20)
    assert measures.last_100.value == Fraction(2, 100)
    assert (
        measure(notes, now_ms=NOW_MS, rule=rules_at(date(2025, 8, 28)).long_term_hit_rate).long_window.notes
        == 200
    )


def test_notes_of_one_millisecond_are_ordered_by_id() -> None:
    notes = [NoteRecord(i, NOW_MS, Status.CRNH if i >= 90 else Status.CRH, 50) for i in range(100)]
    assert measure(notes, now_ms=NOW_MS, rule=PRESENT.long_term_hit_rate).nh_10 == 10


def test_later_notes_are_not_looked_at() -> None:
    assert assess(one(-1), now_ms=NOW_MS, rules=PRESENT).measures.written == 0


def test_no_notes() -> None:
    eligibility = assess([], now_ms=NOW_MS, rules=PRESENT)
    assert (eligibility.writing_limit, eligibility.decision.branch) == (10, "T < 20")
    assert eligibility.feeds == ("small",)
    assert eligibility.document().writing_limit == 10


def test_notes_left_today() -> None:
    eligibility = assess(record([Status.NMR] * 4), now_ms=NOW_MS, rules=PRESENT)
    assert (eligibility.writing_limit, eligibility.written_last_24h, eligibility.notes_left) == (10, 4, 6)
    full = assess(record([Status.NMR] * 12), now_ms=NOW_MS, rules=PRESENT)
    assert full.notes_left == 0
