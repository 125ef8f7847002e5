"""Tables in memory for tests: a crowd of two camps, and single notes and histories."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.tables import (
    TEXT,
    Classification,
    Enrollment,
    HelpfulTag,
    Notes,
    NotHelpfulTag,
    Ratings,
    StatusHistory,
    Tables,
)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_767_225_600_000
"""2026-01-01."""


def notes(count: int, *, author: NDArray[np.int32] | None = None, **columns: Any) -> Notes:
    """Notes written an hour apart, by author 0 unless told."""
    filled: dict[str, Any] = {
        "note_id": 2_000_000_000_000_000_000 + np.arange(count, dtype=np.int64),
        "author": np.zeros(count, np.int32) if author is None else author,
        "created_at_ms": START_MS + HOUR_MS * np.arange(count, dtype=np.int64),
        "post_id": np.arange(count, dtype=np.int64),
        "classification": np.full(count, Classification.MISLEADING, np.int8),
        "summary": np.full(count, "", TEXT),
    }
    return Notes(**filled | columns)


def ratings(note: Any, rater: Any, level: Any, **columns: Any) -> Ratings:
    """Ratings made at ``START_MS``, with two tags each that fit their level."""
    level = np.asarray(level, np.uint8)
    count = len(level)
    filled: dict[str, Any] = {
        "note": np.asarray(note, np.int32),
        "rater": np.asarray(rater, np.int32),
        "created_at_ms": np.full(count, START_MS, np.int64),
        "level": level,
        "helpful_tags": np.where(level > 0, HelpfulTag.CLEAR | HelpfulTag.GOOD_SOURCES, 0).astype(np.uint16),
        "not_helpful_tags": np.where(
            level < 2, NotHelpfulTag.INCORRECT | NotHelpfulTag.MISSING_KEY_POINTS, 0
        ).astype(np.uint16),
        "population_sampled": np.zeros(count, np.bool_),
        "old_form": np.zeros(count, np.bool_),
    }
    return Ratings(**filled | columns)


def tables(
    some_notes: Notes,
    some_ratings: Ratings,
    *,
    people: int,
    history: StatusHistory | None = None,
    enrollment: Enrollment | None = None,
) -> Tables:
    """Tables of ``people`` participants, all in group 13 unless told."""
    return Tables(
        notes=some_notes,
        ratings=some_ratings,
        status_history=history or StatusHistory.empty(0),
        enrollment=enrollment or Enrollment.in_groups(np.full(people, 13)),
        participant_ids=[f"{person:04X}" for person in range(people)],
    )


def crowd(seed: int, *, raters: int = 80, note_count: int = 60, share: float = 0.6) -> Tables:
    """Two camps of raters; in turn a note that both like, one that neither does, one that one camp does."""
    generator = np.random.default_rng(seed)
    camp = np.where(np.arange(raters) % 5 < 3, -1.0, 1.0)
    quality = np.resize([1.0, -1.0, 0.0], note_count)
    slant = np.where(quality == 0, generator.choice([-1.0, 1.0], note_count), 0.0)
    note, rater = np.nonzero(generator.random((note_count, raters)) < share)
    pull = quality[note] + slant[note] * camp[rater] + generator.normal(0, 0.35, len(note))
    level = np.where(pull > 0.3, 2, np.where(pull < -0.3, 0, 1))
    some_notes = notes(note_count, author=(raters + np.arange(note_count) % 7).astype(np.int32))
    made = some_notes.created_at_ms[note] + generator.integers(1, 40 * HOUR_MS, len(note))
    order = generator.permutation(len(note))
    return tables(
        some_notes,
        ratings(note[order], rater[order], level[order], created_at_ms=made[order]),
        people=raters + 7,
    )


def history(count: int, **columns: Any) -> StatusHistory:
    """The history of notes never scored, but for some columns, each one value or one a note."""
    empty = StatusHistory.empty(count)
    types = {field.name: getattr(empty, field.name).dtype for field in fields(empty)}
    return replace(
        empty,
        **{
            name: np.broadcast_to(np.asarray(value, types[name]), count).copy()
            for name, value in columns.items()
        },
    )
