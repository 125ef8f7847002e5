"""Why two runs differ: the first rule that spoke in one of them alone, and how near its limit a note was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from scoring.agreement.files import THEIRS, Joined, equal, numbers
from scoring.helpfulness import HelpfulnessThresholds
from scoring.models.configurations import CORE
from scoring.models.model import Model
from scoring.rules.facts import StatusThresholds

FINAL_STATUS: Final = "finalRatingStatus"
ACTIVE_META_RULES: Final = "metaScorerActiveRules"
DECIDED_BY: Final = "decidedBy"
ABOVE_THRESHOLD: Final = "aboveHelpfulnessThreshold"

NEAR: Final = 0.01
"""As near a limit as the official optimizer may stop from its own optimum."""
EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows that differ for one reason."""

    what: str
    """The column that differs."""
    reason: str
    rows: int
    near: int | None
    """How many of them are within :data:`NEAR` of the rule's limit in the other run; None where the limit is
    no measurement of the public files.
    """
    examples: tuple[str, ...]
    """The first few rows' keys."""


def rule_names(active: str) -> list[str]:
    """Rules named in a column of active rules, without their versions."""
    return [rule.partition(" (")[0] for rule in active.split(",") if rule]


def causes_of_status(model: Model, notes: Joined, aux: Joined | None) -> list[Cause]:
    """Why a model's status differs, from the rules that spoke."""
    prefix = model.column_prefix
    status, active = f"{prefix}RatingStatus", f"{prefix}ActiveRules"
    if active not in notes.columns:
        return []
    differing = _differing(notes, aux if model is CORE else None, status)
    order = [rule.name for rule in model.final_rules]
    found: dict[tuple[str, str], list[tuple[str, bool | None]]] = defaultdict(list)
    for row in differing.iter_rows(named=True):
        reason, rule = _first_difference(row[active], row[active + THEIRS], order)
        found[reason, rule].append((row[notes.key], _is_near(rule, prefix, model.thresholds, row)))
    return _causes(status, {reason: rows for (reason, _), rows in found.items()})


def causes_of_final_status(notes: Joined) -> list[Cause]:
    """Why the final status differs, from the rules that decided."""
    if not {FINAL_STATUS, DECIDED_BY} <= set(notes.columns):
        return []
    found: dict[str, list[tuple[str, bool | None]]] = defaultdict(list)
    for row in _differing(notes, None, FINAL_STATUS).iter_rows(named=True):
        ours, theirs = row[DECIDED_BY], row[DECIDED_BY + THEIRS]
        decided = f"{theirs or 'nothing'} decided theirs, {ours or 'nothing'} ours"
        found[decided].append((row[notes.key], None))
    return _causes(FINAL_STATUS, found)


def causes_of_helpfulness(people: Joined) -> list[Cause]:
    """Why a rater is heard in one run alone, from the figures that are compared with thresholds."""
    if ABOVE_THRESHOLD not in people.columns:
        return []
    thresholds = HelpfulnessThresholds()
    limits = {
        "raterAgreeRatio": thresholds.agree_ratio,
        "meanNoteScore": thresholds.mean_note_score,
        "crhCrnhRatioDifference": thresholds.crh_minus_crnh_ratio,
    }
    found: dict[str, list[tuple[str, bool | None]]] = defaultdict(list)
    for row in _differing(people, None, ABOVE_THRESHOLD).iter_rows(named=True):
        if row[ABOVE_THRESHOLD] is None or row[ABOVE_THRESHOLD + THEIRS] is None:
            found["judged by one run alone"].append((row[people.key], None))
            continue
        for column, limit in limits.items():
            ours, theirs = _float(row.get(column)), _float(row.get(column + THEIRS))
            if (ours is not None and ours >= limit) != (theirs is not None and theirs >= limit):
                near = theirs is not None and abs(theirs - limit) <= NEAR
                found[f"{column} on another side of {limit}"].append((row[people.key], near))
                break
        else:
            found["penalties for calling harassing notes helpful"].append((row[people.key], None))
    return _causes(ABOVE_THRESHOLD, found)


def _differing(file: Joined, aux: Joined | None, column: str) -> pl.DataFrame:
    """Rows in which a column differs, with the low-diligence intercept of ``aux`` where it is given."""
    rows = file.rows.filter(~equal(file.rows, column))
    if aux is not None and _LOW_DILIGENCE in aux.columns:
        rows = rows.join(aux.rows.select(aux.key, _LOW_DILIGENCE + THEIRS), on=file.key, how="left")
    return rows


def _first_difference(ours: str | None, theirs: str | None, order: list[str]) -> tuple[str, str]:
    """In words, and by name, the first rule in published order that spoke on one side alone."""
    if not ours or not theirs:
        side = "ours" if ours else "theirs"
        return f"the model decides the note in {side} only", ""
    mine, other = set(rule_names(ours)), set(rule_names(theirs))
    for rule in order:
        if (rule in mine) != (rule in other):
            return f"{rule} only {'ours' if rule in mine else 'theirs'}", rule
    return "the same rules spoke", ""


_LOW_DILIGENCE: Final = "lowDiligenceIntercept"

_Limit = Callable[[StatusThresholds, float], float | None]
"""A rule's limit from the thresholds and the size of the note's factor."""

_LIMITS: Final[dict[str, tuple[str, _Limit]]] = {
    "GeneralCRH": ("NoteIntercept", lambda limits, factor: limits.crh_intercept),
    "GeneralCRHInertia": (
        "NoteIntercept",
        lambda limits, factor: limits.crh_intercept - limits.crh_inertia,
    ),
    "GeneralCRNH": (
        "NoteIntercept",
        lambda limits, factor: limits.crnh_intercept + limits.crnh_factor_multiplier * factor,
    ),
    "UcbCRNH": ("NoteInterceptMax", lambda limits, factor: limits.crnh_upper_bound),
    "NmCRNH": ("NoteIntercept", lambda limits, factor: limits.not_misleading_crnh_intercept),
    "FilterLowDiligence": (_LOW_DILIGENCE, lambda limits, factor: limits.low_diligence_intercept),
    "FilterLargeFactor": ("NoteFactor1", lambda limits, factor: limits.crh_factor),
    "RejectLowIntercept": ("NoteIntercept", lambda limits, factor: limits.firm_reject_intercept),
    "NoHighVolIntercept": (
        "NoteInterceptNoHighVol",
        lambda limits, factor: limits.no_high_volume_intercept,
    ),
    "NoCorrelatedIntercept": (
        "NoteInterceptNoCorrelated",
        lambda limits, factor: limits.no_correlated_intercept,
    ),
}
"""Rule → the public column it compares (after the model's prefix) and its limit."""


def _is_near(rule: str, prefix: str, thresholds: StatusThresholds, row: dict[str, object]) -> bool | None:
    if rule not in _LIMITS:
        return None
    column, limit_of = _LIMITS[rule]
    value = _float(row.get((column if column == _LOW_DILIGENCE else prefix + column) + THEIRS))
    factor = _float(row.get(f"{prefix}NoteFactor1{THEIRS}"))
    limit = limit_of(thresholds, abs(factor or 0.0))
    if value is None or limit is None:
        return None
    return abs((abs(value) if column == "NoteFactor1" else value) - limit) <= NEAR


def _float(value: object) -> float | None:
    number = numbers(pl.Series([value])).item()
    return None if number is None else float(number)


def _causes(what: str, found: dict[str, list[tuple[str, bool | None]]]) -> list[Cause]:
    """Commonest first."""

    def told() -> Iterator[Cause]:
        for reason, rows in found.items():
            known = [near for _, near in rows if near is not None]
            yield Cause(
                what=what,
                reason=reason,
                rows=len(rows),
                near=sum(known) if known else None,
                examples=tuple(key for key, _ in rows[:EXAMPLES]),
            )

    return sorted(told(), key=lambda cause: (-cause.rows, cause.reason))
