"""What a scoring round means for the people who write and rate.

Source: twitter/communitynotes 273c895, scoring/src/scoring/contributor_state.py and run_scoring.py,
``_compute_helpfulness_scores``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.enrollment import TrackRecord, latest_not_helpful, updated_enrollment, with_clocks_restarted
from scoring.preparation import PreparedRatings, prepare
from scoring.rating_kernels import count_bits
from scoring.rules.explanation import authors_top_tags
from scoring.scored import Scored
from scoring.status_history import DAY_MS
from scoring.statuses import CRH, CRNH, NMR, StatusArray
from scoring.tables.arrays import Bool, Enrollment, Int8, Int64, Notes, Ratings, Tables
from scoring.tables.values import MISSING_MS, NotHelpfulTag
from scoring.valid_ratings import RatingOutcomes, rating_outcomes, timely

RECENT_MS: Final = 28 * DAY_MS
EMERGING_MEAN_NOTE_SCORE: Final = 0.3
"""Mean intercept of an emerging writer's notes (emergingMeanNoteScore)."""
EMERGING_RATINGS: Final = 10
"""Ratings an emerging writer received in the last 28 days (emergingRatingCount)."""

_FORTNIGHT_MS: Final = 14 * DAY_MS
_FORTNIGHT_RATINGS: Final = 10
_QUARTER_MS: Final = 90 * DAY_MS


@dataclass(frozen=True, slots=True)
class NoteCounts:
    """Notes by the status they have, per author."""

    helpful: Int64
    not_helpful: Int64
    needs_more_ratings: Int64


@dataclass(frozen=True, slots=True)
class ContributorScores:
    """Row i for participant i of the tables."""

    notes: NoteCounts
    """All notes the contributor wrote."""
    fortnight_notes: NoteCounts
    """Those of the 14 days before the newest note; of NMR notes only those with ten ratings."""
    quarter_notes: NoteCounts
    """Those of the 90 days before the newest note, however many ratings they have."""
    notes_written: Int64
    ratings: RatingOutcomes
    """Valid ratings against the notes' statuses."""
    ratings_awaiting: Int64
    """Timely ratings of notes that are NMR."""
    rated_after_decision: Int64
    """Ratings made after the note's latest status had become known."""
    timely_ratings: Int64
    """Ratings made before the note's outcome could be known."""
    ratings_received: Int64
    top_not_helpful_tags: Int8
    """(people, 2) positions in file order of the tags that most often lead the contributor's notes; -1 where
    no note has two.
    """
    emerging_writer: Bool
    enrollment: Enrollment
    """The contributor's standing after the round."""

    @property
    def active(self) -> Bool:
        """Who wrote a note or made a timely rating; nobody else is spoken of in the published scores."""
        return (self.timely_ratings > 0) | (self.notes_written > 0)

    @property
    def writing_impact(self) -> Int64:
        """Helpful minus Not Helpful notes."""
        return self.notes.helpful - self.notes.not_helpful

    @property
    def rating_impact(self) -> Int64:
        """Successful minus unsuccessful ratings; calling a Not Helpful note helpful costs two."""
        return _rating_impact(self.ratings)


def contributor_scores(tables: Tables, scored: Scored) -> ContributorScores:
    """Per participant of the tables that ``scored`` came from."""
    core, clusters = scored.core, scored.prescoring.clusters
    merged = clusters is not None and clusters.post_selection.any()
    return scores_by_status(
        tables.notes,
        scored.prepared,
        prepare(tables, None).ratings if merged else scored.prepared.ratings,
        tables.enrollment.extended(len(tables.participant_ids)),
        status=scored.status,
        latest_non_nmr_ms=scored.status_history.latest_non_nmr_ms,
        core_intercept=np.where(core.captured, core.intercept, np.float32(np.nan)),
        as_of_ms=scored.as_of_ms,
    )


def scores_by_status(
    notes: Notes,
    prepared: PreparedRatings,
    given: Ratings,
    enrollment: Enrollment,
    *,
    status: StatusArray,
    latest_non_nmr_ms: Int64,
    core_intercept: NDArray[np.floating],
    as_of_ms: int,
) -> ContributorScores:
    """What these statuses mean for everybody, whoever gave them.

    Raters are judged by all eligible ratings, ``given``, also those that were merged with others' because
    their raters rate alike (run_scoring.py hands contributor scoring the ratings from before); authors by
    those that counted, ``prepared``.

    ``enrollment`` covers all participants. The others are by note: the final status, when the latest one
    other than NMR became known (this round's included), and the Core model's intercept, NaN where there is
    none.
    """
    people = len(enrollment)
    received = prepared.ratings
    is_timely = timely(given, notes, latest_non_nmr_ms)
    decided_ms = latest_non_nmr_ms[given.note]

    def per_rater(which: Bool) -> Int64:
        return _count(given.rater[which], people)

    def per_author(which: Bool) -> Int64:
        return _count(notes.author[which], people)

    def by_status(among: Bool, waiting_among: Bool) -> NoteCounts:
        return NoteCounts(
            per_author(among & (status == CRH)),
            per_author(among & (status == CRNH)),
            per_author(among & waiting_among & (status == NMR)),
        )

    every = np.ones(len(notes), np.bool_)
    newest = int(notes.created_at_ms.max()) if len(notes) else 0
    well_rated = np.diff(prepared.pointer) >= _FORTNIGHT_RATINGS
    outcomes = rating_outcomes(given, is_timely, status, people)
    counts = by_status(every, every)
    written = per_author(every)
    restarted = with_clocks_restarted(enrollment, as_of_ms=as_of_ms)
    record = TrackRecord(
        notes_helpful=counts.helpful,
        notes_not_helpful=counts.not_helpful,
        notes_written=written,
        rating_impact=_rating_impact(outcomes),
        latest_not_helpful=latest_not_helpful(notes, status, restarted.last_earn_out_ms),
    )
    author = notes.author[received.note]
    return ContributorScores(
        notes=counts,
        fortnight_notes=by_status(notes.created_at_ms > newest - _FORTNIGHT_MS, well_rated),
        quarter_notes=by_status(notes.created_at_ms > newest - _QUARTER_MS, every),
        notes_written=written,
        ratings=outcomes,
        ratings_awaiting=per_rater(is_timely & (status == NMR)[given.note]),
        rated_after_decision=per_rater((decided_ms != MISSING_MS) & (given.created_at_ms > decided_ms)),
        timely_ratings=per_rater(is_timely),
        ratings_received=_count(author, people),
        top_not_helpful_tags=authors_top_tags(
            count_bits(prepared.pointer, received.not_helpful_tags, len(NotHelpfulTag)), notes.author, people
        ),
        emerging_writer=_emerging(
            notes.author, core_intercept, written, author[received.created_at_ms > as_of_ms - RECENT_MS]
        ),
        enrollment=updated_enrollment(restarted, record, as_of_ms=as_of_ms),
    )


def _rating_impact(ratings: RatingOutcomes) -> Int64:
    return ratings.successful - ratings.unsuccessful_helpful - 2 * ratings.unsuccessful_not_helpful


def _emerging(
    author: NDArray[np.integer],
    core_intercept: NDArray[np.floating],
    written: Int64,
    lately_rated_author: NDArray[np.integer],
) -> Bool:
    """Whose notes score high on average, a note without a score counting as 0, and are being rated."""
    people = len(written)
    score = np.bincount(author, np.nan_to_num(core_intercept.astype(np.float64)), minlength=people)
    rated = _count(lately_rated_author, people) >= EMERGING_RATINGS
    high: Bool = score / np.maximum(written, 1) > EMERGING_MEAN_NOTE_SCORE
    return high & rated


def _count(codes: NDArray[np.integer], size: int) -> Int64:
    return np.bincount(codes, minlength=size).astype(np.int64)
