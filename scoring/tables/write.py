"""The four outputs under their published names and columns.

A column that no model of this package fills stands empty. Every file appears whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contributors import RECENT_MS, ContributorScores, contributor_scores
from scoring.errors import OutputError
from scoring.models.core import CORE
from scoring.rules.engine import Verdict
from scoring.rules.explanation import TAG_COLUMNS
from scoring.scored import Scored
from scoring.statuses import CRH, CRNH, NMR, Status, StatusArray, status_name
from scoring.tables.arrays import Bool, Int8, Tables
from scoring.tables.columns import (
    AUX_NOTE_INFO,
    HELPFULNESS_SCORES,
    NOTE_STATUS_HISTORY,
    SCORED_NOTES,
    Schema,
)
from scoring.tables.files import DATA_TYPES
from scoring.tables.values import CLASSIFICATION_NAMES, MISSING_MS

Format = Literal["tsv", "parquet"]


def write_outputs(
    scored: Scored, tables: Tables, folder: Path | str, *, formats: Sequence[Format] = ("tsv",)
) -> list[Path]:
    """Write scored_notes, helpfulness_scores, note_status_history and aux_note_info; gives the paths written.

    ``tables`` are those that ``scored`` came from. Raises OutputError where the directory cannot be written.
    """
    folder = Path(folder)
    frames = {
        SCORED_NOTES: scored_notes(tables, scored),
        HELPFULNESS_SCORES: helpfulness_scores(tables, scored),
        NOTE_STATUS_HISTORY: note_status_history(tables, scored),
        AUX_NOTE_INFO: aux_note_info(tables, scored),
    }
    written: list[Path] = []
    partials: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for schema, frame in frames.items():
            for suffix in formats:
                path = folder / f"{schema.stem}.{suffix}"
                partial = folder / f".{path.name}.{os.getpid()}.part"
                partials.append(partial)
                written.append(path)
                if suffix == "tsv":
                    frame.write_csv(partial, separator="\t", quote_style="never")
                else:
                    frame.write_parquet(partial)
        for partial, path in zip(partials, written, strict=True):
            partial.replace(path)
    except OSError as error:
        for partial in partials:
            partial.unlink(missing_ok=True)
        raise OutputError(
            f"{folder}: cannot write the outputs ({error.strerror or error}); "
            "name a directory that can be written"
        ) from error
    return written


def scored_notes(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row a note, in order of id."""
    core, verdict = scored.core, scored.verdict
    inside = core.captured
    rows = np.argsort(scored.note_id, kind="stable")
    return _frame(
        SCORED_NOTES,
        {
            "noteId": scored.note_id,
            "coreNoteIntercept": _where(inside, core.intercept),
            "coreNoteFactor1": _where(inside, core.factor),
            "finalRatingStatus": _statuses(scored.status),
            "firstTag": _tags(scored.first_tag),
            "secondTag": _tags(scored.second_tag),
            "coreActiveRules": _masked(_active_rules(core.verdict), inside),
            "classification": _classifications(tables.notes.classification),
            "createdAtMillis": tables.notes.created_at_ms,
            "coreRatingStatus": _statuses(core.status),
            "metaScorerActiveRules": _active_rules(verdict),
            "decidedBy": _deciders(verdict),
            "coreNoteInterceptMin": _where(inside, core.lowest_intercept),
            "coreNoteInterceptMax": _where(inside, core.highest_intercept),
            "numRatings": scored.num_ratings,
            "timestampMillisOfCurrentStatus": scored.status_history.scored_ms,
            "coreNumFinalRoundRatings": _where(
                inside & (core.final_round_ratings > 0), core.final_round_ratings
            ),
            "timestampMillisOfNmrDueToMinStableCrhTime": _times(scored.status_history.stabilizing_since_ms),
        },
        rows,
    )


def helpfulness_scores(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row a participant who made a timely rating or wrote a note, in order of id."""
    people = contributor_scores(tables, scored)
    model = scored.prescoring.models[CORE.name]
    ids = pl.Series(tables.participant_ids, dtype=pl.String)
    rated = people.timely_ratings > 0
    active = rated | (people.notes_written > 0)
    order = ids.arg_sort().to_numpy()
    ratings = people.ratings
    return _frame(
        HELPFULNESS_SCORES,
        {
            "raterParticipantId": ids,
            "coreRaterIntercept": model.rater_intercept,
            "coreRaterFactor1": model.rater_factor,
            "crhCrnhRatioDifference": model.crh_crnh_ratio_difference,
            "meanNoteScore": model.mean_note_score,
            "raterAgreeRatio": model.agree_ratio,
            "successfulRatingHelpfulCount": _where(rated, ratings.successful_helpful),
            "successfulRatingNotHelpfulCount": _where(rated, ratings.successful_not_helpful),
            "successfulRatingTotal": _where(rated, ratings.successful),
            "unsuccessfulRatingHelpfulCount": _where(rated, ratings.unsuccessful_helpful),
            "unsuccessfulRatingNotHelpfulCount": _where(rated, ratings.unsuccessful_not_helpful),
            "unsuccessfulRatingTotal": _where(rated, ratings.valid - ratings.successful),
            "ratingsAwaitingMoreRatings": _where(rated, people.ratings_awaiting),
            "ratedAfterDecision": _where(rated, people.rated_after_decision),
            **_authored(people),
            "aboveHelpfulnessThreshold": _masked(pl.Series(model.above_threshold), model.listed),
            "isEmergingWriter": people.emerging_writer,
            "coreFirstRoundRaterIntercept": _where(model.listed, model.first_rater_intercept),
            "coreFirstRoundRaterFactor1": _where(model.listed, model.first_rater_factor),
        },
        order[active[order]],
    )


def _authored(people: ContributorScores) -> dict[str, Any]:
    wrote = people.notes_written > 0
    return {
        "notesCurrentlyRatedHelpful": _where(wrote, people.notes.helpful),
        "notesCurrentlyRatedNotHelpful": _where(wrote, people.notes.not_helpful),
        "notesAwaitingMoreRatings": _where(wrote, people.notes.needs_more_ratings),
        "aggregateRatingReceivedTotal": _where(wrote, people.ratings_received),
        "crhTotal14d": people.recent_notes.helpful,
        "crnhTotal14d": people.recent_notes.not_helpful,
        "nmrTotal14d": people.recent_notes.needs_more_ratings,
    }


def note_status_history(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row a note, in order of id; the next round's status history."""
    history = scored.status_history
    rows = np.argsort(scored.note_id, kind="stable")
    return _frame(
        NOTE_STATUS_HISTORY,
        {
            "noteId": scored.note_id,
            "noteAuthorParticipantId": _authors(tables),
            "createdAtMillis": tables.notes.created_at_ms,
            "timestampMillisOfFirstNonNMRStatus": _times(history.first_non_nmr_ms),
            "firstNonNMRStatus": _statuses(history.first_non_nmr_status),
            "timestampMillisOfCurrentStatus": _times(history.scored_ms),
            "currentStatus": _statuses(history.status),
            "timestampMillisOfLatestNonNMRStatus": _times(history.latest_non_nmr_ms),
            "mostRecentNonNMRStatus": _statuses(history.latest_non_nmr_status),
            "timestampMillisOfStatusLock": _times(history.lock_ms),
            "lockedStatus": _statuses(history.locked_status),
            "timestampMillisOfRetroLock": _times(history.retro_lock_ms),
            "currentCoreStatus": _statuses(history.core_status),
            "currentDecidedBy": _deciders(scored.verdict),
            "timestampMillisOfMostRecentStatusChange": _times(history.changed_ms),
            "timestampMillisOfNmrDueToMinStableCrhTime": _times(history.stabilizing_since_ms),
            "timestampMillisOfFirstNmrDueToMinStableCrhTime": _times(history.first_stabilizing_ms),
        },
        rows,
    )


def aux_note_info(tables: Tables, scored: Scored) -> pl.DataFrame:
    """One row a note, in order of id."""
    ratings = scored.prepared.ratings
    notes = len(tables.notes)
    lately = ratings.note[ratings.created_at_ms > scored.as_of_ms - RECENT_MS]
    sampled = ratings.note[ratings.population_sampled]
    counts = np.concatenate([scored.helpful_tags, scored.not_helpful_tags], axis=1)
    return _frame(
        AUX_NOTE_INFO,
        {
            "noteId": scored.note_id,
            "createdAtMillis": tables.notes.created_at_ms,
            "noteAuthorParticipantId": _authors(tables),
            "awaitingBool": scored.status == NMR,
            "numRatingsLast28": np.bincount(lately, minlength=notes),
            "numPopulationSampledRatings": np.bincount(sampled, minlength=notes),
            "currentStatus": _statuses(tables.status_history.extended(notes).status),
            "crhBool": scored.status == CRH,
            "crnhBool": scored.status == CRNH,
            "unlockedRatingStatus": _statuses(scored.unlocked_status),
            "preStabilizationRatingStatus": _statuses(scored.status_before_stabilization),
            **{name: counts[:, column] for column, name in enumerate(TAG_COLUMNS)},
        },
        np.argsort(scored.note_id, kind="stable"),
    )


def _frame(schema: Schema, filled: Mapping[str, Any], rows: NDArray[np.intp]) -> pl.DataFrame:
    """All columns of a schema, those not filled empty, some rows in order."""
    unknown = set(filled) - set(schema.names)
    assert not unknown, unknown
    columns = [
        pl.Series(column.name, filled[column.name], nan_to_null=True).cast(DATA_TYPES[column.kind])
        if column.name in filled
        else pl.repeat(None, len(filled[schema.names[0]]), eager=True, dtype=DATA_TYPES[column.kind]).alias(
            column.name
        )
        for column in schema.columns
    ]
    return pl.DataFrame(columns)[rows]


def _where(condition: Bool, values: NDArray[Any]) -> pl.Series:
    return _masked(pl.Series(values, nan_to_null=True), condition)


def _masked(values: pl.Series, condition: Bool) -> pl.Series:
    return pl.select(pl.when(pl.Series(condition)).then(values)).to_series()


def _times(values: NDArray[np.int64]) -> pl.Series:
    return _where(values != MISSING_MS, values)


def _names(codes: NDArray[Any], names: Sequence[str]) -> pl.Series:
    """Names by code; code -1 and empty names become empty."""
    table = pl.Series([name or None for name in [*names, ""]], dtype=pl.String)
    return table[np.asarray(codes, np.int64) % len(table)] if len(codes) else table.clear()


_STATUS_NAMES: Final = [status_name(status) for status in Status if status is not Status.NONE]


def _statuses(codes: StatusArray) -> pl.Series:
    return _names(codes, _STATUS_NAMES)


def _tags(codes: Int8) -> pl.Series:
    return _names(codes, TAG_COLUMNS)


def _classifications(codes: Int8) -> pl.Series:
    return _names(codes, [name for name in CLASSIFICATION_NAMES.values() if name])


def _authors(tables: Tables) -> pl.Series:
    return _names(tables.notes.author, tables.participant_ids)


def _deciders(verdict: Verdict) -> pl.Series:
    return _names(verdict.decided_by, verdict.rule_names)


def _active_rules(verdict: Verdict) -> pl.Series:
    _, first, which = np.unique(verdict.active, return_index=True, return_inverse=True)
    return _names(which, [verdict.active_rules(int(note)) for note in first])
