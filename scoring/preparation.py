"""The ratings that count, in order of note and rater, and what is known of the people who gave them.

Source: twitter/communitynotes 273c895, scoring/src/scoring/process_data.py, ``preprocess_data``, and
post_selection_similarity.py, ``apply_post_selection_similarity``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.errors import InputError
from scoring.rating_kernels import sorted_positions
from scoring.status_history import DAY_MS
from scoring.tables.arrays import Bool, Int32, Int64, RaterClusters, Ratings, Tables, taken
from scoring.tables.values import Classification

NOT_MISLEADING_FROM_MS = 1_664_755_200_000
"""2022-10-03: from here on ratings of "not misleading" notes count (constants.py,
notMisleadingUILaunchTime).
"""

PRODUCTION_NOTES = 200
"""Fewer distinct notes than these are no public data set: guards against manipulation, which look at how
many people do, are off (constants.py, minNumNotesForProdData).
"""

HIGH_VOLUME_WINDOWS_MS = (7 * DAY_MS, 28 * DAY_MS)
HIGH_VOLUME_QUANTILE = 0.999


@dataclass(frozen=True, slots=True)
class PreparedRatings:
    """Eligible ratings, row after row of notes: those of note i are ``pointer[i]`` to ``pointer[i + 1]``,
    in order of the rater's number. The flags are by participant.
    """

    pointer: Int64
    ratings: Ratings
    high_volume: Bool
    """Rated more than nearly everybody in the last week or four weeks."""
    correlated: Bool
    """Belongs to a group of raters who act as one (a quasi-clique)."""

    def without(self, raters: Bool) -> PreparedRatings:
        """What is left when these participants' ratings are taken away."""
        return self.kept(~raters[self.ratings.rater])

    def kept(self, rows: Bool) -> PreparedRatings:
        """Some of the ratings, by mask."""
        before = np.concatenate([[0], np.cumsum(rows)])
        return PreparedRatings(
            before[self.pointer], taken(self.ratings, rows), self.high_volume, self.correlated
        )


def prepare(tables: Tables, clusters: RaterClusters | None) -> PreparedRatings:
    """Sort the eligible ratings, and let each cluster of similar raters speak with one voice.

    Ratings of a "not misleading" note count only if the note was written after 2022-10-03; those of a
    deleted note count. ``clusters`` covers all participants. The result does not depend on the order of the
    rows. Raises InputError where a rater rated a note twice.
    """
    notes, participants = tables.notes, len(tables.participant_ids)
    eligible = (notes.classification != Classification.NOT_MISLEADING) | (
        notes.created_at_ms > NOT_MISLEADING_FROM_MS
    )
    pointer, ordered = _in_order(tables.ratings, eligible, participants)
    _refuse_doubles(tables, ordered)
    prepared = PreparedRatings(
        pointer,
        ordered,
        high_volume=high_volume_raters(tables.ratings, participants),
        correlated=np.zeros(participants, np.bool_) if clusters is None else clusters.quasi_clique > 0,
    )
    if clusters is None or not clusters.post_selection.any() or not _is_production(tables.ratings):
        return prepared
    return prepared.kept(_one_voice_each(ordered, notes.author, clusters))


def _in_order(ratings: Ratings, eligible: Bool, participants: int) -> tuple[Int64, Ratings]:
    """The ratings of eligible notes by note, then rater, and where each note's begin.

    Tables that were read from files come in this order: then nothing is copied that stays.
    """
    note, rater = ratings.note, ratings.rater
    if np.all((note[1:] > note[:-1]) | ((note[1:] == note[:-1]) & (rater[1:] >= rater[:-1]))):
        if not eligible.all():
            ratings = taken(ratings, eligible[note])
        counts = np.bincount(ratings.note, minlength=len(eligible))
        return np.concatenate([[0], np.cumsum(counts)]), ratings
    pointer, order = sorted_positions(note, rater, eligible, len(eligible), participants)
    return pointer, taken(ratings, order)


def high_volume_raters(ratings: Ratings, participants: int) -> Bool:
    """Who rated more often than 99.9 % of the raters active in the seven or 28 days before the newest
    rating.
    """
    flagged = np.zeros(participants, np.bool_)
    if not _is_production(ratings):
        return flagged
    newest = int(ratings.created_at_ms.max())
    for window_ms in HIGH_VOLUME_WINDOWS_MS:
        lately = ratings.rater[ratings.created_at_ms > newest - window_ms]
        counts = np.bincount(lately, minlength=participants)
        flagged |= counts > np.quantile(counts[counts > 0], HIGH_VOLUME_QUANTILE)
    return flagged


def _is_production(ratings: Ratings) -> bool:
    if len(ratings) < PRODUCTION_NOTES:
        return False
    return int(np.count_nonzero(np.bincount(ratings.note))) >= PRODUCTION_NOTES


def _one_voice_each(ratings: Ratings, author: Int32, clusters: RaterClusters) -> Bool:
    """Which ratings stay: of a cluster the earliest on each note, and none on its own members' notes."""
    cluster = clusters.post_selection[ratings.rater]
    clustered = cluster > 0
    own = clustered & (clusters.post_selection[author[ratings.note]] == cluster)
    rows = np.flatnonzero(clustered & ~own)
    rows = rows[np.lexsort((ratings.created_at_ms[rows], cluster[rows], ratings.note[rows]))]
    note, voice = ratings.note[rows], cluster[rows]
    later = np.zeros(len(rows), np.bool_)
    later[1:] = (note[1:] == note[:-1]) & (voice[1:] == voice[:-1])
    stays: Bool = ~own
    stays[rows[later]] = False
    return stays


def _refuse_doubles(tables: Tables, ordered: Ratings) -> None:
    twice = (ordered.rater[1:] == ordered.rater[:-1]) & (ordered.note[1:] == ordered.note[:-1])
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise InputError(
            f"participant {tables.participant_ids[ordered.rater[row]]} rated note "
            f"{tables.notes.note_id[ordered.note[row]]} more than once",
            remedy="keep one rating for each rater and note",
        )
