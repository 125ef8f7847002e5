"""helpfulness_scores: where contributors stand, how well they rate and write, and whether they may write.

Source: twitter/communitynotes 273c895, scoring/src/scoring/run_scoring.py, ``_compute_helpfulness_scores``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from scoring.contributors import ContributorScores, contributor_scores
from scoring.models.configurations import CORE, MODELS
from scoring.models.model import Model
from scoring.outputs import cells
from scoring.outputs.cells import single, where
from scoring.outputs.columns import HELPFULNESS_SCORES
from scoring.prescoring import ModelPrescoring
from scoring.scored import Scored
from scoring.tables.arrays import Bool, Int8, Int64, Tables
from scoring.tables.values import NOT_ENROLLED, EnrollmentState, NotHelpfulTag


def helpfulness_scores(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row for everybody who made a timely rating, wrote a note, or is in prescoring's table of raters; in
    order of id.
    """
    people = contributor_scores(tables, scored)
    ids = pl.Series(tables.participant_ids, dtype=pl.String)
    core = scored.prescoring.models[CORE.name]
    filled = {
        "raterParticipantId": ids,
        "crhCrnhRatioDifference": where(core.listed, core.crh_crnh_ratio_difference),
        "meanNoteScore": where(core.listed, core.mean_note_score),
        "raterAgreeRatio": where(core.listed, core.agree_ratio),
        "aboveHelpfulnessThreshold": where(core.listed, core.above_threshold),
        **count_columns(tables, people),
    }
    for model in MODELS:
        filled |= model_columns(model, scored.prescoring.models[model.name])
    order = ids.arg_sort().to_numpy()
    spoken_of = people.active | _in_prescoring(scored)
    return cells.frame(HELPFULNESS_SCORES, filled, order[spoken_of[order]])


def model_columns(model: Model, result: ModelPrescoring) -> dict[str, pl.Series]:
    """A model's columns, of those that the file has for it; empty for raters its fits had not."""
    columns = {
        "RaterIntercept": where(result.listed, single(result.rater_intercept)),
        "RaterFactor1": where(result.listed, single(result.rater_factor)),
        "FirstRoundRaterIntercept": where(result.listed, single(result.first_rater_intercept)),
        "FirstRoundRaterFactor1": where(result.listed, single(result.first_rater_factor)),
    }
    named = {f"{model.column_prefix}{name}": values for name, values in columns.items()}
    return {name: values for name, values in named.items() if name in HELPFULNESS_SCORES.types}


def _in_prescoring(scored: Scored) -> Bool:
    """Who occurs in the table of raters that prescoring hands over."""
    models, clusters = scored.prescoring.models.values(), scored.prescoring.clusters
    listed: Bool = np.any([model.listed for model in models], axis=0)
    if clusters is None:
        return listed
    return listed | (clusters.post_selection > 0) | (clusters.quasi_clique > 0)


def count_columns(tables: Tables, people: ContributorScores) -> dict[str, Any]:
    """The columns that follow from the notes' statuses, whichever models gave those."""
    return {**_rated(people), **_wrote(people), **_standing(tables, people)}


def _rated(people: ContributorScores) -> dict[str, pl.Series]:
    """Counts of ratings; empty for those who made no timely one."""
    ratings = people.ratings
    counts = {
        "successfulRatingHelpfulCount": ratings.successful_helpful,
        "successfulRatingNotHelpfulCount": ratings.successful_not_helpful,
        "successfulRatingTotal": ratings.successful,
        "unsuccessfulRatingHelpfulCount": ratings.unsuccessful_helpful,
        "unsuccessfulRatingNotHelpfulCount": ratings.unsuccessful_not_helpful,
        "unsuccessfulRatingTotal": ratings.valid - ratings.successful,
        "ratingsAwaitingMoreRatings": people.ratings_awaiting,
        "ratedAfterDecision": people.rated_after_decision,
    }
    return {name: where(people.timely_ratings > 0, count) for name, count in counts.items()}


def _wrote(people: ContributorScores) -> dict[str, pl.Series | Int64]:
    """Counts of notes; the totals are empty for those who wrote none, the counts by period are 0."""
    totals = {
        "notesCurrentlyRatedHelpful": people.notes.helpful,
        "notesCurrentlyRatedNotHelpful": people.notes.not_helpful,
        "notesAwaitingMoreRatings": people.notes.needs_more_ratings,
        "aggregateRatingReceivedTotal": people.ratings_received,
    }
    return {
        **{name: where(people.notes_written > 0, total) for name, total in totals.items()},
        "authorTopNotHelpfulTagValues": _tag_values(people.top_not_helpful_tags),
        "crhTotal14d": people.fortnight_notes.helpful,
        "crnhTotal14d": people.fortnight_notes.not_helpful,
        "nmrTotal14d": people.fortnight_notes.needs_more_ratings,
        "crhTotal90d": people.quarter_notes.helpful,
        "crnhTotal90d": people.quarter_notes.not_helpful,
        "nmrTotal90d": people.quarter_notes.needs_more_ratings,
    }


def _tag_values(tags: Int8) -> pl.Series:
    """Two tags' positions, joined by a comma; empty where there are none."""
    size = len(NotHelpfulTag)
    pairs = [f"{first},{second}" for first in range(size) for second in range(size)]
    code = tags[:, 0].astype(np.int64) * size + tags[:, 1]
    return cells.names(np.where(tags[:, 0] >= 0, code, -1), pairs)


def _standing(tables: Tables, people: ContributorScores) -> dict[str, pl.Series]:
    """May the contributor write? Someone who neither rated in time nor wrote keeps the state they had, and
    the rest stands empty; so do the figures that only the enrollment table has, where that has no row.
    """
    before = tables.enrollment.extended(len(tables.participant_ids))
    after = people.enrollment
    enrolled = before.modeling_group != NOT_ENROLLED
    state = np.where(people.active, after.state, before.state)
    return {
        "enrollmentState": where(state != EnrollmentState.NOT_ENROLLED, state),
        "successfulRatingNeededToEarnIn": where(people.active, after.ratings_needed_to_earn_in),
        "timestampOfLastStateChange": where(people.active, cells.times(after.last_state_change_ms)),
        "timestampOfLastEarnOut": cells.times(after.last_earn_out_ms),
        "numberOfTimesEarnedOut": where(people.active & enrolled, after.times_earned_out),
        "isEmergingWriter": where(people.active, people.emerging_writer),
    }
