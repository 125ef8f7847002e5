"""Scoring rounds: ratings out of the store, through the scorer, statuses and rater factors back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harness.rounds.stored_tables import HISTORY_COLUMNS, StoredTables
from harness.store import Store, public_status
from scoring import Prescoring, Scored, final_score, prescore
from scoring.models.configurations import CORE, EXPANSION
from scoring.models.model import Model
from scoring.rescoring import RescoringFacts, notes_to_rescore
from scoring.statuses import NMR, NONE
from scoring.tables import Tables
from writers.protocol.notes import Status

MAP_MODEL: Final = CORE
"""Whose parameters of raters are shown beside those of notes: most notes are decided by it."""
SCORING_STATUS_MODEL: Final = EXPANSION
"""Whose rater factors divide the ratings that writers are told of (``scoring_status`` of X's API)."""


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """What a round of final scoring came to."""

    as_of_ms: int
    rescored: int
    """Notes that were due."""
    changes: Mapping[int, Status]
    """Note id → its new status, of the notes whose public status changed."""


@dataclass(frozen=True, slots=True)
class RaterStandings:
    """Raters as one model sees them, one array a column; NaN where a rater has no parameters.

    Raters below the helpfulness threshold have those of prescoring's first round, which still hears them.
    """

    rater_id: NDArray[np.int64]
    factor: NDArray[np.float64]
    intercept: NDArray[np.float64]
    above_helpfulness_threshold: NDArray[np.bool_]
    ratings: NDArray[np.int64]


class ScoringRounds:
    """The scorer of one store. Use one for each store at a time."""

    def __init__(self, store: Store, *, modeling_groups: Mapping[int, int] | None = None) -> None:
        """`modeling_groups`: rater id → modeling group; raters left out are not enrolled, and still heard."""
        self._store = store
        self._stored = StoredTables(store, modeling_groups or {})
        self._prescoring: Prescoring | None = None
        self._known_topics: dict[str, int] = {}

    @property
    def prescored(self) -> bool:
        """Whether a prescoring has been made, which final scoring needs."""
        return self._prescoring is not None

    @property
    def tables(self) -> Tables:
        """What the scorer is told: a view that holds until the next round."""
        return self._stored.tables

    def prescore(self, now_ms: int) -> None:
        """Find out anew where raters stand; their factors go to the store."""
        self._stored.catch_up()
        self._prescoring = prescore(self.tables, as_of_ms=now_ms)
        self._known_topics = {}
        raters = self.raters(SCORING_STATUS_MODEL)
        known = ~np.isnan(raters.factor)
        self._store.replace_rater_factors(raters.rater_id[known], raters.factor[known])

    def score(self, now_ms: int) -> RoundOutcome:
        """Give every note that is due its status as of now; statuses go to the store.

        Raises:
            ValueError: there has been no prescoring.
        """
        if self._prescoring is None:
            raise ValueError("final scoring needs a prescoring first")
        self._stored.catch_up()
        tables, newly_rated = self.tables, self._stored.newly_rated
        facts = RescoringFacts.of(tables.notes, tables.status_history, newly_rated, as_of_ms=now_ms)
        rows = np.flatnonzero(notes_to_rescore(facts))
        if not len(rows):
            return RoundOutcome(now_ms, 0, {})
        before = tables.status_history.status[rows]
        scored = final_score(
            tables, self._prescoring, as_of_ms=now_ms, notes=rows, known_topics=self._known_topics
        )
        self._store.update_statuses(_columns(scored))
        self._stored.remember(rows, scored.status_history)
        newly_rated[:] = False
        changed = np.flatnonzero(_public(before) != _public(scored.status))
        return RoundOutcome(
            as_of_ms=now_ms,
            rescored=len(rows),
            changes={
                int(scored.note_id[row]): public_status(int(scored.status[row])) for row in changed.tolist()
            },
        )

    def raters(self, model: Model = MAP_MODEL) -> RaterStandings:
        """Everybody who has rated or written, as the last prescoring of a model saw them."""
        tables, rater_id = self.tables, self._stored.participants
        counts = np.bincount(tables.ratings.rater, minlength=len(rater_id))
        if self._prescoring is None:
            unknown = np.full(len(rater_id), np.nan)
            return RaterStandings(rater_id, unknown, unknown, np.zeros(len(rater_id), np.bool_), counts)
        found = self._prescoring.renumbered(tables.participant_ids, tables.notes.note_id).models[model.name]
        left_out = np.isnan(found.rater_factor)
        return RaterStandings(
            rater_id=rater_id,
            factor=np.where(left_out, found.first_rater_factor, found.rater_factor),
            intercept=np.where(left_out, found.first_rater_intercept, found.rater_intercept),
            above_helpfulness_threshold=found.above_threshold,
            ratings=counts,
        )


def _public(status: NDArray[np.int8]) -> NDArray[np.int8]:
    """A note never scored is shown as one that needs more ratings."""
    return np.where(status == NONE, np.int8(NMR), status)


def _columns(scored: Scored) -> dict[str, Any]:
    """A round's rows of the store's table of statuses."""
    intercept, factor = _deciding_fit(scored)
    return {
        "note_id": scored.note_id,
        **{name: getattr(scored.status_history, name) for name in HISTORY_COLUMNS},
        "intercept": _nullable(intercept),
        "factor": _nullable(factor),
        "rating_count": scored.num_ratings,
    }


def _deciding_fit(scored: Scored) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each note's intercept and factor by the narrowest model that decides it; NaN where that has none."""
    models = list(scored.models.values())
    captured = [model.captured for model in models]
    return (
        np.select(captured, [model.intercept for model in models], np.float32(np.nan)),
        np.select(captured, [model.factor for model in models], np.float32(np.nan)),
    )


def _nullable(values: NDArray[np.floating[Any]]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]
