"""Ratings, one compact row each, and the raters' factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import bindparam, delete, func, select

from harness.store.bulk import Columns, insert_columns
from harness.store.schema import rater_factors, ratings
from harness.store.section import Section

RATINGS_OF_A_NOTE: Final = 500
"""Rating counts look at a note's most recent ratings only (Community Notes documentation/api/overview.md,
2026-03-27)."""

_KINDS: Final = {
    "row": np.int64,
    "note_id": np.int64,
    "rater_id": np.int64,
    "created_at_ms": np.int64,
    "level": np.uint8,
    "helpful_tags": np.uint16,
    "not_helpful_tags": np.uint16,
    "population_sampled": np.bool_,
}
_AFTER = select(ratings).where(ratings.c.row > bindparam("after_row")).order_by(ratings.c.row)
_RECENT = (
    select(ratings.c.rater_id, ratings.c.level, ratings.c.helpful_tags, ratings.c.not_helpful_tags)
    .where(ratings.c.note_id == bindparam("note_id"))
    .order_by(ratings.c.created_at_ms.desc(), ratings.c.row.desc())
    .limit(RATINGS_OF_A_NOTE)
    .subquery()
)
_RECENT_BY_SIDE = select(
    rater_factors.c.factor, _RECENT.c.level, _RECENT.c.helpful_tags, _RECENT.c.not_helpful_tags
).join(rater_factors, rater_factors.c.rater_id == _RECENT.c.rater_id)


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Ratings as arrays in the order they were stored; codes and bits are those of `scoring.tables`."""

    row: NDArray[np.int64]
    note_id: NDArray[np.int64]
    rater_id: NDArray[np.int64]
    created_at_ms: NDArray[np.int64]
    level: NDArray[np.uint8]
    helpful_tags: NDArray[np.uint16]
    not_helpful_tags: NDArray[np.uint16]
    population_sampled: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.row)


class Ratings(Section):
    """The ratings."""

    def add_ratings(self, columns: Columns) -> int:
        """Store ratings: `note_id`, `rater_id`, `created_at_ms`, `level`, `helpful_tags`, `not_helpful_tags`
        and `population_sampled`, all of one length. A rater's new rating of a note replaces the old one.

        Returns the number of ratings.
        """
        with self._database.write() as connection:
            return insert_columns(connection, ratings, columns)

    def ratings(self, *, after_row: int = 0) -> RatingTable:
        """The ratings stored after the one with `row == after_row`, in the order they were stored."""
        with self._database.read() as connection:
            rows = connection.execute(_AFTER, {"after_row": after_row}).all()
        by_column: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * len(_KINDS)
        return RatingTable(
            **{
                name: np.array(values, dtype=kind)
                for (name, kind), values in zip(_KINDS.items(), by_column, strict=True)
            }
        )

    def rating_count(self) -> int:
        """How many ratings there are."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(ratings)) or 0

    def replace_rater_factors(self, rater_ids: ArrayLike, factors: ArrayLike) -> None:
        """The raters' factors as scoring last found them; raters left out have none."""
        with self._database.write() as connection:
            connection.execute(delete(rater_factors))
            columns = {
                "rater_id": np.asarray(rater_ids, np.int64),
                "factor": np.asarray(factors, np.float64),
            }
            insert_columns(connection, rater_factors, columns)

    def recent_ratings(self, note_id: int) -> Sequence[tuple[float, int, int, int]]:
        """Rater factor, level, helpful tags and not-helpful tags of a note's most recent ratings.

        Raters without a factor are left out.
        """
        with self._database.read() as connection:
            return [tuple(row) for row in connection.execute(_RECENT_BY_SIDE, {"note_id": note_id})]
