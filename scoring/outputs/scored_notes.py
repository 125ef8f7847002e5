"""scored_notes: every model's measure of a note, and the status the note came to.

Source: twitter/communitynotes 273c895, scoring/src/scoring/run_scoring.py.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from scoring.models.configurations import MODELS
from scoring.models.final_round import ModelScored
from scoring.models.model import Model
from scoring.outputs import cells
from scoring.outputs.cells import where
from scoring.outputs.columns import SCORED_NOTES
from scoring.rules.note_rules import TAG_FILTER, outlying_tags
from scoring.scored import Scored
from scoring.tables.arrays import Tables
from scoring.tables.values import NOT_HELPFUL_TAG_COLUMNS
from scoring.topics import Topic

ALL_NOTES: Final = "ALL_NOTES"
"""Why the notes were scored: a round over all of them asks no further (constants.py, RescoringRuleID)."""


def scored_notes(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row a note, in order of id. Columns of models that did not run stand empty."""
    notes, history = tables.notes, scored.status_history
    filled = {
        "noteId": scored.note_id,
        "finalRatingStatus": cells.statuses(scored.status),
        "firstTag": cells.tags(scored.first_tag),
        "secondTag": cells.tags(scored.second_tag),
        "activeFilterTags": active_filter_tags(scored.core),
        "classification": cells.classifications(notes.classification),
        "createdAtMillis": notes.created_at_ms,
        "metaScorerActiveRules": cells.active_rules(scored.verdict),
        "decidedBy": cells.deciders(scored.verdict),
        "numRatings": scored.num_ratings,
        "timestampMillisOfCurrentStatus": cells.times(history.scored_ms),
        "noteTopic": where(
            scored.topic != Topic.UNASSIGNED,
            cells.names(scored.topic, [topic.published_name for topic in Topic]),
        ),
        "rescoringActiveRules": pl.repeat(ALL_NOTES, len(scored), eager=True),
        "timestampMillisOfNmrDueToMinStableCrhTime": cells.times(history.stabilizing_since_ms),
        "timestampMinuteOfFinalScoringOutput": cells.times(history.final_output_minute),
        "abovePcrhThresholdTime": cells.times(history.above_pcrh_ms),
    }
    for model in MODELS:
        filled |= model_columns(model, scored.models[model.name])
    return cells.frame(SCORED_NOTES, filled, cells.by_note_id(scored.note_id))


def model_columns(model: Model, result: ModelScored) -> dict[str, pl.Series]:
    """A model's columns, of those that the file has for it; empty for notes the model does not decide."""
    facts, captured = result.facts, result.captured
    columns = {
        "NoteIntercept": where(captured, result.intercept),
        "NoteFactor1": where(captured, result.factor),
        "RatingStatus": cells.statuses(result.status),
        "ActiveRules": where(captured, cells.active_rules(result.verdict)),
        "NumFinalRoundRatings": where(
            captured & (result.final_round_ratings > 0), result.final_round_ratings
        ),
        "NoteInterceptMin": where(captured, result.lowest_intercept),
        "NoteInterceptMax": where(captured, facts.highest_intercept),
        "NoteInterceptNoHighVol": where(captured, facts.no_high_volume_intercept),
        "NoteInterceptNoCorrelated": where(captured, facts.no_correlated_intercept),
        "NoteInterceptPopulationSampled": where(captured, result.population_sampled_intercept),
    }
    named = {f"{model.column_prefix}{name}": values for name, values in columns.items()}
    return {name: values for name, values in named.items() if name in SCORED_NOTES.types}


def active_filter_tags(core: ModelScored) -> pl.Series:
    """The not-helpful tags for which the Core model's tag filter spoke of each note it decides."""
    verdict = core.verdict
    rule = np.uint64(verdict.rule_names.index(str(TAG_FILTER)))
    spoke = core.captured & ((verdict.active >> rule) & np.uint64(1)).astype(np.bool_)
    bits = np.uint64(1) << np.arange(len(NOT_HELPFUL_TAG_COLUMNS), dtype=np.uint64)
    masks = np.zeros(len(spoke), np.uint64)
    masks[spoke] = outlying_tags(core.facts)[spoke] @ bits
    return cells.sets_of_names(masks, NOT_HELPFUL_TAG_COLUMNS)
