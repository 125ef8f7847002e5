"""The two phases of scoring, alone and together.

Source: twitter/communitynotes 273c895, scoring/src/scoring/run_scoring.py.
"""

from __future__ import annotations

import numpy as np

from scoring.errors import PrescoringError
from scoring.models.all_models import MODELS
from scoring.models.core import CORE
from scoring.models.final_round import score_model
from scoring.models.prescoring_rounds import prescore_model
from scoring.prescoring import Prescoring
from scoring.rating_index import index_ratings
from scoring.rating_kernels import count_bits
from scoring.rules.engine import apply_rules
from scoring.rules.explanation import top_tags
from scoring.rules.meta_rules import DRIFT_GUARD, META_RULES, STABILIZATION, MetaFacts, stabilize
from scoring.scored import Scored
from scoring.status_history import updated_history
from scoring.statuses import NONE
from scoring.tables.arrays import Tables
from scoring.tables.values import HelpfulTag, NotHelpfulTag

_LOCKING = np.array([rule.locks for rule in META_RULES] + [False])


def prescore(tables: Tables, *, as_of_ms: int) -> Prescoring:
    """Find out where raters stand and whom to listen to. Costs far more than :func:`final_score` and is
    needed less often.

    With too few ratings for a fit nobody has parameters, and the final phase leaves every note NMR.
    """
    index = index_ratings(tables)
    return Prescoring(
        as_of_ms=as_of_ms,
        participant_ids=tables.participant_ids,
        note_id=tables.notes.note_id,
        models={model.name: prescore_model(model, tables, index) for model in MODELS},
    )


def final_score(
    tables: Tables, prescoring: Prescoring, *, as_of_ms: int, pseudo_raters: bool = True
) -> Scored:
    """The status of every note as of a time, given what an earlier prescoring knows of the raters.

    Raters who came after the prescoring do not count until the next one. ``pseudo_raters`` False leaves
    out the bounds that imagined extreme raters put on an intercept, and with them the rule UcbCRNH. Takes
    the tables' status history as the previous round's and returns the next in ``Scored.status_history``;
    the tables stay as they are.
    """
    for model in MODELS:
        if model.name not in prescoring.models:
            raise PrescoringError(f"the prescoring result lacks the model {model.name}; run prescoring again")
    notes = len(tables.notes)
    prescoring = prescoring.for_participants(tables.participant_ids)
    enrollment = tables.enrollment.extended(len(tables.participant_ids))
    history = tables.status_history.extended(notes)
    index = index_ratings(tables)
    models = {
        model.name: score_model(
            model,
            tables,
            index,
            prescoring.models[model.name],
            enrollment,
            history.status,
            pseudo_raters=pseudo_raters,
        )
        for model in MODELS
    }
    facts = MetaFacts(
        as_of_ms=as_of_ms,
        model_status={name: model.status for name, model in models.items()},
        previous_status=history.status,
        locked_status=history.locked_status,
        stabilizing_since_ms=history.stabilizing_since_ms,
        helpful_tags=count_bits(index.pointer, index.ratings.helpful_tags, len(HelpfulTag)),
        not_helpful_tags=count_bits(index.pointer, index.ratings.not_helpful_tags, len(NotHelpfulTag)),
    )
    verdict = apply_rules(META_RULES, facts, notes)
    before_stabilization = verdict.label_before(STABILIZATION)
    before_lock = verdict.label_before(DRIFT_GUARD)
    overruled = (history.locked_status != NONE) & (history.locked_status != before_lock)
    first_tag, second_tag = top_tags(facts.helpful_tags, facts.not_helpful_tags, verdict.status)
    return Scored(
        as_of_ms=as_of_ms,
        note_id=tables.notes.note_id,
        status=verdict.status,
        first_tag=first_tag,
        second_tag=second_tag,
        num_ratings=np.diff(index.pointer).astype(np.int32),
        helpful_tags=facts.helpful_tags,
        not_helpful_tags=facts.not_helpful_tags,
        verdict=verdict,
        models=models,
        unlocked_status=np.where(overruled, before_lock, np.int8(NONE)),
        status_before_stabilization=before_stabilization,
        status_history=updated_history(
            history,
            tables.notes,
            status=verdict.status,
            core_status=models[CORE.name].status,
            decided_for_good=_LOCKING[verdict.decided_by],
            stabilization_ms=stabilize(facts, before_stabilization)[1],
            as_of_ms=as_of_ms,
        ),
        prescoring=prescoring,
    )


def score(tables: Tables, *, as_of_ms: int, pseudo_raters: bool = True) -> Scored:
    """Both phases on the same tables."""
    prescoring = prescore(tables, as_of_ms=as_of_ms)
    return final_score(tables, prescoring, as_of_ms=as_of_ms, pseudo_raters=pseudo_raters)
