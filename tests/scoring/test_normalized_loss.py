"""The diamond penalty and weighted ratings, against brute force on small data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.official_fits import stated_loss
from scoring.matrix_factorization.fit import fit
from scoring.matrix_factorization.loss import Objective, Regularization
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.normalized_loss import (
    EXPANDED_CONSENSUS,
    fit_normalized,
    rater_weights,
    refit_normalized,
)
from scoring.matrix_factorization.note_fit import NoteSums, fit_notes, minimize_notes
from scoring.matrix_factorization.solver import Tolerance, minimize
from scoring.matrix_factorization.workers import Workers
from tests.scoring.builders import crowd

Floats = NDArray[np.float64]
Coded = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]


def small_crowd(seed: int, raters: int = 14, notes: int = 9) -> tuple[RatingMatrix, Coded]:
    made = crowd(seed, raters=raters, note_count=notes).ratings
    matrix = RatingMatrix.build(made.note, made.rater, made.level)
    return matrix, (
        np.searchsorted(matrix.notes, made.note),
        np.searchsorted(matrix.raters, made.rater),
        made.level,
    )


def brute_force(
    ratings: Coded,
    sizes: tuple[int, int],
    weights: Regularization,
    rater_weight: Floats,
    ratings_per_note: float,
    *,
    starts: int,
) -> float:
    """The lowest loss of gradient descent with momentum on all parameters at once, from many random starts.

    |b·g| is rounded off at first, and less and less.
    """
    note, rater, level = ratings
    notes, raters = sizes
    generator = np.random.default_rng(0)
    x = generator.normal(0, 0.5, (starts, 2 * (notes + raters) + 1))
    first, second = np.zeros_like(x), np.zeros_like(x)
    pair = (note[None, :], rater[None, :])
    rows = np.arange(starts)[:, None]

    def split(at: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        b, g, a, f = np.split(at[:, :-1], np.cumsum([notes, notes, raters]), axis=1)
        return b, g, a, f, at[:, -1:]

    steps = 6000
    for step in range(1, steps + 1):
        done = step / steps
        b, g, a, f, mean = split(x)
        error = mean + a[:, rater] + b[:, note] + f[:, rater] * g[:, note] - level / 2
        error = 2 * rater_weight[rater] * error / len(note)
        d_b, d_g, d_a, d_f = (np.zeros_like(part) for part in (b, g, a, f))
        np.add.at(d_b, (rows, pair[0]), error)
        np.add.at(d_g, (rows, pair[0]), error * f[:, rater])
        np.add.at(d_a, (rows, pair[1]), error)
        np.add.at(d_f, (rows, pair[1]), error * g[:, note])
        per_note = ratings_per_note / len(note)
        softened = b * g / np.sqrt((b * g) ** 2 + 1e-2 * 10 ** (-8 * done))
        d_b += per_note * (2 * weights.note_intercept * b + weights.diamond * softened * g)
        d_g += per_note * (2 * weights.note_factor * g + weights.diamond * softened * b)
        d_a += 2 * weights.rater_intercept * a / raters
        d_f += 2 * weights.rater_factor * f / raters
        d_mean = np.sum(error, axis=1, keepdims=True) + 2 * weights.global_intercept * mean
        gradient = np.concatenate([d_b, d_g, d_a, d_f, d_mean], axis=1)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = 0.03 * 10 ** (-4 * done)
        x = x - rate * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-12)
    b, g, a, f, mean = split(x)
    return min(
        stated_loss(
            ratings,
            np.stack([b[k], g[k]], axis=1),
            np.stack([a[k], f[k]], axis=1),
            float(mean[k, 0]),
            weights,
            ratings_per_note=ratings_per_note,
            rater_weight=rater_weight,
        )
        for k in range(starts)
    )


@pytest.mark.parametrize("seed", range(3))
def test_no_brute_force_finds_a_lower_loss(seed: int) -> None:
    matrix, ratings = small_crowd(seed)
    sizes = (len(matrix.notes), len(matrix.raters))
    found = fit_normalized(matrix)
    weighted = rater_weights(matrix, found.unweighted.rater_factor)
    for one, rater_weight in [(found.unweighted, np.ones(sizes[1])), (found.weighted, weighted)]:
        lowest = brute_force(
            ratings, sizes, EXPANDED_CONSENSUS, rater_weight, matrix.count / sizes[0], starts=24
        )
        assert one.converged
        assert one.loss <= lowest + 1e-9
        assert one.loss == pytest.approx(
            stated_loss(
                ratings,
                np.stack([one.note_intercept, one.note_factor], axis=1),
                np.stack([one.rater_intercept, one.rater_factor], axis=1),
                one.global_intercept,
                EXPANDED_CONSENSUS,
                rater_weight=rater_weight,
            ),
            rel=1e-12,
        )


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(st.integers(1, 40), *[st.floats(-1, 1)] * 3),
    st.floats(0.1, 20),
    st.floats(0.01, 5),
    st.floats(0, 60),
)
def test_a_notes_problem_is_solved_exactly(
    drawn: tuple[int, float, float, float], intercept_ridge: float, factor_ridge: float, diamond: float
) -> None:
    """No point of a fine grid around the found one, nor far from it, is lower."""
    count, f, y, spread = drawn
    factor = np.full(count, f) + spread * np.linspace(-1, 1, count)
    residual = np.full(count, y) + 0.3 * np.linspace(-1, 1, count)
    values = (float(count), factor.sum(), (factor**2).sum(), residual.sum(), (factor * residual).sum())
    sums = NoteSums(*(np.array([value]) for value in values))
    intercept, slope = minimize_notes(sums, intercept_ridge, factor_ridge, diamond)

    def loss(b: Floats, g: Floats) -> Floats:
        errors = residual[:, None] - b - factor[:, None] * g
        ridge = intercept_ridge * b**2 + factor_ridge * g**2
        value: Floats = np.sum(errors**2, axis=0) + ridge + diamond * np.abs(b * g)
        return value

    found = loss(intercept, slope)[0]
    for radius in (1e-3, 0.1, 2.0):
        grid = np.linspace(-radius, radius, 41)
        for b0, g0 in ((intercept[0], slope[0]), (0.0, 0.0)):
            b, g = (part.ravel() for part in np.meshgrid(b0 + grid, g0 + grid))
            assert found <= np.min(loss(b, g)) + 1e-9


def test_ratings_weigh_as_the_official_norms_say() -> None:
    """Worked by hand: raters of 1, 2 and 3 ratings, the last one positive."""
    note = np.array([0, 0, 1, 0, 1, 2])
    rater = np.array([0, 1, 1, 2, 2, 2])
    matrix = RatingMatrix.build(note, rater, np.zeros(6, np.uint8))
    assert rater_weights(matrix, np.array([-0.5, 0.0, 0.2])) == pytest.approx(
        [1 * 1**-0.25, 1 * 2**-0.25, 1 * 3**-0.25]
    )
    camps = rater_weights(matrix, np.array([0.5, 0.1, -0.2]), exponent=0.0)
    assert camps == pytest.approx([1.0, 1.0, 1.0])
    lone = rater_weights(matrix, np.array([0.5, -0.1, -0.2]), exponent=0.0)
    assert lone == pytest.approx([3.0, 0.6, 0.6])
    for one_camp in (np.ones(3), -np.ones(3)):
        assert rater_weights(matrix, one_camp, exponent=0.0) == pytest.approx([1.0, 1.0, 1.0])


def test_weights_of_one_and_no_penalty_are_the_plain_loss() -> None:
    matrix, _ = small_crowd(5, raters=40, notes=30)
    plain = fit(matrix)
    objective = Objective.of(matrix, Regularization(), rater_weight=np.ones(len(matrix.raters)))
    start = np.stack([plain.note_intercept, plain.note_factor], axis=1) + 0.1
    weighted = minimize(objective, start, Tolerance(), Workers())
    assert weighted.loss == pytest.approx(plain.loss, rel=1e-9)
    assert np.allclose(weighted.notes[:, 0], plain.note_intercept, atol=1e-5)


def test_the_density_given_stands_in_for_the_matrixs_own() -> None:
    """With ρ, the notes' part of the loss does not depend on how many notes are fitted together."""
    matrix, ratings = small_crowd(3, raters=40, notes=30)
    weights = Regularization()
    start = np.full((len(matrix.notes), 2), 0.1)
    dense = minimize(Objective.of(matrix, weights, ratings_per_note=50.0), start, Tolerance(), Workers())
    stated = stated_loss(ratings, dense.notes, dense.raters, dense.mean, weights, ratings_per_note=50.0)
    assert dense.loss == pytest.approx(stated, rel=1e-12)
    own = minimize(
        Objective.of(matrix, weights, ratings_per_note=matrix.count / len(matrix.notes)),
        start,
        Tolerance(),
        Workers(),
    )
    assert own.loss == pytest.approx(fit(matrix).loss, rel=1e-9)


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param(Regularization(rater_intercept=0.03, global_intercept=0.0), id="group 18"),
        pytest.param(
            Regularization(note_intercept=0.09, rater_intercept=0.03, global_intercept=0.0), id="group 15"
        ),
        pytest.param(
            Regularization(rater_intercept=5.0, use_global_intercept=False), id="topic InDimensionTwo"
        ),
    ],
)
def test_other_models_weights_are_minimised_too(weights: Regularization) -> None:
    matrix, ratings = small_crowd(4, raters=40, notes=30)
    found = fit(matrix, weights=weights)
    assert found.converged
    assert (found.global_intercept != 0.0) == weights.use_global_intercept
    notes = np.stack([found.note_intercept, found.note_factor], axis=1)
    raters = np.stack([found.rater_intercept, found.rater_factor], axis=1)
    loss = stated_loss(ratings, notes, raters, found.global_intercept, weights)
    assert found.loss == pytest.approx(loss, rel=1e-12)
    generator = np.random.default_rng(0)
    for _ in range(20):
        moved = [table + generator.normal(0, 1e-3, table.shape) for table in (notes, raters)]
        mean = found.global_intercept + weights.use_global_intercept * generator.normal(0, 1e-3)
        assert stated_loss(ratings, *moved, mean, weights) > loss


def test_the_final_refit_starts_from_the_prescored_raters_and_keeps_their_signs() -> None:
    matrix, ratings = small_crowd(6, raters=60, notes=40)
    prescored = fit_normalized(matrix).weighted
    raters = np.stack([prescored.rater_intercept, prescored.rater_factor], axis=1)
    for sign in (1.0, -1.0):
        mirrored = raters * np.array([1.0, sign])
        refit = refit_normalized(matrix, mirrored, 30.0)
        assert refit.converged
        assert refit.rater_factor @ mirrored[:, 1] > 0
        assert refit.loss == pytest.approx(
            stated_loss(
                ratings,
                np.stack([refit.note_intercept, refit.note_factor], axis=1),
                np.stack([refit.rater_intercept, refit.rater_factor], axis=1),
                refit.global_intercept,
                EXPANDED_CONSENSUS,
                ratings_per_note=30.0,
                rater_weight=rater_weights(matrix, mirrored[:, 1]),
            ),
            rel=1e-12,
        )


def test_the_penalty_makes_notes_choose() -> None:
    """With a heavy diamond penalty no note has both an intercept and a factor."""
    matrix, _ = small_crowd(7, raters=60, notes=40)
    found = fit(matrix, weights=replace(EXPANDED_CONSENSUS, diamond=10.0))
    assert not (found.note_intercept * found.note_factor).any()
    assert found.note_intercept.any()
    assert found.note_factor.any()


def test_a_penalised_note_of_the_final_phase_is_one_problem() -> None:
    """fit_notes multiplies each weight by ρ, the penalty's too."""
    sums = NoteSums(*(np.array([value]) for value in (9.0, 2.0, 4.0, 5.0, -3.0)))
    weights, density = EXPANDED_CONSENSUS, 8.0
    expected = minimize_notes(
        sums, density * weights.note_intercept, density * weights.note_factor, density * weights.diamond
    )
    assert np.array_equal(fit_notes(sums, weights, density), expected)


def test_the_same_seed_gives_the_same_bits() -> None:
    matrix, _ = small_crowd(8, raters=40, notes=30)
    one, other = fit_normalized(matrix, seed=3), fit_normalized(matrix, seed=3)
    assert np.array_equal(one.weighted.note_intercept, other.weighted.note_intercept)
    assert one.weighted.losses == other.weighted.losses


@pytest.mark.parametrize(
    "wrong", [{"note_factor": 0.0}, {"rater_intercept": -1.0}, {"diamond": -0.1}, {"global_intercept": -1.0}]
)
def test_weights_that_leave_the_minimum_undetermined_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Regularization(**wrong)
