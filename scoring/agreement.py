"""Two scoring runs' outputs side by side, column by column.

Reads the published output files (TSV or Parquet) of two folders and joins them by their key. Measurements are
compared by their distance where both runs have one; texts, statuses and counts by equality. A value that only
one side has is counted, never compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scoring.errors import InputError

if TYPE_CHECKING:
    import polars as pl

KEYS: Final = {
    "scored_notes": "noteId",
    "note_status_history": "noteId",
    "aux_note_info": "noteId",
    "helpfulness_scores": "raterParticipantId",
}
"""Output file (without its ending) → the column that names a row."""

NUMBERS: Final = ("Intercept", "Factor", "Ratio", "Score", "Reputation", "Difference", "Adjusted", "Proba")
"""A column whose name holds one of these is a measurement; any other is compared by equality."""


@dataclass(frozen=True, slots=True)
class ColumnAgreement:
    """How one column agrees. Shares are 0 to 1; distances are in the column's own unit."""

    file: str
    column: str
    rows: int
    """Rows in both files."""
    both: int
    """Rows where both sides have a value."""
    only_ours: int
    only_theirs: int
    equal: float | None
    """Share of `both` that is equal; None for a measurement."""
    mean_distance: float | None
    """Mean absolute difference over `both`; None for a column compared by equality."""
    max_distance: float | None
    correlation: float | None


def compare(ours: Path, theirs: Path, *, columns: tuple[str, ...] = ()) -> list[ColumnAgreement]:
    """Agreement of every column that both runs have and at least one of them fills.

    `columns` limits the comparison. Raises `InputError` where the folders have no output file in common.
    """
    found = [
        result
        for name, key in KEYS.items()
        if (mine := _output(ours, name)) and (other := _output(theirs, name))
        for result in _compare_file(name, key, mine, other, columns)
    ]
    if not found:
        raise InputError(
            f"{ours} and {theirs} have no scoring output in common",
            remedy=f"each should hold at least one of {', '.join(KEYS)} as .tsv or .parquet",
        )
    return found


def _output(folder: Path, name: str) -> Path | None:
    return next(
        (file for ending in (".tsv", ".parquet") if (file := folder / (name + ending)).is_file()), None
    )


def _read(file: Path) -> pl.DataFrame:
    import polars as pl

    if file.suffix == ".parquet":
        return pl.read_parquet(file)
    return pl.read_csv(file, separator="\t", infer_schema=False, quote_char=None)


def _compare_file(
    name: str, key: str, ours: Path, theirs: Path, columns: tuple[str, ...]
) -> Iterator[ColumnAgreement]:
    import polars as pl

    mine, other = _read(ours), _read(theirs)
    for file, frame in ((ours, mine), (theirs, other)):
        if key not in frame.columns:
            raise InputError(
                "the column that names its rows is missing",
                remedy="is this a scoring output?",
                path=file,
                column=key,
            )
    wanted = [c for c in mine.columns if c in other.columns and c != key and (not columns or c in columns)]
    mine = mine.select(pl.col(key).cast(pl.String), *wanted)
    other = other.select(pl.col(key).cast(pl.String), *wanted)
    joined = mine.join(other, on=key, how="inner", suffix=" (theirs)")
    for column in wanted:
        result = _compare_column(name, column, joined[column], joined[f"{column} (theirs)"])
        if result.both or result.only_ours or result.only_theirs:
            yield result


def _compare_column(file: str, column: str, ours: pl.Series, theirs: pl.Series) -> ColumnAgreement:
    import polars as pl

    measured = any(word in column for word in NUMBERS)
    a, b = (_values(series, as_number=measured) for series in (ours, theirs))
    table = pl.DataFrame({"a": a, "b": b})
    both = table.drop_nulls()
    equal = mean = largest = correlation = None
    if measured and both.height:
        distance = (both["a"] - both["b"]).abs()
        mean, largest = float(distance.mean()), float(distance.max())  # type: ignore[arg-type]
        if both.height > 1 and both["a"].std() and both["b"].std():
            correlation = float(both.select(pl.corr("a", "b")).item())
    elif both.height:
        equal = float((both["a"] == both["b"]).mean())  # type: ignore[arg-type]
    return ColumnAgreement(
        file=file,
        column=column,
        rows=table.height,
        both=both.height,
        only_ours=table.filter(pl.col("a").is_not_null() & pl.col("b").is_null()).height,
        only_theirs=table.filter(pl.col("a").is_null() & pl.col("b").is_not_null()).height,
        equal=equal,
        mean_distance=mean,
        max_distance=largest,
        correlation=correlation,
    )


def _values(series: pl.Series, *, as_number: bool) -> pl.Series:
    """Comparable values, empty ones as null: files spell one number and one truth in several ways."""
    import polars as pl

    if as_number:
        return series.cast(pl.Float64, strict=False).fill_nan(None)
    text = series.cast(pl.String)
    number = text.cast(pl.Float64, strict=False)
    whole = number.is_not_null() & (number == number.floor()) & (number.abs() < 2**53)
    spelled = (
        pl.select(
            pl.when(whole)
            .then(number.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(text.str.strip_chars())
        )
        .to_series()
        .replace({"true": "1", "True": "1", "false": "0", "False": "0"})
    )
    return pl.select(pl.when(spelled.is_in(["", "nan", "NaN"])).then(None).otherwise(spelled)).to_series()
