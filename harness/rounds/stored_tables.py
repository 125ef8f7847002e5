"""The scorer's tables of one store, kept in memory between rounds.

They grow by what the store has gained, so an hourly round costs what is new, not what there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.store import RatingTable, Store, StoredNote
from scoring.tables import (
    NOT_ENROLLED,
    TEXT,
    Classification,
    Enrollment,
    EnrollmentState,
    Growing,
    Notes,
    Ratings,
    StatusHistory,
    Tables,
)
from writers.protocol.notes import Classification as WireClassification

HISTORY_COLUMNS: Final = tuple(field.name for field in fields(StatusHistory))
"""The store's table of statuses has columns of these names."""


class StoredTables:
    """Live notes and their ratings, numbered in the order in which they were met."""

    def __init__(self, store: Store, modeling_groups: Mapping[int, int]) -> None:
        """`modeling_groups`: rater id → modeling group; raters left out are not enrolled, and still heard."""
        self._store = store
        self._groups = modeling_groups
        self._participants: dict[int, int] = {}
        self._participant_ids: tuple[str, ...] = ()
        self._note_rows: dict[int, int] = {}
        self._notes = Growing(_no_notes())
        self._ratings = Growing(_no_ratings())
        self._rated: set[int] = set()
        self._enrollment = Growing(Enrollment.in_groups(np.zeros(0, np.int16)))
        self._history = StatusHistory.empty(0)
        self._last_rating_row = 0
        self._last_note_id = 0
        self.newly_rated = np.zeros(0, np.bool_)
        """By note: it has ratings that no round has seen. Whoever holds a round clears it."""
        self.catch_up()
        self._recall_statuses()

    @property
    def tables(self) -> Tables:
        """All of them: a view that holds until the next change."""
        return Tables(
            notes=self._notes.table,
            ratings=self._ratings.table,
            status_history=self._history,
            enrollment=self._enrollment.table,
            participant_ids=self._participant_ids,
        )

    @property
    def participants(self) -> NDArray[np.int64]:
        """The store's id of each participant."""
        return np.fromiter(self._participants, np.int64, len(self._participants))

    def catch_up(self) -> None:
        """Take in the notes and ratings that the store has gained."""
        self._add_notes(self._store.notes(test_mode=False, after_id=self._last_note_id))
        found = self._store.ratings(after_row=self._last_rating_row)
        if not len(found):
            return
        if any(note_id not in self._note_rows for note_id in np.unique(found.note_id).tolist()):
            # A clock that was set back gives a new note an id below one that is known.
            self._add_notes(self._store.notes(test_mode=False))
        self._last_rating_row = int(found.row[-1])
        rows = self._rating_rows(found)
        self.newly_rated[rows.note] = True
        pairs = _pairs(rows)
        if self._rated.isdisjoint(pairs):
            self._ratings.append(rows)
        else:
            # Somebody changed a rating: the store has it in the place of the old one, these tables have both.
            self._ratings = Growing(self._rating_rows(self._store.ratings()))
        self._rated.update(pairs)

    def remember(self, rows: NDArray[np.int64], history: StatusHistory) -> None:
        """Row i of `history` is from now on that of note `rows[i]`."""
        for name in HISTORY_COLUMNS:
            getattr(self._history, name)[rows] = getattr(history, name)

    def _rating_rows(self, found: RatingTable) -> Ratings:
        return Ratings(
            note=np.array([self._note_rows[note_id] for note_id in found.note_id.tolist()], np.int32),
            rater=self._numbers(found.rater_id.tolist()),
            created_at_ms=found.created_at_ms,
            level=found.level,
            helpful_tags=found.helpful_tags,
            not_helpful_tags=found.not_helpful_tags,
            population_sampled=found.population_sampled,
            old_form=np.zeros(len(found), np.bool_),
        )

    def _add_notes(self, found: Iterable[StoredNote]) -> None:
        new = [note for note in found if note.note_id not in self._note_rows]
        if not new:
            return
        for note in new:
            self._note_rows[note.note_id] = len(self._note_rows)
        self._last_note_id = max(self._last_note_id, new[-1].note_id)
        self._notes.append(
            Notes(
                note_id=np.array([note.note_id for note in new], np.int64),
                author=self._numbers([note.author_id for note in new]),
                created_at_ms=np.array([note.created_at_ms for note in new], np.int64),
                post_id=np.array([note.post_id for note in new], np.int64),
                classification=np.array([_classification(note) for note in new], np.int8),
                summary=np.array([_summary(note) for note in new], TEXT),
            )
        )
        self._history = self._history.extended(len(self._notes))
        self.newly_rated = np.concatenate([self.newly_rated, np.zeros(len(new), np.bool_)])

    def _numbers(self, ids: list[int]) -> NDArray[np.int32]:
        """Participant numbers of raters and authors; those not met before get the next ones."""
        new = [member for member in dict.fromkeys(ids) if member not in self._participants]
        if new:
            for member in new:
                self._participants[member] = len(self._participants)
            self._participant_ids = (*self._participant_ids, *map(str, new))
            groups = [self._groups.get(member, NOT_ENROLLED) for member in new]
            states = np.where(
                np.array(groups) == NOT_ENROLLED, EnrollmentState.NOT_ENROLLED, EnrollmentState.EARNED_IN
            )
            self._enrollment.append(
                replace(Enrollment.in_groups(np.array(groups, np.int16)), state=states.astype(np.int8))
            )
        return np.array([self._participants[member] for member in ids], np.int32)

    def _recall_statuses(self) -> None:
        """Take up the history that an earlier process left in the store."""
        stored = self._store.statuses()
        known = [i for i, note_id in enumerate(stored["note_id"].tolist()) if note_id in self._note_rows]
        rows = np.array([self._note_rows[int(stored["note_id"][i])] for i in known], np.int64)
        for name in HISTORY_COLUMNS:
            getattr(self._history, name)[rows] = stored[name][known]


def _pairs(ratings: Ratings) -> list[int]:
    """One number for each note and rater."""
    pairs: list[int] = (ratings.note.astype(np.int64) << 32 | ratings.rater).tolist()
    return pairs


def _classification(note: StoredNote) -> Classification:
    if note.deleted_at_ms is not None:
        return Classification.DELETED
    if note.info["classification"] == WireClassification.NOT_MISLEADING:
        return Classification.NOT_MISLEADING
    return Classification.MISLEADING


def _summary(note: StoredNote) -> str:
    return note.text if note.deleted_at_ms is None else ""


def _no_notes() -> Notes:
    ids, codes = np.zeros(0, np.int64), np.zeros(0, np.int8)
    return Notes(
        note_id=ids,
        author=np.zeros(0, np.int32),
        created_at_ms=ids,
        post_id=ids,
        classification=codes,
        summary=np.zeros(0, TEXT),
    )


def _no_ratings() -> Ratings:
    numbers, tags = np.zeros(0, np.int32), np.zeros(0, np.uint16)
    return Ratings(
        note=numbers,
        rater=numbers,
        created_at_ms=np.zeros(0, np.int64),
        level=np.zeros(0, np.uint8),
        helpful_tags=tags,
        not_helpful_tags=tags,
        population_sampled=np.zeros(0, np.bool_),
        old_form=np.zeros(0, np.bool_),
    )
