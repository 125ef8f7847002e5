"""Status rules of one model.

Source: twitter/communitynotes 273c895, scoring/src/scoring/scoring_rules.py (rules) and note_ratings.py
(their order). NaN satisfies no comparison, so a note without a fit stays with its first label.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.rules.engine import Criterion, Rule, rule_where
from scoring.rules.facts import FinalFacts, NoteFacts, Single
from scoring.statuses import CRH, CRNH, FIRM_REJECT, NMR, NYH, Status
from scoring.tables.arrays import TEXT, Bool, Text
from scoring.tables.values import NOT_HELPFUL_TAG_COLUMNS, NotHelpfulTag

RATIO_RATERS_PER_SIDE: Final = 3
RATIO_MEAN_PER_SIDE: Final = 0.4
RATIO_MEAN_OF_SIDES: Final = 0.3
"""note_ratings.py, is_crnh_ratio: minMinSignCount, maxHelpfulNumPerSide, maxAvgHelpfulNumPerSide."""

INTERCEPT: Final = "intercept"
SIDE_NAMES: Final = ("raters with factor < 0", "raters with factor ≥ 0")

_HELPFUL: Final = frozenset({Status.CURRENTLY_RATED_HELPFUL})
_ALL_BUT_HELPFUL: Final = frozenset(Status) - _HELPFUL
_ALL_BUT_NOT_HELPFUL: Final = frozenset(Status) - {Status.CURRENTLY_RATED_NOT_HELPFUL}

RATED_ENOUGH: Criterion[NoteFacts] = Criterion(
    "ratings that the model hears",
    lambda facts: facts.ratings,
    ">=",
    lambda facts: facts.thresholds.ratings_needed,
)
NOT_MISLEADING: Criterion[NoteFacts] = Criterion(
    "calls its post not misleading", lambda facts: facts.not_misleading, "==", lambda facts: True
)
MISLEADING: Criterion[NoteFacts] = Criterion(
    "calls its post not misleading", lambda facts: facts.not_misleading, "==", lambda facts: False
)


def _intercept(facts: NoteFacts) -> Single:
    return facts.intercept


def _least_net_helpful(facts: FinalFacts) -> NDArray[np.int32]:
    return facts.sides.least_net_helpful


def _weaker_side(facts: FinalFacts) -> Text:
    side: Text = np.array(SIDE_NAMES, TEXT)[np.argmin(facts.sides.helpful - facts.sides.not_helpful, axis=0)]
    return side


def _held_back(facts: NoteFacts) -> int:
    """What becomes of a note that a filter catches: models that reject firmly do so here too."""
    return NMR if facts.thresholds.firm_reject_intercept is None else FIRM_REJECT


def _crnh_limit(facts: NoteFacts) -> NDArray[Any]:
    thresholds = facts.thresholds
    return thresholds.crnh_intercept + thresholds.crnh_factor_multiplier * np.abs(facts.factor)


def _mean_of_sides(facts: FinalFacts) -> NDArray[Any]:
    means = facts.sides.mean_rating
    mean: NDArray[Any] = (means[0] + means[1]) / 2
    return mean


def _weaker_share(facts: FinalFacts) -> Single:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: NDArray[np.float64] = _least_net_helpful(facts) / np.sum(facts.sides.raters, axis=0)
    return share.astype(np.float32)


def _balance_from(facts: FinalFacts) -> int | None:
    """Below it :data:`MIN_MINORITY_RATERS` has already spoken."""
    return facts.thresholds.net_helpful_needed


def outlying_tags(facts: FinalFacts) -> Bool:
    """Which not-helpful tags stick out, (n, 13) in file order. "Hard to understand" never counts."""
    with np.errstate(invalid="ignore"):
        outlying: Bool = (facts.tags.adjusted > facts.thresholds.tag_total) & (
            facts.tags.ratio > facts.tag_thresholds
        )
    outlying[:, NotHelpfulTag.HARD_TO_UNDERSTAND.bit_length() - 1] = False
    return outlying


def _outlying_names(facts: FinalFacts) -> Text:
    tags: list[Any] = [
        ", ".join(name for name, sticks_out in zip(NOT_HELPFUL_TAG_COLUMNS, row, strict=True) if sticks_out)
        for row in outlying_tags(facts).tolist()
    ]
    return np.array(tags, TEXT)


INITIAL_NMR: Rule[NoteFacts] = rule_where("InitialNMR", "every note starts as needing more ratings", NMR)

GENERAL_CRH: Rule[NoteFacts] = rule_where(
    "GeneralCRH",
    "raters of different viewpoints found it helpful",
    CRH,
    RATED_ENOUGH,
    Criterion(INTERCEPT, _intercept, ">=", lambda facts: facts.thresholds.crh_intercept),
    MISLEADING,
)

GENERAL_CRNH: Rule[NoteFacts] = rule_where(
    "GeneralCRNH",
    "raters of different viewpoints found it not helpful; the more one-sided the note, the lower the limit",
    CRNH,
    RATED_ENOUGH,
    Criterion(INTERCEPT, _intercept, "<=", _crnh_limit),
)

UCB_CRNH: Rule[FinalFacts] = rule_where(
    "UcbCRNH",
    "even one more rating, by an extreme rater who calls it helpful, would not lift it",
    CRNH,
    RATED_ENOUGH,
    Criterion(
        "highest intercept with one more helpful rating",
        lambda facts: facts.highest_intercept,
        "<",
        lambda facts: facts.thresholds.crnh_upper_bound,
    ),
)

RATIO_CRNH: Rule[FinalFacts] = rule_where(
    "RatioCRNH",
    "both sides rate it low",
    CRNH,
    RATED_ENOUGH,
    Criterion(
        "raters of the side with fewer",
        lambda facts: np.min(facts.sides.raters, axis=0),
        ">=",
        lambda facts: RATIO_RATERS_PER_SIDE,
    ),
    Criterion(
        "mean rating of the side that likes it more",
        lambda facts: np.max(facts.sides.mean_rating, axis=0),
        "<=",
        lambda facts: RATIO_MEAN_PER_SIDE,
    ),
    Criterion("average of both sides' mean ratings", _mean_of_sides, "<=", lambda facts: RATIO_MEAN_OF_SIDES),
)

NM_CRNH: Rule[NoteFacts] = rule_where(
    "NmCRNH",
    "a note in defence of its post that raters reject, however few they are",
    CRNH,
    NOT_MISLEADING,
    Criterion(INTERCEPT, _intercept, "<", lambda facts: facts.thresholds.not_misleading_crnh_intercept),
)

CRH_INERTIA: Rule[FinalFacts] = rule_where(
    "GeneralCRHInertia",
    "it was Helpful before and stays so just below the limit",
    CRH,
    RATED_ENOUGH,
    Criterion(
        "was Helpful before this round", lambda facts: facts.previous_status == CRH, "==", lambda facts: True
    ),
    Criterion(
        INTERCEPT,
        _intercept,
        ">=",
        lambda facts: facts.thresholds.crh_intercept - facts.thresholds.crh_inertia,
    ),
    # The official rule stops the whole run where such a note is above the limit and yet called Not Helpful by
    # a rule before it; here that note keeps the earlier rule's word.
    Criterion(INTERCEPT, _intercept, "<", lambda facts: facts.thresholds.crh_intercept),
    MISLEADING,
    asked_of=_ALL_BUT_HELPFUL,
)

TAG_FILTER: Rule[FinalFacts] = rule_where(
    "TagFilter",
    "raters near the note's own side give it a not-helpful tag more often than Helpful notes get it",
    _held_back,
    Criterion(
        "not-helpful tags that stick out",
        lambda facts: np.count_nonzero(outlying_tags(facts), axis=1),
        ">=",
        lambda facts: 1,
        found_in=_outlying_names,
    ),
    asked_of=_ALL_BUT_NOT_HELPFUL,
)

FILTER_INCORRECT: Rule[FinalFacts] = rule_where(
    "FilterIncorrect",
    "raters of the note's own side call it incorrect, and more so than is their habit",
    _held_back,
    Criterion(
        'ratings of its own side with the tag "incorrect"',
        lambda facts: facts.incorrect.incorrect,
        ">=",
        lambda facts: facts.thresholds.incorrect_tags,
    ),
    Criterion(
        "ratings of its own side with a not-helpful tag",
        lambda facts: facts.incorrect.voters,
        ">=",
        lambda facts: facts.thresholds.incorrect_voters,
    ),
    Criterion(
        '"incorrect" tags by what these raters\' habit would give',
        lambda facts: facts.incorrect.score,
        ">=",
        lambda facts: facts.thresholds.incorrect_score,
    ),
    asked_of=_ALL_BUT_NOT_HELPFUL,
)

FILTER_LOW_DILIGENCE: Rule[FinalFacts] = rule_where(
    "FilterLowDiligence",
    "careful raters of both sides find it wrong or poorly sourced",
    _held_back,
    Criterion(
        "low-diligence intercept",
        lambda facts: facts.low_diligence_intercept,
        ">",
        lambda facts: facts.thresholds.low_diligence_intercept,
    ),
    asked_of=_ALL_BUT_NOT_HELPFUL,
)

LARGE_FACTOR: Rule[FinalFacts] = rule_where(
    "FilterLargeFactor",
    "it pleases one side too much",
    _held_back,
    Criterion(
        "size of the factor",
        lambda facts: np.abs(facts.factor),
        ">",
        lambda facts: facts.thresholds.crh_factor,
    ),
    asked_of=_HELPFUL,
)

REJECT_LOW_INTERCEPT: Rule[FinalFacts] = rule_where(
    "RejectLowIntercept",
    "so far from Helpful that no wider model may promote it",
    FIRM_REJECT,
    Criterion(INTERCEPT, _intercept, "<", lambda facts: facts.thresholds.firm_reject_intercept),
    asked_of=_ALL_BUT_NOT_HELPFUL,
)

MIN_MINORITY_RATERS: Rule[FinalFacts] = rule_where(
    "MinMinorityRaters",
    "too few raters of one side found it helpful",
    NYH,
    Criterion(
        "net helpful ratings of the side with fewer",
        _least_net_helpful,
        "<",
        lambda facts: facts.thresholds.net_helpful_needed,
        found_in=_weaker_side,
    ),
    asked_of=_HELPFUL,
)

RATER_BALANCE: Rule[FinalFacts] = rule_where(
    "RaterBalance",
    "few raters of one side found it helpful, and their share of all ratings is small",
    NYH,
    Criterion(
        "net helpful ratings of the side with fewer",
        _least_net_helpful,
        ">=",
        _balance_from,
        found_in=_weaker_side,
    ),
    Criterion(
        "net helpful ratings of the side with fewer",
        _least_net_helpful,
        "<",
        lambda facts: facts.thresholds.balance_net_helpful,
        found_in=_weaker_side,
    ),
    Criterion(
        "their share of all helpful raters' ratings",
        _weaker_share,
        "<",
        lambda facts: facts.thresholds.balance_share,
    ),
    asked_of=_HELPFUL,
)

NO_HIGH_VOLUME: Rule[FinalFacts] = rule_where(
    "NoHighVolIntercept",
    "it would not be Helpful without the few who rate the most; passes where no fit is left without them",
    NYH,
    Criterion(
        f"{INTERCEPT} without raters of high volume",
        lambda facts: facts.no_high_volume_intercept,
        "<",
        lambda facts: facts.thresholds.no_high_volume_intercept,
    ),
    asked_of=_HELPFUL,
)

NO_CORRELATED: Rule[FinalFacts] = rule_where(
    "NoCorrelatedIntercept",
    "it would not be Helpful without raters who act as one; passes where no fit is left without them",
    NYH,
    Criterion(
        f"{INTERCEPT} without raters who act as one",
        lambda facts: facts.no_correlated_intercept,
        "<",
        lambda facts: facts.thresholds.no_correlated_intercept,
    ),
    asked_of=_HELPFUL,
)

INTERIM_RULES: tuple[Rule[NoteFacts], ...] = (INITIAL_NMR, GENERAL_CRH, GENERAL_CRNH, NM_CRNH)
"""Between the prescoring rounds, to see who rates with the outcome."""

FINAL_RULES: tuple[Rule[FinalFacts], ...] = (
    INITIAL_NMR,
    GENERAL_CRH,
    GENERAL_CRNH,
    UCB_CRNH,
    RATIO_CRNH,
    NM_CRNH,
    CRH_INERTIA,
    TAG_FILTER,
    FILTER_INCORRECT,
    FILTER_LOW_DILIGENCE,
    LARGE_FACTOR,
    REJECT_LOW_INTERCEPT,
    MIN_MINORITY_RATERS,
    RATER_BALANCE,
    NO_HIGH_VOLUME,
    NO_CORRELATED,
)
"""A matrix-factorization model's final phase."""
