"""note_status_history: what the next scoring round is told of this one and those before.

Source: twitter/communitynotes 273c895, scoring/src/scoring/note_status_history.py.
"""

from __future__ import annotations

import polars as pl

from scoring.outputs import cells
from scoring.outputs.cells import groups, statuses, times
from scoring.outputs.columns import NOTE_STATUS_HISTORY
from scoring.scored import Scored
from scoring.tables.arrays import Tables


def note_status_history(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row a note, in order of id."""
    history = scored.status_history
    filled = {
        "noteId": scored.note_id,
        "noteAuthorParticipantId": cells.authors(tables.notes, tables.participant_ids),
        "createdAtMillis": tables.notes.created_at_ms,
        "timestampMillisOfFirstNonNMRStatus": times(history.first_non_nmr_ms),
        "firstNonNMRStatus": statuses(history.first_non_nmr_status),
        "timestampMillisOfCurrentStatus": times(history.scored_ms),
        "currentStatus": statuses(history.status),
        "timestampMillisOfLatestNonNMRStatus": times(history.latest_non_nmr_ms),
        "mostRecentNonNMRStatus": statuses(history.latest_non_nmr_status),
        "timestampMillisOfStatusLock": times(history.lock_ms),
        "lockedStatus": statuses(history.locked_status),
        "timestampMillisOfRetroLock": times(history.retro_lock_ms),
        "currentCoreStatus": statuses(history.core_status),
        "currentExpansionStatus": statuses(history.expansion_status),
        "currentGroupStatus": statuses(history.group_status),
        "currentDecidedBy": cells.deciders(scored.verdict),
        "currentModelingGroup": groups(history.modeling_group),
        "timestampMillisOfMostRecentStatusChange": times(history.changed_ms),
        "timestampMillisOfNmrDueToMinStableCrhTime": times(history.stabilizing_since_ms),
        "currentMultiGroupStatus": statuses(history.multi_group_status),
        "currentModelingMultiGroup": groups(history.modeling_multi_group),
        "timestampMinuteOfFinalScoringOutput": times(history.final_output_minute),
        "timestampMillisOfFirstNmrDueToMinStableCrhTime": times(history.first_stabilizing_ms),
        "abovePcrhThresholdTime": times(history.above_pcrh_ms),
    }
    return cells.frame(NOTE_STATUS_HISTORY, filled, cells.by_note_id(scored.note_id))
