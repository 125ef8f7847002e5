"""From the public files to the tables in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.errors import InputError
from scoring.statuses import NONE, Status
from scoring.tables.arrays import TEXT, Enrollment, Int64, Notes, Ratings, StatusHistory, Tables, Text
from scoring.tables.columns import NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT, Schema
from scoring.tables.distinct import Columns, sorted_by
from scoring.tables.files import OnError, frames, raise_error
from scoring.tables.keys import Texts
from scoring.tables.packing import find_parts
from scoring.tables.ratings import put_in_order, read_ratings
from scoring.tables.values import (
    CLASSIFICATION_NAMES,
    ENROLLMENT_STATE_NAMES,
    GROUP_MISSING,
    MISSING_MS,
    NOT_ENROLLED,
    Classification,
    EnrollmentState,
)


def read_tables(folder: Path | str, *, on_error: OnError = raise_error) -> Tables:
    """The four public tables of a directory, by their published names; TSV, .gz, .zip, Parquet, or
    directories of parts.

    ``on_error`` is told of each bad row, by file, line and column, as an InputError; it raises by default.
    If it returns (``errors.append``, say) the row is left out. A file that cannot be read at all, or has
    the wrong columns, raises whatever ``on_error`` is.

    Notes come out in order of id, participants in order of theirs as text, ratings by note and rater, so
    that neither the order of rows nor their division into files makes a difference. Participants are all
    whom any table names; where some id is no number, their order is that of the codes which the official
    program gives them (process_data.py). Ratings of notes in neither the notes nor the status history, and
    ratings that say nothing, are dropped, as the official reader does (``preprocess_data``). Times are taken
    as they are, those that lie ahead too: there is no filter in the official reader.
    """
    folder = Path(folder)
    people = Texts()
    notes = _read(folder, NOTES, _note_columns, people, on_error)
    history = _read(folder, STATUS_HISTORY, _history_columns, people, on_error)
    enrollment = _read(folder, USER_ENROLLMENT, _enrollment_columns, people, on_error)
    note_id = np.union1d(notes["note_id"], history["note_id"])
    ratings = read_ratings(find_parts(folder, RATINGS), note_id, people, on_error)

    ids, rank = people.ranked()
    named = ((notes, "author"), (history, "author"), (enrollment, "participant"), (ratings, "rater"))
    for table, column in named:
        table[column] = rank[table[column]]

    def tell(schema: Schema, **key: object) -> None:
        place = ", ".join(f"{name} {value}" for name, value in key.items())
        problem = f"{schema.stem} has rows that contradict each other for {place}"
        on_error(InputError(problem, remedy="keep one of them", path=folder))

    notes = sorted_by("note_id", notes, lambda note: tell(NOTES, noteId=note))
    history = sorted_by("note_id", history, lambda note: tell(STATUS_HISTORY, noteId=note))
    enrollment = sorted_by(
        "participant", enrollment, lambda row: tell(USER_ENROLLMENT, participantId=ids[row])
    )
    put_in_order(
        ratings,
        len(note_id),
        len(ids),
        lambda note, rater: tell(RATINGS, noteId=note_id[note], raterParticipantId=ids[rater]),
    )
    _compare_authorship(notes, history, folder, on_error)
    return Tables(
        notes=_notes(note_id, notes, history),
        ratings=Ratings(**ratings),
        status_history=_status_history(note_id, history),
        enrollment=_enrollment(len(ids), enrollment),
        participant_ids=ids,
    )


def _read(
    folder: Path,
    schema: Schema,
    columns: Callable[[pl.DataFrame, Texts], Columns],
    people: Texts,
    on_error: OnError,
) -> Columns:
    """A whole table, turned into arrays while it is read: texts are what takes up room."""
    wanted = _WANTED[schema.stem]
    parts = [
        columns(frame, people)
        for path in find_parts(folder, schema)
        for frame in frames(path, schema, wanted, on_error)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


_WANTED = {
    NOTES.stem: (
        "noteId",
        "noteAuthorParticipantId",
        "createdAtMillis",
        "tweetId",
        "classification",
        "summary",
    ),
    STATUS_HISTORY.stem: STATUS_HISTORY.names,
    USER_ENROLLMENT.stem: tuple(name for name in USER_ENROLLMENT.names if name != "modelingPopulation"),
}


def _note_columns(rows: pl.DataFrame, people: Texts) -> Columns:
    return {
        **_identity(rows, people),
        **_arrays(
            rows,
            post_id=pl.col("tweetId").fill_null(-1),
            classification=_code("classification", _CLASSIFICATIONS, Classification.DELETED),
        ),
        "summary": _text(unquoted(rows["summary"])),
    }


def _history_columns(rows: pl.DataFrame, people: Texts) -> Columns:
    return {
        **_identity(rows, people),
        **_arrays(
            rows,
            first_non_nmr_ms=_time("timestampMillisOfFirstNonNMRStatus"),
            first_non_nmr_status=_status("firstNonNMRStatus"),
            scored_ms=_time("timestampMillisOfCurrentStatus"),
            status=_status("currentStatus"),
            latest_non_nmr_ms=_time("timestampMillisOfLatestNonNMRStatus"),
            latest_non_nmr_status=_status("mostRecentNonNMRStatus"),
            lock_ms=_time("timestampMillisOfStatusLock"),
            locked_status=_status("lockedStatus"),
            retro_lock_ms=_time("timestampMillisOfRetroLock"),
            core_status=_status("currentCoreStatus"),
            expansion_status=_status("currentExpansionStatus"),
            group_status=_status("currentGroupStatus"),
            multi_group_status=_status("currentMultiGroupStatus"),
            modeling_group=_group("currentModelingGroup"),
            modeling_multi_group=_group("currentModelingMultiGroup"),
            changed_ms=_time("timestampMillisOfMostRecentStatusChange"),
            stabilizing_since_ms=_time("timestampMillisOfNmrDueToMinStableCrhTime"),
            first_stabilizing_ms=_time("timestampMillisOfFirstNmrDueToMinStableCrhTime"),
            final_output_minute=_time("timestampMinuteOfFinalScoringOutput"),
            above_pcrh_ms=_time("abovePcrhThresholdTime"),
        ),
        "decided_by": _text(rows["currentDecidedBy"]),
    }


def _enrollment_columns(rows: pl.DataFrame, people: Texts) -> Columns:
    return {
        "participant": people.numbers_of(rows["participantId"]),
        **_arrays(
            rows,
            modeling_group=_group("modelingGroup"),
            state=_code("enrollmentState", ENROLLMENT_STATE_NAMES, EnrollmentState.NOT_ENROLLED),
            ratings_needed_to_earn_in=_count("successfulRatingNeededToEarnIn"),
            last_state_change_ms=pl.col("timestampOfLastStateChange"),
            last_earn_out_ms=_time("timestampOfLastEarnOut", missing=_NEVER_EARNED_OUT),
            times_earned_out=_count("numberOfTimesEarnedOut"),
        ),
    }


_CLASSIFICATIONS = {name: code for code, name in CLASSIFICATION_NAMES.items() if name}
_STATUSES = {status.name: status for status in Status if status is not Status.NONE}
_NEVER_EARNED_OUT = 1


def _identity(rows: pl.DataFrame, people: Texts) -> Columns:
    return {
        "note_id": rows["noteId"].to_numpy(),
        "author": people.numbers_of(rows["noteAuthorParticipantId"]),
        "created_at_ms": rows["createdAtMillis"].to_numpy(),
    }


def _arrays(rows: pl.DataFrame, **columns: pl.Expr) -> Columns:
    return {column.name: column.to_numpy() for column in rows.select(**columns)}


def _code(name: str, codes: Mapping[str, int], missing: int) -> pl.Expr:
    numbers = {each: int(code) for each, code in codes.items()}
    return pl.col(name).replace_strict(numbers, default=int(missing), return_dtype=pl.Int8)


def _status(name: str) -> pl.Expr:
    return _code(name, _STATUSES, NONE)


def _time(name: str, missing: int = MISSING_MS) -> pl.Expr:
    return pl.col(name).cast(pl.Int64, strict=False).fill_null(missing)


def _group(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int16, strict=False).fill_null(GROUP_MISSING)


def _count(name: str) -> pl.Expr:
    return pl.col(name).clip(0, np.iinfo(np.int32).max).cast(pl.Int32)


def _text(values: pl.Series) -> Text:
    return np.array(values.fill_null("").to_list(), TEXT)


_QUOTED = r'^"((?:[^"]|"")*)"([^"].*)?$'


def unquoted(values: pl.Series) -> pl.Series:
    """Texts as the official reader (pandas.read_csv) has them: one that begins with a quotation mark is a
    quoted field, so the marks around it go and doubled ones become one. One without its end stays as it is.
    """
    if not values.str.starts_with('"').any():
        return values
    inside = values.str.extract(_QUOTED, 1).str.replace_all('""', '"', literal=True)
    return inside.zip_with(inside.is_not_null(), values) + values.str.extract(_QUOTED, 2).fill_null("")


def _compare_authorship(notes: Columns, history: Columns, folder: Path, on_error: OnError) -> None:
    _, ours, theirs = np.intersect1d(
        notes["note_id"], history["note_id"], assume_unique=True, return_indices=True
    )
    for column, name in (("author", "noteAuthorParticipantId"), ("created_at_ms", "createdAtMillis")):
        differ = notes[column][ours] != history[column][theirs]
        for note_id in notes["note_id"][ours[differ]].tolist():
            on_error(
                InputError(
                    f"notes and noteStatusHistory differ in {name} of note {note_id}",
                    remedy="fetch both tables of the same day",
                    path=folder,
                    column=name,
                )
            )


def _notes(note_id: Int64, notes: Columns, history: Columns) -> Notes:
    """Notes with all they say, and those that only the history knows."""
    rows = len(note_id)
    columns: Columns = {
        "author": np.empty(rows, np.int32),
        "created_at_ms": np.empty(rows, np.int64),
        "post_id": np.full(rows, -1, np.int64),
        "classification": np.full(rows, Classification.DELETED, np.int8),
        "summary": np.full(rows, "", TEXT),
    }
    for table in (history, notes):
        columns = _placed(columns, table, np.searchsorted(note_id, table["note_id"]))
    return Notes(note_id=note_id, **columns)


def _status_history(note_id: Int64, history: Columns) -> StatusHistory:
    rows = np.searchsorted(note_id, history["note_id"])
    return StatusHistory(**_placed(_columns(StatusHistory.empty(len(note_id))), history, rows))


def _enrollment(people: int, enrollment: Columns) -> Enrollment:
    nobody = Enrollment.in_groups(np.full(people, NOT_ENROLLED), EnrollmentState.NOT_ENROLLED)
    return Enrollment(**_placed(_columns(nobody), enrollment, enrollment["participant"]))


def _columns(table: StatusHistory | Enrollment) -> Columns:
    return {field.name: getattr(table, field.name) for field in fields(table)}


def _placed(columns: Columns, values: Columns, rows: NDArray[Any]) -> Columns:
    """The columns with those values that there are put into some rows; ``rows`` are distinct and in order."""
    placed = {}
    for name, column in columns.items():
        if name not in values:
            placed[name] = column
        elif len(rows) == len(column):
            placed[name] = values[name]
        else:
            column[rows] = values[name]
            placed[name] = column
    return placed
