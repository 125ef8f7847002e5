"""From model statuses to the public one: stabilization, locks, explanation tags."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.models.configurations import CORE, CORE_WITH_TOPICS, EXPANSION, EXPANSION_PLUS
from scoring.rules.engine import apply_rules
from scoring.rules.explanation import (
    HELPFUL_PRECEDENCE,
    NOT_HELPFUL_PRECEDENCE,
    explained,
    tag_name,
    top_tags,
)
from scoring.rules.meta_rules import META_RULES, MetaFacts, stabilize
from scoring.statuses import CRH, CRNH, FIRM_REJECT, NMR, NONE, NYH
from scoring.tables import MISSING_MS, HelpfulTag, NotHelpfulTag
from tests.scoring.builders import HOUR_MS, START_MS
from tests.scoring.test_note_rules import sides

MINUTE_MS = HOUR_MS // 60
ENOUGH = 5


def facts(**changed: Any) -> MetaFacts:
    values: dict[str, Any] = {
        "core_status": NMR,
        "wider_status": NONE,
        "core_intercept": 0.45,
        "core_sampled_intercept": float("nan"),
        "previous_status": NMR,
        "locked_status": NONE,
        "stabilizing_since_ms": -1,
    } | changed
    types = {
        "stabilizing_since_ms": np.int64,
        "core_intercept": np.float32,
        "core_sampled_intercept": np.float32,
        "previous_status": np.int8,
        "locked_status": np.int8,
    }
    arrays = {name: np.array([values[name]], kind) for name, kind in types.items()}
    wider = np.array([values["wider_status"]], np.int8)
    return MetaFacts(
        as_of_ms=START_MS,
        model_status={
            CORE.name: np.array([values["core_status"]], np.int8),
            **dict.fromkeys((CORE_WITH_TOPICS.name, EXPANSION.name, EXPANSION_PLUS.name), wider),
        },
        core_sides=values.get("core_sides", sides()),
        helpful_tags=values.get("helpful_tags", np.full((1, 9), ENOUGH, np.int32)),
        not_helpful_tags=values.get("not_helpful_tags", np.full((1, 13), ENOUGH, np.int32)),
        **arrays,
    )


def ago(minutes: float) -> int:
    return START_MS - int(minutes * MINUTE_MS)


@pytest.mark.parametrize(
    ("label", "previous", "since", "status", "time"),
    [
        # the note was not shown as Helpful before
        (CRH, NMR, MISSING_MS, NMR, START_MS),
        (NYH, NMR, MISSING_MS, NMR, START_MS),
        (CRH, NMR, -1, NMR, START_MS),
        (NYH, NMR, -1, NMR, -1),
        (CRH, NMR, ago(60), NMR, ago(60)),
        (CRH, NMR, ago(60) - 1, CRH, -1),
        (NYH, NMR, ago(61), NMR, ago(61)),
        (NYH, NMR, ago(360) - 1, NMR, -1),
        (NMR, NMR, ago(5), NONE, -1),
        (CRNH, NMR, ago(5), NONE, -1),
        (NMR, NMR, -1, NONE, MISSING_MS),
        (CRH, CRNH, -1, NMR, START_MS),
        # it was
        (CRH, CRH, -1, NONE, MISSING_MS),
        (NYH, CRH, -1, CRH, MISSING_MS),
        (NMR, CRH, -1, NONE, MISSING_MS),
    ],
)
def test_stabilization(label: int, previous: int, since: int, status: int, time: int) -> None:
    said, times = stabilize(
        facts(previous_status=previous, stabilizing_since_ms=since), np.array([label], np.int8)
    )
    assert (int(said[0]), int(times[0])) == (status, time)


@pytest.mark.parametrize(
    ("changed", "status", "decider"),
    [
        ({"core_status": NONE}, NMR, "MetaInitialNMR (v1.0)"),
        ({"core_status": NONE, "wider_status": CRNH}, CRNH, "CoreWithTopicsModel (v1.1)"),
        ({"core_status": NMR, "wider_status": CRNH}, NMR, "CoreModel (v1.1)"),
        ({"core_status": FIRM_REJECT}, NMR, "CoreModel (v1.1)"),
        ({"core_status": CRNH}, CRNH, "CoreModel (v1.1)"),
        ({"core_status": CRH}, NMR, "NmrDueToMinStableCrhTime (v1.0)"),
        ({"core_status": CRH, "previous_status": CRH}, CRH, "CoreModel (v1.1)"),
        ({"core_status": CRH, "locked_status": CRNH}, CRNH, "ScoringDriftGuard (v1.0)"),
        ({"core_status": CRNH, "locked_status": CRNH}, CRNH, "CoreModel (v1.1)"),
        (
            {"core_status": NMR, "locked_status": CRH, "helpful_tags": np.zeros((1, 9), np.int32)},
            NMR,
            "InsufficientExplanation (v1.0)",
        ),
        (
            {"core_status": CRNH, "not_helpful_tags": np.eye(1, 13, dtype=np.int32) * 9},
            NMR,
            "InsufficientExplanation (v1.0)",
        ),
    ],
)
def test_meta_rules(changed: dict[str, Any], status: int, decider: str) -> None:
    verdict = apply_rules(META_RULES, facts(**changed), 1)
    assert (int(verdict.status[0]), verdict.decider(0)) == (status, decider)


@pytest.mark.parametrize(
    ("sampled", "intercept", "sampled_intercept", "status"),
    [
        ((4, 4), 0.45, 0.299, NMR),
        ((4, 4), 0.45, 0.301, CRH),  # not below 0.30
        ((4, 4), 0.40, 0.26, CRH),  # not 0.15 below the other
        ((4, 3), 0.45, 0.2, CRH),  # seven ratings
        ((1, 9), 0.45, 0.2, CRH),  # one side has one
        ((2, 6), 0.45, 0.2, NMR),
        ((9, 9), 0.45, float("nan"), CRH),
    ],
)
def test_raters_asked_at_random_can_take_helpful_away(
    sampled: tuple[int, int], intercept: float, sampled_intercept: float, status: int
) -> None:
    note = facts(
        core_status=CRH,
        previous_status=CRH,
        core_sides=sides(sampled=sampled),
        core_intercept=intercept,
        core_sampled_intercept=sampled_intercept,
    )
    verdict = apply_rules(META_RULES, note, 1)
    assert int(verdict.status[0]) == status
    assert ("PopulationSampledIntercept (v1.0)" in verdict.active_rules(0)) == (status == NMR)


def test_no_internal_status_survives_the_meta_rules() -> None:
    for core in (NONE, NMR, CRH, CRNH, NYH, FIRM_REJECT):
        for previous in (NONE, NMR, CRH, CRNH):
            for since in (MISSING_MS, -1, ago(30), ago(90), ago(400)):
                note = facts(core_status=core, previous_status=previous, stabilizing_since_ms=since)
                assert int(apply_rules(META_RULES, note, 1).status[0]) in (NMR, CRH, CRNH)


def test_which_rules_may_lock_a_note() -> None:
    assert {rule.name for rule in META_RULES if rule.locks} == {
        "ExpansionModel",
        "CoreWithTopicsModel",
        "CoreModel",
        "InsufficientExplanation",
    }


def test_a_tag_needs_two_ratings_and_a_status_two_tags() -> None:
    counts = np.array([[2, 2, 0], [2, 1, 1], [9, 0, 0], [0, 5, 2]], np.int32)
    assert explained(counts).tolist() == [True, False, False, True]


def test_the_commonest_tags_explain_and_ties_go_by_precedence() -> None:
    def position(tag: int) -> int:
        return tag.bit_length() - 1

    helpful = np.zeros((3, 9), np.int32)
    helpful[0, position(HelpfulTag.OTHER)] = 7
    helpful[0, position(HelpfulTag.GOOD_SOURCES)] = 3
    helpful[0, position(HelpfulTag.CLEAR)] = 3
    not_helpful = np.zeros((3, 13), np.int32)
    not_helpful[1, position(NotHelpfulTag.IRRELEVANT_SOURCES)] = 2
    not_helpful[1, position(NotHelpfulTag.SOURCES_MISSING_OR_UNRELIABLE)] = 2
    first, second = top_tags(helpful, not_helpful, np.array([CRH, CRNH, NMR], np.int8))
    assert [tag_name(code) for code in first.tolist()] == [
        "helpfulOther",
        "notHelpfulSourcesMissingOrUnreliable",
        "",
    ]
    assert [tag_name(code) for code in second.tolist()] == ["helpfulClear", "notHelpfulIrrelevantSources", ""]


def test_every_tag_has_its_place_in_the_precedence() -> None:
    assert set(HELPFUL_PRECEDENCE) == set(HelpfulTag)
    assert set(NOT_HELPFUL_PRECEDENCE) == set(NotHelpfulTag)
