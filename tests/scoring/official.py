"""Reading what the official scorer wrote."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.statuses import NONE, Status

AS_OF_MS = 1_782_864_000_000
"""When the golden sets were scored."""


def codes(names: pl.Series) -> NDArray[np.int8]:
    """Statuses by their published names."""
    return np.array([NONE if name is None else int(Status[name]) for name in names], np.int8)


def in_order_of(note_id: NDArray[np.int64], frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of an official table in the order of our notes."""
    ours = pl.DataFrame({"noteId": note_id})
    return ours.join(frame, on="noteId", how="left", maintain_order="left")


def numbers(frame: pl.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as numbers, NaN where empty."""
    values: NDArray[np.float64] = frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values
