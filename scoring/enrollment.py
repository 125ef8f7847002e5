"""Who may write: contributors earn in by rating well, and earn out by writing notes found not helpful.

Source: twitter/communitynotes 273c895, scoring/src/scoring/contributor_state.py (``get_contributor_state``,
``single_trigger_earn_out``, ``calculate_ri_to_earn_in``); constants from constants.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scoring.statuses import CRNH, NMR, StatusArray
from scoring.tables.arrays import Bool, Enrollment, Int8, Int32, Int64, Notes
from scoring.tables.values import EnrollmentState

RATINGS_TO_EARN_IN: Final = 5
"""Rating impact that lets a new user write, and what each earning out adds to it (ratingImpactForEarnIn)."""

LATEST_NOTES: Final = 5
"""So many of an author's notes are looked at (maxHistoryEarnOut)."""

NOT_HELPFUL_AT_RISK: Final = 2
"""Not Helpful ones among them that put an author at risk; more make them earn out (isAtRiskCRNHCount)."""

TOP_WRITER_IMPACT: Final = 10
"""Writing impact of a top writer (topWriterWritingImpact)."""

TOP_WRITER_HIT_RATE: Final = 0.04
"""Writing impact per note of a top writer (topWriterHitRate)."""

_API_STATES: Final = (
    EnrollmentState.API_TEST_USER,
    EnrollmentState.API_EARNED_IN,
    EnrollmentState.API_EARNED_OUT,
)


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What a contributor's state depends on, row i for participant i."""

    notes_helpful: Int64
    """Notes that are Helpful, of all the participant ever wrote."""
    notes_not_helpful: Int64
    notes_written: Int64
    rating_impact: Int64
    """Successful minus unsuccessful ratings; calling a Not Helpful note helpful costs two."""
    latest_not_helpful: Int64
    """Not Helpful notes among the latest since the last earning out: see :func:`latest_not_helpful`."""

    @property
    def writing_impact(self) -> Int64:
        """Helpful minus Not Helpful notes."""
        return self.notes_helpful - self.notes_not_helpful

    @property
    def top_writer(self) -> Bool:
        """Whether so much of the participant's writing is Helpful that earning in again stays cheap.

        The published description (documentation/contributing/writing-notes.md) counts Helpful notes alone in
        the rate; the code takes the Not Helpful ones off, and counts.
        """
        rate = self.writing_impact / np.maximum(self.notes_written, 1)
        top: Bool = (self.writing_impact >= TOP_WRITER_IMPACT) & (rate >= TOP_WRITER_HIT_RATE)
        return top


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from some states to another."""

    name: str
    leads_to: EnrollmentState
    applies: Callable[[Int8, TrackRecord, Enrollment], Bool]
    """Whose turn it is, from each participant's present state, record and enrollment before the round."""


def _in_states(state: Int8, *states: EnrollmentState) -> Bool:
    return np.isin(state, states)


def _exempt(state: Int8) -> Bool:
    """Whom the ordinary steps pass over."""
    return _in_states(state, EnrollmentState.REMOVED, *_API_STATES)


def _earns_in(state: Int8, record: TrackRecord, enrollment: Enrollment) -> Bool:
    may_write = _in_states(state, EnrollmentState.EARNED_IN, EnrollmentState.AT_RISK)
    reached = record.rating_impact >= enrollment.ratings_needed_to_earn_in
    return ~_exempt(state) & ~may_write & reached


def _comes_at_risk(state: Int8, record: TrackRecord, enrollment: Enrollment) -> Bool:
    exactly: Bool = record.latest_not_helpful == NOT_HELPFUL_AT_RISK
    return _in_states(state, EnrollmentState.EARNED_IN) & exactly


def _earns_out(state: Int8, record: TrackRecord, enrollment: Enrollment) -> Bool:
    waiting = _in_states(state, EnrollmentState.NEW_USER, EnrollmentState.EARNED_OUT_ACKNOWLEDGED)
    return ~_exempt(state) & ~waiting & (record.latest_not_helpful > NOT_HELPFUL_AT_RISK)


def _recovers(state: Int8, record: TrackRecord, enrollment: Enrollment) -> Bool:
    return _in_states(state, EnrollmentState.AT_RISK) & (record.latest_not_helpful < NOT_HELPFUL_AT_RISK)


def _earns_out_by_one_note(state: Int8, record: TrackRecord, enrollment: Enrollment) -> Bool:
    passed_over = _in_states(
        state,
        EnrollmentState.NEW_USER,
        EnrollmentState.REMOVED,
        EnrollmentState.EARNED_OUT_NO_ACKNOWLEDGE,
        EnrollmentState.EARNED_OUT_ACKNOWLEDGED,
    )
    return ~passed_over & (record.writing_impact < 0) & (record.latest_not_helpful > 0)


TRANSITIONS: Final = (
    Transition("earn in", EnrollmentState.EARNED_IN, _earns_in),
    Transition("come at risk", EnrollmentState.AT_RISK, _comes_at_risk),
    Transition("earn out", EnrollmentState.EARNED_OUT_NO_ACKNOWLEDGE, _earns_out),
    Transition("recover", EnrollmentState.EARNED_IN, _recovers),
    Transition("earn out by one note", EnrollmentState.EARNED_OUT_NO_ACKNOWLEDGE, _earns_out_by_one_note),
)
"""The official order; each step sees the states that the step before left.

All but the last pass over removed contributors and API writers. The last does not exempt API writers: one
whose Not Helpful notes outnumber the Helpful ones is written out as earned out like a person.
"""


def updated_enrollment(enrollment: Enrollment, record: TrackRecord, *, as_of_ms: int) -> Enrollment:
    """Everybody's standing after a scoring round.

    ``enrollment`` is the standing before it, as :func:`with_clocks_restarted` gives it, and covers all
    participants; those absent from it become new users. A contributor whom a step applies to gets
    ``as_of_ms`` as the time of the last change, even where steps lead back to the state before. Whoever ends
    as earned out is given a new target and counts as having been told at once; that is no change of its own.
    """
    state = enrollment.state.copy()
    state[state == EnrollmentState.NOT_ENROLLED] = EnrollmentState.NEW_USER
    changed_ms = enrollment.last_state_change_ms.copy()
    times_earned_out = enrollment.times_earned_out.copy()
    for transition in TRANSITIONS:
        moves = transition.applies(state, record, enrollment)
        state[moves] = transition.leads_to
        changed_ms[moves] = as_of_ms
        if transition.leads_to is EnrollmentState.EARNED_OUT_NO_ACKNOWLEDGE:
            times_earned_out[moves] += 1

    earned_out = state == EnrollmentState.EARNED_OUT_NO_ACKNOWLEDGE
    state[earned_out] = EnrollmentState.EARNED_OUT_ACKNOWLEDGED
    return replace(
        enrollment,
        state=state,
        ratings_needed_to_earn_in=np.where(
            earned_out, _new_target(record, times_earned_out), enrollment.ratings_needed_to_earn_in
        ).astype(np.int32),
        last_state_change_ms=changed_ms,
        times_earned_out=times_earned_out,
    )


def _new_target(record: TrackRecord, times_earned_out: Int32) -> Int64:
    """Rating impact that an earned-out contributor must reach: more each time, except for top writers."""
    again = np.where(record.top_writer, 0, np.maximum(times_earned_out - 1, 0))
    target: Int64 = RATINGS_TO_EARN_IN * (1 + again) + np.maximum(record.rating_impact, 0)
    return target


def with_clocks_restarted(enrollment: Enrollment, *, as_of_ms: int) -> Enrollment:
    """The standing with the time of last earning out moved to now for those who have earned out and know it.

    So notes from before they earn in again are never held against them.
    """
    told = enrollment.state == EnrollmentState.EARNED_OUT_ACKNOWLEDGED
    return replace(enrollment, last_earn_out_ms=np.where(told, as_of_ms, enrollment.last_earn_out_ms))


def latest_not_helpful(notes: Notes, status: StatusArray, last_earn_out_ms: Int64) -> Int64:
    """By participant: Not Helpful notes among the latest five written since the last earning out.

    Notes with a status go before those that need more ratings, and then newest first; note ids are ordered in
    time. ``status`` is by note, ``last_earn_out_ms`` by participant.
    """
    rows = np.flatnonzero(notes.created_at_ms > last_earn_out_ms[notes.author])
    rows = rows[np.lexsort((-notes.note_id[rows], status[rows] == NMR, notes.author[rows]))]
    author = notes.author[rows]
    rank = np.arange(len(rows)) - np.searchsorted(author, author)
    counted = rows[(rank < LATEST_NOTES) & (status[rows] == CRNH)]
    return np.bincount(notes.author[counted], minlength=len(last_earn_out_ms)).astype(np.int64)
