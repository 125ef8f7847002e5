"""What the official scorer wrote, in our shapes, so that one phase can be held against it by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.filters.incorrect import IncorrectHabits
from scoring.models.configurations import MODELS
from scoring.models.model import Model
from scoring.preparation import PreparedRatings
from scoring.prescoring import ModelPrescoring, Prescoring
from scoring.statuses import NONE, Status
from scoring.tables import Tables
from scoring.tables.arrays import Int8

AS_OF_MS = 1_782_864_000_000
"""When the golden sets were scored."""

GLOBAL_INTERCEPT_RIDGE = 0.15


def codes(names: pl.Series) -> NDArray[np.int8]:
    """Statuses by their published names."""
    return np.array([NONE if name is None else int(Status[name]) for name in names], np.int8)


def in_order_of(note_id: NDArray[np.int64], frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of an official table in the order of our notes."""
    ours = pl.DataFrame({"noteId": note_id})
    return ours.join(frame, on="noteId", how="left", maintain_order="left")


def numbers(frame: pl.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as numbers, NaN where empty."""
    values: NDArray[np.float64] = frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values


def official_prescoring(
    tables: Tables, prepared: PreparedRatings, topic: Int8, ours: Prescoring, expected: Path
) -> Prescoring:
    """Our prescoring with raters as the official one put them.

    What its files do not hold stays ours: tag thresholds and the low-diligence model's global intercepts. The
    helpfulness model's global intercept is the best one for the rest.
    """
    raters = pl.read_parquet(expected / "prescoring_rater_model_output.parquet")
    notes = pl.read_parquet(expected / "prescoring_note_model_output.parquet")
    return replace(
        ours,
        models={
            model.name: _official_model(
                model,
                tables,
                prepared,
                topic,
                ours.models[model.name],
                raters.filter(pl.col("scorerName") == model.name),
                notes.filter(pl.col("scorerName") == model.name),
            )
            for model in MODELS
        },
    )


def _official_model(
    model: Model,
    tables: Tables,
    prepared: PreparedRatings,
    topic: Int8,
    ours: ModelPrescoring,
    raters: pl.DataFrame,
    notes: pl.DataFrame,
) -> ModelPrescoring:
    people = pl.DataFrame({"raterParticipantId": list(tables.participant_ids)}).join(
        raters, on="raterParticipantId", how="left", maintain_order="left"
    )
    note_table = in_order_of(tables.notes.note_id, notes)

    def by_rater(column: str) -> NDArray[np.float64]:
        return numbers(people, column)

    def count(column: str) -> NDArray[Any]:
        return np.nan_to_num(by_rater(column)).astype(np.int64)

    intercept, factor = by_rater("internalRaterIntercept"), by_rater("internalRaterFactor1")
    note_intercept = numbers(note_table, "internalNoteIntercept")
    note_factor = numbers(note_table, "internalNoteFactor1")
    scope = model.scope(prepared, tables.enrollment.extended(len(tables.participant_ids)), topic).ratings
    fitted = ~np.isnan(intercept[scope.rater]) & ~np.isnan(note_intercept[scope.note])
    note, rater = scope.note[fitted], scope.rater[fitted]
    residual = (
        scope.level[fitted] / 2 - intercept[rater] - note_intercept[note] - factor[rater] * note_factor[note]
    )
    return replace(
        ours,
        rater_intercept=intercept,
        rater_factor=factor,
        above_threshold=people["aboveHelpfulnessThreshold"].fill_null(False).to_numpy(),
        listed=people["scorerName"].is_not_null().to_numpy(),
        incorrect_habits=IncorrectHabits(
            count("incorrectTagRatingsMadeByRater"), count("totalRatingsMadeByRater")
        ),
        low_diligence=replace(
            ours.low_diligence,
            rater_factor=by_rater("lowDiligenceRaterFactor1"),
            rater_reputation=by_rater("lowDiligenceRaterReputation"),
            rater_intercept=by_rater("lowDiligenceRaterIntercept"),
            rater_intercept_round2=by_rater("lowDiligenceRaterInterceptRound2"),
        ),
        global_intercept=float(residual.sum() / (len(residual) * (1 + GLOBAL_INTERCEPT_RIDGE))),
        ratings=len(residual),
        notes=int(np.count_nonzero(~np.isnan(note_intercept))),
    )
