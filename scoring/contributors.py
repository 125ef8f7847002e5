"""What a scoring round means for the people who write and rate.

Source: twitter/communitynotes 273c895, scoring/src/scoring/contributor_state.py and run_scoring.py,
``_compute_helpfulness_scores``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.scored import Scored
from scoring.status_history import DAY_MS
from scoring.statuses import CRH, CRNH, NMR
from scoring.tables.arrays import Bool, Int64, Tables
from scoring.tables.values import MISSING_MS
from scoring.valid_ratings import RatingOutcomes, rating_outcomes, timely

RECENT_MS = 28 * DAY_MS
EMERGING_MEAN_NOTE_SCORE = 0.3
EMERGING_RATINGS = 10

_SHORT_PERIOD_MS = 14 * DAY_MS
_SHORT_PERIOD_RATINGS = 10


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
    recent_notes: NoteCounts
    """Those of the last 14 days before the newest note; of NMR notes only those with ten ratings."""
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
    emerging_writer: Bool

    @property
    def writing_impact(self) -> Int64:
        """Helpful minus Not Helpful notes."""
        return self.notes.helpful - self.notes.not_helpful

    @property
    def rating_impact(self) -> Int64:
        """Successful minus unsuccessful ratings; calling a Not Helpful note helpful costs two."""
        ratings = self.ratings
        return ratings.successful - ratings.unsuccessful_helpful - 2 * ratings.unsuccessful_not_helpful


def contributor_scores(tables: Tables, scored: Scored) -> ContributorScores:
    """Per participant of the tables that ``scored`` came from."""
    notes, people = tables.notes, len(tables.participant_ids)
    ratings = scored.prepared.ratings
    history = scored.status_history
    is_timely = timely(ratings, notes, history.latest_non_nmr_ms)
    decided = history.latest_non_nmr_ms[ratings.note]

    def per_author(which: Bool) -> Int64:
        return _count(notes.author[which], people)

    def per_rater(which: Bool) -> Int64:
        return _count(ratings.rater[which], people)

    newest = int(notes.created_at_ms.max()) if len(notes) else 0
    recent = notes.created_at_ms > newest - _SHORT_PERIOD_MS
    well_rated = scored.num_ratings >= _SHORT_PERIOD_RATINGS
    helpful, not_helpful, waiting = (scored.status == status for status in (CRH, CRNH, NMR))

    written = _count(notes.author, people)
    author = notes.author[ratings.note]
    lately = author[ratings.created_at_ms > scored.as_of_ms - RECENT_MS]
    note_scores = np.where(scored.core.captured, np.nan_to_num(scored.core.intercept), 0.0)
    score_sum = np.bincount(notes.author, note_scores, minlength=people)
    with np.errstate(divide="ignore", invalid="ignore"):
        emerging = (score_sum / written > EMERGING_MEAN_NOTE_SCORE) & (
            _count(lately, people) >= EMERGING_RATINGS
        )
    return ContributorScores(
        notes=NoteCounts(per_author(helpful), per_author(not_helpful), per_author(waiting)),
        recent_notes=NoteCounts(
            per_author(helpful & recent),
            per_author(not_helpful & recent),
            per_author(waiting & recent & well_rated),
        ),
        notes_written=written,
        ratings=rating_outcomes(ratings, is_timely, scored.status, people),
        ratings_awaiting=per_rater(is_timely & waiting[ratings.note]),
        rated_after_decision=per_rater((decided != MISSING_MS) & (ratings.created_at_ms > decided)),
        timely_ratings=per_rater(is_timely),
        ratings_received=_count(author, people),
        emerging_writer=emerging,
    )


def _count(codes: NDArray[np.integer], size: int) -> Int64:
    return np.bincount(codes, minlength=size).astype(np.int64)
