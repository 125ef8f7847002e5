"""What scoring last decided of each note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sqlalchemy import select, update

from harness.store.bulk import Columns, insert_columns
from harness.store.schema import note_statuses, schema
from harness.store.section import Section
from scoring.statuses import CRH, CRNH
from scoring.tables import TEXT
from writers.protocol.notes import Status

_PUBLIC: Final[Mapping[int | None, Status]] = {CRH: Status.CRH, CRNH: Status.CRNH}

_COUNT_UPDATE = update(schema).values(status_updates=schema.c.status_updates + 1)


def public_status(code: int | None) -> Status:
    """The public status of a scoring code; a note never scored needs more ratings."""
    return _PUBLIC.get(code, Status.NMR)


class Statuses(Section):
    """Statuses and the history that the next scoring round needs."""

    def update_statuses(self, columns: Columns) -> None:
        """Store rows of the table `note_statuses`, one column each of its columns, replacing by note."""
        with self._database.write() as connection:
            insert_columns(connection, note_statuses, columns)
            connection.execute(_COUNT_UPDATE)

    def statuses(self) -> dict[str, NDArray[Any]]:
        """The table `note_statuses`, one array a column, in the order of note ids."""
        names = note_statuses.columns.keys()
        with self._database.read() as connection:
            rows = connection.execute(select(note_statuses).order_by(note_statuses.c.note_id)).all()
        kinds: dict[str, DTypeLike] = {"decided_by": TEXT, "intercept": np.float64, "factor": np.float64}
        by_column: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * len(names)
        return {
            name: np.array(values, dtype=kinds.get(name, np.int64))
            for name, values in zip(names, by_column, strict=True)
        }
