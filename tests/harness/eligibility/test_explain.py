"""Explanations: the inputs by name, the branch, what would change it, and cliffs."""

from __future__ import annotations

from datetime import date

import pytest

from harness.eligibility import assess, rules_at
from tests.harness.eligibility.records import NOW_MS, long_ago, mixed, record
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.notes import Status

PRESENT = rules_at(date(2026, 5, 1))


def test_inputs_carry_their_published_names() -> None:
    names = [entry.name for entry in assess([], now_ms=NOW_MS, rules=PRESENT).explanation.inputs]
    assert names == [
        "T",
        "NH_5",
        "NH_10",
        "HR_R",
        "HR_100",
        "HR_14d",
        "HR_L",
        "DN_30",
        "CRNH_100",
        "impact_90d",
    ]
    first = assess([], now_ms=NOW_MS, rules=rules_at(date(2025, 8, 28))).explanation.inputs
    assert "HR_500" in [entry.name for entry in first]
    second = assess([], now_ms=NOW_MS, rules=rules_at(date(2025, 9, 5))).explanation.inputs
    assert "HR_L" not in [entry.name for entry in second]


def test_each_more_helpful_note_of_a_hundred_is_worth_seven() -> None:
    """HR_L 0.05 is 15 and 0.06 is 22 (2026-03-05); the notes are older than 14 days, the volume is not."""
    older = long_ago(record([*[Status.NMR] * 20, *mixed(crh=5, crnh=0, nmr=75)]), 20)
    old_enough = [*older, *(note._replace(note_id=note.note_id + 500) for note in long_ago(older, 5))]
    explanation = assess(old_enough, now_ms=NOW_MS, rules=PRESENT).explanation
    assert explanation.branch == "0.05 ≤ HR_L < 0.10"
    assert explanation.sentence == (
        "15 notes a day: the hit rate allows 15 + 700 × (HR_L − 0.05) = 15 at 0.05."
    )
    changes = [change for change in explanation.changes if change.measure == "HR_100"]
    assert [change.sentence for change in changes] == [
        "1 more Helpful note among the last 100 notes (HR_100) raises the limit from 15 to 22.",
        "3 more Helpful notes among the last 100 notes (HR_100) raise the limit from 15 to 33.",
    ]


def test_fewer_not_helpful_notes_lift_an_exception() -> None:
    statuses = [*[Status.CRNH] * 5, *mixed(crh=60, crnh=0, nmr=35)]
    explanation = assess(record(statuses), now_ms=NOW_MS, rules=PRESENT).explanation
    assert explanation.branch == "NH_5 ≥ 3"
    assert "too many of the last notes" in explanation.sentence
    [change] = explanation.changes
    assert (change.measure, change.notes, change.limit) == ("NH_5", 3, 16)
    assert change.sentence.startswith(
        "3 fewer Not Helpful among the last 5 notes with a decision (NH_5) make"
    )


def test_the_worst_record_leads_to_the_next_exception() -> None:
    explanation = assess(record([Status.CRNH] * 30), now_ms=NOW_MS, rules=PRESENT).explanation
    assert explanation.branch == "NH_10 ≥ 8"
    [change] = explanation.changes
    assert (change.measure, change.notes, change.limit) == ("NH_10", 3, 5)


def test_a_new_writer_is_told_when_hit_rates_begin_to_count() -> None:
    explanation = assess(record(mixed(crh=6, crnh=0, nmr=6)), now_ms=NOW_MS, rules=PRESENT).explanation
    assert explanation.branch == "T < 20"
    assert "12 notes written so far" in explanation.sentence
    [change] = explanation.changes
    assert change.sentence == (
        "With 8 more notes written hit rates decide; at today's rates the limit would then be 5."
    )


def test_where_volume_decides_only_volume_is_promised() -> None:
    notes = record(mixed(crh=60, crnh=0, nmr=60), apart_ms=6 * HOUR_MS)
    explanation = assess(notes, now_ms=NOW_MS, rules=PRESENT).explanation
    assert explanation.branch == "5·DN_30"
    [change] = explanation.changes
    assert (change.measure, change.notes, change.limit) == ("DN_30", 6, 21)


def test_floor_names_both_bounds() -> None:
    explanation = assess(record([Status.NMR] * 40), now_ms=NOW_MS, rules=PRESENT).explanation
    assert explanation.branch == "floor"
    assert explanation.sentence.startswith(
        "5 notes a day, the floor: the hit rate allows 300 × max(HR_R, HR_L) = 0"
    )


@pytest.mark.parametrize("helpful_before", [0, 1])
def test_a_cliff_close_by_is_told_from_below(helpful_before: int) -> None:
    statuses = [*mixed(crh=6, crnh=0, nmr=14), *mixed(crh=helpful_before, crnh=3, nmr=77 - helpful_before)]
    notes = long_ago(record([*statuses, *[Status.NMR] * 500]), 15)
    eligibility = assess(notes, now_ms=NOW_MS, rules=PRESENT)
    assert eligibility.writing_limit == 90
    [cliff] = eligibility.explanation.cliffs
    assert (cliff.hit_rate, cliff.limit_below, cliff.limit_from) == (0.05, 90, 15)
    assert "below the edge at 0.05" in cliff.sentence


def test_a_cliff_close_by_is_told_from_above() -> None:
    statuses = [*mixed(crh=6, crnh=0, nmr=14), *mixed(crh=0, crnh=1, nmr=79), *[Status.NMR] * 500]
    eligibility = assess(long_ago(record(statuses), 15), now_ms=NOW_MS, rules=PRESENT)
    assert eligibility.writing_limit == 15
    [cliff] = eligibility.explanation.cliffs
    assert "at or above the edge" in cliff.sentence


def test_no_cliff_where_the_limit_does_not_fall() -> None:
    statuses = [*mixed(crh=0, crnh=0, nmr=20), *mixed(crh=4, crnh=0, nmr=76), *[Status.NMR] * 500]
    assert assess(long_ago(record(statuses), 15), now_ms=NOW_MS, rules=PRESENT).explanation.cliffs == ()


@pytest.mark.parametrize(
    ("day", "crh", "crnh", "feeds"),
    [
        (date(2025, 11, 17), 20, 0, ("small",)),
        (date(2025, 11, 18), 10, 0, ("small", "large")),
        (date(2025, 11, 18), 9, 0, ("small",)),
        (date(2025, 11, 18), 13, 3, ("small", "large")),
        (date(2025, 11, 18), 14, 4, ("small",)),
        (date(2025, 12, 18), 14, 4, ("small", "large")),
        (date(2025, 12, 18), 30, 10, ("small", "large")),
        (date(2025, 12, 18), 30, 11, ("small",)),
        (date(2026, 2, 12), 10, 0, ("small", "large", "xl")),
        (date(2026, 3, 4), 9, 0, ("small",)),
        (date(2026, 3, 5), 5, 0, ("small", "large", "xl")),
        (date(2026, 3, 5), 4, 0, ("small",)),
        (date(2026, 3, 27), 100, 0, ("small", "large", "xl", "xxl")),
        (date(2026, 3, 26), 100, 0, ("small", "large", "xl")),
    ],
)
def test_feeds_of_a_hundred_notes(day: date, crh: int, crnh: int, feeds: tuple[str, ...]) -> None:
    notes = long_ago(record(mixed(crh, crnh, 100 - crh - crnh)), 20)
    assert assess(notes, now_ms=NOW_MS, rules=rules_at(day)).feeds == feeds


def test_ninety_nine_notes_open_no_feed() -> None:
    notes = record([Status.CRH] * 99)
    assert assess(notes, now_ms=NOW_MS, rules=rules_at(date(2026, 3, 5))).feeds == ("small",)


@pytest.mark.parametrize(
    ("day", "impact", "scoring_status", "media_notes"),
    [
        (date(2026, 3, 26), 100, False, False),
        (date(2026, 3, 27), 100, True, False),
        (date(2026, 4, 22), 100, True, False),
        (date(2026, 4, 23), 100, True, True),
        (date(2026, 4, 23), 99, False, False),
    ],
)
def test_abilities_of_impact(day: date, impact: int, scoring_status: bool, media_notes: bool) -> None:
    notes = long_ago(record(mixed(impact + 10, 10, 50)), 20)
    eligibility = assess(notes, now_ms=NOW_MS, rules=rules_at(day))
    assert (eligibility.scoring_status, eligibility.media_notes) == (scoring_status, media_notes)


def test_impact_forgets_after_ninety_days() -> None:
    notes = record([Status.CRH] * 100, newest_ms=NOW_MS - 90 * DAY_MS)
    eligibility = assess(notes, now_ms=NOW_MS, rules=PRESENT)
    assert not eligibility.scoring_status
    [scoring_status, _] = eligibility.document().abilities
    assert scoring_status.requirements == (
        "writing impact of the last 90 days (impact_90d): 0, at least 100 needed, not met",
    )
