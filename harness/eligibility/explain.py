"""Why a writer stands where it stands: inputs by published name, sentences for people, what would change."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from pydantic import BaseModel, ConfigDict

from harness.eligibility.counterfactuals import Change, Cliff, changes, cliffs
from harness.eligibility.gates import GateCheck, RequirementCheck
from harness.eligibility.measures import DAILY_AVERAGE_DAYS, HitRate, Measures
from harness.eligibility.numbers import counted, decimal
from harness.eligibility.ruleset import RuleSet, RuleSource
from harness.eligibility.writing_limit import LimitDecision, line_measure, writing_limit


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Input(_Document):
    """One input of the rules, by its published name."""

    name: str
    value: float
    counted: str
    """For people: what was counted."""


class Explanation(_Document):
    """A writing limit explained."""

    inputs: tuple[Input, ...]
    branch: str
    """Which part of the rule decided: "NH_10 ≥ 8", "T < 20", "0.05 ≤ HR_L < 0.10", "5·DN_30", "floor"."""
    sentence: str
    changes: tuple[Change, ...]
    """Small changes of the record that would raise the limit, all else as it is."""
    cliffs: tuple[Cliff, ...]
    """Hit rates close by at which the limit falls though the rate rises."""


class Ability(_Document):
    """A feed or another ability, and for each requirement a sentence on how far the record is."""

    name: str
    open: bool
    requirements: tuple[str, ...]


class EligibilityDocument(_Document):
    """What a writer may do and why, as one JSON document."""

    at_ms: int
    rules: str
    sources: tuple[RuleSource, ...]
    writing_limit: int
    written_last_24h: int
    explanation: Explanation
    feeds: tuple[Ability, ...]
    abilities: tuple[Ability, ...]


def explain(measures: Measures, rules: RuleSet) -> Explanation:
    """Inputs, the branch that decided, and what would change the writing limit."""
    decision = writing_limit(measures, rules)
    return Explanation(
        inputs=inputs(measures, rules),
        branch=decision.branch,
        sentence=_limit_sentence(decision, measures, rules),
        changes=changes(measures, rules),
        cliffs=cliffs(measures, rules),
    )


def document(
    *,
    now_ms: int,
    rules: RuleSet,
    measures: Measures,
    decision: LimitDecision,
    feeds: tuple[GateCheck, ...],
    abilities: tuple[GateCheck, ...],
) -> EligibilityDocument:
    return EligibilityDocument(
        at_ms=now_ms,
        rules=rules.label,
        sources=rules.sources,
        writing_limit=decision.limit,
        written_last_24h=measures.written_last_24h,
        explanation=explain(measures, rules),
        feeds=tuple(_ability(check) for check in feeds),
        abilities=tuple(_ability(check) for check in abilities),
    )


def inputs(measures: Measures, rules: RuleSet) -> tuple[Input, ...]:
    """Every input under its published name; HR_L only where the rule looks at it."""
    rule = rules.long_term_hit_rate
    decided = min(measures.decided, 10)
    found = [
        _input("T", measures.written, "notes written"),
        _input("NH_5", measures.nh_5, f"Not Helpful of the last {min(decided, 5)} notes with a decision"),
        _input("NH_10", measures.nh_10, f"Not Helpful of the last {decided} notes with a decision"),
        _input("HR_R", measures.recent.value, _counted_rate(measures.recent)),
        _input("HR_100", measures.last_100.value, _counted_rate(measures.last_100)),
    ]
    if rule.notes != 100:
        window = measures.long_window
        found.append(_input(f"HR_{rule.notes}", window.value, _counted_rate(window)))
    if measures.last_days is not None:
        told = f"{_counted_rate(measures.last_days)} of {rule.days} days, unrated ones left out"
        found.append(_input(f"HR_{rule.days}d", measures.last_days.value, told))
    long_term = measures.long_term(rule)
    if long_term is not None:
        found.append(_input("HR_L", long_term, "the long-term hit rate the rules look at"))
    volume = counted(measures.written_last_30d, "note")
    found += [
        _input("DN_30", measures.daily_average, f"{volume} in {DAILY_AVERAGE_DAYS} days"),
        _input("CRNH_100", measures.not_helpful_rate, "Not Helpful share of the last 100 notes"),
        _input("impact_90d", measures.impact_90d, "Helpful minus Not Helpful notes of the last 90 days"),
    ]
    return tuple(found)


def _input(name: str, value: Fraction | int, told: str) -> Input:
    return Input(name=name, value=float(value), counted=told)


def _counted_rate(rate: HitRate) -> str:
    return f"{rate.helpful} Helpful − {rate.not_helpful} Not Helpful of {counted(rate.notes, 'note')}"


def _limit_sentence(decision: LimitDecision, measures: Measures, rules: RuleSet) -> str:
    limit = f"{counted(decision.limit, 'note')} a day"
    if decision.case is not None:
        about = (
            f"hit rates are looked at later, {counted(measures.written, 'note')} written so far"
            if decision.case.measure == "T"
            else "too many of the last notes with a decision were Not Helpful"
        )
        return f"{limit}, because {decision.branch}: {about}."
    if decision.line is None or decision.on_line is None or decision.by_volume is None:
        raise AssertionError("a limit is decided by an exception or by a line")
    line, factor = decision.line, rules.writing_limit.times_daily_average
    rate = line_measure(line.of, measures.recent.value, measures.long_term(rules.long_term_hit_rate))
    by_rate = decimal(decision.on_line)
    if line.slope:
        formula = f"{line.slope} × {line.of}"
        if line.base or line.start:
            formula = f"{line.base} + {line.slope} × ({line.of} − {decimal(line.start)})"
        by_rate = f"{formula} = {by_rate} at {decimal(rate)}"
    average, allowed = decimal(measures.daily_average), decimal(decision.by_volume)
    by_volume = f"{factor} × {average} notes a day over {DAILY_AVERAGE_DAYS} days = {allowed}"
    if decision.branch == "floor":
        return f"{limit}, the floor: the hit rate allows {by_rate}, the volume {by_volume}."
    if decision.by_volume < decision.on_line:
        by_rate = str(floor(decision.on_line))
        return f"{limit}: the volume allows {by_volume}, less than the hit rate would ({by_rate})."
    return f"{limit}: the hit rate allows {by_rate}."


def _ability(check: GateCheck) -> Ability:
    return Ability(
        name=check.name, open=check.open, requirements=tuple(_requirement_sentence(c) for c in check.checks)
    )


_SHORTFALL = {
    "T": "notes written",
    "HR_100": "hit rate of the last 100 notes (HR_100)",
    "HR_L": "long-term hit rate (HR_L)",
    "CRNH_100": "Not Helpful share of the last 100 notes (CRNH_100)",
    "impact_90d": "writing impact of the last 90 days (impact_90d)",
}


def _requirement_sentence(check: RequirementCheck) -> str:
    need = check.requirement
    bound = f"at {'least' if need.is_floor else 'most'} {decimal(need.bound)}"
    verdict = "met" if check.holds else "not met"
    return f"{_SHORTFALL[need.measure]}: {decimal(check.value)}, {bound} needed, {verdict}"
