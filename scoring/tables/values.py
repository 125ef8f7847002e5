"""The values that occur in the public tables.

Source: Community Notes documentation/under-the-hood/download-data.md and twitter/communitynotes 273c895,
scoring/src/scoring/constants.py.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

MISSING_MS: Final = -(2**63)
"""A time that is empty in the file. (-1 is a value of its own in some columns: "no longer".)"""

STABILIZATION_OVER: Final = -1
"""A waiting time that has ended, in the status history's columns of stabilization."""

NOT_ENROLLED: Final = -2
"""Modeling group of a participant who is absent from the enrollment table."""

GROUP_MISSING: Final = -1
"""Modeling group of an enrolled participant whose group is empty."""


class Classification(IntEnum):
    """What a note says of its post. Its published name is :data:`CLASSIFICATION_NAMES`."""

    DELETED = -1
    """The note is known from the status history only."""
    MISLEADING = 0
    NOT_MISLEADING = 1


CLASSIFICATION_NAMES: Final = {
    Classification.DELETED: "",
    Classification.MISLEADING: "MISINFORMED_OR_POTENTIALLY_MISLEADING",
    Classification.NOT_MISLEADING: "NOT_MISLEADING",
}


class HelpfulnessLevel(IntEnum):
    """A rating's answer. Its numeric value in the model is half the code: 0, ½, 1."""

    NOT_HELPFUL = 0
    SOMEWHAT_HELPFUL = 1
    HELPFUL = 2


class HelpfulTag(IntFlag):
    """Why a rater found a note helpful; one bit each, in the order of the ratings file's columns."""

    OTHER = 1 << 0
    INFORMATIVE = 1 << 1
    CLEAR = 1 << 2
    EMPATHETIC = 1 << 3
    GOOD_SOURCES = 1 << 4
    UNIQUE_CONTEXT = 1 << 5
    ADDRESSES_CLAIM = 1 << 6
    IMPORTANT_CONTEXT = 1 << 7
    UNBIASED_LANGUAGE = 1 << 8


class NotHelpfulTag(IntFlag):
    """Why a rater found a note not helpful; one bit each, in the order of the ratings file's columns."""

    OTHER = 1 << 0
    INCORRECT = 1 << 1
    SOURCES_MISSING_OR_UNRELIABLE = 1 << 2
    OPINION_SPECULATION_OR_BIAS = 1 << 3
    MISSING_KEY_POINTS = 1 << 4
    OUTDATED = 1 << 5
    HARD_TO_UNDERSTAND = 1 << 6
    ARGUMENTATIVE_OR_BIASED = 1 << 7
    OFF_TOPIC = 1 << 8
    SPAM_HARASSMENT_OR_ABUSE = 1 << 9
    IRRELEVANT_SOURCES = 1 << 10
    OPINION_SPECULATION = 1 << 11
    NOTE_NOT_NEEDED = 1 << 12


def _column(prefix: str, tag: IntFlag) -> str:
    assert tag.name is not None
    return prefix + "".join(word.capitalize() for word in tag.name.split("_"))


HELPFUL_TAG_COLUMNS: Final = tuple(_column("helpful", tag) for tag in HelpfulTag)
NOT_HELPFUL_TAG_COLUMNS: Final = tuple(_column("notHelpful", tag) for tag in NotHelpfulTag)


class EnrollmentState(IntEnum):
    """A contributor's standing; the codes are those of the published helpfulness scores."""

    NOT_ENROLLED = -1
    EARNED_IN = 0
    AT_RISK = 1
    EARNED_OUT_NO_ACKNOWLEDGE = 2
    EARNED_OUT_ACKNOWLEDGED = 3
    NEW_USER = 4
    REMOVED = 5
    API_TEST_USER = 6
    API_EARNED_IN = 7
    API_EARNED_OUT = 8


def _camel(state: EnrollmentState) -> str:
    first, *rest = state.name.split("_")
    return first.lower() + "".join(word.capitalize() for word in rest)


ENROLLMENT_STATE_NAMES: Final = {
    _camel(state): state for state in EnrollmentState if state is not EnrollmentState.NOT_ENROLLED
}
