"""Two runs' outputs column by column: measurements by distance, everything else by equality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from scoring.agreement.files import THEIRS, Joined, comparable, join_outputs, numbers

MEASUREMENTS: Final = (
    "Intercept",
    "Factor",
    "Ratio",
    "NoteScore",
    "Reputation",
    "Adjusted",
    "Proba",
    "Weight",
    "_interval",
)
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
    """Share of ``rows`` that is equal, be it empty on both sides; None for a measurement."""
    mean_distance: float | None
    """Mean absolute difference over ``both``; None for a column compared by equality."""
    max_distance: float | None
    correlation: float | None


def compare(ours: Path, theirs: Path, *, columns: tuple[str, ...] = ()) -> list[ColumnAgreement]:
    """Agreement of every column that both runs have and at least one of them fills.

    ``columns`` limits the comparison. Raises InputError where the folders have no output file in common.
    """
    return compare_columns(join_outputs(ours, theirs), columns=columns)


def compare_columns(files: Mapping[str, Joined], *, columns: tuple[str, ...] = ()) -> list[ColumnAgreement]:
    """The same for files that are read already."""
    found = [
        compare_column(file, column)
        for file in files.values()
        for column in file.columns
        if not columns or column in columns
    ]
    return [result for result in found if result.both or result.only_ours or result.only_theirs]


def compare_column(file: Joined, column: str) -> ColumnAgreement:
    """Agreement of one column of one file."""
    measured = any(word in column for word in MEASUREMENTS)
    value = numbers if measured else comparable
    table = pl.DataFrame(
        {"ours": value(file.rows[column]), "theirs": value(file.rows[column + THEIRS])},
    )
    both = table.drop_nulls()
    mean = largest = correlation = None
    if measured and both.height:
        distance = (both["ours"] - both["theirs"]).abs()
        mean, largest = float(distance.mean()), float(distance.max())  # type: ignore[arg-type]
        if both.height > 1 and both["ours"].std() and both["theirs"].std():
            correlation = float(both.select(pl.corr("ours", "theirs")).item())
    alike = (table["ours"].eq_missing(table["theirs"])).mean() if table.height and not measured else None
    return ColumnAgreement(
        file=file.name,
        column=column,
        rows=table.height,
        both=both.height,
        only_ours=table.filter(pl.col("ours").is_not_null() & pl.col("theirs").is_null()).height,
        only_theirs=table.filter(pl.col("ours").is_null() & pl.col("theirs").is_not_null()).height,
        equal=None if alike is None else float(alike),  # type: ignore[arg-type]
        mean_distance=mean,
        max_distance=largest,
        correlation=correlation,
    )
