"""The figures that tell whether two scorers agree, where what lies behind them does.

A final status is held against the other run's only where a rule that this package has decided it there; tags,
counts and enrollment states only where the statuses behind them are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from scoring.agreement.causes import (
    ABOVE_THRESHOLD,
    ACTIVE_META_RULES,
    FINAL_STATUS,
    Cause,
    causes_of_final_status,
    causes_of_helpfulness,
    causes_of_status,
    rule_names,
)
from scoring.agreement.columns import ColumnAgreement, compare_column
from scoring.agreement.files import THEIRS, Joined, equal, has_values, join_outputs
from scoring.models.configurations import MODELS
from scoring.rules.meta_rules import DRIFT_GUARD, EXPLANATION, META_RULES, POPULATION_SAMPLED, STABILIZATION
from scoring.tables.arrays import Tables

AFTER_MODELS: Final = frozenset(
    rule.name for rule in (POPULATION_SAMPLED, STABILIZATION, DRIFT_GUARD, EXPLANATION)
)
"""Meta rules that work on what some model has decided."""
OWN_RULES: Final = frozenset(rule.name for rule in META_RULES) - AFTER_MODELS

CORE_STATUS: Final = "coreRatingStatus"
EXPLANATION_TAGS: Final = ("firstTag", "secondTag")
FILTER_TAGS: Final = "activeFilterTags"

IMPACT_COUNTS: Final = (
    "successfulRatingHelpfulCount",
    "successfulRatingNotHelpfulCount",
    "successfulRatingTotal",
    "unsuccessfulRatingHelpfulCount",
    "unsuccessfulRatingNotHelpfulCount",
    "unsuccessfulRatingTotal",
    "ratingsAwaitingMoreRatings",
    "ratedAfterDecision",
    "notesCurrentlyRatedHelpful",
    "notesCurrentlyRatedNotHelpful",
    "notesAwaitingMoreRatings",
    "aggregateRatingReceivedTotal",
    "crhTotal14d",
    "crnhTotal14d",
    "nmrTotal14d",
    "crhTotal90d",
    "crnhTotal90d",
    "nmrTotal90d",
)
ENROLLMENT: Final = (
    "enrollmentState",
    "successfulRatingNeededToEarnIn",
    "timestampOfLastStateChange",
    "timestampOfLastEarnOut",
    "numberOfTimesEarnedOut",
)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some rows are equal, empty on both sides included."""

    what: str
    column: str
    """The column, or several joined by commas, all of which must be equal."""
    rows: int
    equal: int

    @property
    def share(self) -> float | None:
        """0 to 1; None where there is no such row."""
        return self.equal / self.rows if self.rows else None


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows of one output file the runs have in common."""

    file: str
    both: int
    only_ours: int
    only_theirs: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Whether two runs agree."""

    rows: tuple[Rows, ...]
    """What follows is about the rows in both."""
    shares: tuple[Share, ...]
    distances: tuple[ColumnAgreement, ...]
    """Intercepts and factors of notes and raters."""
    causes: tuple[Cause, ...]
    not_ours: tuple[str, ...]
    """Status columns that only they fill: models that this package does not have."""


def summarize(ours: Path, theirs: Path, *, tables: Tables | None = None) -> Summary:
    """Whether two runs on the same data agree.

    ``tables`` are the data that both scored: with them contributors' counts are held against each other where
    every note that a contributor wrote or rated has the same status in both runs; without them, all
    contributors'. Raises InputError where the folders have no output file in common.
    """
    return summarize_files(join_outputs(ours, theirs), tables=tables)


def summarize_files(files: Mapping[str, Joined], *, tables: Tables | None = None) -> Summary:
    """The same for files that are read already."""
    shares: list[Share] = []
    causes: list[Cause] = []
    not_ours: tuple[str, ...] = ()
    notes, people = files.get("scored_notes"), files.get("helpfulness_scores")
    if notes is not None:
        for model in MODELS:
            column = f"{model.column_prefix}RatingStatus"
            if has_values(notes, column) and has_values(notes, column + THEIRS):
                shares.append(share(f"{model.column_prefix} status", notes, [column]))
                causes += causes_of_status(model, notes, files.get("aux_note_info"))
        shares += _final_status(notes)
        causes += causes_of_final_status(notes)
        shares += _tags(notes)
        not_ours = tuple(
            column
            for column in notes.columns
            if column.endswith("RatingStatus")
            and has_values(notes, column + THEIRS)
            and not has_values(notes, column)
        )
    if people is not None:
        shares += _contributors(people, notes, tables)
        causes += causes_of_helpfulness(people)
    return Summary(
        rows=tuple(
            Rows(file.name, file.rows.height, file.only_ours, file.only_theirs) for file in files.values()
        ),
        shares=tuple(shares),
        distances=tuple(_distances(files)),
        causes=tuple(causes),
        not_ours=not_ours,
    )


def share(what: str, file: Joined, columns: Sequence[str], where: pl.Series | None = None) -> Share:
    """How many rows have all these columns equal, of all rows or of those ``where`` marks."""
    same = pl.select(pl.all_horizontal([equal(file.rows, column) for column in columns])).to_series()
    rows = file.rows.height if where is None else int(where.sum())
    return Share(what, ", ".join(columns), rows, int((same if where is None else same & where).sum()))


def _present(file: Joined, columns: Iterable[str]) -> list[str]:
    return [column for column in columns if column in file.columns]


def _final_status(notes: Joined) -> Iterator[Share]:
    if FINAL_STATUS not in notes.columns:
        return
    yield share("final status", notes, [FINAL_STATUS])
    if ACTIVE_META_RULES in notes.columns:
        own = own_decisions(notes)
        yield share("final status where a model of ours decided theirs", notes, [FINAL_STATUS], own)


def _tags(notes: Joined) -> Iterator[Share]:
    tags = _present(notes, EXPLANATION_TAGS)
    if tags and FINAL_STATUS in notes.columns:
        same = equal(notes.rows, FINAL_STATUS)
        yield share("explanation tags where the final status is equal", notes, tags, same)
    if {FILTER_TAGS, CORE_STATUS} <= set(notes.columns):
        same = equal(notes.rows, CORE_STATUS)
        yield share("filter tags where the core status is equal", notes, [FILTER_TAGS], same)


def _contributors(people: Joined, notes: Joined | None, tables: Tables | None) -> Iterator[Share]:
    if ABOVE_THRESHOLD in people.columns:
        yield share("above the helpfulness threshold", people, [ABOVE_THRESHOLD])
    where, known = None, ""
    if tables is not None and notes is not None and FINAL_STATUS in notes.columns:
        where, known = untouched(people, notes, tables), " where all statuses behind them are equal"
    for what, columns in (("impact counts", IMPACT_COUNTS), ("enrollment", ENROLLMENT)):
        if present := _present(people, columns):
            yield share(what + known, people, present, where)


def untouched(people: Joined, notes: Joined, tables: Tables) -> pl.Series:
    """Contributors who neither wrote nor rated a note whose final status differs between the runs, or that
    only one of them has.
    """
    alike = notes.rows.filter(equal(notes.rows, FINAL_STATUS))[notes.key].cast(pl.Int64)
    differs = ~np.isin(tables.notes.note_id, alike.to_numpy())
    touched = np.zeros(len(tables.participant_ids), np.bool_)
    touched[tables.notes.author[differs]] = True
    touched[tables.ratings.rater[differs[tables.ratings.note]]] = True
    ids = pl.Series(tables.participant_ids, dtype=pl.String).filter(pl.Series(touched))
    return ~people.rows[people.key].is_in(ids.implode())


def _distances(files: Mapping[str, Joined]) -> Iterator[ColumnAgreement]:
    """Of the intercepts and factors that both runs have."""
    for name in ("scored_notes", "helpfulness_scores"):
        if name in files:
            for column in files[name].columns:
                if column.endswith(("NoteIntercept", "NoteFactor1", "RaterIntercept", "RaterFactor1")):
                    found = compare_column(files[name], column)
                    if found.both:
                        yield found


def own_decisions(notes: Joined) -> pl.Series:
    """Notes whose status in the other run comes from a model that this package has, by way of whatever rule
    after the models.
    """
    rules = notes.rows[ACTIVE_META_RULES + THEIRS].cast(pl.String).fill_null("")
    last = [
        next((name for name in reversed(rule_names(active)) if name not in AFTER_MODELS), "")
        for active in rules
    ]
    return pl.Series(last, dtype=pl.String).is_in(sorted(OWN_RULES))
