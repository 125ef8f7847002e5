"""Columns of the four public inputs and the four outputs: names, order and types, each written once.

Inputs are identified by position, as the official reader does (twitter/communitynotes 273c895,
scoring/src/scoring/process_data.py and constants.py). Outputs follow constants.py of the same commit.
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

Kind = Literal["int", "float", "bool", "str"]


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

SCORED_NOTES: Final = Schema(
    "scored_notes",
    (
        *_columns("int", "noteId"),
        *_columns("float", "coreNoteIntercept coreNoteFactor1"),
        *_columns(
            "str", "finalRatingStatus firstTag secondTag coreActiveRules activeFilterTags classification"
        ),
        *_columns("int", "createdAtMillis"),
        *_columns("str", "coreRatingStatus metaScorerActiveRules decidedBy"),
        *_columns("float", "expansionNoteIntercept expansionNoteFactor1"),
        *_columns("str", "expansionRatingStatus"),
        *_columns("float", "coverageNoteIntercept coverageNoteFactor1"),
        *_columns("str", "coverageRatingStatus"),
        *_columns(
            "float",
            "coreNoteInterceptMin coreNoteInterceptMax expansionNoteInterceptMin expansionNoteInterceptMax "
            "coverageNoteInterceptMin coverageNoteInterceptMax groupNoteIntercept groupNoteFactor1",
        ),
        *_columns("str", "groupRatingStatus"),
        *_columns("float", "groupNoteInterceptMax groupNoteInterceptMin modelingGroup"),
        *_columns("int", "numRatings timestampMillisOfCurrentStatus"),
        *_columns("float", "expansionPlusNoteIntercept expansionPlusNoteFactor1"),
        *_columns("str", "expansionPlusRatingStatus"),
        *_columns("float", "topicNoteIntercept topicNoteFactor1"),
        *_columns("str", "topicRatingStatus noteTopic"),
        *_columns("bool", "topicNoteConfident"),
        *_columns("str", "expansionActiveRules expansionPlusActiveRules groupActiveRules topicActiveRules"),
        *_columns(
            "int",
            "coreNumFinalRoundRatings expansionNumFinalRoundRatings expansionPlusNumFinalRoundRatings "
            "groupNumFinalRoundRatings topicNumFinalRoundRatings",
        ),
        *_columns("str", "rescoringActiveRules"),
        *_columns("float", "multiGroupNoteIntercept multiGroupNoteFactor1"),
        *_columns("str", "multiGroupRatingStatus"),
        *_columns("float", "modelingMultiGroup"),
        *_columns("str", "multiGroupActiveRules"),
        *_columns("int", "multiGroupNumFinalRoundRatings"),
        *_columns("float", "coreWithTopicsNoteFactor1 coreWithTopicsNoteIntercept"),
        *_columns("str", "coreWithTopicsRatingStatus coreWithTopicsActiveRules"),
        *_columns("int", "coreWithTopicsNumFinalRoundRatings"),
        *_columns("float", "coreWithTopicsNoteInterceptMin coreWithTopicsNoteInterceptMax"),
        *_columns("int", "timestampMillisOfNmrDueToMinStableCrhTime"),
        *_columns(
            "float",
            "coreNoteInterceptNoHighVol coreWithTopicsNoteInterceptNoHighVol expansionNoteInterceptNoHighVol "
            "expansionPlusNoteInterceptNoHighVol groupNoteInterceptNoHighVol "
            "multiGroupNoteInterceptNoHighVol topicNoteInterceptNoHighVol coreNoteInterceptNoCorrelated "
            "coreNoteInterceptPopulationSampled coreWithTopicsNoteInterceptNoCorrelated "
            "expansionNoteInterceptNoCorrelated expansionPlusNoteInterceptNoCorrelated "
            "groupNoteInterceptNoCorrelated multiGroupNoteInterceptNoCorrelated "
            "topicNoteInterceptNoCorrelated gaussianNoteIntercept gaussianNoteFactor1",
        ),
        *_columns("str", "gaussianRatingStatus gaussianActiveRules"),
        *_columns(
            "float",
            "gaussianNoteInterceptNoCorrelated gaussianNoteInterceptNoHighVol "
            "gaussianNoteInterceptPopulationSampled",
        ),
        *_columns("int", "gaussianNumFinalRoundRatings timestampMinuteOfFinalScoringOutput"),
        *_columns("float", "gaussianCoreWithTopicsNoteIntercept gaussianCoreWithTopicsNoteFactor1"),
        *_columns("str", "gaussianCoreWithTopicsRatingStatus gaussianCoreWithTopicsActiveRules"),
        *_columns(
            "float",
            "gaussianCoreWithTopicsNoteInterceptNoHighVol gaussianCoreWithTopicsNoteInterceptNoCorrelated "
            "gaussianCoreWithTopicsNoteInterceptPopulationSampled",
        ),
        *_columns("int", "gaussianCoreWithTopicsNumFinalRoundRatings abovePcrhThresholdTime"),
        *_columns("float", "pflipProba"),
    ),
)

HELPFULNESS_SCORES: Final = Schema(
    "helpfulness_scores",
    (
        *_columns("str", "raterParticipantId"),
        *_columns(
            "float",
            "coreRaterIntercept coreRaterFactor1 crhCrnhRatioDifference meanNoteScore raterAgreeRatio",
        ),
        *_columns(
            "int",
            "successfulRatingHelpfulCount successfulRatingNotHelpfulCount successfulRatingTotal "
            "unsuccessfulRatingHelpfulCount unsuccessfulRatingNotHelpfulCount unsuccessfulRatingTotal "
            "ratingsAwaitingMoreRatings ratedAfterDecision notesCurrentlyRatedHelpful "
            "notesCurrentlyRatedNotHelpful notesAwaitingMoreRatings enrollmentState "
            "successfulRatingNeededToEarnIn",
        ),
        *_columns("str", "authorTopNotHelpfulTagValues"),
        *_columns("int", "timestampOfLastStateChange"),
        *_columns("bool", "aboveHelpfulnessThreshold isEmergingWriter"),
        *_columns("int", "aggregateRatingReceivedTotal timestampOfLastEarnOut"),
        *_columns("float", "groupRaterIntercept groupRaterFactor1 modelingGroup raterHelpfulnessReputation"),
        *_columns("int", "numberOfTimesEarnedOut"),
        *_columns(
            "float",
            "expansionRaterIntercept expansionRaterFactor1 expansionPlusRaterIntercept "
            "expansionPlusRaterFactor1 multiGroupRaterIntercept multiGroupRaterFactor1 modelingMultiGroup "
            "coreWithTopicsRaterIntercept coreWithTopicsRaterFactor1 coreFirstRoundRaterIntercept "
            "coreFirstRoundRaterFactor1",
        ),
        *_columns("int", "crhTotal14d crnhTotal14d nmrTotal14d crhTotal90d crnhTotal90d nmrTotal90d"),
    ),
)

NOTE_STATUS_HISTORY: Final = Schema(
    "note_status_history",
    tuple(
        Column(column.name, "int" if column.kind == "float" else column.kind)
        for column in STATUS_HISTORY.columns
    ),
)

AUX_NOTE_INFO: Final = Schema(
    "aux_note_info",
    (
        *_columns("int", "noteId"),
        *_columns("float", "ratingWeight"),
        *_columns("int", "createdAtMillis"),
        *_columns("str", "noteAuthorParticipantId"),
        *_columns("bool", "awaitingBool"),
        *_columns("int", "numRatingsLast28 numPopulationSampledRatings"),
        *_columns("str", "currentStatus"),
        *_columns("bool", "crhBool crnhBool"),
        *_columns("str", "unlockedRatingStatus preStabilizationRatingStatus"),
        *_columns("int", " ".join(HELPFUL_TAG_COLUMNS + NOT_HELPFUL_TAG_COLUMNS)),
        *_columns("float", " ".join(f"{name}Adjusted" for name in NOT_HELPFUL_TAG_COLUMNS)),
        *_columns("float", " ".join(f"{name}AdjustedRatio" for name in NOT_HELPFUL_TAG_COLUMNS)),
        *_columns(
            "float",
            "notHelpfulIncorrect_interval p_incorrect_user_interval num_voters_interval "
            "tf_idf_incorrect_interval lowDiligenceIntercept",
        ),
        *_columns(
            "int", "coreNegFactor_populationSampledRatingCount corePosFactor_populationSampledRatingCount"
        ),
        *_columns("float", "pcrhExitN pcrhExitProba"),
        *_columns("bool", "pcrhRevoked"),
        *_columns("float", "pcrhRevokeN"),
        *_columns("bool", "pcrhFinalPred"),
    ),
)

OUTPUTS: Final = (SCORED_NOTES, HELPFULNESS_SCORES, NOTE_STATUS_HISTORY, AUX_NOTE_INFO)
