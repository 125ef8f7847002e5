"""Columns of the four public inputs: names, order and types, each written once.

They are identified by position, as the official reader does (twitter/communitynotes 273c895,
scoring/src/scoring/process_data.py and constants.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from scoring.statuses import Status
from scoring.tables.values import (
    CLASSIFICATION_NAMES,
    ENROLLMENT_STATE_NAMES,
    HELPFUL_TAG_COLUMNS,
    NOT_HELPFUL_TAG_COLUMNS,
    HelpfulnessLevel,
)

Kind = Literal["int", "float", "str"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a public table. A ``required`` value must not be empty; ``values`` are the only ones
    allowed.
    """

    name: str
    kind: Kind
    required: bool = False
    values: frozenset[str] | None = None

    @property
    def is_id(self) -> bool:
        """Whether the values name notes, posts or people."""
        return self.name.endswith("Id")


@dataclass(frozen=True, slots=True)
class Schema:
    """One public table: the stem of its files and its columns in order."""

    stem: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in file order."""
        return tuple(column.name for column in self.columns)


def _columns(kind: Kind, names: str, *, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, kind, required) for name in names.split())


def _choice(names: str, values: Iterable[str], *, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, "str", required, frozenset(values)) for name in names.split())


_STATUSES: Final = tuple(status.name for status in Status if status is not Status.NONE)
_CLASSIFICATIONS: Final = tuple(filter(None, CLASSIFICATION_NAMES.values()))
_LEVELS: Final = tuple(level.name for level in HelpfulnessLevel)

NOTES: Final = Schema(
    "notes",
    (
        *_columns("int", "noteId", required=True),
        *_columns("str", "noteAuthorParticipantId", required=True),
        *_columns("int", "createdAtMillis", required=True),
        *_columns("int", "tweetId"),
        *_choice("classification", _CLASSIFICATIONS, required=True),
        *_columns("str", "believable harmful validationDifficulty"),
        *_columns(
            "int",
            "misleadingOther misleadingFactualError misleadingManipulatedMedia misleadingOutdatedInformation "
            "misleadingMissingImportantContext misleadingUnverifiedClaimAsFact misleadingSatire "
            "notMisleadingOther notMisleadingFactuallyCorrect notMisleadingOutdatedButNotWhenWritten "
            "notMisleadingClearlySatire notMisleadingPersonalOpinion trustworthySources",
        ),
        *_columns("str", "summary"),
        *_columns("int", "isMediaNote isCollaborativeNote"),
    ),
)

RATINGS: Final = Schema(
    "ratings",
    (
        *_columns("int", "noteId", required=True),
        *_columns("str", "raterParticipantId", required=True),
        *_columns("int", "createdAtMillis", required=True),
        *_columns("int", "version agree disagree helpful notHelpful"),
        *_choice("helpfulnessLevel", _LEVELS),
        *_columns("int", " ".join(HELPFUL_TAG_COLUMNS + NOT_HELPFUL_TAG_COLUMNS)),
        *_columns("int", "ratedOnTweetId"),
        *_columns("str", "ratingSourceBucketed suggestion suggestionId"),
    ),
)

STATUS_HISTORY: Final = Schema(
    "noteStatusHistory",
    (
        *_columns("int", "noteId", required=True),
        *_columns("str", "noteAuthorParticipantId", required=True),
        *_columns("int", "createdAtMillis", required=True),
        *_columns("float", "timestampMillisOfFirstNonNMRStatus"),
        *_choice("firstNonNMRStatus", _STATUSES),
        *_columns("float", "timestampMillisOfCurrentStatus"),
        *_choice("currentStatus", _STATUSES),
        *_columns("float", "timestampMillisOfLatestNonNMRStatus"),
        *_choice("mostRecentNonNMRStatus", _STATUSES),
        *_columns("float", "timestampMillisOfStatusLock"),
        *_choice("lockedStatus", _STATUSES),
        *_columns("float", "timestampMillisOfRetroLock"),
        *_choice("currentCoreStatus currentExpansionStatus currentGroupStatus", _STATUSES),
        *_columns("str", "currentDecidedBy"),
        *_columns(
            "float",
            "currentModelingGroup timestampMillisOfMostRecentStatusChange "
            "timestampMillisOfNmrDueToMinStableCrhTime",
        ),
        *_choice("currentMultiGroupStatus", _STATUSES),
        *_columns(
            "float",
            "currentModelingMultiGroup timestampMinuteOfFinalScoringOutput "
            "timestampMillisOfFirstNmrDueToMinStableCrhTime abovePcrhThresholdTime",
        ),
    ),
)

USER_ENROLLMENT: Final = Schema(
    "userEnrollment",
    (
        *_columns("str", "participantId", required=True),
        *_choice("enrollmentState", ENROLLMENT_STATE_NAMES, required=True),
        *_columns("int", "successfulRatingNeededToEarnIn timestampOfLastStateChange", required=True),
        *_columns("float", "timestampOfLastEarnOut"),
        *_columns("str", "modelingPopulation"),
        *_columns("float", "modelingGroup"),
        *_columns("int", "numberOfTimesEarnedOut", required=True),
    ),
)

STATUS_HISTORY_OF_23_COLUMNS: Final = Schema(
    STATUS_HISTORY.stem,
    (*STATUS_HISTORY.columns[:-2], Column("unread", "str")),
)
"""The status history before abovePcrhThresholdTime. Its last column, the time of the first stabilization, is
not read: the official reader blanks it too (process_data.py, ``read_from_tsv``).
"""

OLDER: Final = {STATUS_HISTORY.stem: (STATUS_HISTORY_OF_23_COLUMNS,)}
"""Former layouts that are still read, by stem."""

INPUTS: Final = (NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT)
