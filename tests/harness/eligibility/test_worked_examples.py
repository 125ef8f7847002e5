"""The published writing-limit rules of every version against examples worked by hand from the document."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from harness.eligibility import Measures, rules_at
from harness.eligibility.measures import HitRate
from harness.eligibility.writing_limit import writing_limit

BUSY = 30 * 200
"""Notes in 30 days that leave 5·DN_30 out of the question."""


def measures(
    *,
    hr_l: str = "0",
    hr_r: str = "0",
    hr_14d: str | None = None,
    t: int = 1_000,
    nh_5: int = 0,
    nh_10: int = 0,
    last_30_days: int = BUSY,
) -> Measures:
    long_term = rate(hr_l)
    return Measures(
        written=t,
        written_last_24h=0,
        nh_5=nh_5,
        nh_10=nh_10,
        decided=10,
        recent=rate(hr_r),
        last_100=long_term,
        long_window=long_term,
        last_days=None if hr_14d is None else rate(hr_14d),
        written_last_30d=last_30_days,
        impact_90d=0,
    )


def rate(text: str) -> HitRate:
    value = Fraction(text)
    return HitRate(max(0, value.numerator), max(0, -value.numerator), value.denominator)


FIRST, SECOND, THIRD, FOURTH, FIFTH = (
    date(2025, 8, 28),
    date(2025, 9, 5),
    date(2025, 9, 9),
    date(2025, 12, 18),
    date(2026, 3, 5),
)

EXAMPLES = [
    # every version: exceptions, in their order
    *((day, {"nh_10": 8, "nh_5": 4}, 2, "NH_10 ≥ 8") for day in (FIRST, SECOND, THIRD, FOURTH, FIFTH)),
    *((day, {"nh_10": 7, "nh_5": 3}, 5, "NH_5 ≥ 3") for day in (FIRST, SECOND, THIRD, FOURTH, FIFTH)),
    *(
        (day, {"t": 19, "hr_r": "1", "hr_l": "1"}, 10, "T < 20")
        for day in (FIRST, SECOND, THIRD, FOURTH, FIFTH)
    ),
    *((day, {"t": 10, "nh_5": 3}, 5, "NH_5 ≥ 3") for day in (FIRST, SECOND, THIRD, FOURTH, FIFTH)),
    # 2025-08-28: the lower of both rates; HR_L is zero until more than 100 are written
    (FIRST, {"hr_l": "0.10", "hr_r": "0.30"}, 20, "min(HR_R, HR_L)"),
    (FIRST, {"hr_l": "0.30", "hr_r": "0.10"}, 20, "min(HR_R, HR_L)"),
    (FIRST, {"hr_l": "0.30", "hr_r": "0.30", "t": 100}, 1, "floor"),
    (FIRST, {"hr_l": "0.30", "hr_r": "0.30", "t": 101}, 60, "min(HR_R, HR_L)"),
    (FIRST, {"hr_l": "-0.2", "hr_r": "0.30"}, 1, "floor"),
    (FIRST, {"hr_l": "0.30", "hr_r": "0.30", "last_30_days": 24}, 4, "5·DN_30"),
    # 2025-09-05: HR_L takes part from 100 notes on, and is left out before
    (SECOND, {"hr_l": "0.10", "hr_r": "0.30", "t": 99}, 60, "min(HR_R, HR_L)"),
    (SECOND, {"hr_l": "0.10", "hr_r": "0.30", "t": 100}, 20, "min(HR_R, HR_L)"),
    (SECOND, {"hr_l": "0", "hr_r": "0"}, 1, "floor"),
    # 2025-09-09: the higher of both, floor 5
    (THIRD, {"hr_l": "0.10", "hr_r": "0.30"}, 60, "max(HR_R, HR_L)"),
    (THIRD, {"hr_l": "0.30", "hr_r": "0.10"}, 60, "max(HR_R, HR_L)"),
    (THIRD, {"hr_l": "0.01", "hr_r": "0.02"}, 5, "floor"),
    (THIRD, {"hr_l": "0.30", "hr_r": "0.30", "t": 20}, 60, "max(HR_R, HR_L)"),
    # 2025-12-18: lines from 0.10 on
    (FOURTH, {"hr_l": "0.099", "hr_r": "0.05"}, 19, "HR_L < 0.10"),
    (FOURTH, {"hr_l": "0.099", "hr_r": "0.40"}, 80, "HR_L < 0.10"),
    (FOURTH, {"hr_l": "0.10", "hr_r": "0.40"}, 20, "0.10 ≤ HR_L < 0.15"),
    (FOURTH, {"hr_l": "0.12"}, 52, "0.10 ≤ HR_L < 0.15"),
    (FOURTH, {"hr_l": "0.15"}, 100, "0.15 ≤ HR_L < 0.20"),
    (FOURTH, {"hr_l": "0.18"}, 340, "0.15 ≤ HR_L < 0.20"),
    (FOURTH, {"hr_l": "0.20"}, 500, "0.20 ≤ HR_L"),
    # 2026-03-05: lines from 0.05 on
    (FIFTH, {"hr_l": "0.05"}, 15, "0.05 ≤ HR_L < 0.10"),
    (FIFTH, {"hr_l": "0.0999"}, 49, "0.05 ≤ HR_L < 0.10"),
    (FIFTH, {"hr_l": "0.10"}, 50, "0.10 ≤ HR_L < 0.15"),
    (FIFTH, {"hr_l": "0.15"}, 200, "0.15 ≤ HR_L < 0.20"),
    (FIFTH, {"hr_l": "0.18"}, 380, "0.15 ≤ HR_L < 0.20"),
    (FIFTH, {"hr_l": "0.1999"}, 499, "0.15 ≤ HR_L < 0.20"),
    (FIFTH, {"hr_l": "0.20"}, 500, "0.20 ≤ HR_L"),
    (FIFTH, {"hr_l": "1"}, 500, "0.20 ≤ HR_L"),
    (FIFTH, {"hr_l": "0.02", "hr_r": "0.04"}, 12, "HR_L < 0.05"),
    (FIFTH, {"hr_l": "0", "hr_r": "0"}, 5, "floor"),
    (FIFTH, {"hr_l": "0.2", "last_30_days": 120}, 20, "5·DN_30"),
    (FIFTH, {"hr_l": "0.2", "last_30_days": 125}, 20, "5·DN_30"),
    (FIFTH, {"hr_l": "0.2", "last_30_days": 126}, 21, "5·DN_30"),
    (FIFTH, {"hr_l": "0.2", "last_30_days": 0}, 5, "floor"),
    (FIFTH, {"hr_l": "0.02", "hr_14d": "0.15"}, 200, "0.15 ≤ HR_L < 0.20"),
    (FIFTH, {"hr_l": "0.15", "hr_14d": "-0.5"}, 200, "0.15 ≤ HR_L < 0.20"),
    # the published rule is not monotone
    (FIFTH, {"hr_l": "0.049", "hr_r": "0.30"}, 90, "HR_L < 0.05"),
    (FIFTH, {"hr_l": "0.05", "hr_r": "0.30"}, 15, "0.05 ≤ HR_L < 0.10"),
]


@pytest.mark.parametrize(("day", "given", "limit", "branch"), EXAMPLES)
def test_writing_limit(day: date, given: dict[str, object], limit: int, branch: str) -> None:
    decision = writing_limit(measures(**given), rules_at(day))  # type: ignore[arg-type]
    assert (decision.limit, decision.branch) == (limit, branch)


@pytest.mark.parametrize(("crh", "limit"), [(5, 15), (10, 50), (15, 200), (20, 500)])
def test_edges_are_exact_where_floats_are_not(crh: int, limit: int) -> None:
    """15 of 100 notes give 200: in floats 200 + 6000·(0.15 − 0.15) may come out as 199.99…"""
    assert writing_limit(measures(hr_l=f"{crh}/100"), rules_at(FIFTH)).limit == limit
    assert writing_limit(measures(hr_l=f"{3 * crh}/300"), rules_at(FIFTH)).limit == limit


@pytest.mark.parametrize("edge", ["0.05", "0.10", "0.15", "0.20"])
def test_lines_meet_where_the_recent_rate_is_low(edge: str) -> None:
    just_below = str(Fraction(edge) - Fraction(1, 10**9))
    at_edge = writing_limit(measures(hr_l=edge), rules_at(FIFTH)).limit
    assert writing_limit(measures(hr_l=just_below), rules_at(FIFTH)).limit == at_edge - 1


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2025, 8, 28), FIRST),
        (date(2025, 9, 4), FIRST),
        (date(2025, 9, 5), FIRST),
        (date(2025, 9, 8), FIRST),
        (date(2025, 9, 9), THIRD),
        (date(2025, 12, 17), THIRD),
        (date(2025, 12, 18), FOURTH),
        (date(2026, 3, 4), FOURTH),
        (date(2026, 3, 5), FIFTH),
        (date(2030, 1, 1), FIFTH),
    ],
)
def test_writing_limit_section_of_a_day(day: date, in_force: date) -> None:
    [source] = [source for source in rules_at(day).sources if source.section == "writing_limit"]
    assert source.since == in_force
