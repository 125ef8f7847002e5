"""aux_note_info: what stands behind a note's status besides the models' measures.

Source: twitter/communitynotes 273c895, scoring/src/scoring/note_ratings.py (``compute_note_stats``),
tag_filter.py, incorrect_filter.py and run_scoring.py.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from scoring.contributors import RECENT_MS
from scoring.models.configurations import CORE
from scoring.outputs import cells
from scoring.outputs.cells import single, where
from scoring.outputs.columns import AUX_NOTE_INFO
from scoring.rules.explanation import TAG_COLUMNS
from scoring.scored import Scored
from scoring.statuses import CRH, CRNH, NMR
from scoring.tables.arrays import Bool, Int64, Tables
from scoring.tables.values import NOT_HELPFUL_TAG_COLUMNS


def aux_note_info(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row a note, in order of id."""
    notes, ratings = tables.notes, scored.prepared.ratings
    lately = ratings.note[ratings.created_at_ms > scored.as_of_ms - RECENT_MS]
    sampled = ratings.note[ratings.population_sampled]
    counts = np.concatenate([scored.helpful_tags, scored.not_helpful_tags], axis=1)
    negative, positive = sampled_by_side(tables, scored)
    filled = {
        "noteId": scored.note_id,
        "createdAtMillis": notes.created_at_ms,
        "noteAuthorParticipantId": cells.authors(notes, tables.participant_ids),
        "awaitingBool": scored.status == NMR,
        "numRatingsLast28": np.bincount(lately, minlength=len(notes)),
        "numPopulationSampledRatings": np.bincount(sampled, minlength=len(notes)),
        "currentStatus": cells.statuses(tables.status_history.extended(len(notes)).status),
        "crhBool": scored.status == CRH,
        "crnhBool": scored.status == CRNH,
        "unlockedRatingStatus": cells.statuses(scored.unlocked_status),
        "preStabilizationRatingStatus": cells.statuses(scored.status_before_stabilization),
        **{name: counts[:, column] for column, name in enumerate(TAG_COLUMNS)},
        **_filters(scored),
        "coreNegFactor_populationSampledRatingCount": negative,
        "corePosFactor_populationSampledRatingCount": positive,
    }
    return cells.frame(AUX_NOTE_INFO, filled, cells.by_note_id(scored.note_id))


def _filters(scored: Scored) -> dict[str, pl.Series]:
    """What the Core model's filters measured of the notes it decides and fitted."""
    core, facts = scored.core, scored.core.facts
    fitted = core.captured & ~np.isnan(core.intercept)
    tags, votes = facts.tags, facts.incorrect
    adjusted, ratio = single(tags.adjusted), single(tags.ratio)
    asked = fitted & (votes.voters > 0)
    return {
        "ratingWeight": where(fitted, single(tags.weight)),
        **{
            f"{name}Adjusted": where(fitted, adjusted[:, i]) for i, name in enumerate(NOT_HELPFUL_TAG_COLUMNS)
        },
        **{
            f"{name}AdjustedRatio": where(fitted, ratio[:, i])
            for i, name in enumerate(NOT_HELPFUL_TAG_COLUMNS)
        },
        "notHelpfulIncorrect_interval": where(asked, votes.incorrect),
        "p_incorrect_user_interval": where(asked, votes.expected),
        "num_voters_interval": where(asked, votes.voters),
        "tf_idf_incorrect_interval": where(asked, votes.score),
        "lowDiligenceIntercept": where(fitted, facts.low_diligence_intercept),
    }


def sampled_by_side(tables: Tables, scored: Scored) -> tuple[Int64, Int64]:
    """Ratings asked for at random, by raters of the Core model's final round with a negative factor and by
    the others, on notes it decides, be they fitted or not.
    """
    model = scored.prescoring.models[CORE.name]
    ratings = scored.prepared.ratings
    heard = CORE.hears(tables.enrollment.extended(len(tables.participant_ids)))
    rows = np.flatnonzero(ratings.population_sampled & scored.core.captured[ratings.note])
    factor = model.rater_factor[ratings.rater[rows]]
    counted = (heard & model.above_threshold)[ratings.rater[rows]] & ~np.isnan(factor)
    note, negative = ratings.note[rows[counted]], factor[counted] < 0

    def count(side: Bool) -> Int64:
        return np.bincount(note[side], minlength=len(tables.notes)).astype(np.int64)

    return count(negative), count(~negative)
