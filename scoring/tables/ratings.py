"""Ratings files to ratings in memory, a block of lines at a time: never the files, hardly more than the
result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from scoring.rating_kernels import sorted_positions
from scoring.tables.arrays import Int64, Ratings, taken
from scoring.tables.columns import RATINGS
from scoring.tables.distinct import Columns, least_of_each
from scoring.tables.files import DATA_TYPES, OnError, is_text, parquet_frames, rows_of, text_parts
from scoring.tables.growing import Growing
from scoring.tables.keys import Numbers, Texts
from scoring.tables.rating_lines import NO_LEVEL, parse_ratings
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

_TYPES: Final = {
    column.name: DATA_TYPES[column.kind] for column in RATINGS.columns if column.name in RATING_COLUMNS
}


def read_ratings(paths: Sequence[Path], note_id: Int64, people: Texts, on_error: OnError) -> Columns:
    """The columns of :class:`Ratings`: ratings of known notes (``note_id``, distinct) that say anything, in
    order of the files, by numbers of ``people``.

    Everybody in the files is taken into ``people``, also those whose ratings are not kept.
    """
    notes = Numbers(note_id)
    found = Growing(ratings_of_frame(pl.DataFrame(schema=_TYPES), notes, people))
    unknown = 0
    for path in paths:
        for ratings in _ratings(path, notes, people, on_error):
            says = ratings.level != NO_LEVEL
            known = ratings.note >= 0
            unknown += int(np.count_nonzero(says & ~known))
            kept = says & known
            found.append(ratings if kept.all() else taken(ratings, kept))
    if unknown:
        log.warning(
            "%d ratings are of notes in neither notes nor noteStatusHistory and were left out", unknown
        )
    return {field.name: getattr(found.table, field.name) for field in fields(Ratings)}


def _ratings(path: Path, notes: Numbers, people: Texts, on_error: OnError) -> Iterator[Ratings]:
    """A file's rows, some at a time; note -1 is an unknown one."""
    if path.name.endswith(".parquet"):
        for frame in parquet_frames(path, RATINGS, RATING_COLUMNS, on_error):
            yield ratings_of_frame(frame, notes, people)
        return
    for block, layout in text_parts(path, RATINGS):
        lines = parse_ratings(block.text, block.lines) if is_text(block) else None
        if lines is None:
            yield ratings_of_frame(
                rows_of(block, layout, path, RATINGS, RATING_COLUMNS, on_error), notes, people
            )
            continue
        yield Ratings(
            note=notes.rows(lines.note_id),
            rater=people.numbers(block.text, lines.rater_begin, lines.rater_end),
            created_at_ms=lines.created_at_ms,
            level=lines.level,
            helpful_tags=lines.helpful_tags,
            not_helpful_tags=lines.not_helpful_tags,
            population_sampled=lines.population_sampled,
            old_form=lines.old_form,
        )


def ratings_of_frame(frame: pl.DataFrame, notes: Numbers, people: Texts) -> Ratings:
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
        level.is_null().alias("old_form"),
    )
    return Ratings(
        note=notes.rows(frame["noteId"].to_numpy()),
        rater=people.numbers_of(frame["raterParticipantId"]),
        created_at_ms=frame["createdAtMillis"].to_numpy(),
        level=coded["level"].to_numpy(),
        helpful_tags=coded["helpful_tags"].to_numpy(),
        not_helpful_tags=coded["not_helpful_tags"].to_numpy(),
        population_sampled=coded["population_sampled"].to_numpy(),
        old_form=coded["old_form"].to_numpy(),
    )


def _mask(columns: tuple[str, ...]) -> pl.Expr:
    bits = [
        (pl.col(name) == 1).fill_null(False).cast(pl.UInt16) * (1 << bit) for bit, name in enumerate(columns)
    ]
    return pl.sum_horizontal(bits).cast(pl.UInt16)


def put_in_order(columns: Columns, notes: int, people: int, tell: Callable[[int, int], None]) -> None:
    """Bring the columns of :class:`Ratings` in order of note and rater, one row for each pair.

    A row given twice counts once. Of rows that contradict each other the least stays, and ``tell`` is told of
    each other one's note and rater. Each column takes the place of the old one, which is not needed longer.
    """
    everything = np.ones(notes, np.bool_)
    _, order = sorted_positions(columns["note"], columns["rater"], everything, notes, people)
    for name in columns:
        columns[name] = columns[name][order]
    note, rater = columns["note"], columns["rater"]
    again = np.zeros(len(note), np.bool_)
    again[1:] = (note[1:] == note[:-1]) & (rater[1:] == rater[:-1])
    if again.any():
        kept, others = least_of_each(columns, again)
        for row in others.tolist():
            tell(int(note[row]), int(rater[row]))
        for name in columns:
            columns[name] = columns[name][kept]
