"""The two tags that explain a status.

Source: twitter/communitynotes 273c895, scoring/src/scoring/explanation_tags.py and constants.py. Ties
between tags are settled by the order of the lists below; the published description
(documentation/under-the-hood/note-status.md, "Tags") has the helpful one the other way round, and the code
counts.
"""

from __future__ import annotations

from enum import IntFlag
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.statuses import CRH, CRNH, StatusArray
from scoring.tables.arrays import Bool, Int8, Int32
from scoring.tables.values import (
    HELPFUL_TAG_COLUMNS,
    NOT_HELPFUL_TAG_COLUMNS,
    HelpfulTag,
    NotHelpfulTag,
)

RATINGS_PER_TAG: Final = 2
TAGS_PER_STATUS: Final = 2

HELPFUL_PRECEDENCE: Final = (
    HelpfulTag.INFORMATIVE,
    HelpfulTag.CLEAR,
    HelpfulTag.IMPORTANT_CONTEXT,
    HelpfulTag.ADDRESSES_CLAIM,
    HelpfulTag.GOOD_SOURCES,
    HelpfulTag.EMPATHETIC,
    HelpfulTag.UNIQUE_CONTEXT,
    HelpfulTag.UNBIASED_LANGUAGE,
    HelpfulTag.OTHER,
)

NOT_HELPFUL_PRECEDENCE: Final = (
    NotHelpfulTag.OUTDATED,
    NotHelpfulTag.SPAM_HARASSMENT_OR_ABUSE,
    NotHelpfulTag.HARD_TO_UNDERSTAND,
    NotHelpfulTag.OFF_TOPIC,
    NotHelpfulTag.INCORRECT,
    NotHelpfulTag.ARGUMENTATIVE_OR_BIASED,
    NotHelpfulTag.NOTE_NOT_NEEDED,
    NotHelpfulTag.MISSING_KEY_POINTS,
    NotHelpfulTag.OPINION_SPECULATION_OR_BIAS,
    NotHelpfulTag.OPINION_SPECULATION,
    NotHelpfulTag.SOURCES_MISSING_OR_UNRELIABLE,
    NotHelpfulTag.IRRELEVANT_SOURCES,
    NotHelpfulTag.OTHER,
)

TAG_COLUMNS: Final = HELPFUL_TAG_COLUMNS + NOT_HELPFUL_TAG_COLUMNS
"""Names of all tags; a tag's code in :func:`top_tags` is its position here, which is file order."""


def explained(counts: Int32) -> Bool:
    """Whether a note has enough tags with enough ratings, from (n, tags) counts of one kind."""
    enough: Bool = np.count_nonzero(counts >= RATINGS_PER_TAG, axis=1) >= TAGS_PER_STATUS
    return enough


def top_tags(helpful_counts: Int32, not_helpful_counts: Int32, status: StatusArray) -> tuple[Int8, Int8]:
    """Codes of the first and second tag of each note by :data:`TAG_COLUMNS`; -1 where the note is neither
    CRH nor CRNH.
    """
    first = np.full(len(status), -1, np.int8)
    second = np.full(len(status), -1, np.int8)
    for wanted, counts, precedence, offset in (
        (CRH, helpful_counts, HELPFUL_PRECEDENCE, 0),
        (CRNH, not_helpful_counts, NOT_HELPFUL_PRECEDENCE, len(HELPFUL_TAG_COLUMNS)),
    ):
        rows = np.flatnonzero(status == wanted)
        ranked = _ranked(counts[rows], precedence)
        first[rows] = ranked[:, 0] + offset
        second[rows] = ranked[:, 1] + offset
    return first, second


def authors_top_tags(not_helpful_counts: Int32, author: NDArray[np.integer], participants: int) -> Int8:
    """The two not-helpful tags that most often lead an author's notes, (participants, 2): positions in file
    order, -1 where no note of the author has two tags.

    Every note with enough tags puts its two first ones forward, whatever its status. Counts are over
    everybody's ratings: the official function asks for those of helpful raters alone, and is handed all.
    Source: explanation_tags.py, ``get_top_nonhelpful_tags_per_author``.
    """
    rows = np.flatnonzero(explained(not_helpful_counts))
    put_forward = _ranked(not_helpful_counts[rows], NOT_HELPFUL_PRECEDENCE)[:, :TAGS_PER_STATUS]
    totals = np.zeros((participants, len(NotHelpfulTag)), np.int64)
    np.add.at(totals, (author[rows, None], put_forward), 1)
    writers = np.flatnonzero(totals.any(axis=1))
    top = np.full((participants, TAGS_PER_STATUS), -1, np.int8)
    top[writers] = _ranked(totals[writers], NOT_HELPFUL_PRECEDENCE)[:, :TAGS_PER_STATUS]
    return top


def _ranked(counts: NDArray[np.integer], precedence: tuple[IntFlag, ...]) -> NDArray[np.int64]:
    """Tags of each row from the most frequent to the least, (n, tags): positions in file order."""
    columns = np.array([int(tag).bit_length() - 1 for tag in precedence])
    order = np.argsort(-counts[:, columns], axis=1, kind="stable")
    ranked: NDArray[np.int64] = columns[order]
    return ranked


def tag_name(code: int) -> str:
    """A tag's published name; empty for -1."""
    return TAG_COLUMNS[code] if code >= 0 else ""
