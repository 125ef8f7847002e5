"""Real ratings of 2021 and a generated set, next to what the official scorer made of them.

The Core model here lacks the official one's harassment, diligence, tag and incorrectness filters and the side
runs without high-volume and correlated raters, and no topic is taken from it, which accounts for most of the
distance to the official Core model; so the bounds are those of a core path, measured and kept from growing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scoring
from scoring.models.core import CORE
from scoring.scored import Scored
from scoring.statuses import NONE, Status
from scoring.tables import Tables

AS_OF_MS = 1_782_864_000_000

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def birdwatch(shared: Path) -> tuple[Tables, Scored, pl.DataFrame]:
    folder = shared / "golden" / "birdwatch-2021"
    tables = scoring.read_tables(folder / "input")
    scored = scoring.score(tables, as_of_ms=AS_OF_MS, pseudo_raters=False)
    official = pl.read_parquet(folder / "expected" / "scored_notes.parquet").sort("noteId")
    assert np.array_equal(official["noteId"].to_numpy(), scored.note_id)
    return tables, scored, official


def names(codes: np.ndarray) -> list[str | None]:
    return [None if code == NONE else Status(code).name for code in codes.tolist()]


def test_core_intercepts_and_factors(birdwatch: tuple[Tables, Scored, pl.DataFrame]) -> None:
    _, scored, official = birdwatch
    theirs = official["coreNoteIntercept"].to_numpy()
    both = ~np.isnan(theirs) & ~np.isnan(scored.core.intercept)
    assert both.sum() == np.count_nonzero(~np.isnan(theirs)) == 2723
    ours, theirs = scored.core.intercept[both], theirs[both]
    assert np.mean(np.abs(ours - theirs)) < 0.005
    assert np.corrcoef(ours, theirs)[0, 1] > 0.997
    assert np.mean((ours >= 0.4) == (theirs >= 0.4)) > 0.995
    factors = official["coreNoteFactor1"].to_numpy()[both]
    assert np.corrcoef(scored.core.factor[both], factors)[0, 1] > 0.998


def test_the_model_that_leaves_topics_in_is_met_within_the_optimisers_own_spread(
    birdwatch: tuple[Tables, Scored, pl.DataFrame],
) -> None:
    """CoreWithTopics is the official model that hears the same raters on the same notes as ours."""
    _, scored, official = birdwatch
    theirs = official["coreWithTopicsNoteIntercept"].to_numpy()
    assert np.array_equal(np.isnan(theirs), np.isnan(scored.core.intercept))
    fitted = ~np.isnan(theirs)
    distance = np.abs(theirs - scored.core.intercept)[fitted]
    assert distance.mean() < 0.001
    assert distance.max() < 0.01
    assert np.array_equal((theirs >= 0.4)[fitted], (scored.core.intercept >= 0.4)[fitted])
    ours = ["NEEDS_MORE_RATINGS" if name == "FIRM_REJECT" else name for name in names(scored.core.status)]
    same = np.array(ours) == np.array(official["coreWithTopicsRatingStatus"].to_list())
    assert same.mean() > 0.998


def test_statuses(birdwatch: tuple[Tables, Scored, pl.DataFrame]) -> None:
    _, scored, official = birdwatch
    pairs = list(zip(names(scored.core.status), official["coreRatingStatus"].to_list(), strict=True))
    inside = [pair for pair in pairs if pair[1] is not None]
    assert np.mean([ours == theirs for ours, theirs in inside]) > 0.99
    final = np.array(names(scored.status)) == np.array(official["finalRatingStatus"].to_list())
    assert final.mean() > 0.995
    assert np.array_equal(official["numRatings"].to_numpy(), scored.num_ratings)
    agreeing = np.flatnonzero(final)
    tags = [scored.tags(int(note)) for note in agreeing]
    for position, column in enumerate(("firstTag", "secondTag")):
        expected = official[column].fill_null("").gather(agreeing).to_list()
        assert [pair[position] for pair in tags] == expected


def test_who_is_heard(shared: Path, birdwatch: tuple[Tables, Scored, pl.DataFrame]) -> None:
    tables, scored, _ = birdwatch
    official = pl.read_parquet(
        shared / "golden" / "birdwatch-2021" / "expected" / "helpfulness_scores.parquet"
    )
    number = {person: row for row, person in enumerate(tables.participant_ids)}
    rows = [number[person] for person in official["raterParticipantId"]]
    ours = scored.prescoring.models[CORE.name].above_threshold[rows]
    assert np.mean(ours == official["aboveHelpfulnessThreshold"].fill_null(False).to_numpy()) > 0.998


def test_history_and_outputs(
    shared: Path, tmp_path: Path, birdwatch: tuple[Tables, Scored, pl.DataFrame]
) -> None:
    tables, scored, _ = birdwatch
    scoring.write_outputs(scored, tables, tmp_path, formats=("parquet",))
    expected = shared / "golden" / "birdwatch-2021" / "expected"
    for stem, key, equal in (
        (
            "note_status_history",
            "noteId",
            {
                "noteAuthorParticipantId": 1.0,
                "timestampMillisOfCurrentStatus": 1.0,
                "timestampMillisOfNmrDueToMinStableCrhTime": 1.0,
                "timestampMillisOfFirstNmrDueToMinStableCrhTime": 0.999,
                "timestampMillisOfStatusLock": 0.998,
                "firstNonNMRStatus": 0.995,
                "lockedStatus": 0.995,
            },
        ),
        (
            "aux_note_info",
            "noteId",
            {
                "numRatingsLast28": 1.0,
                "currentStatus": 1.0,
                "helpfulClear": 1.0,
                "notHelpfulNoteNotNeeded": 1.0,
            },
        ),
        (
            "helpfulness_scores",
            "raterParticipantId",
            {
                "aggregateRatingReceivedTotal": 1.0,
                "ratedAfterDecision": 1.0,
                "notesCurrentlyRatedHelpful": 0.998,
            },
        ),
    ):
        ours = pl.read_parquet(tmp_path / f"{stem}.parquet")
        theirs = pl.read_parquet(expected / f"{stem}.parquet")
        assert ours.columns == theirs.columns
        joined = ours.join(theirs, on=key, suffix=" official")
        assert joined.height == ours.height == theirs.height
        for column, least in equal.items():
            same = joined[column].eq_missing(joined[f"{column} official"].cast(joined[column].dtype))
            assert same.mean() >= least, column
