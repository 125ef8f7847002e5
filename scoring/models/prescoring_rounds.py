"""A model's prescoring: whom to listen to, and where those raters stand.

Source: twitter/communitynotes 273c895, scoring/src/scoring/mf_base_scorer.py, ``_prescore_notes_and_users``.
"""

from __future__ import annotations

import logging
from functools import partial

import numpy as np

from scoring.count_filter import count_filter
from scoring.filters.incorrect import incorrect_habits
from scoring.filters.tags import tag_thresholds, tag_totals
from scoring.helpfulness import harassment_penalty, judge_contributors
from scoring.logistic.harassment import harassment_consensus
from scoring.logistic.low_diligence import prescore_low_diligence
from scoring.matrix_factorization.fit import Fit, fit
from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.models.model import Model
from scoring.preparation import PRODUCTION_NOTES, PreparedRatings
from scoring.prescoring import ModelPrescoring
from scoring.rules.engine import apply_rules
from scoring.rules.facts import NoteFacts
from scoring.statuses import CRH, StatusArray
from scoring.tables.arrays import Enrollment, Int8, Ratings, Tables, spread, taken
from scoring.tables.values import NOT_ENROLLED, Classification
from scoring.valid_ratings import rating_outcomes, timely

log = logging.getLogger(__name__)

STABLE_START = "stable initialization"
FIRST_ROUND_START = "first round"

STABLE_GROUP = 13
STABLE_RATINGS_PER_NOTE = 5
STABLE_SHARE = 0.75

MAX_FIRST_ROUND_ERROR = 0.16


def prescore_model(
    model: Model, tables: Tables, prepared: PreparedRatings, topic: Int8, seed: int
) -> ModelPrescoring:
    """Two rounds of factorization; between them raters are judged by how well they foresaw the first one's
    outcome, and by whether they call harassment helpful.

    ``topic`` is by note. ``seed`` sets the random starts.
    """
    notes, participants = len(tables.notes), len(tables.participant_ids)
    enrollment = tables.enrollment.extended(participants)
    heard = model.scope(prepared, enrollment, topic).ratings
    training = taken(
        heard, count_filter(heard, notes, participants, model.ratings_per_note, model.ratings_per_rater)
    )

    matrix = RatingMatrix.build(training.note, training.rater, training.level)
    stable = stable_start(training, matrix, enrollment, notes, model, seed) if model.stable_start else None
    first = fit(
        matrix,
        starts={STABLE_START: stable} if stable is not None else None,
        weights=model.weights,
        seed=seed,
    )
    warn_of_poor_fit(model, matrix, first)
    first_intercept = spread(first.note_intercept, matrix.notes, notes)
    first_factor = spread(first.note_factor, matrix.notes, notes)
    first_rater_factor = spread(first.rater_factor, matrix.raters, participants)

    status = interim_status(model, tables, heard, first_intercept, first_factor)
    history = tables.status_history.extended(notes)
    outcomes = rating_outcomes(
        heard, timely(heard, tables.notes, history.latest_non_nmr_ms), status, participants
    )
    judge = partial(
        judge_contributors, tables.notes.author, first_intercept, status, outcomes, model.helpfulness
    )
    trusted = taken(training, judge().above_threshold[training.rater])
    harassment = harassment_consensus(trusted, first_factor, first_rater_factor)
    penalty = harassment_penalty(training, harassment.note_intercept, participants, model.helpfulness)
    helpfulness = judge(penalty)

    filtered = taken(training, helpfulness.above_threshold[training.rater])
    final_matrix = RatingMatrix.build(filtered.note, filtered.rater, filtered.level)
    warm = np.stack([final_matrix.note_rows(first_intercept), final_matrix.note_rows(first_factor)], axis=1)
    final = fit(final_matrix, starts={FIRST_ROUND_START: warm}, weights=model.weights, seed=seed)
    note_factor = spread(final.note_factor, final_matrix.notes, notes)
    rater_factor = spread(final.rater_factor, final_matrix.raters, participants)

    return ModelPrescoring(
        rater_intercept=spread(final.rater_intercept, final_matrix.raters, participants),
        rater_factor=rater_factor,
        first_rater_intercept=spread(first.rater_intercept, matrix.raters, participants),
        first_rater_factor=first_rater_factor,
        crh_crnh_ratio_difference=helpfulness.crh_crnh_ratio_difference,
        mean_note_score=helpfulness.mean_note_score,
        agree_ratio=helpfulness.agree_ratio,
        harassment_penalty=penalty,
        penalized_agree_ratio=helpfulness.penalized_agree_ratio,
        above_threshold=helpfulness.above_threshold,
        listed=(outcomes.valid > 0) | ~np.isnan(helpfulness.mean_note_score),
        successful_helpful=outcomes.successful_helpful,
        successful_not_helpful=outcomes.successful_not_helpful,
        unsuccessful_helpful=outcomes.unsuccessful_helpful,
        unsuccessful_not_helpful=outcomes.unsuccessful_not_helpful,
        incorrect_habits=incorrect_habits(heard, participants),
        low_diligence=prescore_low_diligence(
            filtered.note, filtered.rater, filtered.not_helpful_tags, rater_factor, notes
        ),
        harassment=harassment,
        note_intercept=spread(final.note_intercept, final_matrix.notes, notes),
        note_factor=note_factor,
        tag_thresholds=tag_thresholds(
            tag_totals(filtered, note_factor, rater_factor), status == CRH, model.tag_quantile
        ),
        global_intercept=final.global_intercept,
        ratings=final_matrix.count,
        notes=len(final_matrix.notes),
        raters=len(final_matrix.raters),
        first_loss=first.loss,
        first_start=first.start,
        loss=final.loss,
        start=final.start,
    )


def stable_start(
    training: Ratings, matrix: RatingMatrix, enrollment: Enrollment, notes: int, model: Model, seed: int
) -> Floats | None:
    """A start from a fit of the largest group alone, on the notes it dominates.

    None where there is no such rating; and where all ratings are such, because then the start would be this
    very fit. Source: mf_base_scorer.py, ``get_ratings_for_stable_init``, which stops the run where this does.
    """
    enrolled = enrollment.modeling_group[training.rater] != NOT_ENROLLED
    in_group = enrollment.modeling_group[training.rater] == STABLE_GROUP
    total = np.bincount(training.note[enrolled], minlength=notes)
    own = np.bincount(training.note[in_group], minlength=notes)
    dominated = (total >= STABLE_RATINGS_PER_NOTE) & (own >= STABLE_SHARE * total)
    kept = in_group & dominated[training.note]
    if kept.all() or not kept.any():
        return None
    subset = RatingMatrix.build(training.note[kept], training.rater[kept], training.level[kept])
    result = fit(subset, weights=model.weights, seed=seed)
    return np.stack(
        [
            matrix.note_rows(spread(result.note_intercept, subset.notes, notes)),
            matrix.note_rows(spread(result.note_factor, subset.notes, notes)),
        ],
        axis=1,
    )


def interim_status(
    model: Model, tables: Tables, heard: Ratings, intercept: Floats, factor: Floats
) -> StatusArray:
    """Status of every note by the first round alone, without regard to locks."""
    notes = len(tables.notes)
    facts = NoteFacts(
        thresholds=model.thresholds,
        ratings=np.bincount(heard.note, minlength=notes).astype(np.int32),
        intercept=intercept.astype(np.float32),
        factor=factor.astype(np.float32),
        not_misleading=tables.notes.classification == Classification.NOT_MISLEADING,
    )
    return apply_rules(model.interim_rules, facts, notes).status


def warn_of_poor_fit(model: Model, matrix: RatingMatrix, first: Fit) -> None:
    """Say so where the official scorer would refuse to go on: its error means broken data at production
    scale.
    """
    if len(matrix.notes) >= PRODUCTION_NOTES and first.mean_squared_error > MAX_FIRST_ROUND_ERROR:
        log.warning(
            "%s: mean squared error %.3f in the first round is above %.2f; the ratings hardly agree with any "
            "one-factor model, and the official scorer would stop here",
            model.name,
            first.mean_squared_error,
            MAX_FIRST_ROUND_ERROR,
        )
