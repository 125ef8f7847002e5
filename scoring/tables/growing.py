"""A table that grows by rows at the end without copying what it holds."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from scoring.tables.arrays import Enrollment, Notes, Ratings

Table = TypeVar("Table", Notes, Ratings, Enrollment)


class Growing(Generic[Table]):
    """Keeps each column in an array with room to spare, doubled when full.

    ``table`` is a view of the rows so far: no copy, and unchanged by later appends, because rows are only
    ever added beyond its end. A season appends between hourly rounds and scores the view.
    """

    def __init__(self, rows: Table) -> None:
        self._kind: type[Table] = type(rows)
        self._length = len(rows)
        self._columns: dict[str, NDArray[Any]] = {
            field.name: np.array(getattr(rows, field.name)) for field in fields(rows)
        }

    def __len__(self) -> int:
        return self._length

    def append(self, rows: Table) -> None:
        """Add rows; costs their number, and now and then a doubling."""
        length = self._length + len(rows)
        for name, column in self._columns.items():
            if length > len(column):
                column = np.concatenate([column, np.empty(length, column.dtype)])
                self._columns[name] = column
            column[self._length : length] = getattr(rows, name)
        self._length = length

    @property
    def table(self) -> Table:
        """The rows so far."""
        return self._kind(**{name: column[: self._length] for name, column in self._columns.items()})
