"""A model's final phase: every note fitted on its own, then the status rules.

Source: twitter/communitynotes 273c895, scoring/src/scoring/mf_base_scorer.py, ``_score_notes_and_users``, and
scorer.py, ``score_final``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.filters.incorrect import incorrect_votes
from scoring.filters.tags import TagTotals, tag_totals
from scoring.logistic.low_diligence import final_low_diligence
from scoring.matrix_factorization.note_fit import NoteSums, PseudoRaters, fit_notes, intercept_bounds
from scoring.models.model import Model
from scoring.preparation import PreparedRatings
from scoring.prescoring import ModelPrescoring
from scoring.rating_kernels import final_round_sums
from scoring.rules.engine import Verdict, apply_rules
from scoring.rules.facts import FinalFacts, Sides, Single
from scoring.statuses import NONE, StatusArray
from scoring.tables.arrays import Bool, Enrollment, Int8, Int32, Tables
from scoring.tables.values import Classification

Floats = NDArray[np.float64]

SAMPLED_RATINGS_PER_NOTE = 10.0
"""Density that scales the regularization when only ratings asked for at random count
(populationSampledRatingPerNoteLossRatio).
"""


@dataclass(frozen=True, slots=True)
class ModelScored:
    """One model's final phase, row i for note i; NaN where the note was not fitted."""

    captured: Bool
    """Whether the model decides the note: it is of the model's topics, and enough of its ratings come from
    raters the model hears.
    """
    lowest_intercept: Single
    """Over the pseudo-raters' fits; NaN where they were not asked for."""
    population_sampled_intercept: Single
    """By the ratings alone that were asked for at random; NaN where there are too few."""
    status: StatusArray
    """NONE where the model does not decide."""
    verdict: Verdict
    """The rules over all notes, also those the model does not decide."""
    facts: FinalFacts
    """What the rules looked at."""
    final_round_ratings: Int32
    """Ratings by raters in the model's published table (numFinalRoundRatings)."""

    @property
    def intercept(self) -> Single:
        """Note intercepts."""
        return self.facts.intercept

    @property
    def factor(self) -> Single:
        """Note factors."""
        return self.facts.factor


@dataclass(frozen=True, slots=True)
class NoteFit:
    """One of a final phase's fits."""

    ratings: PreparedRatings
    """Those that entered it: by helpful raters, of notes with enough ratings by anybody the model hears."""
    sums: NoteSums
    by_side: Int32
    """(4, 2, n): what :class:`~scoring.rules.facts.Sides` tells of them."""
    intercept: Floats
    factor: Floats


def score_model(
    model: Model,
    tables: Tables,
    prepared: PreparedRatings,
    topic: Int8,
    prescoring: ModelPrescoring,
    enrollment: Enrollment,
    previous_status: StatusArray,
    *,
    pseudo_raters: bool,
) -> ModelScored:
    """Fit every note on the ratings of helpful raters and apply the model's rules.

    ``enrollment`` and ``prescoring`` cover all participants and notes, ``topic`` and ``previous_status`` all
    notes.
    """
    scope = model.scope(prepared, enrollment, topic)
    density = prescoring.ratings_per_note
    whole = fit_final(model, scope, prescoring, density)
    no_high_volume = fit_without(model, scope, scope.high_volume, prescoring, whole)
    no_correlated = fit_without(model, scope, scope.correlated, prescoring, whole)

    lowest = highest = unknown = np.full(len(tables.notes), np.nan)
    if pseudo_raters and model.pseudo_raters and len(whole.ratings.ratings):
        present = np.unique(whole.ratings.ratings.rater)
        extremes = PseudoRaters.of(
            prescoring.rater_intercept[present], prescoring.rater_factor[present], prescoring.global_intercept
        )
        lowest, highest = intercept_bounds(whole.sums, model.weights, extremes)
    sampled = scope.ratings.population_sampled
    population_sampled = (
        fit_final(model, scope.kept(sampled), prescoring, SAMPLED_RATINGS_PER_NOTE).intercept
        if sampled.any()
        else unknown
    )

    fitted = whole.ratings
    raters, helpful, not_helpful, level_sum = whole.by_side
    facts = FinalFacts(
        thresholds=model.thresholds,
        ratings=np.diff(scope.pointer).astype(np.int32),
        intercept=single(whole.intercept),
        factor=single(whole.factor),
        not_misleading=tables.notes.classification == Classification.NOT_MISLEADING,
        highest_intercept=single(highest),
        previous_status=previous_status,
        sides=Sides(raters, helpful, not_helpful, level_sum, sampled_by_side(scope, prescoring)),
        tags=tags_of(fitted, whole.factor, prescoring),
        tag_thresholds=prescoring.tag_thresholds,
        incorrect=incorrect_votes(
            fitted.ratings, whole.factor, prescoring.rater_factor, prescoring.incorrect_habits
        ),
        low_diligence_intercept=single(
            final_low_diligence(
                fitted.ratings.note,
                fitted.ratings.rater,
                fitted.ratings.not_helpful_tags,
                prescoring.low_diligence,
                len(tables.notes),
            )
        ),
        no_high_volume_intercept=single(no_high_volume),
        no_correlated_intercept=single(no_correlated),
    )
    verdict = apply_rules(model.final_rules, facts, len(tables.notes))
    captured = captures(model, facts.ratings, np.diff(prepared.pointer), topic)
    return ModelScored(
        captured=captured,
        lowest_intercept=single(lowest),
        population_sampled_intercept=single(population_sampled),
        status=np.where(captured, verdict.status, np.int8(NONE)),
        verdict=verdict,
        facts=facts,
        final_round_ratings=np.bincount(
            scope.ratings.note[prescoring.listed[scope.ratings.rater]], minlength=len(tables.notes)
        ).astype(np.int32),
    )


def judge_anew(model: Model, fitted: ModelScored, prepared: PreparedRatings, topic: Int8) -> ModelScored:
    """A model's final phase where another one's fit holds for it too: only the rules are asked again."""
    facts = replace(fitted.facts, thresholds=model.thresholds)
    verdict = apply_rules(model.final_rules, facts, len(topic))
    captured = captures(model, facts.ratings, np.diff(prepared.pointer), topic)
    return replace(
        fitted,
        captured=captured,
        status=np.where(captured, verdict.status, np.int8(NONE)),
        verdict=verdict,
        facts=facts,
    )


def fit_final(
    model: Model, scope: PreparedRatings, prescoring: ModelPrescoring, ratings_per_note: float
) -> NoteFit:
    """Intercept and factor of each note, with raters held where prescoring put them."""
    enough = np.diff(scope.pointer) >= model.ratings_per_note
    fitted = scope.kept(counts(prescoring)[scope.ratings.rater] & enough[scope.ratings.note])
    raw_sums, by_side = final_round_sums(
        fitted.pointer,
        fitted.ratings.rater,
        fitted.ratings.level,
        prescoring.rater_intercept,
        prescoring.rater_factor,
        prescoring.global_intercept,
    )
    sums = NoteSums(*raw_sums)
    intercept, factor = fit_notes(sums, model.weights, ratings_per_note)
    return NoteFit(fitted, sums, by_side, intercept, factor)


def counts(prescoring: ModelPrescoring) -> Bool:
    """Whose ratings enter the fits, by participant."""
    return prescoring.above_threshold & ~np.isnan(prescoring.rater_intercept)


def sampled_by_side(scope: PreparedRatings, prescoring: ModelPrescoring) -> Int32:
    """(2, n) ratings asked for at random, by those whose ratings count; also of notes with too few ratings
    for a fit.
    """
    ratings = scope.ratings
    notes = len(scope.pointer) - 1
    rows = np.flatnonzero(ratings.population_sampled & counts(prescoring)[ratings.rater])
    side = prescoring.rater_factor[ratings.rater[rows]] >= 0
    return (
        np.bincount(side * notes + ratings.note[rows], minlength=2 * notes).reshape(2, notes).astype(np.int32)
    )


def fit_without(
    model: Model, scope: PreparedRatings, raters: Bool, prescoring: ModelPrescoring, whole: NoteFit
) -> Floats:
    """Note intercepts when these raters are left out."""
    if not raters[scope.ratings.rater].any():
        return whole.intercept
    return fit_final(model, scope.without(raters), prescoring, prescoring.ratings_per_note).intercept


def tags_of(fitted: PreparedRatings, note_factor: Floats, prescoring: ModelPrescoring) -> TagTotals:
    """Tags weighed on the scale of this run's notes and raters."""
    present = np.full(len(prescoring.rater_factor), np.nan)
    raters = fitted.ratings.rater
    present[raters] = prescoring.rater_factor[raters]
    return tag_totals(fitted.ratings, note_factor, present)


def captures(model: Model, ratings: Int32, all_ratings: NDArray[np.integer], topic: Int8) -> Bool:
    """Which notes the model decides."""
    mine = model.looks_at(topic)
    if model.capture_threshold is None:
        return mine
    with np.errstate(divide="ignore", invalid="ignore"):
        return mine & (ratings / all_ratings >= model.capture_threshold)


def single(values: Floats) -> Single:
    """In the precision that the rules compare in."""
    return values.astype(np.float32)
