"""What the rules looked at, in one Parquet file beside the official outputs.

The official files say which rules fired, not on what: ratings by side, intercepts without some raters and the
thresholds of tags are in none of them. ``note_stories.parquet`` has one row a note, in order of id:

- ``noteId``, ``asOfMillis``, ``topic`` (its number), ``numRatings``, ``status`` (its code), ``decidedBy``;
- ``lockedStatus`` (its code) and ``lockMillis``, as this run leaves them;
- ``meta``: the fields of :class:`~scoring.rules.meta_rules.MetaFacts`;
- one struct for each model, by its name: ``captured``, ``status``, ``lowest_intercept``,
  ``final_round_ratings``, and ``facts``, the fields of :class:`~scoring.rules.facts.FinalFacts`.

Thresholds are not repeated in it: they are the models'.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_type_hints

import numpy as np
import polars as pl

from scoring.errors import InputError, OutputError
from scoring.models.configurations import MODELS
from scoring.models.final_round import ModelScored
from scoring.rules.facts import FinalFacts, Sides, StatusThresholds
from scoring.rules.meta_rules import MetaFacts
from scoring.scored import Scored
from scoring.topics import Topic

FILE_NAME: Final = "note_stories.parquet"

_OF_EVERY_NOTE: Final = frozenset({"tag_thresholds"})
"""Arrays of :class:`FinalFacts` that are not by note: each row has the whole array."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What one model knew of one note; all arrays have one row."""

    captured: bool
    status: int
    """NONE where the model does not decide."""
    lowest_intercept: float
    """Over the pseudo-raters' fits; NaN where they were not asked for."""
    final_round_ratings: int
    facts: FinalFacts


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What a run knew of one note; all arrays have one row."""

    note_id: int
    as_of_ms: int
    topic: Topic
    num_ratings: int
    status: int
    decided_by: str
    locked_status: int
    """After the run; NONE where the note is not locked."""
    lock_ms: int
    meta: MetaFacts
    models: Mapping[str, ModelRecord]
    """By the model's name."""


def write_note_stories(scored: Scored, folder: Path) -> Path:
    """Write ``note_stories.parquet``, which appears whole or not at all. Raises OutputError."""
    path = folder / FILE_NAME
    partial = folder / f".{FILE_NAME}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        note_stories(scored).write_parquet(partial)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"{path}: cannot be written ({error.strerror or error}); name a directory that can be written"
        ) from error
    return path


def note_stories(scored: Scored) -> pl.DataFrame:
    """One row a note, in order of id."""
    notes = len(scored)
    columns = [
        pl.Series("noteId", scored.note_id),
        pl.repeat(scored.as_of_ms, notes, dtype=pl.Int64, eager=True).alias("asOfMillis"),
        pl.Series("topic", scored.topic),
        pl.Series("numRatings", scored.num_ratings),
        pl.Series("status", scored.status),
        pl.Series("decidedBy", scored.verdict.deciders().tolist(), dtype=pl.String),
        pl.Series("lockedStatus", scored.status_history.locked_status),
        pl.Series("lockMillis", scored.status_history.lock_ms),
        _struct("meta", scored.meta_facts, notes),
        *(_model(name, model, notes) for name, model in scored.models.items()),
    ]
    return pl.DataFrame(columns).sort("noteId")


def read_note_record(folder: Path, note_id: int) -> NoteRecord:
    """What the run that wrote ``folder`` knew of a note.

    Raises InputError where the folder holds no such file, the file is another version's, or the note is not
    in it.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise InputError(
            f"there is no {FILE_NAME}",
            remedy="name a folder that 'notewright score' wrote, phase 'final' or 'all'",
            path=folder,
        )
    try:
        row = pl.scan_parquet(path).filter(pl.col("noteId") == note_id).collect()
        if row.is_empty():
            raise InputError(
                f"note {note_id} is not in it", remedy="name a note that was scored in this run", path=path
            )
        return NoteRecord(
            note_id=note_id,
            as_of_ms=row["asOfMillis"].item(),
            topic=Topic(row["topic"].item()),
            num_ratings=row["numRatings"].item(),
            status=row["status"].item(),
            decided_by=row["decidedBy"].item(),
            locked_status=row["lockedStatus"].item(),
            lock_ms=row["lockMillis"].item(),
            meta=_record(MetaFacts, row["meta"]),
            models={model.name: _model_record(row[model.name], model.thresholds) for model in MODELS},
        )
    except (pl.exceptions.PolarsError, ValueError, TypeError) as error:
        raise InputError(
            "cannot be read as a record of notes' stories",
            remedy="score the data again with this version of notewright",
            path=path,
        ) from error


def _model(name: str, model: ModelScored, notes: int) -> pl.Series:
    return pl.DataFrame(
        {
            "captured": model.captured,
            "status": model.status,
            "lowest_intercept": model.lowest_intercept,
            "final_round_ratings": model.final_round_ratings,
            "facts": _struct("facts", model.facts, notes),
        }
    ).to_struct(name)


def _model_record(rows: pl.Series, thresholds: StatusThresholds) -> ModelRecord:
    return ModelRecord(
        captured=rows.struct.field("captured").item(),
        status=rows.struct.field("status").item(),
        lowest_intercept=rows.struct.field("lowest_intercept").item(),
        final_round_ratings=rows.struct.field("final_round_ratings").item(),
        facts=_record(FinalFacts, rows.struct.field("facts"), thresholds=thresholds),
    )


def _struct(name: str, record: Any, notes: int) -> pl.Series:
    """A record of arrays as one column of structs; :func:`_record` reads it back."""
    columns = []
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, StatusThresholds):
            continue
        if is_dataclass(value):
            columns.append(_struct(field.name, value, notes))
        elif isinstance(value, Mapping):
            columns.append(pl.DataFrame(dict(value)).to_struct(field.name))
        elif isinstance(value, np.ndarray):
            by_note = value.T if isinstance(record, Sides) else value
            if field.name in _OF_EVERY_NOTE:
                by_note = np.broadcast_to(value, (notes, *value.shape))
            columns.append(pl.Series(field.name, np.ascontiguousarray(by_note)))
        else:
            columns.append(pl.repeat(value, notes, eager=True).alias(field.name))
    return pl.DataFrame(columns).to_struct(name)


def _record(kind: type[Any], rows: pl.Series, **given: Any) -> Any:
    """The record of one row."""
    types = get_type_hints(kind)
    parts: dict[str, Any] = dict(given)
    for field in fields(kind):
        if field.name in given:
            continue
        column = rows.struct.field(field.name)
        if is_dataclass(types[field.name]):
            parts[field.name] = _record(types[field.name], column)
        elif types[field.name] is int:
            parts[field.name] = column.item()
        elif column.dtype == pl.Struct:
            parts[field.name] = {part: column.struct.field(part).to_numpy() for part in column.struct.fields}
        else:
            values = column.to_numpy()
            if field.name in _OF_EVERY_NOTE:
                values = values[0]
            parts[field.name] = values.T if kind is Sides else values
    return kind(**parts)
