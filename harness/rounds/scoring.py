"""Scoring rounds: ratings out of the store, through the scorer, statuses and rater factors back.

The tables stay in memory between rounds and grow by what the store has gained, so an hourly round costs what
is new, not what there is. A server runs rounds on the wall clock, a season on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.store import RatingTable, Store, StoredNote, public_status
from scoring import Prescoring, Scored, final_score, prescore
from scoring.models.core import CORE
from scoring.prescoring import ModelPrescoring
from scoring.statuses import NMR, NONE
from scoring.tables import (
    MISSING_MS,
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
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.notes import Classification as WireClassification
from writers.protocol.notes import Status

LOCK_AGE_MS: Final = 14 * DAY_MS
OLDEST_UNLOCKED_MS: Final = 21 * DAY_MS

Table = TypeVar("Table", Notes, Ratings, StatusHistory)

_HISTORY_COLUMNS: Final = tuple(field.name for field in fields(StatusHistory))


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """What a round of final scoring came to."""

    as_of_ms: int
    rescored: int
    """Notes that were due."""
    changes: Mapping[int, Status]
    """Note id → its new status, of the notes whose public status changed."""


class ScoringRounds:
    """The scorer of one store. Use one for each store at a time."""

    def __init__(self, store: Store, *, modeling_groups: Mapping[int, int] | None = None) -> None:
        """`modeling_groups`: rater id → modeling group; raters left out are not enrolled, and still heard."""
        self._store = store
        self._groups = modeling_groups or {}
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
        self._fresh = np.zeros(0, np.bool_)
        self._prescoring: Prescoring | None = None
        self._catch_up()
        self._recall_statuses()

    @property
    def prescored(self) -> bool:
        """Whether a prescoring has been made, which final scoring needs."""
        return self._prescoring is not None

    @property
    def tables(self) -> Tables:
        """What the scorer is told: a view that holds until the next round."""
        return Tables(
            notes=self._notes.table,
            ratings=self._ratings.table,
            status_history=self._history,
            enrollment=self._enrollment.table,
            participant_ids=self._participant_ids,
        )

    def prescore(self, now_ms: int) -> None:
        """Find out anew where raters stand; their factors go to the store."""
        self._catch_up()
        self._prescoring = prescore(self.tables, as_of_ms=now_ms)
        raters = self.raters()
        known = ~np.isnan(raters.factor)
        self._store.replace_rater_factors(raters.rater_id[known], raters.factor[known])

    def score(self, now_ms: int) -> RoundOutcome:
        """Give every note that is due its status as of now; statuses go to the store.

        Raises:
            ValueError: there has been no prescoring.
        """
        if self._prescoring is None:
            raise ValueError("final scoring needs a prescoring first")
        self._catch_up()
        rows = np.flatnonzero(notes_to_rescore(self._notes.table, self._history, self._fresh, now_ms=now_ms))
        self._fresh[:] = False
        if not len(rows):
            return RoundOutcome(now_ms, 0, {})
        scored = final_score(self._subset(rows), self._prescoring, as_of_ms=now_ms)
        before = self._history.status[rows]
        changed = np.flatnonzero(_public(before) != _public(scored.status))
        columns = _columns(scored)
        for name in _HISTORY_COLUMNS:
            getattr(self._history, name)[rows] = columns[name]
        self._store.update_statuses(columns)
        return RoundOutcome(
            as_of_ms=now_ms,
            rescored=len(rows),
            changes={
                int(scored.note_id[row]): public_status(int(scored.status[row])) for row in changed.tolist()
            },
        )

    def raters(self) -> RaterStandings:
        """Everybody who has rated or written, as the last prescoring saw them."""
        counts = np.bincount(self._ratings.table.rater, minlength=len(self._participants))
        rater_id = np.fromiter(self._participants, np.int64, len(self._participants))
        if self._prescoring is None:
            unknown = np.full(len(rater_id), np.nan)
            return RaterStandings(rater_id, unknown, unknown, np.zeros(len(rater_id), np.bool_), counts)
        core = _core(self._prescoring.for_participants(self._participant_ids))
        left_out = np.isnan(core.rater_factor)
        return RaterStandings(
            rater_id=rater_id,
            factor=np.where(left_out, core.first_rater_factor, core.rater_factor),
            intercept=np.where(left_out, core.first_rater_intercept, core.rater_intercept),
            above_helpfulness_threshold=core.above_threshold,
            ratings=counts,
        )

    def _catch_up(self) -> None:
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
        self._fresh[rows.note] = True
        pairs = _pairs(rows)
        if self._rated.isdisjoint(pairs):
            self._ratings.append(rows)
        else:
            # Somebody changed a rating: the store has it in the place of the old one, these tables have both.
            self._ratings = Growing(self._rating_rows(self._store.ratings()))
        self._rated.update(pairs)

    def _rating_rows(self, found: RatingTable) -> Ratings:
        return Ratings(
            note=np.array([self._note_rows[note_id] for note_id in found.note_id.tolist()], np.int32),
            rater=self._numbers(found.rater_id.tolist()),
            created_at_ms=found.created_at_ms,
            level=found.level,
            helpful_tags=found.helpful_tags,
            not_helpful_tags=found.not_helpful_tags,
            population_sampled=found.population_sampled,
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
        self._fresh = np.concatenate([self._fresh, np.ones(len(new), np.bool_)])

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
        for name in _HISTORY_COLUMNS:
            getattr(self._history, name)[rows] = stored[name][known]

    def _subset(self, rows: NDArray[np.int64]) -> Tables:
        """The tables with these notes only, and their ratings."""
        number = np.full(len(self._notes), -1, np.int32)
        number[rows] = np.arange(len(rows), dtype=np.int32)
        ratings = self._ratings.table
        note = number[ratings.note]
        kept = np.flatnonzero(note >= 0)
        return Tables(
            notes=_taken(self._notes.table, rows),
            ratings=replace(_taken(ratings, kept), note=note[kept]),
            status_history=_taken(self._history, rows),
            enrollment=self._enrollment.table,
            participant_ids=self._participant_ids,
        )


@dataclass(frozen=True, slots=True)
class RaterStandings:
    """Raters as scoring sees them, one array a column; NaN where a rater has no parameters.

    Raters below the helpfulness threshold have those of prescoring's first round, which still hears them.
    """

    rater_id: NDArray[np.int64]
    factor: NDArray[np.float64]
    intercept: NDArray[np.float64]
    above_helpfulness_threshold: NDArray[np.bool_]
    ratings: NDArray[np.int64]


def notes_to_rescore(
    notes: Notes, history: StatusHistory, fresh: NDArray[np.bool_], *, now_ms: int
) -> NDArray[np.bool_]:
    """Which notes a round looks at again; the others keep their status.

    `fresh` says which are new or have ratings newer than the previous round. After twitter/communitynotes
    273c895, scoring/src/scoring/run_scoring.py, ``determine_which_notes_to_rescore``.
    """
    age_ms = now_ms - notes.created_at_ms
    never = history.scored_ms == MISSING_MS
    since_scored = np.where(never, 0, now_ms - history.scored_ms)
    since_changed = np.where(history.changed_ms > 0, now_ms - history.changed_ms, np.int64(DAY_MS) + 1)
    just_changed = ~never & (history.changed_ms == history.scored_ms)
    due: NDArray[np.bool_] = (
        fresh
        | never
        | ((age_ms < LOCK_AGE_MS) & (since_scored > DAY_MS))
        | just_changed
        | ((since_changed <= DAY_MS) & (since_scored > HOUR_MS))
        | (history.stabilizing_since_ms > 0)
        | ((history.locked_status == NONE) & (age_ms > LOCK_AGE_MS) & (age_ms < OLDEST_UNLOCKED_MS))
    )
    return due


def _core(prescoring: Prescoring) -> ModelPrescoring:
    return prescoring.models[CORE.name]


def _pairs(ratings: Ratings) -> list[int]:
    """One number for each note and rater."""
    pairs: list[int] = (ratings.note.astype(np.int64) << 32 | ratings.rater).tolist()
    return pairs


def _public(status: NDArray[np.int8]) -> NDArray[np.int8]:
    """A note never scored is shown as one that needs more ratings."""
    return np.where(status == NONE, np.int8(NMR), status)


def _classification(note: StoredNote) -> Classification:
    if note.deleted_at_ms is not None:
        return Classification.DELETED
    if note.info["classification"] == WireClassification.NOT_MISLEADING:
        return Classification.NOT_MISLEADING
    return Classification.MISLEADING


def _summary(note: StoredNote) -> str:
    return note.text if note.deleted_at_ms is None else ""


def _columns(scored: Scored) -> dict[str, Any]:
    """A round's rows of the store's table of statuses."""
    deciders = scored.verdict.decided_by
    _, one_of_each, which = np.unique(deciders, return_index=True, return_inverse=True)
    names = np.array([scored.decided_by(int(row)) for row in one_of_each], object)
    return {
        "note_id": scored.note_id,
        **{name: getattr(scored.status_history, name) for name in _HISTORY_COLUMNS},
        "decided_by": names[which],
        "intercept": _nullable(scored.core.intercept),
        "factor": _nullable(scored.core.factor),
        "rating_count": scored.num_ratings,
    }


def _nullable(values: NDArray[np.floating[Any]]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _taken(table: Table, rows: NDArray[np.int64]) -> Table:
    return type(table)(**{field.name: getattr(table, field.name)[rows] for field in fields(table)})


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
    )
