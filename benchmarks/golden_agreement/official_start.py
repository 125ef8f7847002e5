"""The official prescoring's result as ours, so that the final phases alone are held against each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.count_filter import count_filter
from scoring.matrix_factorization.fit import fit
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.models.configurations import MODELS
from scoring.models.model import Model
from scoring.preparation import PreparedRatings, prepare
from scoring.prescoring import ModelPrescoring, Prescoring
from scoring.tables.arrays import Bool, Int8, Int64, Tables, taken
from scoring.topics import assign_topics

RATERS = "prescoring_rater_model_output.parquet"
NOTES = "prescoring_note_model_output.parquet"

Floats = NDArray[np.float64]


def has_official_prescoring(expected: Path) -> bool:
    return (expected / RATERS).is_file() and (expected / NOTES).is_file()


def official_prescoring(expected: Path, tables: Tables, ours: Prescoring) -> Prescoring:
    """``ours`` with all that the official tables tell of raters and notes.

    They tell neither the global intercepts nor the thresholds of tags: the former come from a fit of the
    ratings of the raters whom the official run trusts; the latter, and the topics, stay ours.
    """
    raters, notes = pl.read_parquet(expected / RATERS), pl.read_parquet(expected / NOTES)
    rater_number = {name: row for row, name in enumerate(tables.participant_ids)}
    note_number = {note: row for row, note in enumerate(tables.notes.note_id.tolist())}
    prepared = prepare(tables, tables.clusters)
    topic = assign_topics(ours.topics, tables.notes.post_id, tables.notes.summary)
    models = {}
    for model in MODELS:
        mine = raters.filter(pl.col("scorerName") == model.name)
        theirs = notes.filter(pl.col("scorerName") == model.name)
        of_raters = Spread(
            mine, [rater_number[name] for name in mine["raterParticipantId"]], len(rater_number)
        )
        of_notes = Spread(theirs, [note_number[note] for note in theirs["noteId"]], len(note_number))
        trusted = of_raters.column("aboveHelpfulnessThreshold") == 1
        found = filled(ours.models[model.name], of_raters, of_notes)
        models[model.name] = with_trusted(
            found, trusted, trusted_matrix(model, tables, prepared, topic, trusted)
        )
    return replace(ours, models=models)


class Spread:
    """Columns of a table by the numbers of its rows' notes or raters; NaN for the others."""

    def __init__(self, table: pl.DataFrame, numbers: list[int], size: int) -> None:
        self._table = table
        self._numbers: Int64 = np.array(numbers, np.int64)
        self._size = size

    @property
    def listed(self) -> Bool:
        present = np.zeros(self._size, np.bool_)
        present[self._numbers] = True
        return present

    def column(self, name: str) -> Floats:
        values = np.full(self._size, np.nan)
        values[self._numbers] = self._table[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return values


def filled(model: ModelPrescoring, raters: Spread, notes: Spread) -> ModelPrescoring:
    """A model's result with the official parameters of raters and notes."""
    diligence = replace(
        model.low_diligence,
        note_factor=notes.column("lowDiligenceNoteFactor1"),
        note_intercept_round2=notes.column("lowDiligenceNoteInterceptRound2"),
        note_intercept=notes.column("lowDiligenceNoteIntercept"),
        rater_factor=raters.column("lowDiligenceRaterFactor1"),
        rater_reputation=raters.column("lowDiligenceRaterReputation"),
        rater_intercept_round2=raters.column("lowDiligenceRaterInterceptRound2"),
        rater_intercept=raters.column("lowDiligenceRaterIntercept"),
    )
    return replace(
        model,
        rater_intercept=raters.column("internalRaterIntercept"),
        rater_factor=raters.column("internalRaterFactor1"),
        note_intercept=notes.column("internalNoteIntercept"),
        note_factor=notes.column("internalNoteFactor1"),
        listed=raters.listed,
        low_diligence=diligence,
    )


def trusted_matrix(
    model: Model, tables: Tables, prepared: PreparedRatings, topic: Int8, trusted: Bool
) -> RatingMatrix:
    """The final prescoring round's ratings: those of the trusted raters."""
    participants, notes = len(tables.participant_ids), len(tables.notes)
    heard = model.scope(prepared, tables.enrollment.extended(participants), topic).ratings
    enough = count_filter(heard, notes, participants, model.ratings_per_note, model.ratings_per_rater)
    training = taken(heard, enough & trusted[heard.rater])
    return RatingMatrix.build(training.note, training.rater, training.level)


def with_trusted(found: ModelPrescoring, trusted: Bool, matrix: RatingMatrix) -> ModelPrescoring:
    """With the trusted raters, and the global intercept and the counts of a fit of their ratings."""
    return replace(
        found,
        above_threshold=trusted,
        global_intercept=fit(matrix).global_intercept,
        ratings=matrix.count,
        notes=len(matrix.notes),
        raters=len(matrix.raters),
    )
