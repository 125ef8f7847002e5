"""The factorization against its own definition, against the official fits, and under symmetries."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring.matrix_factorization.fit import SPECTRAL, Fit, fit, needs_flip
from scoring.matrix_factorization.loss import Objective
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.note_fit import NoteSums, PseudoRaters, fit_notes, intercept_bounds
from scoring.matrix_factorization.solver import Regularization, Tolerance, solve
from scoring.matrix_factorization.spectral import leading_eigenvector, spectral_start
from tests.scoring.builders import crowd

Floats = NDArray[np.float64]


def stated_loss(
    note: NDArray[np.int64],
    rater: NDArray[np.int64],
    rating: Floats,
    notes: Floats,
    raters: Floats,
    mean: float,
    weights: Regularization,
) -> float:
    """The loss as the official source states it, written without any of the solver's algebra."""
    prediction = mean + raters[rater, 0] + notes[note, 0] + raters[rater, 1] * notes[note, 1]
    return float(
        np.mean((rating - prediction) ** 2)
        + weights.rater_intercept * np.mean(raters[:, 0] ** 2)
        + weights.rater_factor * np.mean(raters[:, 1] ** 2)
        + weights.note_intercept * np.mean(notes[:, 0] ** 2)
        + weights.note_factor * np.mean(notes[:, 1] ** 2)
        + weights.global_intercept * mean**2
    )


def loss_of(result: Fit, matrix: RatingMatrix, note: object, rater: object, level: object) -> float:
    return stated_loss(
        np.searchsorted(matrix.notes, np.asarray(note)),
        np.searchsorted(matrix.raters, np.asarray(rater)),
        np.asarray(level) / 2,
        np.stack([result.note_intercept, result.note_factor], axis=1),
        np.stack([result.rater_intercept, result.rater_factor], axis=1),
        result.global_intercept,
        Regularization(),
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_reported_loss_is_the_stated_one_and_a_minimum(seed: int) -> None:
    made = crowd(seed).ratings
    matrix = RatingMatrix.build(made.note, made.rater, made.level)
    result = fit(matrix)
    assert result.converged
    assert loss_of(result, matrix, made.note, made.rater, made.level) == pytest.approx(result.loss, rel=1e-12)

    note = np.searchsorted(matrix.notes, made.note)
    rater = np.searchsorted(matrix.raters, made.rater)
    notes = np.stack([result.note_intercept, result.note_factor], axis=1)
    raters = np.stack([result.rater_intercept, result.rater_factor], axis=1)
    generator = np.random.default_rng(seed)
    for _ in range(20):
        moved = stated_loss(
            note,
            rater,
            made.level / 2,
            notes + generator.normal(0, 1e-3, notes.shape),
            raters + generator.normal(0, 1e-3, raters.shape),
            result.global_intercept + generator.normal(0, 1e-3),
            Regularization(),
        )
        assert moved > result.loss


def test_a_matrix_does_not_depend_on_the_order_of_the_ratings() -> None:
    made = crowd(1).ratings
    order = np.random.default_rng(5).permutation(len(made))
    one = RatingMatrix.build(made.note, made.rater, made.level)
    other = RatingMatrix.build(made.note[order], made.rater[order], made.level[order])
    for side in ("by_note", "by_rater"):
        for part in ("pointer", "entries"):
            assert np.array_equal(getattr(getattr(one, side), part), getattr(getattr(other, side), part))
    assert np.array_equal(fit(one).note_intercept, fit(other).note_intercept)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_two_camps_mirrored_give_mirrored_factors_only(seed: int) -> None:
    """Nothing but the sign of the factors may tell the camps apart."""
    made = crowd(seed, raters=40, note_count=30).ratings
    matrix = RatingMatrix.build(made.note, made.rater, made.level)
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
    one = fit(RatingMatrix.build(made.note, made.rater, made.level))
    other_matrix = RatingMatrix.build(note_number[made.note], rater_number[made.rater], made.level)
    other = fit(other_matrix)
    back = np.argsort(note_number[np.unique(made.note)])
    assert other.loss == pytest.approx(one.loss, rel=1e-9)
    assert np.allclose(other.note_intercept, one.note_intercept[back], atol=2e-5)
    assert np.allclose(np.abs(other.note_factor), np.abs(one.note_factor[back]), atol=2e-4)


def test_at_least_half_of_the_raters_come_out_negative() -> None:
    made = crowd(4).ratings
    result = fit(RatingMatrix.build(made.note, made.rater, made.level))
    assert np.count_nonzero(result.rater_factor < 0) >= np.count_nonzero(result.rater_factor > 0)
    assert needs_flip(np.array([1.0, 1.0, -1.0]))
    assert not needs_flip(np.array([-1.0, 0.0, 0.0]))
    assert needs_flip(np.array([2.0, -1.0]))
    assert not needs_flip(np.zeros(3))


def test_the_lowest_loss_wins_and_the_result_names_its_start() -> None:
    made = crowd(2).ratings
    matrix = RatingMatrix.build(made.note, made.rater, made.level)
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
    matrix = RatingMatrix.build(made.note, made.rater, made.level)
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


def test_pseudo_raters_bound_the_intercept_and_pull_hardest_on_sparse_notes() -> None:
    sums = NoteSums(
        *(np.array(column) for column in ([5.0, 50.0], [0.0, 0.0], [1.0, 10.0], [-1.0, -10.0], [0.0, 0.0]))
    )
    extremes = PseudoRaters.of(np.array([-0.2, 0.1]), np.array([-0.8, 0.6]), 0.17)
    lowest, highest = intercept_bounds(sums, Regularization(), extremes)
    assert extremes.factors == (-0.8, 0.0, 0.6)
    assert (lowest <= highest).all()
    assert highest[0] - lowest[0] > highest[1] - lowest[1] > 0


GOLDEN_SETS = [
    ("birdwatch-28k", ["", "_seed2", "_seed3"]),
    ("synthetic-147k", ["_seed1", "_seed2", "_seed3"]),
]


def golden_matrix(ratings: pl.DataFrame) -> tuple[NDArray[np.int64], RatingMatrix, tuple[object, ...]]:
    note_id, note = np.unique(ratings["noteId"].to_numpy(), return_inverse=True)
    _, rater = np.unique(ratings["raterParticipantId"].to_numpy(), return_inverse=True)
    level = (ratings["helpfulNum"].to_numpy() * 2).astype(np.uint8)
    return note_id, RatingMatrix.build(note, rater, level), (note, rater, level)


def parameters(path: Path, key: str) -> Floats:
    frame = pl.read_parquet(path).sort(key)
    side = "Note" if key == "noteId" else "Rater"
    columns = [f"internal{side}Intercept", f"internal{side}Factor1"]
    return frame.select(columns).to_numpy().astype(np.float64)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "seeds"), GOLDEN_SETS)
def test_no_cold_official_fit_is_better_and_the_exact_minimum_is_met(
    shared: Path, name: str, seeds: list[str]
) -> None:
    folder = shared / "golden" / "mf-direct" / name
    _, matrix, (note, rater, level) = golden_matrix(pl.read_parquet(folder / "ratings.parquet"))
    ours = fit(matrix)
    distances = {}
    for seed in seeds:
        exact_notes = parameters(folder / f"exact_notes{seed}.parquet", "noteId")
        start = solve(matrix, exact_notes, Regularization())
        assert ours.loss <= start.loss * (1 + 1e-9)
        distances[start.loss] = np.max(np.abs(exact_notes[:, 0] - ours.note_intercept))
        official = folder / f"mf_core_notes{seed}.parquet"
        raters = folder / f"mf_core_raters{seed}.parquet"
        mean = ours.global_intercept
        official_loss = stated_loss(
            np.asarray(note),
            np.asarray(rater),
            np.asarray(level) / 2,
            parameters(official, "noteId"),
            parameters(raters, "raterParticipantId"),
            mean,
            Regularization(),
        )
        assert ours.loss <= official_loss * (1 + 1e-6)
    assert distances[min(distances)] < 1e-4


@pytest.mark.shared
@pytest.mark.parametrize(
    "fit_name", ["00_MFCoreScorer-stable_init", "01_MFCoreScorer-full_init", "02_MFCoreScorer-final_round_mf"]
)
def test_official_fits_inside_a_real_run(shared: Path, fit_name: str) -> None:
    """From our own start: never a higher loss, and as close as the official optimiser gets to itself."""
    folder = shared / "golden" / "mf-fits"
    about = json.loads((folder / f"{fit_name}_meta.json").read_text())
    note_id, matrix, _ = golden_matrix(pl.read_parquet(folder / f"{fit_name}_ratings.parquet"))
    ours = fit(matrix)
    assert ours.loss <= about["loss"] * (1 + 1e-6)
    theirs = pl.read_parquet(folder / f"{fit_name}_noteOut.parquet").sort("noteId")
    assert np.array_equal(theirs["noteId"].to_numpy(), note_id)
    distance = np.abs(theirs["internalNoteIntercept"].to_numpy() - ours.note_intercept)
    assert distance.mean() <= 0.0035
    assert distance.max() <= 0.02
    same_side = (theirs["internalNoteIntercept"].to_numpy() >= 0.4) == (ours.note_intercept >= 0.4)
    assert same_side.mean() >= 0.995


@pytest.mark.shared
@pytest.mark.parametrize("number", ["03", "04", "05"])
def test_official_final_fits_are_ridge_regressions(shared: Path, number: str) -> None:
    """With raters and μ held fast: our closed form against the official optimiser's stopping point."""
    folder = shared / "golden" / "mf-fits"
    name = f"{number}_MFCoreScorer-final_helpfulness_filtered_mf"
    about = json.loads((folder / f"{name}_meta.json").read_text())
    ratings = pl.read_parquet(folder / f"{name}_ratings.parquet").join(
        pl.read_parquet(folder / f"{name}_userOut.parquet"), on="raterParticipantId"
    )
    note_id, note = np.unique(ratings["noteId"].to_numpy(), return_inverse=True)
    factor = ratings["internalRaterFactor1"].to_numpy().astype(np.float64)
    residual = ratings["helpfulNum"].to_numpy() - about["globalIntercept"]
    residual = residual - ratings["internalRaterIntercept"].to_numpy()
    sums = NoteSums(
        *(
            np.bincount(note, weights)
            for weights in (np.ones(len(note)), factor, factor**2, residual, factor * residual)
        )
    )
    intercept, _ = fit_notes(sums, Regularization(), about["ratingPerNoteLossRatio"])
    theirs = pl.read_parquet(folder / f"{name}_noteOut.parquet").sort("noteId")
    distance = np.abs(theirs["internalNoteIntercept"].to_numpy() - intercept)
    assert np.array_equal(theirs["noteId"].to_numpy(), note_id)
    assert distance.mean() <= 0.0035
    assert distance.max() <= 0.02
