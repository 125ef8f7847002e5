"""From arrays with codes to columns of published values; empty cells are null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.outputs.columns import OutputFile
from scoring.rules.engine import Verdict
from scoring.rules.explanation import TAG_COLUMNS
from scoring.statuses import Status, StatusArray, status_name
from scoring.tables.arrays import Bool, Int8, Int16, Int64, Notes
from scoring.tables.values import CLASSIFICATION_NAMES, GROUP_MISSING, MISSING_MS

_STATUS_NAMES: Final = [status_name(status) for status in Status if status is not Status.NONE]
_CLASSIFICATION_NAMES: Final = [name for name in CLASSIFICATION_NAMES.values() if name]


def frame(file: OutputFile, filled: Mapping[str, Any], rows: NDArray[np.integer]) -> pl.DataFrame:
    """All columns of a file, those not in ``filled`` empty, and some rows of them in order.

    Single-precision values stay so in a column of doubles, which spells them shortly in a text file.
    """
    unknown = set(filled) - set(file.types)
    assert not unknown, unknown
    length = len(next(iter(filled.values())))
    columns = []
    for name, type_ in file.types.items():
        if name not in filled:
            columns.append(pl.repeat(None, length, eager=True, dtype=type_).alias(name))
            continue
        values = pl.Series(name, filled[name], nan_to_null=True)
        stays = values.dtype == pl.Float32 and type_ is pl.Float64
        columns.append(values if stays else values.cast(type_))
    return pl.DataFrame(columns)[rows]


def by_note_id(note_id: Int64) -> NDArray[np.intp]:
    """Rows in order of id."""
    return np.argsort(note_id, kind="stable")


def where(condition: Bool, values: NDArray[Any] | pl.Series) -> pl.Series:
    """The values where the condition holds; empty elsewhere, and where a value is NaN."""
    series = values if isinstance(values, pl.Series) else pl.Series(values, nan_to_null=True)
    return pl.select(pl.when(pl.Series(condition)).then(series)).to_series()


def single(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Values that the official files have in single precision."""
    return values.astype(np.float32)


def times(values: Int64) -> pl.Series:
    """Times, empty where missing."""
    return where(values != MISSING_MS, values)


def groups(values: Int16) -> pl.Series:
    """Modeling groups, empty where missing."""
    return where(values != GROUP_MISSING, values)


def names(codes: NDArray[Any], table: Sequence[str]) -> pl.Series:
    """Names by code; code -1 and empty names become empty cells."""
    of_code = pl.Series([name or None for name in [*table, ""]], dtype=pl.String)
    return of_code[np.asarray(codes, np.int64) % len(of_code)] if len(codes) else of_code.clear()


def sets_of_names(masks: NDArray[np.unsignedinteger], table: Sequence[str]) -> pl.Series:
    """The names whose bits are set, in order, joined by commas; empty where no bit is."""
    distinct, which = np.unique(masks, return_inverse=True)
    joined = [
        ",".join(name for bit, name in enumerate(table) if mask >> bit & 1) for mask in distinct.tolist()
    ]
    return names(which, joined)


def statuses(codes: StatusArray) -> pl.Series:
    """Statuses by name."""
    return names(codes, _STATUS_NAMES)


def tags(codes: Int8) -> pl.Series:
    """Explanation tags by name."""
    return names(codes, TAG_COLUMNS)


def classifications(codes: Int8) -> pl.Series:
    """Classifications by name."""
    return names(codes, _CLASSIFICATION_NAMES)


def authors(notes: Notes, participant_ids: Sequence[str]) -> pl.Series:
    """Each note's author."""
    return pl.Series(participant_ids, dtype=pl.String)[notes.author]


def deciders(verdict: Verdict) -> pl.Series:
    """The rule that decided each note."""
    return names(verdict.decided_by, verdict.rule_names)


def active_rules(verdict: Verdict) -> pl.Series:
    """The rules that spoke of each note."""
    return sets_of_names(verdict.active, verdict.rule_names)
