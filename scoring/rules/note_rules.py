"""Status rules of one model.

Source: twitter/communitynotes 273c895, scoring/src/scoring/scoring_rules.py (rules) and note_ratings.py
(their order). NaN satisfies no comparison, so a note without a fit stays with its first label.
"""

from __future__ import annotations

import numpy as np

from scoring.rules.engine import Rule, say
from scoring.rules.facts import FinalFacts, NoteFacts
from scoring.statuses import CRH, CRNH, FIRM_REJECT, NMR, NYH, StatusArray
from scoring.tables.arrays import Bool

_RATIO_RATERS_PER_SIDE = 3
_RATIO_MEAN_PER_SIDE = 0.4
_RATIO_MEAN_OF_SIDES = 0.3


def _rated_enough(facts: NoteFacts) -> Bool:
    return facts.ratings >= facts.thresholds.ratings_needed


def _held_back(facts: NoteFacts) -> int:
    """What becomes of a note that a filter catches: models that reject firmly do so here too."""
    return NMR if facts.thresholds.firm_reject_intercept is None else FIRM_REJECT


def initial_nmr(facts: NoteFacts, label: StatusArray) -> StatusArray:
    """Every note starts as "needs more ratings"."""
    return say(NMR, np.ones(len(label), np.bool_))


def general_crh(facts: NoteFacts, label: StatusArray) -> StatusArray:
    """Helpful: an intercept of at least 0.40. Never for a note that calls its post not misleading."""
    high = facts.intercept >= facts.thresholds.crh_intercept
    return say(CRH, _rated_enough(facts) & high & ~facts.not_misleading)


def general_crnh(facts: NoteFacts, label: StatusArray) -> StatusArray:
    """Not Helpful: an intercept at or below −0.05 − 0.8 |factor|."""
    thresholds = facts.thresholds
    limit = thresholds.crnh_intercept + thresholds.crnh_factor_multiplier * np.abs(facts.factor)
    return say(CRNH, _rated_enough(facts) & (facts.intercept <= limit))


def ucb_crnh(facts: FinalFacts, label: StatusArray) -> StatusArray:
    """Not Helpful: even with an extreme rater calling it helpful the intercept stays below −0.04."""
    low = facts.highest_intercept < facts.thresholds.crnh_upper_bound
    return say(CRNH, _rated_enough(facts) & low)


def ratio_crnh(facts: FinalFacts, label: StatusArray) -> StatusArray:
    """Not Helpful: at least three raters on each side, and both sides rate it low."""
    means = facts.sides.mean_rating
    both = np.all(facts.sides.raters >= _RATIO_RATERS_PER_SIDE, axis=0)
    low = np.all(means <= _RATIO_MEAN_PER_SIDE, axis=0) & ((means[0] + means[1]) / 2 <= _RATIO_MEAN_OF_SIDES)
    return say(CRNH, _rated_enough(facts) & both & low)


def not_misleading_crnh(facts: NoteFacts, label: StatusArray) -> StatusArray:
    """Not Helpful: a "not misleading" note with an intercept below −0.15, however few its ratings."""
    return say(
        CRNH, facts.not_misleading & (facts.intercept < facts.thresholds.not_misleading_crnh_intercept)
    )


def crh_inertia(facts: FinalFacts, label: StatusArray) -> StatusArray:
    """A note that was Helpful stays so until its intercept falls below 0.39.

    The official rule stops the whole run where such a note is above 0.40 and yet called Not Helpful by a
    rule before it; here that note keeps the earlier rule's word.
    """
    thresholds = facts.thresholds
    was_helpful = (label != CRH) & (facts.previous_status == CRH) & ~facts.not_misleading
    near = (facts.intercept >= thresholds.crh_intercept - thresholds.crh_inertia) & ~(
        facts.intercept >= thresholds.crh_intercept
    )
    return say(CRH, _rated_enough(facts) & was_helpful & near)


def large_factor(facts: FinalFacts, label: StatusArray) -> StatusArray:
    """A note whose factor exceeds 0.5 in size pleases one side too much to be Helpful."""
    return say(_held_back(facts), (label == CRH) & (np.abs(facts.factor) > facts.thresholds.crh_factor))


def reject_low_intercept(facts: FinalFacts, label: StatusArray) -> StatusArray:
    """An intercept below 0.3 is a firm rejection, in the models that have one."""
    limit = facts.thresholds.firm_reject_intercept
    if limit is None:
        return say(FIRM_REJECT, np.zeros(len(label), np.bool_))
    return say(FIRM_REJECT, (label != CRNH) & (facts.intercept < limit))


def min_minority_raters(facts: FinalFacts, label: StatusArray) -> StatusArray:
    """Helpful needs at least four net helpful ratings from each side."""
    return say(NYH, (label == CRH) & (facts.sides.least_net_helpful < facts.thresholds.net_helpful_needed))


def rater_balance(facts: FinalFacts, label: StatusArray) -> StatusArray:
    """With fewer than ten net helpful ratings the weaker side must bring at least 5 % of all ratings."""
    thresholds = facts.thresholds
    least = facts.sides.least_net_helpful
    few = (least >= thresholds.net_helpful_needed) & (least < thresholds.balance_net_helpful)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (least / np.sum(facts.sides.raters, axis=0)).astype(np.float32)
    return say(NYH, (label == CRH) & few & (share < thresholds.balance_share))


INITIAL_NMR: Rule[NoteFacts] = Rule("InitialNMR", initial_nmr)
GENERAL_CRH: Rule[NoteFacts] = Rule("GeneralCRH", general_crh)
GENERAL_CRNH: Rule[NoteFacts] = Rule("GeneralCRNH", general_crnh)
NM_CRNH: Rule[NoteFacts] = Rule("NmCRNH", not_misleading_crnh)

INTERIM_RULES: tuple[Rule[NoteFacts], ...] = (INITIAL_NMR, GENERAL_CRH, GENERAL_CRNH, NM_CRNH)
"""Between the prescoring rounds, to see who rates with the outcome."""

FINAL_RULES: tuple[Rule[FinalFacts], ...] = (
    INITIAL_NMR,
    GENERAL_CRH,
    GENERAL_CRNH,
    Rule("UcbCRNH", ucb_crnh),
    Rule("RatioCRNH", ratio_crnh),
    NM_CRNH,
    Rule("GeneralCRHInertia", crh_inertia),
    Rule("FilterLargeFactor", large_factor),
    Rule("RejectLowIntercept", reject_low_intercept),
    Rule("MinMinorityRaters", min_minority_raters),
    Rule("RaterBalance", rater_balance),
)
"""A matrix-factorization model's final phase."""
