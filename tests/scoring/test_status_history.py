"""What a round leaves behind: first and latest statuses, the lock, stabilization times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.status_history import DAY_MS, updated_history
from scoring.statuses import CRH, CRNH, FIRM_REJECT, NMR, NONE
from scoring.tables import GROUP_MISSING, MISSING_MS, TEXT, StatusHistory
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
        core_status=np.array([FIRM_REJECT], np.int8),
        expansion_status=np.array([NONE], np.int8),
        decided_by=np.array(["CoreModel (v1.1)"], TEXT),
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


def test_what_the_models_said_is_of_this_round_alone() -> None:
    before = builders.history(
        1,
        status=CRH,
        core_status=CRH,
        expansion_status=CRH,
        group_status=CRH,
        multi_group_status=CRNH,
        modeling_group=13,
        modeling_multi_group=1,
        decided_by="GroupModel13 (v1.1)",
        final_output_minute=29_714_340,
    )
    after = updated(before, NMR)
    assert (after["core_status"], after["expansion_status"]) == (FIRM_REJECT, NONE)
    assert after["decided_by"] == "CoreModel (v1.1)"
    assert (after["group_status"], after["multi_group_status"]) == (NONE, NONE)
    assert (after["modeling_group"], after["modeling_multi_group"]) == (GROUP_MISSING, GROUP_MISSING)
    assert after["final_output_minute"] == MISSING_MS


@pytest.mark.parametrize("above_pcrh_ms", [MISSING_MS, -1, 77, -77])
def test_what_other_models_keep_in_the_history_stays(above_pcrh_ms: int) -> None:
    before = builders.history(1, status=CRH, above_pcrh_ms=above_pcrh_ms, retro_lock_ms=5)
    after = updated(before, CRH, as_of_ms=START_MS + 15 * DAY_MS)
    assert after["locked_status"] == CRH
    assert (after["above_pcrh_ms"], after["retro_lock_ms"]) == (above_pcrh_ms, 5)


NOTE = st.fixed_dictionaries(
    {
        "status": st.sampled_from([CRH, CRNH, NMR]),
        "previous": st.sampled_from([NONE, CRH, CRNH, NMR]),
        "locked": st.sampled_from([NONE, CRH, CRNH, NMR]),
        "age_days": st.integers(0, 40),
        "for_good": st.booleans(),
        "stabilization_ms": st.sampled_from([MISSING_MS, -1, 99]),
        "since": st.sampled_from([MISSING_MS, -1, 55]),
    }
)


@given(NOTE)
def test_what_always_holds(note: dict[str, Any]) -> None:
    before = builders.history(
        1, status=note["previous"], locked_status=note["locked"], stabilizing_since_ms=note["since"]
    )
    now_ms = START_MS + note["age_days"] * DAY_MS
    after = updated(
        before,
        note["status"],
        as_of_ms=now_ms,
        for_good=note["for_good"],
        stabilization_ms=note["stabilization_ms"],
    )
    assert (after["status"], after["scored_ms"]) == (note["status"], now_ms)
    assert (after["changed_ms"] == now_ms) == (note["status"] != note["previous"])
    if note["locked"] != NONE:
        assert after["locked_status"] == note["locked"], "a lock is for good"
    if after["locked_status"] != NONE:
        assert after["stabilizing_since_ms"] == -1
        assert note["locked"] != NONE or (note["age_days"] > 14 and note["for_good"])
    assert (after["first_non_nmr_status"] == NONE) == (note["status"] == NMR)
    assert after["first_non_nmr_status"] == after["latest_non_nmr_status"]
