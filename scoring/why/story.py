"""The story of one note: each rule with the note's values and its limits, and what kept it from Helpful.

The models' own rules are held against the recorded facts again. A record that they judge differently from the
run that wrote it comes from another version and is refused, so that a story never differs from the status it
explains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InputError
from scoring.models.configurations import MODELS
from scoring.models.model import Model
from scoring.rules.engine import Criterion, Rule, apply_rules
from scoring.rules.explanation import RATINGS_PER_TAG, TAGS_PER_STATUS
from scoring.rules.facts import FinalFacts
from scoring.rules.meta_rules import (
    DRIFT_GUARD,
    EXPLANATION,
    META_RULES,
    MINUTE_MS,
    POPULATION_SAMPLED,
    SETTLED_AFTER_MS,
    STABILIZATION,
    MetaFacts,
    stabilize,
)
from scoring.rules.note_rules import CRH_INERTIA, GENERAL_CRH, SIDE_NAMES, outlying_tags
from scoring.statuses import CRH, NONE, Status, status_name
from scoring.tables.arrays import Int32
from scoring.tables.values import HELPFUL_TAG_COLUMNS, NOT_HELPFUL_TAG_COLUMNS
from scoring.topics import Topic
from scoring.why.record import ModelRecord, NoteRecord, read_note_record
from scoring.why.told import CriterionTold, ModelTold, RuleTold, SideTold, Story, TagTold, Value

Facts = Any
"""Of one note: FinalFacts or MetaFacts."""


def read_story(folder: Path, note_id: int) -> Story:
    """The story of a note from a scoring run's output folder; InputError where it holds none."""
    return tell(read_note_record(folder, note_id), folder)


def tell(record: NoteRecord, source: Path | None = None) -> Story:
    """The story of what was recorded; ``source`` is the place that an InputError names."""
    verdict = apply_rules(META_RULES, record.meta, 1)
    _refuse_other_rules(
        record.note_id,
        same=int(verdict.status[0]) == record.status and verdict.decider(0) == record.decided_by,
        source=source,
    )
    decider = META_RULES[int(verdict.decided_by[0])]
    decides = next(model for model in MODELS if record.models[model.name].captured)
    since = int(record.meta.stabilizing_since_ms[0])
    missing = (
        *missing_in_model(decides, record.models[decides.name].facts),
        *missing_after_models(record.meta),
    )
    return Story(
        note_id=record.note_id,
        as_of_ms=record.as_of_ms,
        status=status_name(record.status),
        decided_by=str(decider),
        meaning=decider.meaning,
        topic="" if record.topic is Topic.UNASSIGNED else record.topic.published_name,
        previous_status=status_name(int(record.meta.previous_status[0])),
        waiting_since_ms=since if since > 0 else None,
        locked_status=status_name(record.locked_status),
        locked_ms=None if record.locked_status == NONE else record.lock_ms,
        ratings=record.num_ratings,
        helpful_tags=_given(HELPFUL_TAG_COLUMNS, record.meta.helpful_tags),
        not_helpful_tags=_given(NOT_HELPFUL_TAG_COLUMNS, record.meta.not_helpful_tags),
        models=tuple(_model(model, record, decides=model is decides, source=source) for model in MODELS),
        rules=_rules(META_RULES, record.meta),
        missing=() if record.status == CRH else missing,
    )


def missing_in_model(model: Model, facts: FinalFacts) -> tuple[str, ...]:
    """What keeps a model from calling a note Helpful: unmet criteria of the rule nearest to saying so, and
    the rules that would take the status away again.
    """
    granting: list[Rule[FinalFacts]] = [GENERAL_CRH]
    if facts.previous_status[0] == CRH:
        granting.insert(0, CRH_INERTIA)
    unmet = min(([one for one in _criteria(rule, facts) if not one.holds] for rule in granting), key=len)
    told = {criterion.quantity: criterion.shortfall for criterion in unmet}
    after = model.final_rules.index(GENERAL_CRH) + 1
    for rule in model.final_rules[after:]:
        if _takes_helpful_away(rule, facts):
            # A rule turns on its last criterion; the ones before it say whom it is for.
            criterion = _criteria(rule, facts)[-1]
            # An intercept without some raters says nothing new where the intercept itself is too low.
            if not criterion.quantity.startswith(tuple(told)):
                told[criterion.quantity] = criterion.shortfall
    return tuple(told.values())


def missing_after_models(facts: MetaFacts) -> tuple[str, ...]:
    """What keeps a note from being Helpful even where its model calls it so."""
    told = []
    if _takes_helpful_away(POPULATION_SAMPLED, facts):
        told.append(_criteria(POPULATION_SAMPLED, facts)[-1].shortfall)
    verdict = apply_rules(META_RULES, facts, 1)
    before = verdict.label_before(STABILIZATION)
    if before[0] == CRH and STABILIZATION.decide(facts, before)[0] not in (NONE, CRH):
        waiting_since = int(stabilize(facts, before)[1][0])
        waited = (facts.as_of_ms - waiting_since) // MINUTE_MS if waiting_since > 0 else 0
        told.append(
            f"Helpful for {waited} minutes so far, needs more than {SETTLED_AFTER_MS // MINUTE_MS} "
            "before it is shown"
        )
    if _takes_helpful_away(DRIFT_GUARD, facts):
        told.append(f"its status is locked as {status_name(int(facts.locked_status[0]))} for good")
    if _takes_helpful_away(EXPLANATION, facts):
        agreed = int(np.count_nonzero(facts.helpful_tags >= RATINGS_PER_TAG))
        told.append(
            f"{agreed} helpful tags given by {RATINGS_PER_TAG} raters or more, needs {TAGS_PER_STATUS}"
        )
    return tuple(told)


def _takes_helpful_away(rule: Rule[Facts], facts: Facts) -> bool:
    return int(rule.decide(facts, np.array([CRH], np.int8))[0]) not in (NONE, CRH)


def _refuse_other_rules(note_id: int, *, same: bool, source: Path | None) -> None:
    if not same:
        raise InputError(
            f"note {note_id} was judged by other rules than this version of notewright has",
            remedy="score the data again",
            path=source,
        )


def _model(model: Model, record: NoteRecord, *, decides: bool, source: Path | None) -> ModelTold:
    known = record.models[model.name]
    facts = known.facts
    verdict = apply_rules(model.final_rules, facts, 1)
    same = not known.captured or int(verdict.status[0]) == known.status
    _refuse_other_rules(record.note_id, same=same, source=source)
    decider = model.final_rules[int(verdict.decided_by[0])]
    return ModelTold(
        name=model.name,
        decides=decides,
        captured=known.captured,
        why=_capture(model, known, record, decides=decides),
        status=status_name(known.status),
        decided_by=str(decider),
        meaning=decider.meaning,
        intercept=_value(facts.intercept),
        lowest_intercept=_value(known.lowest_intercept),
        highest_intercept=_value(facts.highest_intercept),
        factor=_value(facts.factor),
        ratings_heard=int(facts.ratings[0]),
        sides=_sides(facts),
        tags=_tags(facts),
        rules=_rules(model.final_rules, facts),
    )


def _capture(model: Model, known: ModelRecord, record: NoteRecord, *, decides: bool) -> str:
    """Why the model decides the note or does not."""
    if not known.captured and not model.looks_at(np.array([record.topic], np.int8))[0]:
        return f"leaves notes on the topic {record.topic.published_name} to other models"
    if model.capture_threshold is None:
        share = "decides whatever no narrower model does"
    else:
        heard, needed = int(known.facts.ratings[0]), f"{100 * model.capture_threshold:.0f} %"
        percent = f" ({100 * heard / record.num_ratings:.1f} %)" if record.num_ratings else ""
        share = f"hears {heard} of {record.num_ratings} ratings{percent}, needs {needed}"
    return f"{share}; a narrower model comes first" if known.captured and not decides else share


def _sides(facts: FinalFacts) -> tuple[SideTold, ...]:
    sides = facts.sides
    return tuple(
        SideTold(
            side=name,
            helpful=int(sides.helpful[row, 0]),
            somewhat_helpful=int((sides.raters - sides.helpful - sides.not_helpful)[row, 0]),
            not_helpful=int(sides.not_helpful[row, 0]),
            net_helpful=int((sides.helpful - sides.not_helpful)[row, 0]),
            mean=_value(sides.mean_rating[row]),
        )
        for row, name in enumerate(SIDE_NAMES)
    )


def _tags(facts: FinalFacts) -> tuple[TagTold, ...]:
    weight, share, limit = facts.tags.adjusted[0], facts.tags.ratio[0], facts.tag_thresholds
    outlying = outlying_tags(facts)[0]
    return tuple(
        TagTold(
            tag=name,
            weight=float(weight[tag]),
            share=float(share[tag]),
            share_allowed=_value(limit[tag : tag + 1]),
            sticks_out=bool(outlying[tag]),
        )
        for tag, name in enumerate(NOT_HELPFUL_TAG_COLUMNS)
        if weight[tag] > 0
    )


def _rules(rules: Sequence[Rule[Facts]], facts: Facts) -> tuple[RuleTold, ...]:
    verdict = apply_rules(rules, facts, 1)
    told = []
    for position, rule in enumerate(rules):
        label = verdict.before[position]
        said = int(rule.decide(facts, label)[0])
        off = any(criterion.limit(facts) is None for criterion in rule.criteria)
        told.append(
            RuleTold(
                name=str(rule),
                meaning=rule.meaning,
                fired=said != NONE,
                status=status_name(said),
                asked=Status(int(label[0])) in rule.asked_of and not off,
                criteria=_criteria(rule, facts),
            )
        )
    return tuple(told)


def _criteria(rule: Rule[Facts], facts: Facts) -> tuple[CriterionTold, ...]:
    return tuple(_criterion(criterion, facts) for criterion in rule.criteria)


def _criterion(criterion: Criterion[Facts], facts: Facts) -> CriterionTold:
    return CriterionTold(
        quantity=criterion.quantity,
        value=_value(criterion.value(facts)),
        comparison=criterion.comparison,
        limit=_value(criterion.limit(facts)),
        holds=bool(criterion.holds(facts)[0]),
        found_in="" if criterion.found_in is None else str(criterion.found_in(facts)[0]),
    )


def _value(values: NDArray[Any] | float | None) -> Value:
    """One note's value as Python's own; None for NaN."""
    value = None if values is None else np.ravel(values)[0]
    if value is None or isinstance(value, np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, np.integer):
        return int(value)
    # The shortest text that means the same single, so that the limit 0.4 is not told as 0.4000000059604645.
    return None if np.isnan(value) else float(str(value))


def _given(names: Sequence[str], counts: Int32) -> Mapping[str, int]:
    """How often each tag was given, for tags that were."""
    return {name: int(count) for name, count in zip(names, counts[0], strict=True) if count}
