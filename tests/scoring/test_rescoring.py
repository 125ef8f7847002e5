"""Which notes a round looks at again: the official rules, case by case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.rescoring import RESCORING_RULES, RescoringFacts, notes_to_rescore
from scoring.statuses import CRH, NMR
from scoring.tables import MISSING_MS
from tests.scoring.builders import DAY_MS, HOUR_MS, START_MS, history, notes

NOW_MS = START_MS + 365 * DAY_MS
CORE = "CoreModel (v1.1)"

NEW_RATINGS = "NOTES_WITH_NEW_RATINGS"
YOUNG = "NEW_NOTES_NOT_RESCORED_RECENTLY_ENOUGH"
JUST_CHANGED = "NOTES_FLIPPED_PREVIOUS_RUN"
CHANGED = "RECENTLY_FLIPPED_NOTES_NOT_RESCORED_RECENTLY_ENOUGH"
STABILIZING = "NMR_DUE_TO_MIN_STABLE_CRH_TIME"
LOCKING = "LOCKING_ELIGIBLE_RECENT_UNLOCKED_NOTES"


def facts(age_ms: int, newly_rated: bool, columns: dict[str, Any]) -> RescoringFacts:
    """One note of this age; times in ``columns`` are before or after now."""
    told = {
        name: NOW_MS + value if name.endswith("_ms") and value != MISSING_MS else value
        for name, value in columns.items()
    }
    return RescoringFacts.of(
        notes(1, created_at_ms=np.array([NOW_MS - age_ms])),
        history(1, **({"changed_ms": -1} | told)),
        np.array([newly_rated]),
        as_of_ms=NOW_MS,
    )


@pytest.mark.parametrize(
    ("age_ms", "newly_rated", "columns", "rules"),
    [
        (HOUR_MS, True, {}, {NEW_RATINGS}),
        (2 * DAY_MS, False, {}, set()),
        (2 * DAY_MS, False, {"changed_ms": MISSING_MS}, set()),
        (2 * DAY_MS, False, {"scored_ms": -2 * HOUR_MS}, set()),
        (13 * DAY_MS, False, {"scored_ms": -DAY_MS}, set()),
        (13 * DAY_MS, False, {"scored_ms": -DAY_MS - 1}, {YOUNG}),
        (13 * DAY_MS, True, {"scored_ms": -DAY_MS - 1}, {NEW_RATINGS}),
        (14 * DAY_MS - 1, False, {"scored_ms": -2 * DAY_MS}, {YOUNG}),
        (14 * DAY_MS, False, {"scored_ms": -2 * DAY_MS}, set()),
        (2 * DAY_MS, False, {"scored_ms": -HOUR_MS, "changed_ms": -HOUR_MS}, {JUST_CHANGED}),
        (2 * DAY_MS, True, {"scored_ms": -HOUR_MS, "changed_ms": -HOUR_MS}, {NEW_RATINGS}),
        (
            30 * DAY_MS,
            False,
            {"scored_ms": -HOUR_MS, "changed_ms": -HOUR_MS, "locked_status": CRH},
            {JUST_CHANGED},
        ),
        (30 * DAY_MS, False, {"scored_ms": -HOUR_MS - 1, "changed_ms": -3 * HOUR_MS}, {CHANGED}),
        (30 * DAY_MS, True, {"scored_ms": -HOUR_MS - 1, "changed_ms": -3 * HOUR_MS}, {NEW_RATINGS, CHANGED}),
        (30 * DAY_MS, False, {"scored_ms": -HOUR_MS, "changed_ms": -3 * HOUR_MS}, set()),
        (30 * DAY_MS, False, {"scored_ms": -2 * HOUR_MS, "changed_ms": -DAY_MS}, set()),
        (2 * DAY_MS, False, {"scored_ms": -HOUR_MS, "stabilizing_since_ms": -HOUR_MS}, {STABILIZING}),
        (14 * DAY_MS, False, {"scored_ms": -HOUR_MS, "decided_by": CORE}, set()),
        (14 * DAY_MS + 1, False, {"scored_ms": -HOUR_MS, "decided_by": CORE}, {LOCKING}),
        (14 * DAY_MS + 1, False, {"decided_by": "ExpansionModel (v1.1)"}, {LOCKING}),
        (14 * DAY_MS + 1, False, {"decided_by": "InsufficientExplanation (v1.0)"}, {LOCKING}),
        (14 * DAY_MS + 1, False, {"decided_by": "ExpansionPlusModel (v1.1)"}, set()),
        (14 * DAY_MS + 1, False, {"decided_by": "NmrDueToMinStableCrhTime (v1.0)"}, set()),
        (14 * DAY_MS + 1, False, {}, set()),
        (14 * DAY_MS + 1, False, {"decided_by": CORE, "locked_status": NMR}, set()),
        (21 * DAY_MS - 1, False, {"decided_by": CORE}, {LOCKING}),
        (21 * DAY_MS, False, {"decided_by": CORE}, set()),
    ],
)
def test_which_rules_ask_for_a_note(
    age_ms: int, newly_rated: bool, columns: dict[str, Any], rules: set[str]
) -> None:
    of_one = facts(age_ms, newly_rated, columns)
    assert {name for name, rule in RESCORING_RULES if rule(of_one)[0]} == rules
    assert notes_to_rescore(of_one).tolist() == [bool(rules)]


def test_stabilization_that_is_over_asks_for_nothing() -> None:
    of_one = RescoringFacts.of(
        notes(1, created_at_ms=np.array([NOW_MS - 2 * DAY_MS])),
        history(1, scored_ms=NOW_MS - HOUR_MS, changed_ms=-1, stabilizing_since_ms=-1),
        np.array([False]),
        as_of_ms=NOW_MS,
    )
    assert not notes_to_rescore(of_one).any()


def test_notes_beyond_the_history_wait_for_ratings() -> None:
    two = RescoringFacts.of(notes(2), history(0), np.array([False, True]), as_of_ms=START_MS + HOUR_MS)
    assert notes_to_rescore(two).tolist() == [False, True]
