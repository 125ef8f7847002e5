"""Two runs' output files, read and joined by the column that names a row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from scoring.errors import InputError

KEYS: Final = {
    "scored_notes": "noteId",
    "note_status_history": "noteId",
    "aux_note_info": "noteId",
    "helpfulness_scores": "raterParticipantId",
}
"""Output file (without its ending) → the column that names a row."""

THEIRS: Final = " (theirs)"
"""Ends the name of a joined column that comes from the other run."""

_SPELLINGS: Final = {"true": "1", "True": "1", "false": "0", "False": "0"}
_EMPTY: Final = ("", "nan", "NaN")


@dataclass(frozen=True, slots=True)
class Joined:
    """One output file of both runs; the columns of ``rows`` are ours by name, and theirs with the ending
    :data:`THEIRS`.
    """

    name: str
    key: str
    columns: tuple[str, ...]
    """In both files, the key apart."""
    rows: pl.DataFrame
    """Rows in both files."""
    only_ours: int
    """Rows in our file alone."""
    only_theirs: int


def join_outputs(ours: Path, theirs: Path) -> dict[str, Joined]:
    """The output files that both folders hold, TSV or Parquet, by name.

    Raises InputError where there is none, or a file lacks the column that names its rows.
    """
    found = {
        name: _joined(name, key, mine, other)
        for name, key in KEYS.items()
        if (mine := _output(ours, name)) and (other := _output(theirs, name))
    }
    if not found:
        raise InputError(
            f"{ours} and {theirs} have no scoring output in common",
            remedy=f"each should hold at least one of {', '.join(KEYS)} as .tsv or .parquet",
        )
    return found


def join_frames(name: str, key: str, ours: pl.DataFrame, theirs: pl.DataFrame) -> Joined:
    """Two tables whose rows are named by ``key``."""
    columns = tuple(column for column in ours.columns if column in theirs.columns and column != key)
    theirs = theirs.select(key, *columns).rename({column: column + THEIRS for column in columns})
    rows = ours.select(key, *columns).join(theirs, on=key, how="inner").sort(key)
    return Joined(name, key, columns, rows, ours.height - rows.height, theirs.height - rows.height)


def comparable(values: pl.Series) -> pl.Series:
    """Values as text, empty ones as null: files spell one number and one truth in several ways."""
    text = values.cast(pl.String)
    number = text.cast(pl.Float64, strict=False)
    whole = number.is_not_null() & (number == number.floor()) & (number.abs() < 2**53)
    integer = number.cast(pl.Int64, strict=False).cast(pl.String)
    spelled = (
        pl.select(pl.when(whole).then(integer).otherwise(text.str.strip_chars()))
        .to_series()
        .replace(_SPELLINGS)
    )
    return pl.select(pl.when(spelled.is_in(_EMPTY)).then(None).otherwise(spelled)).to_series()


def numbers(values: pl.Series) -> pl.Series:
    """Values as numbers, empty ones as null."""
    return values.cast(pl.Float64, strict=False).fill_nan(None)


def equal(rows: pl.DataFrame, column: str) -> pl.Series:
    """Where both runs have the same value, or neither has one."""
    return comparable(rows[column]).eq_missing(comparable(rows[column + THEIRS]))


def has_values(file: Joined, column: str) -> bool:
    """Whether a column of the joined rows exists and is not empty throughout."""
    return column in file.rows.columns and comparable(file.rows[column]).count() > 0


def _output(folder: Path, name: str) -> Path | None:
    return next(
        (file for ending in (".tsv", ".parquet") if (file := folder / (name + ending)).is_file()), None
    )


def _joined(name: str, key: str, ours: Path, theirs: Path) -> Joined:
    return join_frames(name, key, _read(ours, key), _read(theirs, key))


def _read(file: Path, key: str) -> pl.DataFrame:
    try:
        if file.suffix == ".parquet":
            frame = pl.read_parquet(file)
        else:
            frame = pl.read_csv(file, separator="\t", infer_schema=False, quote_char=None)
    except pl.exceptions.PolarsError as error:
        raise InputError("cannot be read", remedy="is this a scoring output?", path=file) from error
    if key not in frame.columns:
        raise InputError(
            "the column that names its rows is missing",
            remedy="is this a scoring output?",
            path=file,
            column=key,
        )
    return frame.with_columns(pl.col(key).cast(pl.String))
