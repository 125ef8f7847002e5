"""The low-diligence model: its descent next to one written out in NumPy, and next to the official results."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.logistic_models import Official, plain_descent, third_round
from scoring.logistic.descent import REPUTATION_DESCENT, Descent, Free, Observations, Parts, fit_parts
from scoring.logistic.intercepts import intercepts_alone
from scoring.logistic.low_diligence import (
    FIRST_ROUND,
    RIDGES,
    SECOND_ROUND,
    TAG_WEIGHT,
    THIRD_ROUND,
    LowDiligencePrescoring,
    final_low_diligence,
    gives_tag,
    last_weights,
    prescore_low_diligence,
    start_of_first_round,
)
from scoring.models.configurations import CORE, EXPANSION_PLUS
from scoring.models.model import Model
from scoring.tables import NotHelpfulTag, Ratings
from tests.scoring import builders

Floats = NDArray[np.float64]

THRESHOLD = 0.263
NOTES, RATERS = 40, 30
CAMP = np.where(np.arange(RATERS) % 3 == 0, 0.6, -0.5)


def tagged(seed: int = 1) -> Ratings:
    """Every third note badly sourced for all, every third for one camp, the others for nobody; in order of
    note and rater.
    """
    generator = np.random.default_rng(seed)
    note, rater = np.nonzero(generator.random((NOTES, RATERS)) < 0.6)
    chance = np.choose(note % 3, [np.full(len(note), 0.7), np.where(CAMP[rater] > 0, 0.7, 0.05), 0.03])
    given_tag = generator.random(len(note)) < chance
    return builders.ratings(
        note,
        rater,
        np.where(given_tag, 0, 2),
        not_helpful_tags=np.where(given_tag, NotHelpfulTag.IRRELEVANT_SOURCES, 0).astype(np.uint16),
    )


def prescore(ratings: Ratings, factor: Floats = CAMP, notes: int = NOTES) -> LowDiligencePrescoring:
    return prescore_low_diligence(ratings.note, ratings.rater, ratings.not_helpful_tags, factor, notes)


def final(ratings: Ratings, prescoring: LowDiligencePrescoring, notes: int = NOTES) -> Floats:
    return final_low_diligence(ratings.note, ratings.rater, ratings.not_helpful_tags, prescoring, notes)


def observed(ratings: Ratings) -> Observations:
    return Observations.build(ratings.note, ratings.rater, gives_tag(ratings.not_helpful_tags))


@pytest.mark.parametrize(
    ("tags", "gives"),
    [
        (NotHelpfulTag.INCORRECT, True),
        (NotHelpfulTag.IRRELEVANT_SOURCES | NotHelpfulTag.OTHER, True),
        (NotHelpfulTag.SOURCES_MISSING_OR_UNRELIABLE, True),
        (NotHelpfulTag.OPINION_SPECULATION | NotHelpfulTag.OFF_TOPIC, False),
        (0, False),
    ],
)
def test_three_tags_count(tags: int, gives: bool) -> None:
    assert gives_tag(np.array([tags], np.uint16)).tolist() == [gives]


@pytest.mark.parametrize("free", [FIRST_ROUND, SECOND_ROUND, THIRD_ROUND])
def test_a_round_takes_the_steps_of_a_descent_written_out(free: Free) -> None:
    observations = observed(tagged())
    generator = np.random.default_rng(3)
    start = Parts(
        generator.normal(size=(NOTES, 2)), generator.normal(size=(RATERS, 3)), generator.normal(size=(1, 1))
    )
    size = generator.uniform(0.5, 5.0, len(observations))
    ours, loss = fit_parts(observations, size, start, RIDGES, free, REPUTATION_DESCENT)
    plain, plain_loss, _ = plain_descent(observations, size, start, RIDGES, free, REPUTATION_DESCENT)
    assert loss == pytest.approx(plain_loss, abs=1e-6)
    for field in fields(Parts):
        np.testing.assert_allclose(getattr(ours, field.name), getattr(plain, field.name), atol=2e-3)
    frozen = ~np.array(free.rater)
    assert np.array_equal(ours.rater[:, frozen], start.rater[:, frozen])
    assert np.array_equal(ours.note[:, ~np.array(free.note)], start.note[:, ~np.array(free.note)])


def test_a_descent_without_a_stop_ends_where_the_loss_is_flat() -> None:
    """The third round is a convex problem, so a long descent finds the one minimum from anywhere."""
    observations = observed(tagged())
    generator = np.random.default_rng(4)
    rater = np.stack([CAMP, np.linspace(-0.2, 1.0, RATERS), np.zeros(RATERS)], axis=1)
    size = last_weights(observations, rater[:, 1])
    long = Descent(rate=0.02, tolerance=0.0, epochs=20_000)
    ends = []
    for _ in range(2):
        note = np.stack([np.linspace(-1, 1, NOTES), generator.normal(size=NOTES)], axis=1)
        start = Parts(note, rater, generator.normal(size=(1, 1)))
        end, _ = fit_parts(observations, size, start, RIDGES, THIRD_ROUND, long)
        ends.append(end)
        n, u = observations.note, observations.rater
        logit = np.sum(end.note[n] * end.rater[u, :2], axis=1) + end.rater[u, 2] + end.common[0, 0]
        slope = size * (1 / (1 + np.exp(-logit)) - observations.label) / len(n)
        by_note = np.bincount(n, slope * end.rater[u, 1]) + 2 * RIDGES.note[1] * end.note[:, 1] / NOTES
        by_rater = np.bincount(u, slope) + 2 * RIDGES.rater[2] * end.rater[:, 2] / RATERS
        assert max(np.abs(by_note).max(), np.abs(by_rater).max(), abs(slope.sum())) < 5e-5
    np.testing.assert_allclose(ends[0].note[:, 1], ends[1].note[:, 1], atol=1e-3)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=30), st.floats(0.05, 5)
)
def test_intercepts_alone_are_a_minimum(counts: list[tuple[int, int]], ridge: float) -> None:
    tags = np.array([tag for tag, _ in counts])
    others = np.array([1 + other for _, other in counts])
    b, g = intercepts_alone(tags, tags + others, TAG_WEIGHT, ridge)
    if not tags.any():
        assert g == 0
        assert not b.any()
        return
    share = 1 / (1 + np.exp(-(b + g)))
    slope = (TAG_WEIGHT * tags + others) * share - TAG_WEIGHT * tags
    scale = TAG_WEIGHT * tags.sum()
    assert np.abs(slope + 2 * ridge * b).max() < 1e-4 * scale
    assert abs(slope.sum()) < 1e-4 * scale


def test_the_start_has_only_intercepts() -> None:
    start = start_of_first_round(observed(tagged()), CAMP)
    assert not start.note[:, 0].any()
    assert np.array_equal(start.rater, np.stack([CAMP, np.ones(RATERS), np.zeros(RATERS)], axis=1))
    assert start.note[:, 1].mean() == pytest.approx(0, abs=1e-6)


def test_last_weights_by_hand() -> None:
    """Two ratings of one note, by a rater of reputation 0.25 with a tag and one of none without."""
    observations = Observations.build(
        np.array([7, 7], np.int32), np.array([2, 5], np.int32), np.array([True, False])
    )
    tag, other = 500 * 0.6 / 1.1, 0.1 / 1.1
    expected = np.array([tag, other]) / np.sqrt(tag + other + 2.0**-20)
    np.testing.assert_allclose(last_weights(observations, np.array([0.25, -3.0])), expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_notes_that_are_tagged_stand_above_those_that_are_not(seed: int) -> None:
    ratings = tagged(seed)
    intercept = final(ratings, prescore(ratings))
    everybody, one_camp, nobody = (intercept[kind::3].mean() for kind in range(3))
    assert min(everybody, one_camp) > nobody


def test_without_ratings_there_is_nothing() -> None:
    nobody = builders.ratings([], [], [])
    prescoring = prescore(nobody)
    assert np.isnan(prescoring.note_intercept).all()
    assert np.isnan(prescoring.rater_factor).all()
    assert prescoring.note_intercept.shape == (NOTES,)
    assert prescoring.rater_factor.shape == (RATERS,)
    assert prescoring.ratings_per_note == 0
    assert np.isnan(final(tagged(), prescoring)).all()
    assert np.isnan(final(nobody, prescore(tagged()))).all()


@pytest.mark.parametrize("tag", [0, NotHelpfulTag.INCORRECT])
def test_ratings_all_alike_tell_no_note_from_another(tag: int) -> None:
    ratings = tagged()
    alike = replace(ratings, not_helpful_tags=np.full(len(ratings), tag, np.uint16))
    intercept = final(alike, prescore(alike))
    assert np.isfinite(intercept).all()
    assert np.ptp(intercept) < 1.0


def test_only_rated_notes_and_raters_have_values() -> None:
    ratings = tagged()
    prescoring = prescore(ratings, np.append(CAMP, np.nan), NOTES + 2)
    assert np.isnan(prescoring.note_intercept).tolist() == [False] * NOTES + [True] * 2
    assert np.isnan(prescoring.rater_reputation).tolist() == [False] * RATERS + [True]
    assert np.isnan(final(ratings, prescoring, NOTES + 2)).tolist() == [False] * NOTES + [True] * 2


def test_a_rater_without_parameters_has_no_say_on_the_side_of_a_note() -> None:
    """Their reputation is 0: an untagged rating by them adds a constant to the loss of b_n."""
    ratings = tagged()
    prescoring = prescore(ratings, np.append(CAMP, np.nan))
    unknown = np.array([RATERS], np.int32)
    alone = final_low_diligence(np.array([4], np.int32), unknown, np.zeros(1, np.uint16), prescoring, NOTES)
    assert alone[4] == 0
    assert np.isnan(np.delete(alone, 4)).all()


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_names_of_notes_and_raters_play_no_part(random: object) -> None:
    generator = np.random.default_rng(random.getrandbits(32))  # type: ignore[attr-defined]
    ratings = tagged()
    note_name, rater_name = generator.permutation(NOTES), generator.permutation(RATERS)
    note, rater = note_name[ratings.note], rater_name[ratings.rater]
    order = np.lexsort((rater, note))
    renamed = replace(
        ratings,
        note=note[order].astype(np.int32),
        rater=rater[order].astype(np.int32),
        not_helpful_tags=ratings.not_helpful_tags[order],
    )
    factor = np.empty(RATERS)
    factor[rater_name] = CAMP
    before, after = prescore(ratings), prescore(renamed, factor)
    np.testing.assert_allclose(after.note_intercept[note_name], before.note_intercept, atol=1e-3)
    np.testing.assert_allclose(after.rater_reputation[rater_name], before.rater_reputation, atol=1e-3)
    np.testing.assert_allclose(final(renamed, after)[note_name], final(ratings, before), atol=1e-3)


def test_equal_input_gives_equal_bits() -> None:
    ratings = tagged()
    first, second = prescore(ratings), prescore(ratings)
    for field in fields(LowDiligencePrescoring):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))


def test_flipped_viewpoints_change_nothing_but_factors() -> None:
    ratings = tagged()
    plain, flipped = prescore(ratings), prescore(ratings, -CAMP)
    np.testing.assert_allclose(flipped.note_intercept, plain.note_intercept, atol=1e-9)
    np.testing.assert_allclose(flipped.note_factor, -plain.note_factor, atol=1e-9)


@pytest.fixture(scope="module")
def official(shared: Path) -> Official:
    return Official.read(shared)


@pytest.mark.shared
@pytest.mark.parametrize("model", [CORE, EXPANSION_PLUS], ids=lambda model: model.name)
def test_the_third_round_continues_the_official_second(official: Official, model: Model) -> None:
    observations, second = official.second_round(model)
    ours = third_round(observations, second).note[:, 1]
    theirs = official.by_note(model, "lowDiligenceNoteIntercept")[observations.notes]
    assert np.mean(np.abs(ours - theirs)) < 2e-5
    assert np.abs(ours - theirs).max() < 0.02
    assert np.array_equal(ours > THRESHOLD, theirs > THRESHOLD)


@pytest.mark.shared
def test_the_final_phase_continues_the_official_prescoring(official: Official) -> None:
    rated = official.final_round(CORE)
    ours = final(rated, official.low_diligence(CORE), len(official.tables.notes))
    theirs = official.final_low_diligence
    compared = ~np.isnan(theirs)
    assert not np.isnan(ours[compared]).any()
    assert np.mean(np.abs(ours - theirs)[compared]) < 2e-4
    assert np.array_equal(ours[compared] > THRESHOLD, theirs[compared] > THRESHOLD)


@pytest.mark.shared
@pytest.mark.parametrize("model", [CORE, EXPANSION_PLUS], ids=lambda model: model.name)
def test_prescoring_meets_the_official_one_within_its_own_spread(official: Official, model: Model) -> None:
    ratings = official.last_round(model)
    notes = len(official.tables.notes)
    prescoring = prescore(ratings, official.by_rater(model, "internalRaterFactor1"), notes)
    theirs = official.by_note(model, "lowDiligenceNoteIntercept")
    assert np.array_equal(np.isnan(prescoring.note_intercept), np.isnan(theirs))
    fitted = ~np.isnan(theirs)
    assert np.mean(np.abs(prescoring.note_intercept - theirs)[fitted]) < 0.007
    same = (prescoring.note_intercept > THRESHOLD) == (theirs > THRESHOLD)
    assert np.mean(same[fitted]) > 0.993
    reputation = official.by_rater(model, "lowDiligenceRaterReputation")
    assert np.array_equal(np.isnan(prescoring.rater_reputation), np.isnan(reputation))
    assert np.nanmean(np.abs(prescoring.rater_reputation - reputation)) < 0.008
