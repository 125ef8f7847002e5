"""The final phase by itself, from where the official prescoring put the raters.

What two official runs differ in comes nearly all from prescoring; from equal raters the final phase has one
answer, which the official optimiser meets within a few thousandths.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scoring
from benchmarks.golden_agreement.official_start import official_prescoring
from scoring.models.configurations import MODELS
from scoring.models.model import Model
from scoring.scored import Scored
from scoring.tables import NOT_HELPFUL_TAG_COLUMNS
from scoring.tables.arrays import Bool
from tests.scoring.official import AS_OF_MS, codes, in_order_of, numbers

pytestmark = pytest.mark.shared

Official = tuple[Scored, pl.DataFrame, pl.DataFrame]


@pytest.fixture(scope="module")
def from_official_raters(shared: Path) -> Official:
    folder = shared / "golden" / "synthetic-150k"
    tables = scoring.read_tables(folder / "input")
    ours = scoring.prescore(tables, as_of_ms=AS_OF_MS, seed=1)
    prescoring = official_prescoring(folder / "expected", tables, ours)
    scored = scoring.final_score(tables, prescoring, as_of_ms=AS_OF_MS, pseudo_raters=False)
    official = in_order_of(scored.note_id, pl.read_parquet(folder / "expected" / "scored_notes.parquet"))
    aux = in_order_of(scored.note_id, pl.read_parquet(folder / "expected" / "aux_note_info.parquet"))
    return scored, official, aux


def assert_close(ours: np.ndarray, inside: Bool, theirs: np.ndarray, *, mean: float, largest: float) -> None:
    """Empty in the same places, and near elsewhere."""
    ours = np.where(inside, ours, np.nan)
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    distance = np.abs(ours - theirs)[~np.isnan(theirs)]
    assert distance.mean() <= mean
    assert distance.max() <= largest


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.column_prefix)
def test_intercepts_factors_and_counts(from_official_raters: Official, model: Model) -> None:
    scored, official, _ = from_official_raters
    result, prefix = scored.models[model.name], model.column_prefix
    facts, inside = result.facts, result.captured
    for values, column, mean, largest in (
        (facts.intercept, "NoteIntercept", 0.001, 0.01),
        (facts.factor, "NoteFactor1", 0.0015, 0.01),
        (facts.no_high_volume_intercept, "NoteInterceptNoHighVol", 0.005, 0.01),
        (facts.no_correlated_intercept, "NoteInterceptNoCorrelated", 0.001, 0.01),
    ):
        assert_close(values, inside, numbers(official, prefix + column), mean=mean, largest=largest)
    counted = inside & (result.final_round_ratings > 0)
    assert_close(
        result.final_round_ratings,
        counted,
        numbers(official, f"{prefix}NumFinalRoundRatings"),
        mean=0,
        largest=0,
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.column_prefix)
def test_statuses(from_official_raters: Official, model: Model) -> None:
    scored, official, _ = from_official_raters
    same = scored.models[model.name].status == codes(official[f"{model.column_prefix}RatingStatus"])
    assert same.mean() >= 0.995


def test_sampled_ratings(from_official_raters: Official) -> None:
    scored, official, aux = from_official_raters
    core = scored.core
    theirs = numbers(official, "coreNoteInterceptPopulationSampled")
    assert_close(core.population_sampled_intercept, core.captured, theirs, mean=0.001, largest=0.01)
    for side, name in enumerate(("Neg", "Pos")):
        ours = np.where(core.captured, core.facts.sides.sampled[side], 0)
        assert np.array_equal(ours, numbers(aux, f"core{name}Factor_populationSampledRatingCount"))


def test_tags_and_votes_of_incorrect(from_official_raters: Official) -> None:
    scored, _, aux = from_official_raters
    core = scored.core
    fitted = core.captured & ~np.isnan(core.intercept)
    for tag, column in enumerate(NOT_HELPFUL_TAG_COLUMNS):
        adjusted, ratio = core.facts.tags.adjusted[:, tag], core.facts.tags.ratio[:, tag]
        assert_close(adjusted, fitted, numbers(aux, f"{column}Adjusted"), mean=0.002, largest=0.1)
        assert_close(ratio, fitted, numbers(aux, f"{column}AdjustedRatio"), mean=0.001, largest=0.02)
    votes = core.facts.incorrect
    voted = core.captured & (votes.voters > 0)
    for values, column in (
        (votes.incorrect, "notHelpfulIncorrect_interval"),
        (votes.voters, "num_voters_interval"),
    ):
        theirs = numbers(aux, column)
        ours = np.where(voted, values, np.nan)
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        assert same.mean() >= 0.99, column
