"""What a scoring round leaves behind for the next.

Source: twitter/communitynotes 273c895, scoring/src/scoring/note_status_history.py,
``update_note_status_history``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scoring.statuses import NMR, NONE, StatusArray
from scoring.tables.arrays import Bool, Int64, Notes, StatusHistory, Text
from scoring.tables.values import MISSING_MS, STABILIZATION_OVER
from scoring.valid_ratings import HISTORY_FROM_MS

DAY_MS = 86_400_000
LOCK_AFTER_MS = 14 * DAY_MS
"""Two weeks after a note's creation its status is locked (constants.py, noteLockMillis)."""

NEVER_CHANGED = -1


def updated_history(
    history: StatusHistory,
    notes: Notes,
    *,
    status: StatusArray,
    core_status: StatusArray,
    expansion_status: StatusArray,
    decided_by: Text,
    decided_for_good: Bool,
    stabilization_ms: Int64,
    as_of_ms: int,
) -> StatusHistory:
    """The history after a round that gave every note ``status``; ``history`` covers all notes.

    ``decided_for_good`` says where the rule that decided may lock a note. ``stabilization_ms`` is empty where
    the stabilization had nothing to say; elsewhere it is the note's new waiting time, also recorded as its
    first where there was none, be it -1.

    What group models say of a note stands empty, because none spoke; the minute of output too, which is for
    the program to fill that publishes the table. ``above_pcrh_ms`` stays as it was: it belongs to a model
    that decides no status, and the official results leave it alone even where they lock a note.
    """
    changed = status != history.status
    changed_ms = np.where(
        changed, as_of_ms, np.where(history.changed_ms == MISSING_MS, NEVER_CHANGED, history.changed_ms)
    )

    locks = (
        (history.locked_status == NONE) & (as_of_ms - notes.created_at_ms > LOCK_AFTER_MS) & decided_for_good
    )
    locked_status = np.where(locks, status, history.locked_status)
    lock_ms = np.where(locks, as_of_ms, history.lock_ms)

    locked = locked_status != NONE
    nobody = StatusHistory.empty(len(status))
    touched = ~locked & (stabilization_ms != MISSING_MS)
    since = np.where(touched, stabilization_ms, history.stabilizing_since_ms)
    since[locked] = STABILIZATION_OVER
    starts = touched & (history.first_stabilizing_ms == MISSING_MS)
    first_stabilizing = np.where(starts, stabilization_ms, history.first_stabilizing_ms)

    decided = (status != NMR) & (notes.created_at_ms >= HISTORY_FROM_MS)
    first = decided & (history.first_non_nmr_status == NONE)
    latest = first | (decided & (status != history.latest_non_nmr_status))
    return replace(
        history,
        first_non_nmr_ms=np.where(first, as_of_ms, history.first_non_nmr_ms),
        first_non_nmr_status=np.where(first, status, history.first_non_nmr_status),
        scored_ms=np.full(len(status), as_of_ms, np.int64),
        status=status,
        latest_non_nmr_ms=np.where(latest, as_of_ms, history.latest_non_nmr_ms),
        latest_non_nmr_status=np.where(latest, status, history.latest_non_nmr_status),
        lock_ms=lock_ms,
        locked_status=locked_status,
        core_status=core_status,
        expansion_status=expansion_status,
        group_status=nobody.group_status,
        multi_group_status=nobody.multi_group_status,
        modeling_group=nobody.modeling_group,
        modeling_multi_group=nobody.modeling_multi_group,
        decided_by=decided_by,
        changed_ms=changed_ms,
        stabilizing_since_ms=since,
        first_stabilizing_ms=first_stabilizing,
        final_output_minute=nobody.final_output_minute,
    )
