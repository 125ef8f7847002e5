"""The official results' own statuses, and what follows from them: equal to the last figure.

The models behind the statuses are not asked here, so every column must agree in every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scoring
from scoring.contributors import scores_by_status
from scoring.outputs.helpfulness_scores import count_columns
from scoring.preparation import PreparedRatings, prepare
from scoring.rating_kernels import count_bits
from scoring.rules.explanation import TAG_COLUMNS, top_tags
from scoring.rules.meta_rules import META_RULES
from scoring.status_history import updated_history
from scoring.statuses import NONE, Status, StatusArray
from scoring.tables import MISSING_MS, TEXT, HelpfulTag, NotHelpfulTag, StatusHistory, Tables
from scoring.tables.arrays import Int64

AS_OF_MS = 1_782_864_000_000

LOCKING = {str(rule) for rule in META_RULES if rule.locks} | {
    "GaussianModel (v1.0)",
    "GaussianCoreWithTopicsModel (v1.0)",
    *(f"GroupModel{group:02d} (v1.1)" for group in range(1, 15)),
    "MultiGroupModel01 (v1.0)",
}
"""Deciders that may lock a note; the official results know some that no model here has."""

pytestmark = pytest.mark.shared


@dataclass(frozen=True)
class Official:
    """One official run's inputs and outputs."""

    tables: Tables
    prepared: PreparedRatings
    notes: pl.DataFrame
    history: pl.DataFrame
    people: pl.DataFrame
    aux: pl.DataFrame


@pytest.fixture(scope="module", params=["synthetic-150k", "birdwatch-2021"])
def official(shared: Path, request: pytest.FixtureRequest) -> Official:
    folder = shared / "golden" / request.param
    tables = scoring.read_tables(folder / "input")
    notes, history, people, aux = (
        pl.read_parquet(folder / "expected" / f"{stem}.parquet")
        for stem in ("scored_notes", "note_status_history", "helpfulness_scores", "aux_note_info")
    )
    assert np.array_equal(notes["noteId"].to_numpy(), tables.notes.note_id)
    # Neither set has a rater in clusters of both kinds, so nobody's ratings are merged in the final phase.
    return Official(tables, prepare(tables, None), notes, history, people, aux)


def statuses(column: pl.Series) -> StatusArray:
    code = {status.name: int(status) for status in Status}
    text = column.cast(pl.String).fill_null("NONE")
    return text.replace_strict(code, return_dtype=pl.Int8).to_numpy()


def times(column: pl.Series) -> Int64:
    return column.cast(pl.Float64).fill_nan(None).cast(pl.Int64).fill_null(MISSING_MS).to_numpy()


def test_contributors(official: Official) -> None:
    tables = official.tables
    people = scores_by_status(
        tables.notes,
        official.prepared,
        official.prepared.ratings,
        tables.enrollment.extended(len(tables.participant_ids)),
        status=statuses(official.notes["finalRatingStatus"]),
        latest_non_nmr_ms=times(official.history["timestampMillisOfLatestNonNMRStatus"]),
        core_intercept=official.notes["coreNoteIntercept"].fill_null(float("nan")).to_numpy(),
        as_of_ms=AS_OF_MS,
    )
    number = {name: row for row, name in enumerate(tables.participant_ids)}
    rows = np.array([number[name] for name in official.people["raterParticipantId"]])
    assert np.array_equal(np.flatnonzero(people.active), np.sort(rows))
    ours = pl.DataFrame(count_columns(tables, people))[rows]
    assert ours.width == 25
    for name in ours.columns:
        theirs = official.people[name]
        if theirs.dtype.is_float():
            theirs = theirs.fill_nan(None)
        assert ours[name].cast(theirs.dtype).eq_missing(theirs).all(), name


def test_explanation_tags_and_counts(official: Official) -> None:
    pointer, ratings = official.prepared.pointer, official.prepared.ratings
    helpful = count_bits(pointer, ratings.helpful_tags, len(HelpfulTag))
    not_helpful = count_bits(pointer, ratings.not_helpful_tags, len(NotHelpfulTag))
    both = np.concatenate([helpful, not_helpful], axis=1)
    assert np.array_equal(both, official.aux.select(TAG_COLUMNS).to_numpy())
    status = statuses(official.notes["finalRatingStatus"])
    for name, codes in zip(("firstTag", "secondTag"), top_tags(helpful, not_helpful, status), strict=True):
        ours = [None if code < 0 else TAG_COLUMNS[code] for code in codes.tolist()]
        assert ours == official.notes[name].to_list()


def test_status_history(official: Official) -> None:
    tables, notes = official.tables, official.notes
    before = tables.status_history.extended(len(tables.notes))
    stabilizing_ms = times(official.history["timestampMillisOfNmrDueToMinStableCrhTime"])
    spoke = stabilizing_ms != before.stabilizing_since_ms
    # The rule also says "over" where it was over before; that shows in the time of the first waiting alone.
    first_ms = times(official.history["timestampMillisOfFirstNmrDueToMinStableCrhTime"])
    spoke |= first_ms != before.first_stabilizing_ms
    after = updated_history(
        before,
        tables.notes,
        status=statuses(notes["finalRatingStatus"]),
        core_status=statuses(notes["coreRatingStatus"]),
        expansion_status=statuses(notes["expansionRatingStatus"]),
        decided_by=np.array(notes["decidedBy"].to_list(), TEXT),
        decided_for_good=np.array([rule in LOCKING for rule in notes["decidedBy"]]),
        stabilization_ms=np.where(spoke, stabilizing_ms, MISSING_MS),
        as_of_ms=AS_OF_MS,
    )
    published = {
        "first_non_nmr_ms": "timestampMillisOfFirstNonNMRStatus",
        "first_non_nmr_status": "firstNonNMRStatus",
        "scored_ms": "timestampMillisOfCurrentStatus",
        "status": "currentStatus",
        "latest_non_nmr_ms": "timestampMillisOfLatestNonNMRStatus",
        "latest_non_nmr_status": "mostRecentNonNMRStatus",
        "lock_ms": "timestampMillisOfStatusLock",
        "locked_status": "lockedStatus",
        "retro_lock_ms": "timestampMillisOfRetroLock",
        "core_status": "currentCoreStatus",
        "expansion_status": "currentExpansionStatus",
        "changed_ms": "timestampMillisOfMostRecentStatusChange",
        "stabilizing_since_ms": "timestampMillisOfNmrDueToMinStableCrhTime",
        "first_stabilizing_ms": "timestampMillisOfFirstNmrDueToMinStableCrhTime",
        "final_output_minute": "timestampMinuteOfFinalScoringOutput",
    }
    assert set(published) < set(StatusHistory.__slots__)
    for name, column in published.items():
        convert = statuses if name.endswith("status") else times
        assert np.array_equal(getattr(after, name), convert(official.history[column])), column
    assert after.decided_by.tolist() == official.history["currentDecidedBy"].to_list()
    assert np.count_nonzero(after.locked_status != NONE) > 1000
