"""The tables in memory: one array a column, nothing of files.

Notes and participants are numbered by their row; ratings, the status history and the enrollment refer to
those numbers. New rows are appended at the end, so the numbers of one scoring round stay valid in the
next. Rows may stand in any order: statuses and scores do not depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import InputError
from scoring.statuses import NONE, StatusArray
from scoring.tables.values import GROUP_MISSING, MISSING_MS, NOT_ENROLLED, EnrollmentState

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int16 = NDArray[np.int16]
Int8 = NDArray[np.int8]
Uint16 = NDArray[np.uint16]
Uint8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]
Text = NDArray[Any]
"""An array of dtype :data:`TEXT`, which numpy's types cannot name in an ``NDArray``."""

TEXT: Final = np.dtypes.StringDType()
"""The dtype of texts of any length; empty is ""."""

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
    summary: Text
    """What the note says; "" where only the status history knows it."""

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
    old_form: Bool
    """Given by yes or no, as the form asked until June 2021, and not by one of the three levels."""

    def __post_init__(self) -> None:
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.note)


@dataclass(frozen=True, slots=True)
class StatusHistory:
    """What earlier scoring rounds decided, row i for note i. Times are ms; empty is ``MISSING_MS``.

    It may be shorter than :class:`Notes`: the notes beyond it are new. All columns of the published table but
    the note's identity, which :class:`Notes` has.
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
    expansion_status: StatusArray
    group_status: StatusArray
    multi_group_status: StatusArray
    modeling_group: Int16
    """The group whose model scored the note; ``GROUP_MISSING`` where none did."""
    modeling_multi_group: Int16
    """The group of groups whose model scored the note; ``GROUP_MISSING`` where none did."""
    decided_by: Text
    """Published name of the rule that decided; "" where none did."""
    changed_ms: Int64
    """When the status last changed; -1 where it never did."""
    stabilizing_since_ms: Int64
    """Since when a Helpful verdict has been waiting to prove stable; -1 where that ended, empty where
    never.
    """
    first_stabilizing_ms: Int64
    final_output_minute: Int64
    """When final scoring last wrote the note, in minutes since the epoch; empty is ``MISSING_MS`` too."""
    above_pcrh_ms: Int64
    """Published as abovePcrhThresholdTime: when the predicted probability of Helpful passed its threshold;
    negative values are states of their own.
    """

    def __post_init__(self) -> None:
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.status)

    @classmethod
    def empty(cls, rows: int) -> StatusHistory:
        """The history of notes never scored."""
        columns: dict[str, Any] = {field.name: _nothing(field.name, rows) for field in fields(cls)}
        return cls(**columns)

    def extended(self, rows: int) -> StatusHistory:
        """The same history with empty rows for the notes from ``len(self)`` to ``rows``."""
        if rows == len(self):
            return self
        return concatenated(self, StatusHistory.empty(rows - len(self)))


def _nothing(column: str, rows: int) -> NDArray[Any]:
    """An empty column of the status history."""
    if column == "decided_by":
        return np.full(rows, "", TEXT)
    if column.endswith("_group"):
        return np.full(rows, GROUP_MISSING, np.int16)
    if column.endswith("_status") or column == "status":
        return np.full(rows, NONE, np.int8)
    return np.full(rows, MISSING_MS, np.int64)


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
class RaterClusters:
    """Raters who rate so alike that they count as one, row i for participant i; 0 where there is nothing.

    Source: twitter/communitynotes 273c895, scoring/src/scoring/post_selection_similarity.py.
    """

    post_selection: Int32
    """Clique of raters who choose the same posts to rate (postSelectionValue)."""
    quasi_clique: Int32
    """Quasi-clique of raters who rate the same notes alike (quasiCliqueValue)."""

    def __post_init__(self) -> None:
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.post_selection)


@dataclass(frozen=True, slots=True)
class Tables:
    """All that a scoring round is told."""

    notes: Notes
    ratings: Ratings
    status_history: StatusHistory
    enrollment: Enrollment
    participant_ids: Sequence[str]
    """Participant i's public id; raters and authors share the numbering."""
    clusters: RaterClusters | None = None
    """Raters who rate alike, one row a participant; None where that is unknown."""

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
        if self.clusters is not None and len(self.clusters) != len(self.participant_ids):
            raise InputError(
                f"the clusters of raters have {len(self.clusters)} rows for "
                f"{len(self.participant_ids)} participants",
                remedy="row i of the clusters must belong to participant i",
            )

    def of_notes(self, rows: Int64) -> Tables:
        """The tables of some notes alone, with their ratings; row i is note ``rows[i]``. Everybody stays."""
        number = np.full(len(self.notes), -1, np.int32)
        number[rows] = np.arange(len(rows), dtype=np.int32)
        note = number[self.ratings.note]
        kept = np.flatnonzero(note >= 0)
        return replace(
            self,
            notes=taken(self.notes, rows),
            ratings=replace(taken(self.ratings, kept), note=note[kept]),
            status_history=taken(self.status_history.extended(len(self.notes)), rows),
        )

    @property
    def newest_ms(self) -> int:
        """Time of the newest note or rating; 0 where there is none."""
        times = [
            column.max() for column in (self.notes.created_at_ms, self.ratings.created_at_ms) if len(column)
        ]
        return int(max(times, default=0))


def taken(table: Table, rows: NDArray[np.integer] | Bool) -> Table:
    """Some rows of a table, by position or by mask."""
    return type(table)(**{field.name: getattr(table, field.name)[rows] for field in fields(table)})


def concatenated(first: Table, second: Table) -> Table:
    """Rows of two tables of one kind, one after the other."""
    return type(first)(
        **{
            field.name: np.concatenate([getattr(first, field.name), getattr(second, field.name)])
            for field in fields(first)
        }
    )


def spread(values: NDArray[np.float64], rows: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Values of some rows in an array over all ``size`` rows; NaN elsewhere."""
    everywhere = np.full(size, np.nan)
    everywhere[rows] = values
    return everywhere
