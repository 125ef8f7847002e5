"""The consensus on harassment: labels, a crowd of two camps, and the official results."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.logistic_models import Official, first_note_factor, penalties, plain_descent
from scoring.logistic.descent import FACTORIZATION_DESCENT, Free, Observations, Parts, Ridges, fit_parts
from scoring.logistic.harassment import (
    TAGS_CHANGED_MS,
    HarassmentConsensus,
    harassment_consensus,
    harassment_labels,
)
from scoring.models.configurations import CORE, EXPANSION_PLUS
from scoring.models.model import Model
from scoring.tables import HelpfulnessLevel, NotHelpfulTag, Ratings
from scoring.tables.arrays import taken
from tests.scoring import builders

Floats = NDArray[np.float64]

NOTES, RATERS = 30, 40
CAMP = np.where(np.arange(RATERS) % 3 == 0, 0.6, -0.5)
SPAM, OTHER = NotHelpfulTag.SPAM_HARASSMENT_OR_ABUSE, NotHelpfulTag.OTHER


def crowd(seed: int = 1) -> Ratings:
    """Every fifth note harassing to all, every fifth to one camp, the others helpful; in order of note and
    rater.
    """
    generator = np.random.default_rng(seed)
    note, rater = np.nonzero(generator.random((NOTES, RATERS)) < 0.7)
    kind = np.minimum(note % 5, 2)
    chance = np.choose(kind, [np.full(len(note), 0.6), np.where(CAMP[rater] > 0, 0.6, 0.02), 0.01])
    harassed = generator.random(len(note)) < chance
    return builders.ratings(
        note,
        rater,
        np.where(harassed, 0, 2),
        not_helpful_tags=np.where(harassed, SPAM, 0).astype(np.uint16),
    )


def consensus(
    ratings: Ratings, note_factor: Floats | None = None, camp: Floats = CAMP
) -> HarassmentConsensus:
    started = np.linspace(-0.4, 0.4, NOTES) if note_factor is None else note_factor
    return harassment_consensus(ratings, started, camp)


@pytest.mark.parametrize(
    ("level", "tags", "label"),
    [
        (HelpfulnessLevel.HELPFUL, 0, 0),
        (HelpfulnessLevel.HELPFUL, SPAM, 1),
        (HelpfulnessLevel.NOT_HELPFUL, SPAM, 1),
        (HelpfulnessLevel.NOT_HELPFUL, SPAM | OTHER, 1),
        (HelpfulnessLevel.NOT_HELPFUL, OTHER, 0),
        (HelpfulnessLevel.NOT_HELPFUL, OTHER | NotHelpfulTag.INCORRECT, 0),
        (HelpfulnessLevel.NOT_HELPFUL, NotHelpfulTag.INCORRECT, -1),
        (HelpfulnessLevel.SOMEWHAT_HELPFUL, 0, -1),
        (HelpfulnessLevel.SOMEWHAT_HELPFUL, OTHER, 0),
    ],
)
def test_labels(level: int, tags: int, label: int) -> None:
    rating = builders.ratings([0], [0], [level], not_helpful_tags=np.array([tags], np.uint16))
    assert harassment_labels(rating).tolist() == [label]


def test_ratings_from_before_the_tags_were_changed_tell_nothing() -> None:
    times = np.array([TAGS_CHANGED_MS - 1, TAGS_CHANGED_MS])
    assert harassment_labels(builders.ratings([0, 0], [0, 1], [2, 2], created_at_ms=times)).tolist() == [
        -1,
        0,
    ]


def test_helpful_in_the_form_of_2021_tells_nothing() -> None:
    old = builders.ratings([0] * 3, [0, 1, 2], [2, 0, 0], old_form=np.ones(3, np.bool_))
    tags = np.array([0, OTHER, SPAM], np.uint16)
    assert harassment_labels(replace(old, not_helpful_tags=tags)).tolist() == [-1, 0, 1]


def test_the_descent_is_the_one_written_out() -> None:
    """At a rate so high that it goes up as often as down, both go the same way for a while."""
    ratings = crowd()
    observations = Observations.build(ratings.note, ratings.rater, ratings.level == 0)
    start = Parts(
        np.stack([np.linspace(-0.8, 0.8, NOTES), np.zeros(NOTES)], axis=1),
        np.stack([2 * CAMP, np.ones(RATERS), np.zeros(RATERS)], axis=1),
        np.zeros((1, 1)),
    )
    ridges = Ridges(note=(0.03, 0.15), rater=(0.03, 0.0, 0.15), common=0.15)
    free = Free(note=(True, True), rater=(True, False, True))
    size = np.where(observations.label, 4.0, 1.0)
    for way in (FACTORIZATION_DESCENT, replace(FACTORIZATION_DESCENT, epochs=30)):
        ours, loss = fit_parts(observations, size, start, ridges, free, way)
        plain, plain_loss, _ = plain_descent(observations, size, start, ridges, free, way)
        assert loss == pytest.approx(plain_loss, abs=1e-4)
        for field in fields(Parts):
            np.testing.assert_allclose(getattr(ours, field.name), getattr(plain, field.name), atol=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_a_note_that_both_camps_call_harassing_stands_out(seed: int) -> None:
    result = consensus(crowd(seed))
    kind = np.minimum(np.arange(NOTES) % 5, 2)
    everybody, one_camp, nobody = (result.note_intercept[kind == which].mean() for which in range(3))
    assert everybody > 0 > max(one_camp, nobody)


@pytest.mark.parametrize(
    "ratings",
    [
        pytest.param(builders.ratings([], [], []), id="no rating"),
        pytest.param(taken(crowd(), crowd().level == 2), id="nobody harassed"),
        pytest.param(taken(crowd(), crowd().level == 0), id="nothing helpful"),
        pytest.param(taken(crowd(), crowd().note == 0), id="raters of one note"),
        pytest.param(taken(crowd(), crowd().rater == 0), id="one rater"),
    ],
)
def test_where_there_is_nothing_to_learn_nothing_is_said(ratings: Ratings) -> None:
    result = consensus(ratings)
    assert np.isnan(result.note_intercept).tolist() == [True] * NOTES
    assert np.isnan(result.note_factor).tolist() == [True] * NOTES


def test_a_note_with_few_labels_is_left_out() -> None:
    ratings = crowd()
    few = (ratings.note != 3) | (np.cumsum(ratings.note == 3) <= 4)
    result = consensus(taken(ratings, few))
    assert np.flatnonzero(np.isnan(result.note_intercept)).tolist() == [3]


def test_missing_factors_start_at_zero() -> None:
    without = np.linspace(-0.4, 0.4, NOTES)
    without[4] = np.nan
    zero = np.nan_to_num(without)
    result, expected = consensus(crowd(), without), consensus(crowd(), zero)
    assert np.array_equal(result.note_intercept, expected.note_intercept)


def test_flipped_viewpoints_change_nothing() -> None:
    started = np.linspace(-0.4, 0.4, NOTES)
    plain, flipped = consensus(crowd(), started), consensus(crowd(), -started, -CAMP)
    np.testing.assert_allclose(flipped.note_intercept, plain.note_intercept, atol=1e-9)
    np.testing.assert_allclose(flipped.note_factor, plain.note_factor, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_names_of_notes_and_raters_play_no_part(random: object) -> None:
    generator = np.random.default_rng(random.getrandbits(32))  # type: ignore[attr-defined]
    ratings = crowd()
    note_name, rater_name = generator.permutation(NOTES), generator.permutation(RATERS)
    note, rater = note_name[ratings.note], rater_name[ratings.rater]
    order = np.lexsort((rater, note))
    renamed = replace(
        taken(ratings, order), note=note[order].astype(np.int32), rater=rater[order].astype(np.int32)
    )
    started = np.linspace(-0.4, 0.4, NOTES)
    note_factor, camp = np.empty(NOTES), np.empty(RATERS)
    note_factor[note_name], camp[rater_name] = started, CAMP
    before, after = consensus(ratings, started), consensus(renamed, note_factor, camp)
    np.testing.assert_allclose(after.note_intercept[note_name], before.note_intercept, atol=1e-3)
    np.testing.assert_allclose(after.note_factor[note_name], before.note_factor, atol=1e-3)


@pytest.mark.shared
@pytest.mark.parametrize("model", [CORE, EXPANSION_PLUS], ids=lambda model: model.name)
def test_official_intercepts_and_penalties(shared: Path, model: Model) -> None:
    """The first round's note factors are our own, a few thousandths from the official ones, and the descent
    turns that into another basin for a few notes.
    """
    official = Official.read(shared)
    result = harassment_consensus(
        official.unpenalized_round(model),
        first_note_factor(official, model),
        official.by_rater(model, "internalFirstRoundRaterFactor1"),
    )
    theirs = official.by_note(model, "harassmentNoteIntercept")
    assert np.array_equal(np.isnan(result.note_intercept), np.isnan(theirs))
    apart = np.abs(result.note_intercept - theirs)[~np.isnan(theirs)]
    assert apart.mean() < 0.02
    assert np.median(apart) < 0.01
    assert np.count_nonzero((result.note_intercept >= 2.0) != (theirs >= 2.0)) <= 3
    penalty = penalties(official, model, np.nan_to_num(result.note_intercept))
    expected = official.by_rater(model, "totalHelpfulHarassmentPenalty")
    listed = ~np.isnan(expected)
    assert np.mean(np.abs(penalty - expected)[listed] < 1.0) > 0.985
