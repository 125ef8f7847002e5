"""Clusters of raters: by public id or by the official program's codes, and every way of being neither."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scoring
from scoring.errors import InputError
from scoring.tables.clusters import read_clusters
from tests.scoring import builders

PEOPLE = ("1F", "20", "3C", "9")
HEADER = "raterParticipantId\tpostSelectionValue\tquasiCliqueValue"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "pss.tsv"
    path.write_text("\n".join([HEADER, *rows, ""]))
    return path


@pytest.mark.parametrize(
    ("people", "rows", "post_selection", "quasi_clique"),
    [
        (PEOPLE, ["3C\t7\t", "1F\t\t2"], [0, 0, 7, 0], [2, 0, 0, 0]),
        (PEOPLE, ["3C\t7.0\t2.0"], [0, 0, 7, 0], [0, 0, 2, 0]),
        # 20 and 9 are ids here, though they look like codes.
        (PEOPLE, ["20\t1\t", "9\t1\t"], [0, 1, 0, 1], [0, 0, 0, 0]),
        (PEOPLE, ["0\t1\t", "2\t1\t5"], [1, 0, 1, 0], [0, 0, 5, 0]),
        (("10", "2", "30"), ["2\t4\t"], [0, 4, 0], [0, 0, 0]),
        (PEOPLE, [], [0] * 4, [0] * 4),
        (PEOPLE, ["1F\t\t2", "1F\t\t2"], [0] * 4, [2, 0, 0, 0]),
    ],
)
def test_raters_by_id_or_by_code(
    tmp_path: Path,
    people: Sequence[str],
    rows: Sequence[str],
    post_selection: list[int],
    quasi_clique: list[int],
) -> None:
    path = written(tmp_path, *rows)
    clusters = read_clusters(path, people)
    assert clusters.post_selection.tolist() == post_selection
    assert clusters.quasi_clique.tolist() == quasi_clique
    pl.read_csv(path, separator="\t").write_parquet(tmp_path / "pss.parquet")
    again = read_clusters(tmp_path / "pss.parquet", people)
    assert again.post_selection.tolist() == post_selection
    assert again.quasi_clique.tolist() == quasi_clique


@pytest.mark.parametrize(
    ("people", "rows", "sentence"),
    [
        (PEOPLE, ["0\t1\t", "4\t1\t"], "rater 4 is a code beyond the 4 participants"),
        (PEOPLE, ["99999999999999999999\t1\t"], "rater 99999999999999999999 is a code beyond"),
        (PEOPLE, ["AA\t1\t", "BB\t1\t"], "rater AA is no participant of the tables, nor is any other"),
        (("10", "2"), ["0\t1\t"], "rater 0 is no participant of the tables, nor is any other"),
        (PEOPLE, ["1F\t1\t", "1F\t2\t"], "rater 1F has rows that contradict each other"),
        (PEOPLE, ["1F\t1.5\t"], "column postSelectionValue: bad value 1.5; number clusters from 1"),
        (PEOPLE, ["1F\t\t-3"], "column quasiCliqueValue: bad value -3.0; number clusters from 1"),
        (PEOPLE, ["1F\tone\t"], "line 2, column postSelectionValue: bad value 'one'; use a number"),
        (PEOPLE, ["1F\t1"], "line 2: 2 fields instead of 3"),
    ],
)
def test_neither_ids_nor_codes(
    tmp_path: Path, people: Sequence[str], rows: Sequence[str], sentence: str
) -> None:
    with pytest.raises(InputError) as raised:
        read_clusters(written(tmp_path, *rows), people)
    assert sentence in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / "pss.tsv"))


def test_raters_who_left_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clusters = read_clusters(written(tmp_path, "1F\t3\t", "AA\t3\t"), PEOPLE)
    assert clusters.post_selection.tolist() == [3, 0, 0, 0]
    assert "raters left out, as the tables do not know them: 1" in caplog.text


def test_tables_want_a_row_a_participant(tmp_path: Path) -> None:
    tables = builders.crowd(1)
    with pytest.raises(InputError, match="clusters of raters have 4 rows for 87 participants"):
        type(tables)(
            tables.notes,
            tables.ratings,
            tables.status_history,
            tables.enrollment,
            tables.participant_ids,
            read_clusters(written(tmp_path), PEOPLE),
        )


def test_the_official_codes_are_the_places_of_the_ids(shared: Path) -> None:
    golden = shared / "golden" / "synthetic-150k"
    ids = scoring.read_tables(golden / "input").participant_ids
    clusters = read_clusters(golden / "expected" / "pss_output.parquet", ids)
    prescored = pl.read_parquet(golden / "expected" / "prescoring_rater_model_output.parquet")
    named = prescored.filter(pl.col("quasiCliqueValue") >= 1)["raterParticipantId"].unique().sort()
    assert [ids[row] for row in np.flatnonzero(clusters.quasi_clique).tolist()] == named.to_list()
