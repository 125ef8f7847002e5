"""The writing limit: how many live notes a writer may write in the trailing 24 hours, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from harness.eligibility.measures import Measures
from harness.eligibility.ruleset import LimitException, Line, LineMeasure, RuleSet


@dataclass(frozen=True, slots=True)
class LimitDecision:
    """A writing limit and which part of the rule decided it."""

    limit: int
    branch: str
    """For people: the exception that held ("NH_5 ≥ 3", "T < 20"), else what bounds the limit ("floor",
    "5·DN_30", or the line of the hit rate, "0.05 ≤ HR_L < 0.10")."""
    case: LimitException | None
    """The exception that decided, so that hit rates were not looked at."""
    line: Line | None
    """The line that HR_L chose; None where an exception decided."""
    on_line: Fraction | None
    """What that line allows."""
    by_volume: Fraction | None
    """What the daily average of the last 30 days allows, 5·DN_30."""


def writing_limit(measures: Measures, rules: RuleSet) -> LimitDecision:
    """The writing limit of a record under a rule set."""
    for case in rules.limit_exceptions.cases:
        if case.holds(Fraction(measures.of_exception(case.measure))):
            return LimitDecision(case.limit, case.condition, case, None, None, None)
    rule = rules.writing_limit
    long_term = measures.long_term(rules.long_term_hit_rate)
    line = next(
        line
        for line in rule.lines
        if line.below is None or (long_term is not None and long_term < line.below)
    )
    on_line = line.base + line.slope * (line_measure(line.of, measures.recent.value, long_term) - line.start)
    by_volume = rule.times_daily_average * measures.daily_average
    bound = floor(min(on_line, by_volume))
    if bound < rule.floor:
        branch = "floor"
    elif by_volume < on_line:
        branch = f"{rule.times_daily_average}·DN_30"
    else:
        branch = line_condition(rules, line)
    return LimitDecision(max(rule.floor, bound), branch, None, line, on_line, by_volume)


def line_measure(of: LineMeasure, recent: Fraction, long_term: Fraction | None) -> Fraction:
    """The hit rate that a line multiplies; HR_L where it is left out does not take part."""
    known = [recent] if long_term is None else [recent, long_term]
    match of:
        case "min(HR_R, HR_L)":
            return min(known)
        case "max(HR_R, HR_L)":
            return max(known)
        case "HR_L":
            return long_term if long_term is not None else Fraction(0)


def line_condition(rules: RuleSet, line: Line) -> str:
    """For people: where a line holds, "0.05 ≤ HR_L < 0.10", or its measure where it holds everywhere."""
    lines = rules.writing_limit.lines
    if len(lines) == 1:
        return line.of
    position = lines.index(line)
    lower = "" if position == 0 else f"{_decimal(lines[position - 1].below)} ≤ "
    upper = "" if line.below is None else f" < {_decimal(line.below)}"
    return f"{lower}HR_L{upper}"


def _decimal(edge: Fraction | None) -> str:
    return f"{float(edge or 0):.2f}"
