"""Ratings files to ratings in memory, a block of lines at a time: never the files, hardly more than the
result.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.rating_kernels import sorted_positions
from scoring.tables.arrays import Bool, Int64, Ratings
from scoring.tables.columns import RATINGS
from scoring.tables.files import OnError, contradiction, is_text, parquet_frames, rows_of, text_parts
from scoring.tables.keys import Numbers, Texts
from scoring.tables.rating_lines import NO_LEVEL, RatingLines, parse_ratings
from scoring.tables.values import HELPFUL_TAG_COLUMNS, NOT_HELPFUL_TAG_COLUMNS, HelpfulnessLevel

log = logging.getLogger(__name__)

RATING_COLUMNS: Final = (
    "noteId",
    "raterParticipantId",
    "createdAtMillis",
    "helpful",
    "notHelpful",
    "helpfulnessLevel",
    *HELPFUL_TAG_COLUMNS,
    *NOT_HELPFUL_TAG_COLUMNS,
    "ratingSourceBucketed",
)


@dataclass(frozen=True, slots=True)
class RatingsRead:
    """Ratings in order of the files, whose ``rater`` are numbers of ``raters``."""

    ratings: Ratings
    raters: pl.Series
    """Ids of everybody in the files, also of those whose ratings say nothing or are of unknown notes."""


def read_ratings(paths: Sequence[Path], note_id: Int64, on_error: OnError) -> RatingsRead:
    """The ratings of known notes (``note_id``, distinct) that say anything, in files of any packing."""
    notes = Numbers(note_id)
    raters = Texts()
    parts: dict[str, list[NDArray[Any]]] = {field.name: [] for field in fields(Ratings)}
    unknown = 0
    for path in paths:
        for lines, text in _lines(path, on_error):
            note = notes.rows(lines.note_id)
            rater = raters.numbers(text, lines.rater_begin, lines.rater_end)
            says = lines.level != NO_LEVEL
            unknown += int(np.count_nonzero(says & (note < 0)))
            kept = says & (note >= 0)
            whole = bool(kept.all())
            columns: tuple[NDArray[Any], ...] = (
                note,
                rater,
                lines.created_at_ms,
                lines.level,
                lines.helpful_tags,
                lines.not_helpful_tags,
                lines.population_sampled,
            )
            for part, column in zip(parts.values(), columns, strict=True):
                part.append(column if whole else column[kept])
    if unknown:
        log.warning(
            "%d ratings are of notes in neither notes nor noteStatusHistory and were left out", unknown
        )
    return RatingsRead(Ratings(**{name: _joined(part) for name, part in parts.items()}), raters.column())


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    joined = np.concatenate(parts)
    parts.clear()
    return joined


def _lines(path: Path, on_error: OnError) -> Iterator[tuple[RatingLines, NDArray[np.uint8]]]:
    """What a file's rows say, and the bytes in which their raters are."""
    if path.name.endswith(".parquet"):
        for frame in parquet_frames(path, RATINGS, RATING_COLUMNS, on_error):
            yield _of_frame(frame)
        return
    for block, layout in text_parts(path, RATINGS):
        text = np.frombuffer(block.text, np.uint8)
        lines = parse_ratings(text, block.lines) if is_text(block) else None
        if lines is not None:
            yield lines, text
        else:
            yield _of_frame(rows_of(block, layout, path, RATINGS, RATING_COLUMNS, on_error))


def _of_frame(frame: pl.DataFrame) -> tuple[RatingLines, NDArray[np.uint8]]:
    raters = frame["raterParticipantId"]
    end = np.cumsum(raters.str.len_bytes().to_numpy(), dtype=np.int64)
    level = pl.col("helpfulnessLevel")
    coded = frame.select(
        pl.when(level == HelpfulnessLevel.HELPFUL.name)
        .then(HelpfulnessLevel.HELPFUL.value)
        .when(level == HelpfulnessLevel.SOMEWHAT_HELPFUL.name)
        .then(HelpfulnessLevel.SOMEWHAT_HELPFUL.value)
        .when(level == HelpfulnessLevel.NOT_HELPFUL.name)
        .then(HelpfulnessLevel.NOT_HELPFUL.value)
        .when(pl.col("notHelpful") == 1)
        .then(HelpfulnessLevel.NOT_HELPFUL.value)
        .when(pl.col("helpful") == 1)
        .then(HelpfulnessLevel.HELPFUL.value)
        .otherwise(NO_LEVEL)
        .cast(pl.UInt8)
        .alias("level"),
        _mask(HELPFUL_TAG_COLUMNS).alias("helpful_tags"),
        _mask(NOT_HELPFUL_TAG_COLUMNS).alias("not_helpful_tags"),
        (pl.col("ratingSourceBucketed") == "POPULATION_SAMPLED").fill_null(False).alias("population_sampled"),
    )
    lines = RatingLines(
        note_id=frame["noteId"].to_numpy(),
        rater_begin=np.concatenate([[0], end[:-1]]) if len(end) else end,
        rater_end=end,
        created_at_ms=frame["createdAtMillis"].to_numpy(),
        level=coded["level"].to_numpy(),
        helpful_tags=coded["helpful_tags"].to_numpy(),
        not_helpful_tags=coded["not_helpful_tags"].to_numpy(),
        population_sampled=coded["population_sampled"].to_numpy(),
    )
    return lines, np.frombuffer("".join(raters.to_list()).encode(), np.uint8)


def _mask(columns: tuple[str, ...]) -> pl.Expr:
    bits = [
        (pl.col(name) == 1).fill_null(False).cast(pl.UInt16) * (1 << bit) for bit, name in enumerate(columns)
    ]
    return pl.sum_horizontal(bits).cast(pl.UInt16)


def in_order(
    ratings: Ratings, note_id: Int64, participant_ids: Sequence[str], folder: Path, on_error: OnError
) -> Ratings:
    """By note and rater, one row for each pair.

    A row given twice counts once. Rows that contradict each other are reported, and the earliest stays.
    """
    notes = len(note_id)
    _, order = sorted_positions(
        ratings.note, ratings.rater, np.ones(notes, np.bool_), notes, len(participant_ids)
    )
    columns = {field.name: getattr(ratings, field.name)[order] for field in fields(Ratings)}
    note, rater = columns["note"], columns["rater"]
    again = np.zeros(len(note), np.bool_)
    again[1:] = (note[1:] == note[:-1]) & (rater[1:] == rater[:-1])
    if again.any():
        kept = _first_of_each(columns, again, note_id, participant_ids, folder, on_error)
        columns = {name: column[kept] for name, column in columns.items()}
    return Ratings(**columns)


def _first_of_each(
    columns: dict[str, NDArray[Any]],
    again: Bool,
    note_id: Int64,
    participant_ids: Sequence[str],
    folder: Path,
    on_error: OnError,
) -> Bool:
    """Which rows to keep, where ``again`` marks those whose note and rater are those of the row before."""
    several = again.copy()
    several[:-1] |= again[1:]
    rows = np.flatnonzero(several)
    # By note and rater, then by what they say: the order of the files makes no difference.
    rows = rows[np.lexsort([column[rows] for column in reversed(columns.values())])]
    before, after = rows[:-1], rows[1:]
    differ = {name: column[before] != column[after] for name, column in columns.items()}
    repeated = ~(differ["note"] | differ["rater"])
    for row in after[repeated & np.logical_or.reduce(list(differ.values()))]:
        on_error(
            contradiction(
                RATINGS,
                {
                    "noteId": note_id[columns["note"][row]],
                    "raterParticipantId": participant_ids[columns["rater"][row]],
                },
                folder,
            )
        )
    kept = np.ones(len(again), np.bool_)
    kept[after[repeated]] = False
    return kept
