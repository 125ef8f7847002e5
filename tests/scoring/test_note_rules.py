"""Each status rule of a model at its boundaries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.filters.incorrect import IncorrectVotes
from scoring.filters.tags import TagTotals
from scoring.rules import note_rules
from scoring.rules.engine import Rule, apply_rules, say
from scoring.rules.facts import FinalFacts, Sides, StatusThresholds
from scoring.rules.note_rules import FINAL_RULES
from scoring.statuses import CRH, CRNH, FIRM_REJECT, NMR, NONE, NYH
from scoring.tables import NotHelpfulTag

NAN = float("nan")
CORE_THRESHOLDS = StatusThresholds(firm_reject_intercept=0.3)


def sides(
    raters: tuple[int, int] = (20, 20),
    helpful: tuple[int, int] = (15, 15),
    not_helpful: tuple[int, int] = (1, 1),
    level_sum: tuple[int, int] = (34, 34),
    sampled: tuple[int, int] = (0, 0),
) -> Sides:
    pairs = (raters, helpful, not_helpful, level_sum, sampled)
    return Sides(*(np.array(pair, np.int32).reshape(2, 1) for pair in pairs))


def tags(adjusted: float, weight: float, tag: NotHelpfulTag = NotHelpfulTag.INCORRECT) -> TagTotals:
    """One note's weights: with one tag, and in all."""
    row = np.zeros((1, 13))
    row[0, tag.bit_length() - 1] = adjusted
    return TagTotals(row, np.array([weight]))


def votes(voters: int, incorrect: int, expected: float) -> IncorrectVotes:
    return IncorrectVotes(np.array([voters]), np.array([incorrect]), np.array([expected]))


def facts(**changed: Any) -> FinalFacts:
    """One note that nothing is wrong with."""
    values: dict[str, Any] = {
        "thresholds": CORE_THRESHOLDS,
        "ratings": 40,
        "intercept": 0.45,
        "factor": 0.1,
        "not_misleading": False,
        "highest_intercept": 0.5,
        "previous_status": NMR,
        "sides": sides(),
        "tags": tags(0.0, 20.0),
        "tag_thresholds": np.full(13, 0.2),
        "incorrect": votes(0, 0, 0.0),
        "low_diligence_intercept": -0.5,
        "no_high_volume_intercept": 0.45,
        "no_correlated_intercept": 0.45,
    } | changed
    types = {
        "ratings": np.int32,
        "intercept": np.float32,
        "factor": np.float32,
        "not_misleading": np.bool_,
        "highest_intercept": np.float32,
        "previous_status": np.int8,
        "low_diligence_intercept": np.float32,
        "no_high_volume_intercept": np.float32,
        "no_correlated_intercept": np.float32,
    }
    return FinalFacts(
        **{name: np.array([value], types[name]) if name in types else value for name, value in values.items()}
    )


def said(rule: Rule[Any], note: FinalFacts, label: int = NMR) -> int:
    return int(rule.decide(note, np.array([label], np.int8))[0])


@pytest.mark.parametrize(
    ("intercept", "ratings", "not_misleading", "status"),
    [
        (0.40, 5, False, CRH),
        (np.float32(0.4), 5, False, CRH),
        (np.nextafter(np.float32(0.4), np.float32(0)), 5, False, NONE),
        (0.9, 4, False, NONE),
        (0.9, 5, True, NONE),
        (NAN, 50, False, NONE),
    ],
)
def test_general_crh(intercept: float, ratings: int, not_misleading: bool, status: int) -> None:
    note = facts(intercept=intercept, ratings=ratings, not_misleading=not_misleading)
    assert said(note_rules.GENERAL_CRH, note) == status


@pytest.mark.parametrize(
    ("intercept", "factor", "ratings", "status"),
    [
        (-0.05, 0.0, 5, CRNH),
        (-0.0499, 0.0, 5, NONE),
        (-0.06, 0.0, 4, NONE),
        (-0.46, 0.5, 5, CRNH),
        (-0.44, 0.5, 5, NONE),
        (-0.46, -0.5, 5, CRNH),
        (NAN, NAN, 5, NONE),
    ],
)
def test_general_crnh(intercept: float, factor: float, ratings: int, status: int) -> None:
    assert said(note_rules.GENERAL_CRNH, facts(intercept=intercept, factor=factor, ratings=ratings)) == status


@pytest.mark.parametrize(
    ("highest", "ratings", "status"), [(-0.041, 5, CRNH), (-0.04, 5, NONE), (-0.041, 4, NONE), (NAN, 5, NONE)]
)
def test_ucb_crnh(highest: float, ratings: int, status: int) -> None:
    assert said(note_rules.UCB_CRNH, facts(highest_intercept=highest, ratings=ratings)) == status


@pytest.mark.parametrize(
    ("raters", "level_sum", "status"),
    [
        ((10, 10), (4, 8), CRNH),  # means .2 and .4, average .3 in single precision
        ((10, 10), (6, 6), CRNH),
        ((10, 10), (5, 8), NONE),  # average .325
        ((10, 10), (0, 9), NONE),  # one side at .45
        ((2, 10), (0, 0), NONE),
        ((3, 3), (0, 0), CRNH),
        ((0, 10), (0, 0), NONE),
    ],
)
def test_ratio_crnh(raters: tuple[int, int], level_sum: tuple[int, int], status: int) -> None:
    assert said(note_rules.RATIO_CRNH, facts(sides=sides(raters, level_sum=level_sum))) == status


@pytest.mark.parametrize(
    ("not_misleading", "intercept", "ratings", "status"),
    [(True, -0.16, 0, CRNH), (True, -0.15, 9, NONE), (False, -0.9, 9, NONE), (True, NAN, 9, NONE)],
)
def test_nm_crnh(not_misleading: bool, intercept: float, ratings: int, status: int) -> None:
    note = facts(not_misleading=not_misleading, intercept=intercept, ratings=ratings)
    assert said(note_rules.NM_CRNH, note) == status


@pytest.mark.parametrize(
    ("intercept", "previous", "label", "not_misleading", "status"),
    [
        (0.39, CRH, NMR, False, CRH),
        (0.389, CRH, NMR, False, NONE),
        (0.395, NMR, NMR, False, NONE),
        (0.395, CRH, CRNH, False, CRH),
        (0.41, CRH, CRNH, False, NONE),
        (0.395, CRH, CRH, False, NONE),
        (0.395, CRH, NMR, True, NONE),
    ],
)
def test_crh_inertia(intercept: float, previous: int, label: int, not_misleading: bool, status: int) -> None:
    note = facts(intercept=intercept, previous_status=previous, not_misleading=not_misleading)
    assert said(note_rules.CRH_INERTIA, note, label) == status


@pytest.mark.parametrize(
    ("factor", "label", "firm", "status"),
    [
        (0.51, CRH, 0.3, FIRM_REJECT),
        (-0.51, CRH, 0.3, FIRM_REJECT),
        (0.51, CRH, None, NMR),
        (0.5, CRH, 0.3, NONE),
        (0.51, NMR, 0.3, NONE),
    ],
)
def test_large_factor(factor: float, label: int, firm: float | None, status: int) -> None:
    note = facts(factor=factor, thresholds=StatusThresholds(firm_reject_intercept=firm))
    assert said(note_rules.LARGE_FACTOR, note, label) == status


@pytest.mark.parametrize(
    ("intercept", "label", "firm", "status"),
    [
        (0.29, NMR, 0.3, FIRM_REJECT),
        (0.3, NMR, 0.3, NONE),
        (0.29, CRNH, 0.3, NONE),
        (0.29, NMR, None, NONE),
        (NAN, NMR, 0.3, NONE),
    ],
)
def test_reject_low_intercept(intercept: float, label: int, firm: float | None, status: int) -> None:
    note = facts(intercept=intercept, thresholds=StatusThresholds(firm_reject_intercept=firm))
    assert said(note_rules.REJECT_LOW_INTERCEPT, note, label) == status


@pytest.mark.parametrize(
    ("helpful", "not_helpful", "label", "status"),
    [
        ((4, 30), (0, 0), CRH, NONE),
        ((3, 30), (0, 0), CRH, NYH),
        ((9, 30), (6, 0), CRH, NYH),
        ((0, 30), (9, 0), CRH, NYH),
        ((3, 30), (0, 0), NMR, NONE),
    ],
)
def test_min_minority_raters(
    helpful: tuple[int, int], not_helpful: tuple[int, int], label: int, status: int
) -> None:
    note = facts(sides=sides(helpful=helpful, not_helpful=not_helpful))
    assert said(note_rules.MIN_MINORITY_RATERS, note, label) == status


@pytest.mark.parametrize(
    ("helpful", "raters", "status"),
    [
        ((4, 90), (4, 96), NYH),  # 4 of 100
        ((5, 90), (5, 95), NONE),  # exactly 5 %, which passes in single precision
        ((9, 300), (9, 300), NYH),
        ((10, 900), (10, 900), NONE),
        ((3, 90), (3, 97), NONE),  # the rule before this one has spoken
    ],
)
def test_rater_balance(helpful: tuple[int, int], raters: tuple[int, int], status: int) -> None:
    note = facts(sides=sides(raters=raters, helpful=helpful, not_helpful=(0, 0)))
    assert said(note_rules.RATER_BALANCE, note, CRH) == status


@pytest.mark.parametrize(
    ("adjusted", "weight", "tag", "threshold", "label", "firm", "status"),
    [
        (2.6, 10, NotHelpfulTag.INCORRECT, 0.2, NMR, 0.3, FIRM_REJECT),
        (2.6, 10, NotHelpfulTag.INCORRECT, 0.2, CRH, None, NMR),
        (2.6, 10, NotHelpfulTag.INCORRECT, 0.2, CRNH, 0.3, NONE),
        (2.5, 10, NotHelpfulTag.INCORRECT, 0.2, CRH, 0.3, NONE),  # the total must exceed its limit
        (2.6, 10, NotHelpfulTag.INCORRECT, 0.26, CRH, 0.3, NONE),  # the ratio its threshold
        (2.6, 10, NotHelpfulTag.HARD_TO_UNDERSTAND, 0.2, CRH, 0.3, NONE),
        (2.6, 10, NotHelpfulTag.INCORRECT, NAN, CRH, 0.3, NONE),
        (0.0, 0, NotHelpfulTag.INCORRECT, 0.2, CRH, 0.3, NONE),
    ],
)
def test_tag_filter(
    adjusted: float,
    weight: float,
    tag: NotHelpfulTag,
    threshold: float,
    label: int,
    firm: float | None,
    status: int,
) -> None:
    note = facts(
        tags=tags(adjusted, weight, tag),
        tag_thresholds=np.full(13, threshold),
        thresholds=StatusThresholds(firm_reject_intercept=firm),
    )
    assert said(note_rules.TAG_FILTER, note, label) == status


@pytest.mark.parametrize(
    ("voters", "incorrect", "expected", "label", "status"),
    [
        (3, 2, np.expm1(2 / 2.5) - 1e-9, NMR, FIRM_REJECT),
        (3, 2, np.expm1(2 / 2.5) + 1e-9, NMR, NONE),
        (2, 2, 0.1, NMR, NONE),
        (3, 1, 0.1, NMR, NONE),
        (3, 2, 0.1, CRNH, NONE),
        (3, 2, 0.0, NMR, FIRM_REJECT),  # nobody expected it at all
    ],
)
def test_filter_incorrect(voters: int, incorrect: int, expected: float, label: int, status: int) -> None:
    note = facts(incorrect=votes(voters, incorrect, expected))
    assert said(note_rules.FILTER_INCORRECT, note, label) == status


@pytest.mark.parametrize(
    ("intercept", "label", "status"),
    [(0.264, NMR, FIRM_REJECT), (0.263, NMR, NONE), (0.264, CRNH, NONE), (NAN, NMR, NONE)],
)
def test_filter_low_diligence(intercept: float, label: int, status: int) -> None:
    note = facts(low_diligence_intercept=intercept)
    assert said(note_rules.FILTER_LOW_DILIGENCE, note, label) == status


@pytest.mark.parametrize("rule", [note_rules.NO_HIGH_VOLUME, note_rules.NO_CORRELATED])
@pytest.mark.parametrize(
    ("intercept", "label", "status"),
    [(0.369, CRH, NYH), (0.37, CRH, NONE), (0.369, NMR, NONE), (NAN, CRH, NONE)],
)
def test_intercepts_without_some_raters(rule: Rule[Any], intercept: float, label: int, status: int) -> None:
    note = facts(no_high_volume_intercept=intercept, no_correlated_intercept=intercept)
    assert said(rule, note, label) == status


def test_sides_need_not_balance_where_a_model_does_not_ask() -> None:
    note = facts(
        sides=sides(helpful=(0, 90), raters=(90, 90)),
        thresholds=StatusThresholds(net_helpful_needed=None),
    )
    assert said(note_rules.MIN_MINORITY_RATERS, note, CRH) == NONE
    assert said(note_rules.RATER_BALANCE, note, CRH) == NONE


def test_a_later_rule_overwrites_and_all_that_spoke_are_named() -> None:
    verdict = apply_rules(FINAL_RULES, facts(factor=0.6), 1)
    assert verdict.status.tolist() == [FIRM_REJECT]
    assert verdict.active_rules(0) == "InitialNMR (v1.0),GeneralCRH (v1.0),FilterLargeFactor (v1.0)"
    assert verdict.decider(0) == "FilterLargeFactor (v1.0)"
    assert verdict.label_before(note_rules.LARGE_FACTOR).tolist() == [CRH]


def test_a_rule_that_repeats_a_label_decides_without_changing_it() -> None:
    rules = [
        Rule("First", lambda f, label: say(NMR, label == NONE), "says NMR"),
        Rule("Second", lambda f, label: say(NMR, label == NMR), "says it again"),
    ]
    verdict = apply_rules(rules, None, 2)
    assert verdict.status.tolist() == [NMR, NMR]
    assert verdict.decider(1) == "Second (v1.0)"


def test_the_order_of_the_final_rules_is_the_published_one() -> None:
    assert [rule.name for rule in FINAL_RULES] == [
        "InitialNMR",
        "GeneralCRH",
        "GeneralCRNH",
        "UcbCRNH",
        "RatioCRNH",
        "NmCRNH",
        "GeneralCRHInertia",
        "TagFilter",
        "FilterIncorrect",
        "FilterLowDiligence",
        "FilterLargeFactor",
        "RejectLowIntercept",
        "MinMinorityRaters",
        "RaterBalance",
        "NoHighVolIntercept",
        "NoCorrelatedIntercept",
    ]
