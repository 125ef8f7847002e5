"""What the eligibility rules look at of a writer's notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, func, select

from harness.eligibility.measures import NoteRecord
from harness.store.credentials import MasterKey
from harness.store.database import Database
from harness.store.driver import Driver, Prepared
from harness.store.schema import note_statuses, notes, schema
from harness.store.section import Section
from harness.store.statuses import public_status

KEPT_AUTHORS: Final = 256

_OF_AUTHOR = (notes.c.author_id == bindparam("author_id"), notes.c.test_mode.is_(False))
_STATE = Prepared(
    select(
        select(schema.c.status_updates).scalar_subquery(),
        select(func.count()).where(*_OF_AUTHOR).scalar_subquery(),
    )
)
_RECORDS = Prepared(
    select(
        notes.c.note_id,
        notes.c.created_at_ms,
        note_statuses.c.status,
        func.coalesce(note_statuses.c.rating_count, 0),
    )
    .outerjoin(note_statuses, note_statuses.c.note_id == notes.c.note_id)
    .where(*_OF_AUTHOR, notes.c.note_id > bindparam("after_id"))
    .order_by(notes.c.note_id)
)


@dataclass(frozen=True, slots=True)
class _Kept:
    status_updates: int
    records: tuple[NoteRecord, ...]


class Records(Section):
    """Records of live notes.

    Every new note asks for all of its author's records, which change in two ways only: notes are added, and
    statuses are updated. So they are kept between the updates, and only what was added is read.
    """

    def __init__(self, database: Database, master_key: MasterKey) -> None:
        super().__init__(database, master_key)
        self._kept: dict[int, _Kept] = {}

    def live_note_records(self, author_id: int) -> Sequence[NoteRecord]:
        """Every live note of an author, oldest first, deleted ones too."""
        kept = self._kept.get(author_id)

        def read(driver: Driver) -> _Kept:
            [(status_updates, count)] = _STATE.rows(driver, {"author_id": author_id})
            known = kept.records if kept is not None and kept.status_updates == status_updates else ()
            values = {"author_id": author_id, "after_id": known[-1].note_id if known else -1}
            records = known if len(known) == count else (*known, *_read(driver, values))
            if len(records) != count:
                # A clock that went back put a note between those known.
                records = tuple(_read(driver, {**values, "after_id": -1}))
            return _Kept(status_updates, records)

        found = self._database.consult(read)
        if len(self._kept) >= KEPT_AUTHORS:
            self._kept.clear()
        self._kept[author_id] = found
        return found.records


def _read(driver: Driver, values: Mapping[str, int]) -> Iterator[NoteRecord]:
    for note_id, created_at_ms, status, rating_count in _RECORDS.rows(driver, values):
        yield NoteRecord(note_id, created_at_ms, public_status(status), rating_count)
