"""prescoring_rater_model_output and prescoring_note_model_output: what prescoring found out, by model.

Source: twitter/communitynotes 273c895, scoring/src/scoring/run_scoring.py, ``run_prescoring`` and
``combine_prescorer_scorer_results``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from scoring.outputs import cells
from scoring.outputs.cells import where
from scoring.outputs.columns import PRESCORING_NOTES, PRESCORING_RATERS
from scoring.prescoring import ModelPrescoring, Prescoring
from scoring.tables.arrays import Int64, RaterClusters


def prescoring_raters(prescoring: Prescoring) -> pl.DataFrame:
    """One row for a model and a rater it judged, models in their order and raters in order of id; then one
    without a model for each rater of a cluster.
    """
    ids = pl.Series(prescoring.participant_ids, dtype=pl.String)
    order = ids.arg_sort().to_numpy()
    frames = [
        cells.frame(PRESCORING_RATERS, _judged(ids, name, model), order[model.listed[order]])
        for name, model in prescoring.models.items()
    ]
    if prescoring.clusters is not None:
        clustered = (prescoring.clusters.post_selection > 0) | (prescoring.clusters.quasi_clique > 0)
        filled = {"raterParticipantId": ids, **_clusters(prescoring.clusters)}
        frames.append(cells.frame(PRESCORING_RATERS, filled, order[clustered[order]]))
    return pl.concat(frames)


def _judged(ids: pl.Series, name: str, model: ModelPrescoring) -> dict[str, Any]:
    habits, diligence = model.incorrect_habits, model.low_diligence
    critical, valid = habits.total > 0, ~np.isnan(model.agree_ratio)
    return {
        "raterParticipantId": ids,
        "internalRaterIntercept": model.rater_intercept,
        "internalRaterFactor1": model.rater_factor,
        "internalFirstRoundRaterIntercept": model.first_rater_intercept,
        "internalFirstRoundRaterFactor1": model.first_rater_factor,
        "crhCrnhRatioDifference": model.crh_crnh_ratio_difference,
        "meanNoteScore": model.mean_note_score,
        "raterAgreeRatio": model.agree_ratio,
        "aboveHelpfulnessThreshold": model.above_threshold,
        "scorerName": pl.repeat(name, len(ids), eager=True),
        "lowDiligenceRaterIntercept": diligence.rater_intercept,
        "lowDiligenceRaterFactor1": diligence.rater_factor,
        "lowDiligenceRaterReputation": diligence.rater_reputation,
        "lowDiligenceRaterInterceptRound2": diligence.rater_intercept_round2,
        "incorrectTagRatingsMadeByRater": where(critical, habits.incorrect),
        "totalRatingsMadeByRater": where(critical, habits.total),
        "successfulRatingHelpfulCount": where(valid, model.successful_helpful),
        "successfulRatingNotHelpfulCount": where(valid, model.successful_not_helpful),
        "unsuccessfulRatingHelpfulCount": where(valid, model.unsuccessful_helpful),
        "unsuccessfulRatingNotHelpfulCount": where(valid, model.unsuccessful_not_helpful),
        "totalHelpfulHarassmentPenalty": model.harassment_penalty,
        "raterAgreeRatioKeyWithHarassmentAbusePenalty": where(valid, model.penalized_agree_ratio),
    }


def _clusters(clusters: RaterClusters) -> dict[str, pl.Series]:
    return {
        "postSelectionValue": where(clusters.post_selection > 0, clusters.post_selection),
        "quasiCliqueValue": where(clusters.quasi_clique > 0, clusters.quasi_clique),
    }


def prescoring_notes(prescoring: Prescoring) -> pl.DataFrame:
    """One row for a model and a note of its final round, models in their order and notes in order of id."""
    order = cells.by_note_id(prescoring.note_id)
    frames = []
    for name, model in prescoring.models.items():
        fitted = ~np.isnan(model.note_intercept)
        filled = _fitted(prescoring.note_id, name, model)
        frames.append(cells.frame(PRESCORING_NOTES, filled, order[fitted[order]]))
    return pl.concat(frames)


def _fitted(note_id: Int64, name: str, model: ModelPrescoring) -> dict[str, Any]:
    diligence, harassment = model.low_diligence, model.harassment
    return {
        "noteId": note_id,
        "internalNoteIntercept": model.note_intercept,
        "internalNoteFactor1": model.note_factor,
        "scorerName": pl.repeat(name, len(note_id), eager=True),
        "lowDiligenceNoteIntercept": diligence.note_intercept,
        "lowDiligenceNoteFactor1": diligence.note_factor,
        "lowDiligenceNoteInterceptRound2": diligence.note_intercept_round2,
        "harassmentNoteIntercept": harassment.note_intercept,
        "harassmentNoteFactor1": harassment.note_factor,
    }
