"""The factorization against its own definition and under symmetries."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.official_fits import stated_loss
from scoring.matrix_factorization.fit import SPECTRAL, Fit, fit, needs_flip
from scoring.matrix_factorization.loss import Objective, Regularization
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.note_fit import NoteSums, PseudoRaters, fit_notes, intercept_bounds
from scoring.matrix_factorization.solver import WORTH_SINGLE, Tolerance, minimize, solve
from scoring.matrix_factorization.spectral import leading_eigenvector, spectral_start
from scoring.matrix_factorization.workers import Workers
from scoring.tables import Ratings
from tests.scoring.builders import crowd

Floats = NDArray[np.float64]


def ratings_of(matrix: RatingMatrix, made: Ratings) -> tuple[Any, Any, Any]:
    """Note and rater rows within the fit, and levels."""
    return (
        np.searchsorted(matrix.notes, made.note),
        np.searchsorted(matrix.raters, made.rater),
        made.level,
    )


def tables_of(result: Fit) -> tuple[Floats, Floats]:
    notes = np.stack([result.note_intercept, result.note_factor], axis=1)
    return notes, np.stack([result.rater_intercept, result.rater_factor], axis=1)


def matrix_of(made: Ratings) -> RatingMatrix:
    return RatingMatrix.build(made.note, made.rater, made.level)


@pytest.mark.parametrize("seed", range(3))
def test_the_reported_loss_is_the_stated_one_and_a_minimum(seed: int) -> None:
    made = crowd(seed).ratings
    matrix = matrix_of(made)
    result = fit(matrix)
    assert result.converged
    ratings, weights = ratings_of(matrix, made), Regularization()
    notes, raters = tables_of(result)
    loss = stated_loss(ratings, notes, raters, result.global_intercept, weights)
    assert result.loss == pytest.approx(loss, rel=1e-12)
    prediction = result.global_intercept + raters[ratings[1], 0] + notes[ratings[0], 0]
    prediction = prediction + raters[ratings[1], 1] * notes[ratings[0], 1]
    assert result.mean_squared_error == pytest.approx(np.mean((made.level / 2 - prediction) ** 2), rel=1e-12)

    generator = np.random.default_rng(seed)
    for _ in range(20):
        moved = stated_loss(
            ratings,
            notes + generator.normal(0, 1e-3, notes.shape),
            raters + generator.normal(0, 1e-3, raters.shape),
            result.global_intercept + generator.normal(0, 1e-3),
            weights,
        )
        assert moved > result.loss


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_a_matrix_does_not_depend_on_the_order_of_the_ratings(seed: int) -> None:
    made = crowd(seed, raters=40, note_count=30).ratings
    by_note_and_rater = np.lexsort([made.rater, made.note])
    one = RatingMatrix.build(*(part[by_note_and_rater] for part in (made.note, made.rater, made.level)))
    other = matrix_of(made)
    for side in ("by_note", "by_rater"):
        for part in ("pointer", "entries"):
            assert np.array_equal(getattr(getattr(one, side), part), getattr(getattr(other, side), part))
    assert np.array_equal(fit(one).note_intercept, fit(other).note_intercept)


def test_a_matrix_holds_every_rating_on_both_sides() -> None:
    made = crowd(9).ratings
    matrix = matrix_of(made)
    expected = sorted(zip(made.note.tolist(), made.rater.tolist(), made.level.tolist(), strict=True))
    seen = {"by_note": [], "by_rater": []}
    for name, rows, columns in [
        ("by_note", matrix.notes, matrix.raters),
        ("by_rater", matrix.raters, matrix.notes),
    ]:
        side = getattr(matrix, name)
        for row, begin, end in zip(rows, side.pointer[:-1], side.pointer[1:], strict=True):
            for entry in side.entries[begin:end]:
                pair = (int(row), int(columns[entry >> 2]))
                note, rater = pair if name == "by_note" else pair[::-1]
                seen[name].append((note, rater, int(entry & 3)))
    assert seen["by_note"] == expected
    assert sorted(seen["by_rater"]) == expected


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_people_and_notes_without_ratings_change_nothing(seed: int) -> None:
    """A rater whom a filter left without ratings has a number, and no part in the fit."""
    made = crowd(seed, raters=40, note_count=30).ratings
    one = fit(matrix_of(made))
    other = fit(RatingMatrix.build(2 * made.note + 1, 3 * made.rater + 7, made.level))
    assert np.array_equal(one.note_intercept, other.note_intercept)
    assert np.array_equal(one.rater_factor, other.rater_factor)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_two_camps_mirrored_give_mirrored_factors_only(seed: int) -> None:
    """Nothing but the sign of the factors may tell the camps apart."""
    made = crowd(seed, raters=40, note_count=30).ratings
    matrix = matrix_of(made)
    start = spectral_start(Objective.of(matrix, Regularization()))
    mirrored = start * np.array([1.0, -1.0])
    one, other = solve(matrix, start, Regularization()), solve(matrix, mirrored, Regularization())
    assert np.allclose(one.notes[:, 0], other.notes[:, 0], atol=1e-12)
    assert np.allclose(one.notes[:, 1], -other.notes[:, 1], atol=1e-12)
    assert np.allclose(one.raters[:, 1], -other.raters[:, 1], atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_renumbering_notes_and_raters_renumbers_the_result(seed: int) -> None:
    made = crowd(seed, raters=40, note_count=30).ratings
    generator = np.random.default_rng(seed)
    note_number = generator.permutation(30)
    rater_number = generator.permutation(47)
    one = fit(matrix_of(made))
    other_matrix = RatingMatrix.build(note_number[made.note], rater_number[made.rater], made.level)
    other = fit(other_matrix)
    back = np.argsort(note_number[np.unique(made.note)])
    assert other.loss == pytest.approx(one.loss, rel=1e-9)
    assert np.allclose(other.note_intercept, one.note_intercept[back], atol=2e-5)
    assert np.allclose(np.abs(other.note_factor), np.abs(one.note_factor[back]), atol=2e-4)


def test_at_least_half_of_the_raters_come_out_negative() -> None:
    made = crowd(4).ratings
    result = fit(matrix_of(made))
    assert np.count_nonzero(result.rater_factor < 0) >= np.count_nonzero(result.rater_factor > 0)
    assert needs_flip(np.array([1.0, 1.0, -1.0]))
    assert not needs_flip(np.array([-1.0, 0.0, 0.0]))
    assert needs_flip(np.array([2.0, -1.0]))
    assert not needs_flip(np.zeros(3))


def test_the_lowest_loss_wins_and_the_result_names_its_start() -> None:
    made = crowd(2).ratings
    matrix = matrix_of(made)
    nowhere = np.zeros((len(matrix.notes), 2))
    result = fit(matrix, starts={"nowhere": nowhere})
    assert result.start == SPECTRAL
    assert result.losses["nowhere"] > result.loss
    assert set(result.losses) == {SPECTRAL, "nowhere"}


def test_ratings_all_equal_make_all_notes_alike() -> None:
    """Even the factor serves as an intercept here, because it costs less; but no note is unlike another."""
    note, rater = np.divmod(np.arange(60), 10)
    result = fit(RatingMatrix.build(note, rater, np.full(60, 2, np.uint8)))
    assert result.converged
    assert np.allclose(result.note_intercept, 0.2)
    assert np.allclose(result.note_factor, result.note_factor[0])


@pytest.mark.parametrize("ratings", [0, 1])
def test_hardly_any_ratings_are_fitted_without_complaint(ratings: int) -> None:
    nothing = np.zeros(ratings, np.int64)
    result = fit(RatingMatrix.build(nothing, nothing, np.full(ratings, 2, np.uint8)))
    assert len(result.note_intercept) == ratings
    assert np.isfinite(result.loss)


def test_sweeps_are_bounded_and_an_unfinished_fit_says_so() -> None:
    made = crowd(3).ratings
    matrix = matrix_of(made)
    result = fit(matrix, tolerance=Tolerance(sweeps=2))
    assert not result.converged
    assert result.sweeps == 2


def test_the_leading_eigenvector_of_a_known_operator() -> None:
    values = np.array([9.0, 4.0, 1.0, 0.5, 0.0])
    vector = leading_eigenvector(lambda v: values * v, 5)
    assert np.allclose(np.abs(vector), [1, 0, 0, 0, 0], atol=1e-8)
    assert not leading_eigenvector(np.zeros_like, 5).any()


def test_a_note_is_the_ridge_regression_of_its_ratings() -> None:
    generator = np.random.default_rng(0)
    factor, residual = generator.normal(size=9), generator.normal(size=9)
    density, weights = 12.5, Regularization()
    sums = NoteSums(
        *(
            np.array([value, 0.0])
            for value in (9.0, factor.sum(), (factor**2).sum(), residual.sum(), (factor * residual).sum())
        )
    )
    intercept, slope = fit_notes(sums, weights, density)
    design = np.stack([np.ones(9), factor], axis=1)
    ridge = np.diag([weights.note_intercept * density, weights.note_factor * density])
    expected = np.linalg.solve(design.T @ design + ridge, design.T @ residual)
    assert [intercept[0], slope[0]] == pytest.approx(expected)
    assert np.isnan([intercept[1], slope[1]]).all()


def test_pseudo_raters_refit_every_note_with_one_more_helpful_rating() -> None:
    """Worked the long way: ratings listed, the pseudo-rater's among them, and one ridge regression a note."""
    generator = np.random.default_rng(4)
    rater_intercept, rater_factor, mean = generator.normal(0, 0.2, 8), generator.normal(0, 0.5, 8), 0.17
    note = np.repeat([0, 1, 2], [3, 4, 8])
    rater = np.concatenate([[0, 3, 5], [1, 2, 6, 7], np.arange(8)])
    rating = generator.choice([0.0, 0.5, 1.0], len(note))
    extremes = PseudoRaters.of(rater_intercept, rater_factor, mean)
    sums = NoteSums(
        *(
            np.bincount(note, values, minlength=4)
            for values in (
                np.ones(len(note)),
                rater_factor[rater],
                rater_factor[rater] ** 2,
                rating - mean - rater_intercept[rater],
                (rating - mean - rater_intercept[rater]) * rater_factor[rater],
            )
        )
    )
    weights = Regularization(note_intercept=0.2, diamond=0.5)
    found = intercept_bounds(sums, weights, extremes)

    for which in range(3):
        refits = []
        for extra in (None, rater_factor.min(), 0.0, rater_factor.max()):
            factor = rater_factor[rater[note == which]]
            residual = rating[note == which] - mean - rater_intercept[rater[note == which]]
            density = len(note) / 3
            if extra is not None:
                factor = np.append(factor, extra)
                residual = np.append(residual, 1.0 - mean - rater_intercept.min())
                density = (len(note) + 3) / 3
            design = np.stack([np.ones(len(factor)), factor], axis=1)
            ridge = density * np.diag([weights.note_intercept, weights.note_factor])
            refits.append(np.linalg.solve(design.T @ design + ridge, design.T @ residual)[0])
        assert [found[0][which], found[1][which]] == pytest.approx([min(refits), max(refits)])
    assert np.isnan([found[0][3], found[1][3]]).all()


def test_pseudo_raters_bound_the_intercept_and_pull_hardest_on_sparse_notes() -> None:
    sums = NoteSums(
        *(np.array(column) for column in ([5.0, 50.0], [0.0, 0.0], [1.0, 10.0], [-1.0, -10.0], [0.0, 0.0]))
    )
    extremes = PseudoRaters.of(np.array([-0.2, 0.1]), np.array([-0.8, 0.6]), 0.17)
    lowest, highest = intercept_bounds(sums, Regularization(), extremes)
    assert extremes.factors == (-0.8, 0.0, 0.6)
    assert (lowest <= highest).all()
    assert highest[0] - lowest[0] > highest[1] - lowest[1] > 0


def many_ratings(communities: int = 1) -> RatingMatrix:
    """Some 600,000 ratings, sparse, by raters who hardly meet those of another community; signs shared."""
    generator = np.random.default_rng(communities)
    notes, raters, count = 24_000, 12_000, 620_000
    rater = generator.integers(0, raters, count)
    home = rater * communities // raters
    home = np.where(generator.random(count) < 0.03, generator.integers(0, communities, count), home)
    note = home * notes // communities + generator.integers(0, notes // communities, count)
    pairs = np.unique(note * raters + rater)
    note, rater = np.divmod(pairs, raters)
    camp = np.where(generator.random(raters) < 0.55, -1.0, 1.0)
    quality, slant = generator.normal(0.2, 0.5, notes), generator.normal(0, 0.7, notes)
    pull = quality[note] + slant[note] * camp[rater] + generator.normal(0, 0.6, len(note))
    return RatingMatrix.build(note, rater, np.digitize(pull, [-0.1, 0.35]).astype(np.uint8))


def test_large_fits_are_as_exact_as_small_ones_and_alike_on_any_number_of_threads() -> None:
    """Their first sweeps are summed in float32, on blocks of rows."""
    matrix = many_ratings()
    assert matrix.count > WORTH_SINGLE
    assert len(matrix.by_note.blocks()) > 1
    one, two = fit(matrix, threads=1), fit(matrix, threads=2)
    for field in fields(Fit):
        assert np.array_equal(getattr(one, field.name), getattr(two, field.name))

    start = np.stack([one.note_intercept, one.note_factor], axis=1)
    exact = minimize(
        replace(Objective.of(matrix, Regularization()), rater_weight=np.ones(len(matrix.raters))),
        start,
        Tolerance(step=1e-11, decrease=1e-15),
        Workers(),
    )
    assert one.converged
    assert exact.converged
    assert np.max(np.abs(exact.notes - start)) < 1e-5
    assert np.max(np.abs(exact.raters - np.stack([one.rater_intercept, one.rater_factor], axis=1))) < 1e-5
    assert one.loss == pytest.approx(exact.loss, rel=1e-10)


def test_communities_that_hardly_meet_get_the_same_signs_from_any_seed() -> None:
    """From random starts the communities' signs come out by chance, and no sweep turns one over."""
    matrix = many_ratings(communities=20)
    results = [fit(matrix, seed=seed) for seed in range(3)]
    assert results[1].loss == pytest.approx(results[0].loss, rel=1e-9)
    assert results[2].loss == pytest.approx(results[0].loss, rel=1e-9)
    drawn = np.random.default_rng(0).normal(0, 0.4, (len(matrix.notes), 2))
    assert solve(matrix, drawn, Regularization()).loss > results[0].loss * (1 + 1e-4)


def test_random_starts_are_tried_when_asked_for() -> None:
    matrix = matrix_of(crowd(1).ratings)
    result = fit(matrix, random_starts=2)
    assert list(result.losses) == [SPECTRAL, "random 1", "random 2"]
    assert result.loss == pytest.approx(min(result.losses.values()), rel=1e-8)


@pytest.mark.parametrize(("notes", "raters"), [(1, 12), (12, 1), (1, 1)])
def test_one_note_or_one_rater_is_a_fit_like_any_other(notes: int, raters: int) -> None:
    note, rater = np.divmod(np.arange(notes * raters), raters)
    level = np.resize([2, 0, 1, 2], notes * raters).astype(np.uint8)
    matrix = RatingMatrix.build(note, rater, level)
    result = fit(matrix)
    assert result.converged
    loss = stated_loss((note, rater, level), *tables_of(result), result.global_intercept, Regularization())
    assert result.loss == pytest.approx(loss, rel=1e-12)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 7), st.integers(0, 2)),
        min_size=1,
        unique_by=lambda r: r[:2],
    )
)
def test_the_smallest_matrices_have_a_minimum_too(ratings: list[tuple[int, int, int]]) -> None:
    """Few ratings are often met exactly after a sweep, from where there is no step to go on with."""
    note, rater, level = (np.array(column) for column in zip(*ratings, strict=True))
    result = fit(RatingMatrix.build(note, rater, level.astype(np.uint8)))
    assert result.converged
    assert np.isfinite(np.concatenate(tables_of(result))).all()
