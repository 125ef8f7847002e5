"""The tables in memory: one array a column, nothing of files.

Notes and participants are numbered by their row; ratings, the status history and the enrollment refer to
those numbers. New rows are appended at the end, so the numbers of one scoring round stay valid in the
next. Rows may stand in any order: statuses and scores do not depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import InputError
from scoring.statuses import NONE, StatusArray
from scoring.tables.values import MISSING_MS, NOT_ENROLLED, EnrollmentState

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int16 = NDArray[np.int16]
Int8 = NDArray[np.int8]
Uint16 = NDArray[np.uint16]
Uint8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]


Table = TypeVar("Table", "Notes", "Ratings", "StatusHistory", "Enrollment")


def _check_lengths(table: object) -> None:
    lengths = {field.name: np.shape(getattr(table, field.name)) for field in fields(table)}  # type: ignore[arg-type]
    if len(set(lengths.values())) > 1:
        raise InputError(
            f"the columns of {type(table).__name__} differ in length: {lengths}",
            remedy="give every column one value a row",
        )


@dataclass(frozen=True, slots=True)
class Notes:
    """Every note, also the deleted ones that only the status history knows. n rows, distinct ids."""

    note_id: Int64
    author: Int32
    """Participant number of the author."""
    created_at_ms: Int64
    post_id: Int64
    """The post's id; -1 where the post is deleted or unknown."""
    classification: Int8
    """Codes of :class:`~scoring.tables.values.Classification`."""

    def __post_init__(self) -> None:
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.note_id)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Every rating. At most one row for a rater and a note."""

    note: Int32
    """Row number in :class:`Notes`."""
    rater: Int32
    """Participant number of the rater."""
    created_at_ms: Int64
    level: Uint8
    """Codes of :class:`~scoring.tables.values.HelpfulnessLevel`; half of it is the model's 0, ½, 1."""
    helpful_tags: Uint16
    """Bits of :class:`~scoring.tables.values.HelpfulTag`."""
    not_helpful_tags: Uint16
    """Bits of :class:`~scoring.tables.values.NotHelpfulTag`."""
    population_sampled: Bool
    """The rating answers a request sent to a random sample of contributors."""

    def __post_init__(self) -> None:
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.note)


@dataclass(frozen=True, slots=True)
class StatusHistory:
    """What earlier scoring rounds decided, row i for note i. Times are ms; empty is ``MISSING_MS``.

    It may be shorter than :class:`Notes`: the notes beyond it are new.
    """

    first_non_nmr_ms: Int64
    first_non_nmr_status: StatusArray
    scored_ms: Int64
    """When the note was last scored (published as timestampMillisOfCurrentStatus)."""
    status: StatusArray
    latest_non_nmr_ms: Int64
    latest_non_nmr_status: StatusArray
    lock_ms: Int64
    locked_status: StatusArray
    retro_lock_ms: Int64
    core_status: StatusArray
    changed_ms: Int64
    """When the status last changed; -1 where it never did."""
    stabilizing_since_ms: Int64
    """Since when a Helpful verdict has been waiting to prove stable; -1 where that ended, empty where
    never.
    """
    first_stabilizing_ms: Int64

    def __post_init__(self) -> None:
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.status)

    @classmethod
    def empty(cls, rows: int) -> StatusHistory:
        """The history of notes never scored."""
        columns: dict[str, Any] = {
            field.name: np.full(rows, MISSING_MS, np.int64)
            if field.name.endswith("_ms")
            else np.full(rows, NONE, np.int8)
            for field in fields(cls)
        }
        return cls(**columns)

    def extended(self, rows: int) -> StatusHistory:
        """The same history with empty rows for the notes from ``len(self)`` to ``rows``."""
        if rows == len(self):
            return self
        return concatenated(self, StatusHistory.empty(rows - len(self)))


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Contributors' standing, row i for participant i; participants beyond its end are not enrolled."""

    modeling_group: Int16
    """The group; ``GROUP_MISSING`` where empty, ``NOT_ENROLLED`` where the participant is absent."""
    state: Int8
    """Codes of :class:`~scoring.tables.values.EnrollmentState`."""
    ratings_needed_to_earn_in: Int32
    last_state_change_ms: Int64
    last_earn_out_ms: Int64
    """1 where the contributor never earned out."""
    times_earned_out: Int32

    def __post_init__(self) -> None:
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.state)

    @classmethod
    def in_groups(
        cls, modeling_group: ArrayLike, state: EnrollmentState = EnrollmentState.EARNED_IN
    ) -> Enrollment:
        """Contributors all in one state, of whom only the modeling group matters."""
        group = np.asarray(modeling_group, np.int16)
        rows = len(group)
        return cls(
            modeling_group=group,
            state=np.full(rows, state, np.int8),
            ratings_needed_to_earn_in=np.full(rows, 5, np.int32),
            last_state_change_ms=np.full(rows, MISSING_MS, np.int64),
            last_earn_out_ms=np.ones(rows, np.int64),
            times_earned_out=np.zeros(rows, np.int32),
        )

    def extended(self, rows: int) -> Enrollment:
        """The same enrollment with "not enrolled" for the participants from ``len(self)`` to ``rows``."""
        if rows == len(self):
            return self
        more = Enrollment.in_groups(np.full(rows - len(self), NOT_ENROLLED), EnrollmentState.NOT_ENROLLED)
        return concatenated(self, more)


@dataclass(frozen=True, slots=True)
class Tables:
    """All that a scoring round is told."""

    notes: Notes
    ratings: Ratings
    status_history: StatusHistory
    enrollment: Enrollment
    participant_ids: Sequence[str]
    """Participant i's public id; raters and authors share the numbering."""

    def __post_init__(self) -> None:
        if len(self.status_history) > len(self.notes):
            raise InputError(
                f"the status history has {len(self.status_history)} rows for {len(self.notes)} notes",
                remedy="row i of the history must belong to row i of the notes",
            )
        if len(self.enrollment) > len(self.participant_ids):
            raise InputError(
                f"the enrollment has {len(self.enrollment)} rows, more than the "
                f"{len(self.participant_ids)} participants",
                remedy="row i of the enrollment must belong to participant i",
            )

    @property
    def newest_ms(self) -> int:
        """Time of the newest note or rating; 0 where there is none."""
        times = [
            column.max() for column in (self.notes.created_at_ms, self.ratings.created_at_ms) if len(column)
        ]
        return int(max(times, default=0))


def concatenated(first: Table, second: Table) -> Table:
    """Rows of two tables of one kind, one after the other."""
    return type(first)(
        **{
            field.name: np.concatenate([getattr(first, field.name), getattr(second, field.name)])
            for field in fields(first)
        }
    )
