"""A model's final phase: every note fitted on its own, then the status rules.

Source: twitter/communitynotes 273c895, scoring/src/scoring/mf_base_scorer.py, ``_score_notes_and_users``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.matrix_factorization.note_fit import NoteSums, PseudoRaters, fit_notes, intercept_bounds
from scoring.models.model import Model
from scoring.prescoring import ModelPrescoring
from scoring.rating_index import RatingIndex
from scoring.rating_kernels import final_round_sums
from scoring.rules.engine import Verdict, apply_rules
from scoring.rules.facts import FinalFacts, Sides, Single
from scoring.statuses import NONE, StatusArray
from scoring.tables.arrays import Bool, Enrollment, Int32, Tables
from scoring.tables.values import Classification


@dataclass(frozen=True, slots=True)
class ModelScored:
    """One model's final phase, row i for note i; NaN where the note was not fitted."""

    captured: Bool
    """Whether the model decides the note: enough of its ratings come from raters the model hears."""
    intercept: Single
    factor: Single
    lowest_intercept: Single
    """Over the pseudo-raters' fits; NaN where they were not asked for."""
    highest_intercept: Single
    status: StatusArray
    """NONE where the model does not decide."""
    verdict: Verdict
    """The rules over all notes, also those the model does not decide."""
    ratings: Int32
    """Ratings by raters the model hears."""
    final_round_ratings: Int32
    """Ratings by raters in the model's published table (numFinalRoundRatings)."""
    sides: Sides


def score_model(
    model: Model,
    tables: Tables,
    index: RatingIndex,
    prescoring: ModelPrescoring,
    enrollment: Enrollment,
    previous_status: StatusArray,
    *,
    pseudo_raters: bool,
) -> ModelScored:
    """Fit every note on the ratings of helpful raters and apply the model's rules.

    ``enrollment`` and ``prescoring`` cover all participants, ``previous_status`` all notes.
    """
    heard = model.hears(enrollment)
    counted = heard & prescoring.above_threshold & ~np.isnan(prescoring.rater_intercept)
    ratings, known, raw_sums, raw_sides = final_round_sums(
        index.pointer,
        index.ratings.rater,
        index.ratings.level,
        heard,
        prescoring.listed,
        counted,
        prescoring.rater_intercept,
        prescoring.rater_factor,
        prescoring.global_intercept,
        model.ratings_per_note,
    )
    sums = NoteSums(*raw_sums)
    intercept, factor = fit_notes(sums, model.weights, prescoring.ratings_per_note)
    lowest = highest = np.full(len(ratings), np.nan)
    if pseudo_raters and model.pseudo_raters and sums.count.any():
        present = raters_present(index, counted, ratings >= model.ratings_per_note)
        extremes = PseudoRaters.of(
            prescoring.rater_intercept[present], prescoring.rater_factor[present], prescoring.global_intercept
        )
        lowest, highest = intercept_bounds(sums, model.weights, extremes)

    sides = Sides(*raw_sides)
    facts = FinalFacts(
        thresholds=model.thresholds,
        ratings=ratings,
        intercept=single(intercept),
        factor=single(factor),
        not_misleading=tables.notes.classification == Classification.NOT_MISLEADING,
        highest_intercept=single(highest),
        previous_status=previous_status,
        sides=sides,
    )
    verdict = apply_rules(model.final_rules, facts, len(tables.notes))
    all_ratings = np.diff(index.pointer)
    captured = (all_ratings > 0) & (ratings >= model.capture_threshold * all_ratings)
    return ModelScored(
        captured=captured,
        intercept=facts.intercept,
        factor=facts.factor,
        lowest_intercept=single(lowest),
        highest_intercept=facts.highest_intercept,
        status=np.where(captured, verdict.status, np.int8(NONE)),
        verdict=verdict,
        ratings=ratings,
        final_round_ratings=known,
        sides=sides,
    )


def raters_present(index: RatingIndex, counted: Bool, fitted: Bool) -> Bool:
    """Which participants have a rating in the final fit."""
    present = np.zeros(len(counted), np.bool_)
    present[index.ratings.rater[fitted[index.ratings.note]]] = True
    return present & counted


def single(values: NDArray[np.float64]) -> Single:
    """In the precision that the rules compare in."""
    return values.astype(np.float32)
