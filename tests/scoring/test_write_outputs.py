"""The four outputs: published names and columns, whole or not at all, and what the next round reads back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scoring
from scoring.errors import OutputError
from scoring.scored import Scored
from scoring.statuses import CRH
from scoring.tables import Tables
from scoring.tables.columns import OUTPUTS, STATUS_HISTORY
from tests.scoring.builders import HOUR_MS, START_MS, crowd
from tests.scoring.public_files import input_texts, write

NOW_MS = START_MS + 3 * 24 * HOUR_MS


@pytest.fixture(scope="module")
def round_two() -> tuple[Tables, Scored]:
    """A crowd's notes after two rounds, so that some are Helpful."""
    tables = crowd(3)
    first = scoring.score(tables, as_of_ms=NOW_MS)
    tables = replace(tables, status_history=first.status_history)
    return tables, scoring.final_score(tables, first.prescoring, as_of_ms=NOW_MS + 2 * HOUR_MS)


def read(folder: Path, stem: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{stem}.tsv", separator="\t", quote_char=None, infer_schema_length=None)


def test_files_have_the_published_names_and_columns(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    written = scoring.write_outputs(scored, tables, tmp_path / "new", formats=("tsv", "parquet"))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in written)
    assert {path.name for path in written} == {
        f"{stem}.{suffix}"
        for stem in ("scored_notes", "helpfulness_scores", "note_status_history", "aux_note_info")
        for suffix in ("tsv", "parquet")
    }
    for schema, width in zip(OUTPUTS, (99, 47, 24, 72), strict=True):
        assert len(schema.columns) == len(set(schema.names)) == width
        assert tuple(read(tmp_path / "new", schema.stem).columns) == schema.names
        assert tuple(pl.read_parquet(tmp_path / "new" / f"{schema.stem}.parquet").columns) == schema.names


def test_values_are_those_of_the_round(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    scoring.write_outputs(scored, tables, tmp_path)
    notes = read(tmp_path, "scored_notes")
    assert notes["noteId"].to_list() == scored.note_id.tolist()
    assert np.allclose(notes["coreNoteIntercept"].to_numpy(), scored.core.intercept, equal_nan=True)
    helpful = int(np.flatnonzero(scored.status == CRH)[0])
    row = notes.row(helpful, named=True)
    assert row["finalRatingStatus"] == "CURRENTLY_RATED_HELPFUL"
    assert (row["firstTag"], row["secondTag"]) == ("helpfulClear", "helpfulGoodSources")
    assert row["coreActiveRules"] == "InitialNMR (v1.0),GeneralCRH (v1.0)"
    assert row["metaScorerActiveRules"] == scored.verdict.active_rules(helpful)
    assert row["decidedBy"] == "NmrDueToMinStableCrhTime (v1.0)"
    assert row["expansionRatingStatus"] is None

    people = read(tmp_path, "helpfulness_scores")
    assert people["raterParticipantId"].is_sorted()
    assert people["notesCurrentlyRatedHelpful"].sum() == np.count_nonzero(scored.status == CRH)
    assert people["coreRaterFactor1"].drop_nulls().len() == scored.prescoring.models["MFCoreScorer"].raters

    aux = read(tmp_path, "aux_note_info")
    assert aux["helpfulClear"].to_list() == scored.helpful_tags[:, 2].tolist()
    assert aux["crhBool"].sum() == np.count_nonzero(scored.status == CRH)


def test_the_next_round_reads_the_history_back(tmp_path: Path) -> None:
    folder = write(tmp_path / "input", input_texts(notes=6, raters=12))
    tables = scoring.read_tables(folder)
    scored = scoring.score(tables, as_of_ms=NOW_MS)
    scoring.write_outputs(scored, tables, tmp_path / "output")
    (tmp_path / "output" / "note_status_history.tsv").rename(folder / f"{STATUS_HISTORY.stem}-00000.tsv")
    again = scoring.read_tables(folder).status_history
    for name in again.__slots__:
        assert np.array_equal(getattr(again, name), getattr(scored.status_history, name)), name


def test_contributors_of_the_round(round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    people = scoring.contributor_scores(tables, scored)
    assert people.notes.helpful.sum() == np.count_nonzero(scored.status == CRH)
    assert people.notes_written.sum() == len(scored)
    assert people.ratings_received.sum() == len(tables.ratings)
    assert np.array_equal(people.writing_impact, people.notes.helpful - people.notes.not_helpful)
    ratings = people.ratings
    assert np.array_equal(
        people.rating_impact,
        ratings.successful - (ratings.valid - ratings.successful) - ratings.unsuccessful_not_helpful,
    )
    assert not people.notes_written[:80].any()


def test_nothing_is_left_where_writing_fails(tmp_path: Path, round_two: tuple[Tables, Scored]) -> None:
    tables, scored = round_two
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(
        OutputError, match=r"file: cannot write the outputs .* name a directory that can be written"
    ):
        scoring.write_outputs(scored, tables, blocked)
    (tmp_path / "output" / "helpfulness_scores.tsv").mkdir(parents=True)
    with pytest.raises(OutputError):
        scoring.write_outputs(scored, tables, tmp_path / "output")
    assert not list((tmp_path / "output").glob(".*"))
