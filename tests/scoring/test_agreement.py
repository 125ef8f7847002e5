"""Two runs' outputs side by side: what counts as equal, as near, and as missing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from scoring.agreement import compare
from scoring.errors import InputError


def write_notes(folder: Path, rows: str, *, ending: str = "tsv") -> Path:
    folder.mkdir()
    text = "noteId\tcoreNoteIntercept\tfinalRatingStatus\tnumRatings\tcoreActiveRules\n" + rows
    tsv = folder / "scored_notes.tsv"
    tsv.write_text(text)
    if ending == "parquet":
        pl.read_csv(tsv, separator="\t").write_parquet(folder / "scored_notes.parquet")
        tsv.unlink()
    return folder


def test_measurements_by_distance_and_labels_by_equality(tmp_path: Path) -> None:
    ours = write_notes(
        tmp_path / "ours", "1\t0.5\tCRH\t5\t\n2\t0.25\tNMR\t6\t\n3\t\tNMR\t0\t\n4\t0.1\tNMR\t1\t\n"
    )
    theirs = write_notes(
        tmp_path / "theirs", "3\t\tNMR\t0\t\n2\t0.5\tCRNH\t6\t\n1\t0.5\tCRH\t5\t\n9\t0.9\tCRH\t9\t\n"
    )
    found = {result.column: result for result in compare(ours, theirs)}

    intercept = found["coreNoteIntercept"]
    assert (intercept.rows, intercept.both) == (3, 2)
    assert intercept.mean_distance == pytest.approx(0.125)
    assert intercept.max_distance == pytest.approx(0.25)
    assert intercept.equal is None
    assert found["finalRatingStatus"].equal == pytest.approx(2 / 3)
    assert found["numRatings"].equal == 1.0
    assert "coreActiveRules" not in found, "a column that neither side fills says nothing"


def test_tsv_and_parquet_spell_the_same_values(tmp_path: Path) -> None:
    rows = "1788000000000000001\t0.5\tCRH\t5\ta,b\n1788000000000000002\t0.1\tNMR\t7\t\n"
    ours = write_notes(tmp_path / "ours", rows)
    theirs = write_notes(tmp_path / "theirs", rows, ending="parquet")
    found = compare(ours, theirs)
    assert {result.rows for result in found} == {2}, "19-digit ids join exactly"
    assert all(result.equal in (None, 1.0) and result.max_distance in (None, 0.0) for result in found)


def test_a_value_on_one_side_is_counted_not_compared(tmp_path: Path) -> None:
    ours = write_notes(tmp_path / "ours", "1\t0.5\tCRH\t5\tGeneralCRH\n2\t\tNMR\t5\t\n")
    theirs = write_notes(tmp_path / "theirs", "1\t\tCRH\t5\t\n2\t0.3\tNMR\t5\t\n")
    found = {result.column: result for result in compare(ours, theirs, columns=("coreNoteIntercept",))}
    assert list(found) == ["coreNoteIntercept"]
    only = found["coreNoteIntercept"]
    assert (only.both, only.only_ours, only.only_theirs, only.mean_distance) == (0, 1, 1, None)


def test_folders_without_outputs_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scoring output in common"):
        compare(tmp_path, tmp_path)
