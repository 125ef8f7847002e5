"""The lines of a ratings file, parsed at the speed of memory where they are spelled as published.

Compiled by numba on first use. What is read here is also what :mod:`scoring.tables.files` makes of the same
lines; lines spelled in any other way are left to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from scoring.tables.arrays import Bool, Int64, Uint8, Uint16
from scoring.tables.columns import RATINGS
from scoring.tables.values import HELPFUL_TAG_COLUMNS, NOT_HELPFUL_TAG_COLUMNS, HelpfulnessLevel

NO_LEVEL: Final = 255
"""Level of a rating that says nothing."""

_TAB: Final = 9
_NEWLINE: Final = 10
_ZERO: Final = 48
_ONE: Final = 49

_HELPFUL_TAGS: Final = len(HELPFUL_TAG_COLUMNS)
_NOT_HELPFUL_TAGS: Final = len(NOT_HELPFUL_TAG_COLUMNS)
_UNREAD_AT_THE_END: Final = len(RATINGS.columns) - 1 - RATINGS.names.index("ratingSourceBucketed")
_SOMEWHAT_HELPFUL: Final = HelpfulnessLevel.SOMEWHAT_HELPFUL.value
_NOT_HELPFUL: Final = HelpfulnessLevel.NOT_HELPFUL.value
_HELPFUL: Final = HelpfulnessLevel.HELPFUL.value


def _bytes(text: str) -> Uint8:
    return np.array(list(text.encode()), np.uint8)


_SOMEWHAT_HELPFUL_NAME: Final = _bytes(HelpfulnessLevel.SOMEWHAT_HELPFUL.name)
_NOT_HELPFUL_NAME: Final = _bytes(HelpfulnessLevel.NOT_HELPFUL.name)
_HELPFUL_NAME: Final = _bytes(HelpfulnessLevel.HELPFUL.name)
_SAMPLED_NAME: Final = _bytes("POPULATION_SAMPLED")


@dataclass(frozen=True, slots=True)
class RatingLines:
    """What some lines say, one row a line; raters are the bytes from ``rater_begin`` to ``rater_end``."""

    note_id: Int64
    rater_begin: Int64
    rater_end: Int64
    created_at_ms: Int64
    level: Uint8
    """As in :class:`~scoring.tables.arrays.Ratings`, or ``NO_LEVEL``."""
    helpful_tags: Uint16
    not_helpful_tags: Uint16
    population_sampled: Bool
    old_form: Bool


def parse_ratings(text: Uint8, rows: int) -> RatingLines | None:
    """All ``rows`` lines of ``text``, each ending in a newline; None if one is not spelled as published, be
    it right or wrong.
    """
    lines = RatingLines(
        note_id=np.empty(rows, np.int64),
        rater_begin=np.empty(rows, np.int64),
        rater_end=np.empty(rows, np.int64),
        created_at_ms=np.empty(rows, np.int64),
        level=np.empty(rows, np.uint8),
        helpful_tags=np.empty(rows, np.uint16),
        not_helpful_tags=np.empty(rows, np.uint16),
        population_sampled=np.empty(rows, np.bool_),
        old_form=np.empty(rows, np.bool_),
    )
    understood = _parse(
        text,
        lines.note_id,
        lines.rater_begin,
        lines.rater_end,
        lines.created_at_ms,
        lines.level,
        lines.helpful_tags,
        lines.not_helpful_tags,
        lines.population_sampled,
        lines.old_form,
    )
    return lines if understood else None


# Each of these stops at the first byte that it does not want, at the latest at the text's last newline. They
# give the position after the field's tab, or -1.


@njit(inline="always")
def _number(text, at):  # type: ignore[no-untyped-def]
    value = np.int64(0)
    begin = at
    while _ZERO <= text[at] <= _ZERO + 9:
        value = value * 10 + np.int64(text[at] - _ZERO)
        at += 1
    digits = at - begin
    # A number of 19 digits that int64 cannot hold has become negative.
    if text[at] != _TAB or digits == 0 or digits > 19 or value < 0:
        return -1, value
    return at + 1, value


@njit(inline="always")
def _skip(text, at):  # type: ignore[no-untyped-def]
    while text[at] != _TAB:
        if text[at] == _NEWLINE:
            return -1
        at += 1
    return at + 1


@njit(inline="always")
def _flags(text, at, count):  # type: ignore[no-untyped-def]
    """Fields that hold 0, 1 or nothing, as bits."""
    mask = 0
    for bit in range(count):
        byte = text[at]
        if byte == _TAB:
            at += 1
        elif _ZERO <= byte <= _ONE and text[at + 1] == _TAB:
            mask |= (byte & 1) << bit
            at += 2
        else:
            return -1, mask
    return at, mask


@njit(inline="always")
def _is(text, begin, end, name):  # type: ignore[no-untyped-def]
    same = end - begin == len(name)
    if same:
        for offset in range(len(name)):
            same &= text[begin + offset] == name[offset]
    return same


@njit(cache=True, nogil=True)
def _parse(
    text: Uint8,
    note_id: Int64,
    rater_begin: Int64,
    rater_end: Int64,
    created_at_ms: Int64,
    level: Uint8,
    helpful_tags: Uint16,
    not_helpful_tags: Uint16,
    population_sampled: Bool,
    old_form: Bool,
) -> bool:
    """Fill a row a line; False at the first line that is spelled otherwise."""
    at = 0
    for row in range(len(note_id)):
        at, note_id[row] = _number(text, at)
        if at < 0:
            return False
        rater_begin[row] = at
        # Only visible ASCII: white space is refused, and other scripts are checked, by the general reader.
        while 32 < text[at] < 127:
            at += 1
        if text[at] != _TAB or at == rater_begin[row]:
            return False
        rater_end[row] = at
        at, created_at_ms[row] = _number(text, at + 1)
        for _ in range(3):  # version, agree, disagree
            if at >= 0:
                at = _skip(text, at)
        if at < 0:
            return False
        at, form = _flags(text, at, 2)
        if at < 0:
            return False
        begin = at
        at = _skip(text, at)
        if at < 0:
            return False
        old_form[row] = at - 1 == begin
        if _is(text, begin, at - 1, _HELPFUL_NAME):
            level[row] = _HELPFUL
        elif _is(text, begin, at - 1, _NOT_HELPFUL_NAME):
            level[row] = _NOT_HELPFUL
        elif _is(text, begin, at - 1, _SOMEWHAT_HELPFUL_NAME):
            level[row] = _SOMEWHAT_HELPFUL
        elif at - 1 > begin:
            return False
        elif form & 2:
            level[row] = _NOT_HELPFUL
        elif form & 1:
            level[row] = _HELPFUL
        else:
            level[row] = NO_LEVEL
        at, helpful_tags[row] = _flags(text, at, _HELPFUL_TAGS)
        if at < 0:
            return False
        at, not_helpful_tags[row] = _flags(text, at, _NOT_HELPFUL_TAGS)
        if at >= 0:
            at = _skip(text, at)  # ratedOnTweetId
        if at < 0:
            return False
        begin = at
        at = _skip(text, at)
        if at < 0:
            return False
        population_sampled[row] = _is(text, begin, at - 1, _SAMPLED_NAME)
        for _ in range(_UNREAD_AT_THE_END - 1):
            if at >= 0:
                at = _skip(text, at)
        if at < 0:
            return False
        while text[at] != _NEWLINE:
            if text[at] == _TAB:
                return False
            at += 1
        at += 1
    return True
