"""The ratings that count, in order of note and rater."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from scoring.errors import InputError
from scoring.rating_kernels import sorted_positions
from scoring.tables.arrays import Bool, Int64, Ratings, Tables
from scoring.tables.values import Classification

NOT_MISLEADING_FROM_MS = 1_664_755_200_000
"""2022-10-03: from here on ratings of "not misleading" notes count (constants.py,
notMisleadingUILaunchTime).
"""


@dataclass(frozen=True, slots=True)
class RatingIndex:
    """Eligible ratings, row after row of notes: those of note i are ``pointer[i]`` to ``pointer[i + 1]``."""

    pointer: Int64
    ratings: Ratings


def index_ratings(tables: Tables) -> RatingIndex:
    """Sort the eligible ratings; the result does not depend on the order of the rows.

    Ratings of a "not misleading" note count only if the note was written after 2022-10-03; those of a
    deleted note count (process_data.py, ``preprocess_data``). Raises InputError where a rater rated a note
    twice.
    """
    notes, ratings = tables.notes, tables.ratings
    eligible = (notes.classification != Classification.NOT_MISLEADING) | (
        notes.created_at_ms > NOT_MISLEADING_FROM_MS
    )
    pointer, order = sorted_positions(
        ratings.note, ratings.rater, eligible, len(notes), len(tables.participant_ids)
    )
    ordered = select(ratings, order)
    twice = (ordered.rater[1:] == ordered.rater[:-1]) & (ordered.note[1:] == ordered.note[:-1])
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise InputError(
            f"participant {tables.participant_ids[ordered.rater[row]]} rated note "
            f"{notes.note_id[ordered.note[row]]} more than once",
            remedy="keep one rating for each rater and note",
        )
    return RatingIndex(pointer, ordered)


def select(ratings: Ratings, rows: Int64 | Bool) -> Ratings:
    """Some rows of the ratings, by position or by mask."""
    return Ratings(**{field.name: getattr(ratings, field.name)[rows] for field in fields(Ratings)})
