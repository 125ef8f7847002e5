"""What a round leaves behind: first and latest statuses, the lock, stabilization times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.status_history import DAY_MS, updated_history
from scoring.statuses import CRH, CRNH, NMR, NONE
from scoring.tables import MISSING_MS, StatusHistory
from tests.scoring import builders
from tests.scoring.builders import START_MS


def updated(
    history: StatusHistory,
    status: int,
    *,
    as_of_ms: int = START_MS + 1,
    for_good: bool = True,
    stabilization_ms: int = MISSING_MS,
    created_at_ms: int = START_MS,
) -> dict[str, Any]:
    result = updated_history(
        history,
        builders.notes(1, created_at_ms=np.array([created_at_ms])),
        status=np.array([status], np.int8),
        core_status=np.array([status], np.int8),
        decided_for_good=np.array([for_good]),
        stabilization_ms=np.array([stabilization_ms]),
        as_of_ms=as_of_ms,
    )
    return {name: getattr(result, name).tolist()[0] for name in StatusHistory.__slots__}


NEW = builders.history(1)


def test_a_first_status_is_a_change_even_if_it_is_nmr() -> None:
    after = updated(NEW, NMR)
    assert after["status"] == NMR
    assert after["changed_ms"] == after["scored_ms"] == START_MS + 1
    assert after["first_non_nmr_status"] == NONE
    assert after["first_non_nmr_ms"] == MISSING_MS


def test_a_status_that_stays_has_never_changed() -> None:
    assert updated(builders.history(1, status=NMR), NMR)["changed_ms"] == -1
    assert updated(builders.history(1, status=NMR, changed_ms=7), NMR)["changed_ms"] == 7


def test_the_first_status_is_kept_and_the_latest_follows() -> None:
    helpful = updated(builders.history(1, status=NMR), CRH)
    assert (helpful["first_non_nmr_status"], helpful["latest_non_nmr_status"]) == (CRH, CRH)
    was_helpful = builders.history(
        1,
        status=CRH,
        first_non_nmr_status=CRH,
        first_non_nmr_ms=5,
        latest_non_nmr_status=CRH,
        latest_non_nmr_ms=5,
    )
    fallen = updated(was_helpful, CRNH)
    assert (fallen["first_non_nmr_status"], fallen["first_non_nmr_ms"]) == (CRH, 5)
    assert (fallen["latest_non_nmr_status"], fallen["latest_non_nmr_ms"]) == (CRNH, START_MS + 1)


def test_returning_to_the_same_status_keeps_its_old_time() -> None:
    between = builders.history(
        1,
        status=NMR,
        first_non_nmr_status=CRH,
        first_non_nmr_ms=5,
        latest_non_nmr_status=CRH,
        latest_non_nmr_ms=5,
    )
    assert updated(between, CRH)["latest_non_nmr_ms"] == 5


def test_notes_from_before_the_history_have_no_first_status() -> None:
    assert updated(NEW, CRH, created_at_ms=1_652_918_399_999)["first_non_nmr_status"] == NONE
    assert updated(NEW, CRH, created_at_ms=1_652_918_400_000)["first_non_nmr_status"] == CRH


@pytest.mark.parametrize(
    ("age_ms", "for_good", "locked"),
    [(14 * DAY_MS, True, NONE), (14 * DAY_MS + 1, True, CRH), (30 * DAY_MS, False, NONE)],
)
def test_two_weeks_lock_a_status_if_the_deciding_rule_may(age_ms: int, for_good: bool, locked: int) -> None:
    after = updated(builders.history(1, status=CRH), CRH, as_of_ms=START_MS + age_ms, for_good=for_good)
    assert after["locked_status"] == locked
    assert after["lock_ms"] == (START_MS + age_ms if locked == CRH else MISSING_MS)


def test_a_lock_is_not_renewed() -> None:
    locked = builders.history(1, status=CRH, locked_status=CRH, lock_ms=9)
    after = updated(locked, NMR, as_of_ms=START_MS + 40 * DAY_MS)
    assert (after["locked_status"], after["lock_ms"], after["status"]) == (CRH, 9, NMR)


def test_stabilization_times_are_taken_over_until_the_lock() -> None:
    waiting = updated(builders.history(1, status=NMR), NMR, stabilization_ms=77)
    assert (waiting["stabilizing_since_ms"], waiting["first_stabilizing_ms"]) == (77, 77)
    again = builders.history(1, status=NMR, stabilizing_since_ms=-1, first_stabilizing_ms=77)
    assert updated(again, NMR, stabilization_ms=99)["first_stabilizing_ms"] == 77
    untouched = updated(builders.history(1, status=NMR, stabilizing_since_ms=55), NMR)
    assert (untouched["stabilizing_since_ms"], untouched["first_stabilizing_ms"]) == (55, MISSING_MS)
    locked = updated(NEW, CRNH, as_of_ms=START_MS + 15 * DAY_MS, stabilization_ms=77)
    assert (locked["stabilizing_since_ms"], locked["first_stabilizing_ms"]) == (-1, MISSING_MS)
