"""What would change a writing limit: the steps that raise it, and the cliffs close by.

A step changes one measure and leaves all others as they are, so it says what that measure is worth, not what
the next note will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Final

from pydantic import BaseModel, ConfigDict

from harness.eligibility.measures import DAILY_AVERAGE_DAYS, RECENT_NOTES, HitRate, Measures
from harness.eligibility.numbers import counted, decimal
from harness.eligibility.ruleset import LimitException, RuleSet
from harness.eligibility.writing_limit import LimitDecision, line_measure, writing_limit

NEAR_CLIFF: Final = Fraction(2, 100)
"""A cliff is told to a writer whose HR_L is this close: two notes of a hundred."""


class Change(BaseModel):
    """A change of one measure that raises the limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str
    """Published name: NH_10, NH_5, T, HR_100, HR_14d, HR_R, DN_30 ..."""
    notes: int
    """By how many notes it has to change."""
    limit: int
    """The limit it then is."""
    sentence: str


class Cliff(BaseModel):
    """A long-term hit rate at which the limit falls though the rate rises."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hit_rate: float
    """HR_L at the edge."""
    limit_below: int
    """The limit just below the edge."""
    limit_from: int
    """The limit from the edge on."""
    sentence: str


def changes(measures: Measures, rules: RuleSet) -> tuple[Change, ...]:
    """What raises the limit, one measure at a time; empty where none alone does.

    Of each hit rate the smallest step that raises it is told, and the first that brings another branch to
    decide.
    """
    decision = writing_limit(measures, rules)
    if decision.case is not None:
        return (_past_exception(measures, rules, decision.case, decision.limit),)
    if (
        decision.by_volume is not None
        and decision.on_line is not None
        and decision.by_volume < decision.on_line
    ):
        return tuple(_more_volume(measures, rules, decision))
    return tuple(_more_helpful(measures, rules, decision))


def _past_exception(measures: Measures, rules: RuleSet, case: LimitException, limit: int) -> Change:
    if case.measure == "T":
        missing = (case.below or 0) - measures.written
        grown = replace(
            measures,
            written=measures.written + missing,
            written_last_30d=measures.written_last_30d + missing,
        )
        after = writing_limit(grown, rules).limit
        sentence = (
            f"With {counted(missing, 'more note')} written hit rates decide; "
            f"at today's rates the limit would then be {after}."
        )
        return Change(measure="T", notes=missing, limit=after, sentence=sentence)
    tolerated = (case.at_least or 0) - 1
    surplus = measures.of_exception(case.measure) - tolerated
    fewer = (
        replace(measures, nh_10=tolerated) if case.measure == "NH_10" else replace(measures, nh_5=tolerated)
    )
    after = writing_limit(fewer, rules).limit
    window = case.measure.removeprefix("NH_")
    sentence = (
        f"{surplus} fewer Not Helpful among the last {window} notes with a decision ({case.measure}) "
        f"{'makes' if surplus == 1 else 'make'} the limit {after} instead of {limit}."
    )
    return Change(measure=case.measure, notes=surplus, limit=after, sentence=sentence)


def _more_volume(measures: Measures, rules: RuleSet, decision: LimitDecision) -> Iterator[Change]:
    demanded = Fraction((decision.limit + 1) * DAILY_AVERAGE_DAYS, rules.writing_limit.times_daily_average)
    missing = ceil(demanded) - measures.written_last_30d
    after = writing_limit(
        replace(measures, written_last_30d=measures.written_last_30d + missing), rules
    ).limit
    if after > decision.limit:
        what = f"{counted(missing, 'more note')} in {DAILY_AVERAGE_DAYS} days (DN_{DAILY_AVERAGE_DAYS})"
        yield Change(
            measure="DN_30", notes=missing, limit=after, sentence=_raises(what, missing, decision, after)
        )


def _more_helpful(measures: Measures, rules: RuleSet, decision: LimitDecision) -> Iterator[Change]:
    for name, among, rate, moved in _hit_rates(measures, rules):
        raised = False
        for more in range(1, rate.notes - rate.helpful - rate.not_helpful + 1):
            after = writing_limit(moved(replace(rate, helpful=rate.helpful + more)), rules)
            elsewhere = after.branch != decision.branch
            if after.limit > decision.limit and (elsewhere or not raised):
                what = f"{counted(more, 'more Helpful note')} among {among} ({name})"
                sentence = _raises(what, more, decision, after.limit)
                yield Change(measure=name, notes=more, limit=after.limit, sentence=sentence)
                raised = True
            if raised and elsewhere:
                break


def _hit_rates(
    measures: Measures, rules: RuleSet
) -> Iterator[tuple[str, str, HitRate, Callable[[HitRate], Measures]]]:
    """Published name, what it counts, its counts, and the measures with other counts in their place."""
    rule = rules.long_term_hit_rate
    yield (
        f"HR_{rule.notes}",
        f"the last {rule.notes} notes",
        measures.long_window,
        lambda rate: replace(measures, long_window=rate),
    )
    if measures.last_days is not None:
        yield (
            f"HR_{rule.days}d",
            f"those of the last {rule.days} days",
            measures.last_days,
            lambda rate: replace(measures, last_days=rate),
        )
    yield (
        "HR_R",
        f"the last {RECENT_NOTES} notes",
        measures.recent,
        lambda rate: replace(measures, recent=rate),
    )


def _raises(what: str, notes: int, decision: LimitDecision, after: int) -> str:
    return f"{what} {'raises' if notes == 1 else 'raise'} the limit from {decision.limit} to {after}."


def cliffs(measures: Measures, rules: RuleSet) -> tuple[Cliff, ...]:
    """Edges within NEAR_CLIFF of HR_L where the limit drops, told from the side the writer stands on."""
    decision = writing_limit(measures, rules)
    rule = rules.writing_limit
    rate = measures.long_term(rules.long_term_hit_rate)
    if decision.by_volume is None or rate is None:
        return ()
    found = []
    for lower, upper in pairwise(rule.lines):
        edge = lower.below
        if edge is None or abs(rate - edge) > NEAR_CLIFF:
            continue
        below, from_edge = (
            max(
                rule.floor,
                floor(
                    min(
                        decision.by_volume,
                        line.base
                        + line.slope * (line_measure(line.of, measures.recent.value, edge) - line.start),
                    )
                ),
            )
            for line in (lower, upper)
        )
        if below > from_edge:
            found.append(
                Cliff(
                    hit_rate=float(edge),
                    limit_below=below,
                    limit_from=from_edge,
                    sentence=_cliff_sentence(rate, edge, measures, below, from_edge),
                )
            )
    return tuple(found)


def _cliff_sentence(rate: Fraction, edge: Fraction, measures: Measures, below: int, from_edge: int) -> str:
    side = "below" if rate < edge else "at or above"
    recent = decimal(measures.recent.value)
    return (
        f"HR_L is {decimal(rate)}, {side} the edge at {decimal(edge)}: with HR_R {recent} "
        f"the limit is {below} just below the edge and {from_edge} from it on."
    )
