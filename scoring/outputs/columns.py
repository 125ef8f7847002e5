"""Columns of the output files: names, order and types, each written once.

Source: twitter/communitynotes 273c895, scoring/src/scoring/constants.py (``noteModelOutputTSVColumns``,
``raterModelOutputTSVColumns``, ``noteStatusHistoryTSVColumns``, ``auxiliaryScoredNotesTSVColumns``,
``prescoringNoteModelOutputTSVColumns``, ``prescoringRaterModelOutputTSVColumns``). Types are those of the
official files: a count or time that may be empty is a floating-point number there, and so it is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from scoring.tables.values import HELPFUL_TAG_COLUMNS, NOT_HELPFUL_TAG_COLUMNS

_INT: Final = pl.Int64
_REAL: Final = pl.Float64
_SINGLE: Final = pl.Float32
_BOOL: Final = pl.Boolean
_TEXT: Final = pl.String

Type = type[pl.DataType]


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One output: the stem of its files, and its columns' types by name, in order."""

    stem: str
    types: Mapping[str, Type]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in file order."""
        return tuple(self.types)


def _file(stem: str, *runs: tuple[Type, str]) -> OutputFile:
    """From runs of columns of one type, their names separated by blanks."""
    return OutputFile(stem, {name: type_ for type_, names in runs for name in names.split()})


SCORED_NOTES: Final = _file(
    "scored_notes",
    (_INT, "noteId"),
    (_REAL, "coreNoteIntercept coreNoteFactor1"),
    (_TEXT, "finalRatingStatus firstTag secondTag coreActiveRules activeFilterTags classification"),
    (_INT, "createdAtMillis"),
    (_TEXT, "coreRatingStatus metaScorerActiveRules decidedBy"),
    (_REAL, "expansionNoteIntercept expansionNoteFactor1"),
    (_TEXT, "expansionRatingStatus"),
    (_REAL, "coverageNoteIntercept coverageNoteFactor1"),
    (_TEXT, "coverageRatingStatus"),
    (
        _REAL,
        "coreNoteInterceptMin coreNoteInterceptMax expansionNoteInterceptMin expansionNoteInterceptMax "
        "coverageNoteInterceptMin coverageNoteInterceptMax groupNoteIntercept groupNoteFactor1",
    ),
    (_TEXT, "groupRatingStatus"),
    (_REAL, "groupNoteInterceptMax groupNoteInterceptMin modelingGroup"),
    (_INT, "numRatings"),
    (_REAL, "timestampMillisOfCurrentStatus expansionPlusNoteIntercept expansionPlusNoteFactor1"),
    (_TEXT, "expansionPlusRatingStatus"),
    (_REAL, "topicNoteIntercept topicNoteFactor1"),
    (_TEXT, "topicRatingStatus noteTopic"),
    (_BOOL, "topicNoteConfident"),
    (_TEXT, "expansionActiveRules expansionPlusActiveRules groupActiveRules topicActiveRules"),
    (
        _REAL,
        "coreNumFinalRoundRatings expansionNumFinalRoundRatings expansionPlusNumFinalRoundRatings "
        "groupNumFinalRoundRatings topicNumFinalRoundRatings",
    ),
    (_TEXT, "rescoringActiveRules"),
    (_REAL, "multiGroupNoteIntercept multiGroupNoteFactor1"),
    (_TEXT, "multiGroupRatingStatus"),
    (_REAL, "modelingMultiGroup"),
    (_TEXT, "multiGroupActiveRules"),
    (_REAL, "multiGroupNumFinalRoundRatings coreWithTopicsNoteFactor1 coreWithTopicsNoteIntercept"),
    (_TEXT, "coreWithTopicsRatingStatus coreWithTopicsActiveRules"),
    (
        _REAL,
        "coreWithTopicsNumFinalRoundRatings coreWithTopicsNoteInterceptMin "
        "coreWithTopicsNoteInterceptMax timestampMillisOfNmrDueToMinStableCrhTime "
        "coreNoteInterceptNoHighVol coreWithTopicsNoteInterceptNoHighVol "
        "expansionNoteInterceptNoHighVol expansionPlusNoteInterceptNoHighVol "
        "groupNoteInterceptNoHighVol multiGroupNoteInterceptNoHighVol topicNoteInterceptNoHighVol "
        "coreNoteInterceptNoCorrelated coreNoteInterceptPopulationSampled "
        "coreWithTopicsNoteInterceptNoCorrelated expansionNoteInterceptNoCorrelated "
        "expansionPlusNoteInterceptNoCorrelated groupNoteInterceptNoCorrelated "
        "multiGroupNoteInterceptNoCorrelated topicNoteInterceptNoCorrelated gaussianNoteIntercept "
        "gaussianNoteFactor1",
    ),
    (_TEXT, "gaussianRatingStatus gaussianActiveRules"),
    (
        _REAL,
        "gaussianNoteInterceptNoCorrelated gaussianNoteInterceptNoHighVol "
        "gaussianNoteInterceptPopulationSampled gaussianNumFinalRoundRatings "
        "timestampMinuteOfFinalScoringOutput gaussianCoreWithTopicsNoteIntercept "
        "gaussianCoreWithTopicsNoteFactor1",
    ),
    (_TEXT, "gaussianCoreWithTopicsRatingStatus gaussianCoreWithTopicsActiveRules"),
    (
        _REAL,
        "gaussianCoreWithTopicsNoteInterceptNoHighVol gaussianCoreWithTopicsNoteInterceptNoCorrelated "
        "gaussianCoreWithTopicsNoteInterceptPopulationSampled "
        "gaussianCoreWithTopicsNumFinalRoundRatings abovePcrhThresholdTime pflipProba",
    ),
)

HELPFULNESS_SCORES: Final = _file(
    "helpfulness_scores",
    (_TEXT, "raterParticipantId"),
    (
        _REAL,
        "coreRaterIntercept coreRaterFactor1 crhCrnhRatioDifference meanNoteScore raterAgreeRatio "
        "successfulRatingHelpfulCount successfulRatingNotHelpfulCount successfulRatingTotal "
        "unsuccessfulRatingHelpfulCount unsuccessfulRatingNotHelpfulCount unsuccessfulRatingTotal "
        "ratingsAwaitingMoreRatings ratedAfterDecision notesCurrentlyRatedHelpful "
        "notesCurrentlyRatedNotHelpful notesAwaitingMoreRatings",
    ),
    (_INT, "enrollmentState successfulRatingNeededToEarnIn"),
    (_TEXT, "authorTopNotHelpfulTagValues"),
    (_INT, "timestampOfLastStateChange"),
    (_BOOL, "aboveHelpfulnessThreshold isEmergingWriter"),
    (
        _REAL,
        "aggregateRatingReceivedTotal timestampOfLastEarnOut groupRaterIntercept groupRaterFactor1 "
        "modelingGroup raterHelpfulnessReputation",
    ),
    (_INT, "numberOfTimesEarnedOut"),
    (
        _REAL,
        "expansionRaterIntercept expansionRaterFactor1 expansionPlusRaterIntercept "
        "expansionPlusRaterFactor1 multiGroupRaterIntercept multiGroupRaterFactor1 modelingMultiGroup "
        "coreWithTopicsRaterIntercept coreWithTopicsRaterFactor1 coreFirstRoundRaterIntercept "
        "coreFirstRoundRaterFactor1",
    ),
    (_INT, "crhTotal14d crnhTotal14d nmrTotal14d crhTotal90d crnhTotal90d nmrTotal90d"),
)

NOTE_STATUS_HISTORY: Final = _file(
    "note_status_history",
    (_INT, "noteId"),
    (_TEXT, "noteAuthorParticipantId"),
    (_INT, "createdAtMillis"),
    (_REAL, "timestampMillisOfFirstNonNMRStatus"),
    (_TEXT, "firstNonNMRStatus"),
    (_REAL, "timestampMillisOfCurrentStatus"),
    (_TEXT, "currentStatus"),
    (_REAL, "timestampMillisOfLatestNonNMRStatus"),
    (_TEXT, "mostRecentNonNMRStatus"),
    (_REAL, "timestampMillisOfStatusLock"),
    (_TEXT, "lockedStatus"),
    (_REAL, "timestampMillisOfRetroLock"),
    (_TEXT, "currentCoreStatus currentExpansionStatus currentGroupStatus currentDecidedBy"),
    (
        _REAL,
        "currentModelingGroup timestampMillisOfMostRecentStatusChange "
        "timestampMillisOfNmrDueToMinStableCrhTime",
    ),
    (_TEXT, "currentMultiGroupStatus"),
    (
        _REAL,
        "currentModelingMultiGroup timestampMinuteOfFinalScoringOutput "
        "timestampMillisOfFirstNmrDueToMinStableCrhTime abovePcrhThresholdTime",
    ),
)

AUX_NOTE_INFO: Final = _file(
    "aux_note_info",
    (_INT, "noteId"),
    (_REAL, "ratingWeight"),
    (_INT, "createdAtMillis"),
    (_TEXT, "noteAuthorParticipantId"),
    (_BOOL, "awaitingBool"),
    (_INT, "numRatingsLast28 numPopulationSampledRatings"),
    (_TEXT, "currentStatus"),
    (_BOOL, "crhBool crnhBool"),
    (_TEXT, "unlockedRatingStatus preStabilizationRatingStatus"),
    (_INT, " ".join(HELPFUL_TAG_COLUMNS + NOT_HELPFUL_TAG_COLUMNS)),
    (_REAL, " ".join(f"{name}Adjusted" for name in NOT_HELPFUL_TAG_COLUMNS)),
    (_REAL, " ".join(f"{name}AdjustedRatio" for name in NOT_HELPFUL_TAG_COLUMNS)),
    (
        _REAL,
        "notHelpfulIncorrect_interval p_incorrect_user_interval num_voters_interval "
        "tf_idf_incorrect_interval lowDiligenceIntercept",
    ),
    (_INT, "coreNegFactor_populationSampledRatingCount corePosFactor_populationSampledRatingCount"),
    (_REAL, "pcrhExitN pcrhExitProba"),
    (_BOOL, "pcrhRevoked"),
    (_REAL, "pcrhRevokeN"),
    (_BOOL, "pcrhFinalPred"),
)

PRESCORING_RATERS: Final = _file(
    "prescoring_rater_model_output",
    (_TEXT, "raterParticipantId"),
    (
        _SINGLE,
        "internalRaterIntercept internalRaterFactor1 internalFirstRoundRaterIntercept "
        "internalFirstRoundRaterFactor1",
    ),
    (_REAL, "crhCrnhRatioDifference meanNoteScore raterAgreeRatio"),
    (_BOOL, "aboveHelpfulnessThreshold"),
    (_TEXT, "scorerName"),
    (
        _SINGLE,
        "internalRaterReputation lowDiligenceRaterIntercept lowDiligenceRaterFactor1 "
        "lowDiligenceRaterReputation lowDiligenceRaterInterceptRound2",
    ),
    (_INT, "incorrectTagRatingsMadeByRater"),
    (
        _REAL,
        "totalRatingsMadeByRater postSelectionValue successfulRatingHelpfulCount "
        "successfulRatingNotHelpfulCount unsuccessfulRatingHelpfulCount "
        "unsuccessfulRatingNotHelpfulCount totalHelpfulHarassmentPenalty "
        "raterAgreeRatioKeyWithHarassmentAbusePenalty quasiCliqueValue",
    ),
)

PRESCORING_NOTES: Final = _file(
    "prescoring_note_model_output",
    (_INT, "noteId"),
    (_SINGLE, "internalNoteIntercept internalNoteFactor1"),
    (_TEXT, "scorerName"),
    (
        _SINGLE,
        "lowDiligenceNoteIntercept lowDiligenceNoteFactor1 lowDiligenceNoteInterceptRound2 "
        "harassmentNoteIntercept harassmentNoteFactor1",
    ),
)

FINAL_OUTPUTS: Final = (SCORED_NOTES, HELPFULNESS_SCORES, NOTE_STATUS_HISTORY, AUX_NOTE_INFO)
PRESCORING_OUTPUTS: Final = (PRESCORING_RATERS, PRESCORING_NOTES)
