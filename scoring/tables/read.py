"""From the public files to the tables in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.errors import InputError
from scoring.statuses import NONE, Status, StatusArray
from scoring.tables.arrays import (
    TEXT,
    Enrollment,
    Int16,
    Int32,
    Int64,
    Notes,
    StatusHistory,
    Tables,
    Text,
)
from scoring.tables.columns import NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT, Schema
from scoring.tables.files import OnError, contradiction, raise_error, read_part
from scoring.tables.packing import find_parts
from scoring.tables.ratings import in_order, read_ratings
from scoring.tables.values import (
    CLASSIFICATION_NAMES,
    ENROLLMENT_STATE_NAMES,
    GROUP_MISSING,
    MISSING_MS,
    NOT_ENROLLED,
    Classification,
    EnrollmentState,
)

NOTE_COLUMNS = (
    "noteId",
    "noteAuthorParticipantId",
    "createdAtMillis",
    "tweetId",
    "classification",
    "summary",
)
HISTORY_COLUMNS = (
    "noteId",
    "noteAuthorParticipantId",
    "createdAtMillis",
    "timestampMillisOfFirstNonNMRStatus",
    "firstNonNMRStatus",
    "timestampMillisOfCurrentStatus",
    "currentStatus",
    "timestampMillisOfLatestNonNMRStatus",
    "mostRecentNonNMRStatus",
    "timestampMillisOfStatusLock",
    "lockedStatus",
    "timestampMillisOfRetroLock",
    "currentCoreStatus",
    "currentExpansionStatus",
    "currentGroupStatus",
    "currentDecidedBy",
    "currentModelingGroup",
    "timestampMillisOfMostRecentStatusChange",
    "timestampMillisOfNmrDueToMinStableCrhTime",
    "currentMultiGroupStatus",
    "currentModelingMultiGroup",
    "timestampMinuteOfFinalScoringOutput",
    "timestampMillisOfFirstNmrDueToMinStableCrhTime",
    "abovePcrhThresholdTime",
)
ENROLLMENT_COLUMNS = (
    "participantId",
    "enrollmentState",
    "successfulRatingNeededToEarnIn",
    "timestampOfLastStateChange",
    "timestampOfLastEarnOut",
    "modelingGroup",
    "numberOfTimesEarnedOut",
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
    notes = _read(folder, NOTES, NOTE_COLUMNS, on_error)
    history = _read(folder, STATUS_HISTORY, HISTORY_COLUMNS, on_error)
    enrollment = _read(folder, USER_ENROLLMENT, ENROLLMENT_COLUMNS, on_error)

    notes = _one_row_each(notes, ["noteId"], NOTES, folder, on_error)
    history = _one_row_each(history, ["noteId"], STATUS_HISTORY, folder, on_error)
    enrollment = _one_row_each(enrollment, ["participantId"], USER_ENROLLMENT, folder, on_error)
    _compare_authorship(notes, history, folder, on_error)
    universe = (
        pl.concat([notes.select(_IDENTITY), history.select(_IDENTITY)])
        .unique("noteId", keep="first", maintain_order=True)
        .sort("noteId")
    )
    summary = _summaries(universe, notes)
    notes = notes.drop("summary")
    status_history = _history(universe, history)
    history = history.select(_IDENTITY)

    note_id = universe["noteId"].to_numpy()
    read = read_ratings(find_parts(folder, RATINGS), note_id, on_error)
    participants = _participants(
        notes["noteAuthorParticipantId"],
        history["noteAuthorParticipantId"],
        enrollment["participantId"],
        read.raters,
    )
    participant_ids = participants.to_list()
    ratings = replace(read.ratings, rater=_numbers(read.raters, participants)[read.ratings.rater])
    del read
    return Tables(
        notes=_notes(universe, notes, summary, participants),
        ratings=in_order(ratings, note_id, participant_ids, folder, on_error),
        status_history=status_history,
        enrollment=_enrollment(enrollment, participants),
        participant_ids=participant_ids,
    )


_IDENTITY = ("noteId", "noteAuthorParticipantId", "createdAtMillis")


def _read(folder: Path, schema: Schema, wanted: Collection[str], on_error: OnError) -> pl.DataFrame:
    return pl.concat([read_part(path, schema, wanted, on_error) for path in find_parts(folder, schema)])


def _one_row_each(
    frame: pl.DataFrame, key: list[str], schema: Schema, folder: Path, on_error: OnError
) -> pl.DataFrame:
    """Without repeated rows; rows that share a key but differ are reported and the first is kept."""
    frame = frame.unique()
    repeated = frame.select(key).is_duplicated()
    if not repeated.any():
        return frame.sort(key)
    frame = frame.sort(key + [name for name in frame.columns if name not in key])
    repeated = frame.select(key).is_duplicated()
    seen = frame.select(pl.struct(key)).to_series().is_first_distinct()
    for row in frame.filter(repeated & ~seen).select(key).iter_rows(named=True):
        on_error(contradiction(schema, row, folder))
    return frame.filter(seen)


def _compare_authorship(notes: pl.DataFrame, history: pl.DataFrame, folder: Path, on_error: OnError) -> None:
    both = notes.join(history.select(_IDENTITY), on="noteId", suffix="OfHistory")
    for name in _IDENTITY[1:]:
        for note_id in both.filter(pl.col(name) != pl.col(f"{name}OfHistory"))["noteId"]:
            on_error(
                InputError(
                    f"notes and noteStatusHistory differ in {name} of note {note_id}",
                    remedy="fetch both tables of the same day",
                    path=folder,
                    column=name,
                )
            )


def _participants(*ids: pl.Series) -> pl.Series:
    return pl.concat([some.unique() for some in ids]).unique().sort().alias("participantId")


def _numbers(ids: pl.Series, participants: pl.Series) -> Int32:
    numbered = pl.DataFrame({"id": participants, "number": np.arange(len(participants), dtype=np.int32)})
    joined = pl.DataFrame({"id": ids}).join(numbered, on="id", how="left", maintain_order="left")
    return joined["number"].to_numpy()


def _summaries(universe: pl.DataFrame, notes: pl.DataFrame) -> Text:
    """What each note says. A text that begins with a quotation mark is a quoted field to the official reader
    (pandas.read_csv): the marks around it go, doubled ones become one.
    """
    written = notes.select("noteId", "summary").with_columns(
        pl.when(pl.col("summary").str.contains(_QUOTED))
        .then(
            pl.col("summary").str.extract(_QUOTED, 1).str.replace_all('""', '"', literal=True)
            + pl.col("summary").str.extract(_QUOTED, 2)
        )
        .otherwise("summary")
        .alias("summary")
    )
    rows = universe.select("noteId").join(written, on="noteId", how="left", maintain_order="left")
    return _text(rows["summary"])


_QUOTED = r'^"((?:[^"]|"")*)"([^"].*)?$'


def _notes(universe: pl.DataFrame, notes: pl.DataFrame, summary: Text, participants: pl.Series) -> Notes:
    details = universe.join(notes, on="noteId", how="left", maintain_order="left")
    code = {name: int(value) for value, name in CLASSIFICATION_NAMES.items() if name}
    return Notes(
        note_id=universe["noteId"].to_numpy(),
        author=_numbers(universe["noteAuthorParticipantId"], participants),
        created_at_ms=universe["createdAtMillis"].to_numpy(),
        post_id=details["tweetId"].fill_null(-1).to_numpy(),
        classification=_codes(details["classification"], code, Classification.DELETED),
        summary=summary,
    )


def _history(universe: pl.DataFrame, history: pl.DataFrame) -> StatusHistory:
    rows = universe.select("noteId").join(history, on="noteId", how="left", maintain_order="left")
    statuses = {status.name: int(status) for status in Status if status is not Status.NONE}

    def time(name: str) -> Int64:
        return rows[name].cast(pl.Int64, strict=False).fill_null(MISSING_MS).to_numpy()

    def status(name: str) -> StatusArray:
        return _codes(rows[name], statuses, NONE)

    def group(name: str) -> Int16:
        return rows[name].cast(pl.Int16, strict=False).fill_null(GROUP_MISSING).to_numpy()

    return StatusHistory(
        first_non_nmr_ms=time("timestampMillisOfFirstNonNMRStatus"),
        first_non_nmr_status=status("firstNonNMRStatus"),
        scored_ms=time("timestampMillisOfCurrentStatus"),
        status=status("currentStatus"),
        latest_non_nmr_ms=time("timestampMillisOfLatestNonNMRStatus"),
        latest_non_nmr_status=status("mostRecentNonNMRStatus"),
        lock_ms=time("timestampMillisOfStatusLock"),
        locked_status=status("lockedStatus"),
        retro_lock_ms=time("timestampMillisOfRetroLock"),
        core_status=status("currentCoreStatus"),
        expansion_status=status("currentExpansionStatus"),
        group_status=status("currentGroupStatus"),
        multi_group_status=status("currentMultiGroupStatus"),
        modeling_group=group("currentModelingGroup"),
        modeling_multi_group=group("currentModelingMultiGroup"),
        decided_by=_text(rows["currentDecidedBy"]),
        changed_ms=time("timestampMillisOfMostRecentStatusChange"),
        stabilizing_since_ms=time("timestampMillisOfNmrDueToMinStableCrhTime"),
        first_stabilizing_ms=time("timestampMillisOfFirstNmrDueToMinStableCrhTime"),
        final_output_minute=time("timestampMinuteOfFinalScoringOutput"),
        above_pcrh_ms=time("abovePcrhThresholdTime"),
    )


def _enrollment(enrollment: pl.DataFrame, participants: pl.Series) -> Enrollment:
    rows = pl.DataFrame({"participantId": participants}).join(
        enrollment, on="participantId", how="left", maintain_order="left"
    )
    absent = rows["enrollmentState"].is_null().to_numpy()
    states = {name: int(state) for name, state in ENROLLMENT_STATE_NAMES.items()}
    group = rows["modelingGroup"].cast(pl.Int16, strict=False).fill_null(GROUP_MISSING).to_numpy()
    return Enrollment(
        modeling_group=np.where(absent, np.int16(NOT_ENROLLED), group),
        state=_codes(rows["enrollmentState"], states, EnrollmentState.NOT_ENROLLED),
        ratings_needed_to_earn_in=rows["successfulRatingNeededToEarnIn"]
        .fill_null(5)
        .cast(pl.Int32)
        .to_numpy(),
        last_state_change_ms=rows["timestampOfLastStateChange"].fill_null(MISSING_MS).to_numpy(),
        last_earn_out_ms=rows["timestampOfLastEarnOut"].cast(pl.Int64, strict=False).fill_null(1).to_numpy(),
        times_earned_out=rows["numberOfTimesEarnedOut"].cast(pl.Int32, strict=False).fill_null(0).to_numpy(),
    )


def _codes(values: pl.Series, code: dict[str, int], missing: int) -> NDArray[np.int8]:
    return values.replace_strict(code, default=missing, return_dtype=pl.Int8).to_numpy()


def _text(values: pl.Series) -> Text:
    texts = np.empty(len(values), TEXT)
    # Through Python's strings, which are several times as large: some at a time.
    for begin in range(0, len(values), _TEXTS_AT_ONCE):
        some = values[begin : begin + _TEXTS_AT_ONCE]
        texts[begin : begin + len(some)] = some.fill_null("").to_list()
    return texts


_TEXTS_AT_ONCE = 1 << 15
