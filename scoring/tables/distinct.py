"""One row for each key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.tables.arrays import TEXT, Bool, Int64

Columns = dict[str, NDArray[Any]]
"""Columns of a table in memory by name, as long as its rows are not in order."""


def sorted_by(key: str, columns: Columns, tell: Callable[[int], None]) -> Columns:
    """The rows in order of their key, one for each.

    A row given twice counts once. Of rows that contradict each other the least stays, and ``tell`` is told of
    each other one's key.
    """
    keys = columns[key]
    if np.all(keys[1:] > keys[:-1]):
        return columns
    order = np.argsort(keys, kind="stable")
    ordered = {name: column[order] for name, column in columns.items()}
    keys = ordered[key]
    again = np.zeros(len(keys), np.bool_)
    again[1:] = keys[1:] == keys[:-1]
    if not again.any():
        return ordered
    kept, others = least_of_each(ordered, again)
    for row in others.tolist():
        tell(int(keys[row]))
    return {name: column[kept] for name, column in ordered.items()}


def least_of_each(columns: Columns, again: Bool) -> tuple[Bool, Int64]:
    """Which rows to keep of those in order of a key, where ``again`` marks those whose key is that of the row
    before; and the rows left out that say something else.

    The first columns that differ decide which row is the least, so the order of equal keys does not matter.
    """
    several = again.copy()
    several[:-1] |= again[1:]
    rows = np.flatnonzero(several)
    group = np.cumsum(~again[rows])
    values = {name: _comparable(column[rows]) for name, column in columns.items()}
    order = np.lexsort([*reversed(values.values()), group])
    before, after = order[:-1], order[1:]
    same_key = group[before] == group[after]
    differ = np.logical_or.reduce([column[before] != column[after] for column in values.values()])
    kept = np.ones(len(again), np.bool_)
    kept[rows[after[same_key]]] = False
    return kept, rows[after[same_key & differ]]


def _comparable(values: NDArray[Any]) -> NDArray[Any]:
    return np.unique(values, return_inverse=True)[1] if values.dtype == TEXT else values
