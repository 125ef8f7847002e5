"""What is known of a writer whose rating counts are hidden."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.eligibility import NoteRecord, assess, rules_at
from harness.eligibility.standing import RecordedNote, recorded, standing
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.notes import Status, WireStatus, WrittenNote
from writers.protocol.snowflakes import snowflake

NOW_MS = 1_790_000_000_000
RULES = rules_at(date(2026, 3, 5))


def note(age_ms: int, status: Status, rating_count: int | None = None) -> RecordedNote:
    return RecordedNote(created_at_ms=NOW_MS - age_ms, status=status, rating_count=rating_count)


def test_told_counts_leave_no_doubt() -> None:
    notes = [note(HOUR_MS * i, Status.CRH if i % 5 == 0 else Status.NMR, 12) for i in range(120)]
    found = standing(notes, now_ms=NOW_MS, rules=RULES)
    assert found.certain
    assert found.unknown_rating_counts == 0


def test_hidden_counts_leave_a_range_and_old_notes_none() -> None:
    young = [note(HOUR_MS * i, Status.CRH if i % 10 == 0 else Status.NMR) for i in range(100)]
    old = [note(DAY_MS * 20 + i, Status.NMR) for i in range(2_000)]
    found = standing(young + old, now_ms=NOW_MS, rules=RULES)
    assert found.unknown_rating_counts == 90
    assert found.least.writing_limit < found.most.writing_limit
    assert not found.certain


@given(
    hidden=st.lists(st.tuples(st.integers(0, 30 * DAY_MS), st.booleans()), max_size=30),
    decided=st.lists(
        st.tuples(st.integers(0, 30 * DAY_MS), st.sampled_from([Status.CRH, Status.CRNH])), max_size=30
    ),
)
def test_the_truth_lies_within_the_range(
    hidden: list[tuple[int, bool]], decided: list[tuple[int, Status]]
) -> None:
    told = [note(age, status) for age, status in decided]
    found = standing([*told, *(note(age, Status.NMR) for age, _ in hidden)], now_ms=NOW_MS, rules=RULES)
    truth = [note(age, Status.NMR, 10 if enough else 9) for age, enough in hidden]
    records = [
        NoteRecord(i, n.created_at_ms, n.status, n.rating_count or 0) for i, n in enumerate([*told, *truth])
    ]
    true_limit = assess(records, now_ms=NOW_MS, rules=RULES).writing_limit
    assert found.least.writing_limit <= true_limit <= found.most.writing_limit


def test_notes_as_the_api_tells_them() -> None:
    created = NOW_MS - HOUR_MS
    wire = {
        "id": str(snowflake(created, 7)),
        "status": "currently_rated_helpful",
        "scoring_status": {
            "has_access": True,
            "rating_counts_per_model": [
                {
                    "model_name": "expansion",
                    "value": {
                        "negative_factor_bucket_counts": {"helpful_count": 4, "not_helpful_count": 1},
                        "positive_factor_bucket_counts": {"somewhat_helpful_count": 2},
                    },
                }
            ],
        },
    }
    unknown = {"id": str(snowflake(created, 8)), "status": "a_status_of_tomorrow"}
    first, second = recorded([WrittenNote.model_validate(wire), WrittenNote.model_validate(unknown)])
    assert first == RecordedNote(created_at_ms=created, status=Status.CRH, rating_count=7)
    assert second == RecordedNote(created_at_ms=created, status=Status.NMR, rating_count=None)


@pytest.mark.parametrize("status", [*WireStatus, "", None, "a_status_of_tomorrow"])
def test_every_status_is_read_and_only_two_are_decisions(status: str | None) -> None:
    told = WrittenNote.model_validate({"id": str(snowflake(NOW_MS, 7)), "status": status})
    decided = {"currently_rated_helpful": Status.CRH, "currently_rated_not_helpful": Status.CRNH}
    [read] = recorded([told])
    assert read.status is decided.get(status or "", Status.NMR)
    assert read.rating_count is None
