"""Rounds of scoring over a store: what they take in, whom they look at again, what they leave behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.rounds.scoring import SCORING_STATUS_MODEL, ScoringRounds
from harness.store import Store
from scoring import final_score, prescore
from scoring.tables import HelpfulTag, NotHelpfulTag, StatusHistory
from writers.clock import DAY_MS, HOUR_MS, MINUTE_MS
from writers.protocol.notes import Classification, NoteInfo, NoteSubmission, Status

START_MS = 1_777_852_800_000
RATERS = 60
GROUPS = dict.fromkeys(range(1, RATERS + 1), 13)


def add_notes(store: Store, count: int, *, at_ms: int = START_MS, first_post: int = 1) -> list[int]:
    info = NoteInfo(
        text="See https://a.example", classification=Classification.MISLEADING, trustworthy_sources=True
    )
    return [
        store.create_note(
            10_000 + i,
            NoteSubmission(test_mode=False, post_id=str(first_post + i), info=info),
            now_ms=at_ms + i,
        )
        for i in range(count)
    ]


def add_ratings(store: Store, notes: list[int], *, at_ms: int, seed: int = 1, share: float = 0.6) -> int:
    """Two camps; the first third of the notes pleases both, the second one of them, the last none."""
    rng = np.random.default_rng(seed)
    rows = [(n, r) for n in range(len(notes)) for r in range(RATERS) if rng.random() < share]
    camp = np.array([r % 2 for _, r in rows])
    third = np.array([n * 3 // len(notes) for n, _ in rows])
    wish = np.select([third == 0, third == 1], [0.9, 0.15 + 0.75 * camp], 0.08)
    level = np.where(rng.random(len(rows)) < wish, 2, 0).astype(np.uint8)
    return store.add_ratings(
        {
            "note_id": np.array([notes[n] for n, _ in rows]),
            "rater_id": np.array([r + 1 for _, r in rows]),
            "created_at_ms": at_ms + np.arange(len(rows)),
            "level": level,
            "helpful_tags": np.where(level == 2, HelpfulTag.CLEAR | HelpfulTag.GOOD_SOURCES, 0).astype(
                np.uint16
            ),
            "not_helpful_tags": np.where(level == 0, NotHelpfulTag.INCORRECT | NotHelpfulTag.OTHER, 0).astype(
                np.uint16
            ),
            "population_sampled": np.zeros(len(rows), np.bool_),
        }
    )


@pytest.fixture
def store() -> Store:
    return Store.in_memory()


def test_statuses_and_factors_reach_the_store(store: Store) -> None:
    notes = add_notes(store, 60)
    count = add_ratings(store, notes, at_ms=START_MS + MINUTE_MS)
    rounds = ScoringRounds(store, modeling_groups=GROUPS)
    now_ms = START_MS + HOUR_MS
    rounds.prescore(now_ms)
    outcome = rounds.score(now_ms)
    assert outcome.rescored == 60
    rounds.score(now_ms + HOUR_MS // 2 + MINUTE_MS)
    found = rounds.score(now_ms + 2 * HOUR_MS + MINUTE_MS)
    statuses = {note.note_id: note.status for note in store.notes()}
    assert sum(status is Status.CRH for status in statuses.values()) >= 10
    assert {statuses[note_id] for note_id in found.changes} == set(found.changes.values())
    assert not any(statuses[note_id] is Status.CRH for note_id in notes[20:])
    assert (
        sum(record.rating_count for i in range(60) for record in store.live_note_records(10_000 + i)) == count
    )
    standing = rounds.raters()
    by_side = [
        standing.factor[(standing.rater_id <= RATERS) & (standing.rater_id % 2 == side)] for side in (0, 1)
    ]
    assert np.nanmedian(by_side[0]) * np.nanmedian(by_side[1]) < 0


def test_writers_are_told_of_raters_whom_the_expansion_model_hears(store: Store) -> None:
    """The core model does not hear group 4, the expansion model does."""
    notes = add_notes(store, 60)
    add_ratings(store, notes, at_ms=START_MS + MINUTE_MS)
    rounds = ScoringRounds(store, modeling_groups={**GROUPS, 1: 4, 2: 4})
    rounds.prescore(START_MS + HOUR_MS)
    core, told = rounds.raters(), rounds.raters(SCORING_STATUS_MODEL)
    heard = core.rater_id[~np.isnan(core.factor)].tolist()
    assert sorted(set(told.rater_id[~np.isnan(told.factor)].tolist()) - set(heard)) == [1, 2]
    rounds.score(START_MS + HOUR_MS)
    [record] = store.live_note_records(10_000)
    assert len(store.recent_ratings(notes[0])) == record.rating_count


def test_a_note_of_a_topic_has_the_intercept_of_the_model_that_decides_it(store: Store) -> None:
    info = NoteInfo(
        text="Kyiv says otherwise. See https://a.example",
        classification=Classification.MISLEADING,
        trustworthy_sources=True,
    )
    submission = NoteSubmission(test_mode=False, post_id="1", info=info)
    notes = [*add_notes(store, 59, first_post=2), store.create_note(9_999, submission, now_ms=START_MS + 59)]
    add_ratings(store, notes, at_ms=START_MS + MINUTE_MS)
    rounds = ScoringRounds(store, modeling_groups=GROUPS)
    rounds.prescore(START_MS + HOUR_MS)
    rounds.score(START_MS + HOUR_MS)
    stored = store.statuses()
    deciders = dict(zip(stored["note_id"].tolist(), stored["decided_by"].tolist(), strict=True))
    assert deciders[notes[-1]] == "CoreWithTopicsModel (v1.1)"
    assert deciders[notes[-2]] == "CoreModel (v1.1)"
    assert not np.isnan(stored["intercept"]).any()


def test_scoring_waits_for_prescoring(store: Store) -> None:
    add_notes(store, 3)
    rounds = ScoringRounds(store)
    assert not rounds.prescored
    with pytest.raises(ValueError, match="prescoring first"):
        rounds.score(START_MS)


def test_a_round_over_what_is_due_decides_like_one_over_everything(store: Store) -> None:
    notes = add_notes(store, 60)
    add_ratings(store, notes, at_ms=START_MS + MINUTE_MS)
    rounds = ScoringRounds(store, modeling_groups=GROUPS)
    rounds.prescore(START_MS + HOUR_MS)
    for hours in (1, 3, 30, 60):
        rounds.score(START_MS + hours * HOUR_MS)
    late = add_notes(store, 9, at_ms=START_MS + 60 * HOUR_MS, first_post=1_000)
    add_ratings(store, late, at_ms=START_MS + 60 * HOUR_MS + MINUTE_MS, seed=2)
    now_ms = START_MS + 61 * HOUR_MS
    before = rounds.tables.status_history
    before = StatusHistory(**{name: getattr(before, name).copy() for name in StatusHistory.__slots__})
    outcome = rounds.score(now_ms)
    assert 9 <= outcome.rescored < 30
    tables = rounds.tables
    extended = type(tables)(
        notes=tables.notes,
        ratings=tables.ratings,
        status_history=before,
        enrollment=tables.enrollment,
        participant_ids=tables.participant_ids,
    )
    assert rounds._prescoring is not None
    everything = final_score(extended, rounds._prescoring, as_of_ms=now_ms)
    rows = np.flatnonzero(np.isin(tables.notes.note_id, late))
    np.testing.assert_array_equal(everything.status[rows], tables.status_history.status[rows])


def test_a_second_process_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.db") as store:
        notes = add_notes(store, 30)
        add_ratings(store, notes, at_ms=START_MS + MINUTE_MS)
        first = ScoringRounds(store, modeling_groups=GROUPS)
        first.prescore(START_MS + HOUR_MS)
        first.score(START_MS + HOUR_MS)
        told = first.tables.status_history
    with Store.open(tmp_path / "x.db") as store:
        second = ScoringRounds(store, modeling_groups=GROUPS)
        for name in StatusHistory.__slots__:
            np.testing.assert_array_equal(getattr(second.tables.status_history, name), getattr(told, name))
        assert len(second.tables.ratings) == store.rating_count()
        second.prescore(START_MS + 2 * HOUR_MS)
        second.score(START_MS + 2 * HOUR_MS)


def test_a_changed_rating_takes_the_place_of_the_old_one(store: Store) -> None:
    notes = add_notes(store, 12)
    count = add_ratings(store, notes, at_ms=START_MS + MINUTE_MS)
    rounds = ScoringRounds(store, modeling_groups=GROUPS)
    assert add_ratings(store, notes, at_ms=START_MS + HOUR_MS, seed=1) == count
    rounds.prescore(START_MS + 2 * HOUR_MS)
    ratings = rounds.tables.ratings
    assert len(ratings) == count
    assert ratings.created_at_ms.min() >= START_MS + HOUR_MS


def test_a_note_dated_before_known_ones_is_found_by_its_ratings(store: Store) -> None:
    late = add_notes(store, 3, at_ms=START_MS + DAY_MS)
    rounds = ScoringRounds(store, modeling_groups=GROUPS)
    early = add_notes(store, 3, at_ms=START_MS, first_post=100)
    add_ratings(store, [*late, *early], at_ms=START_MS + DAY_MS)
    rounds.prescore(START_MS + 2 * DAY_MS)
    assert sorted(rounds.tables.notes.note_id.tolist()) == sorted([*late, *early])


def test_prescoring_on_nothing_gives_nobody_parameters(store: Store) -> None:
    rounds = ScoringRounds(store)
    rounds.prescore(START_MS)
    assert rounds.score(START_MS).rescored == 0
    assert len(rounds.raters().rater_id) == 0
    assert prescore(rounds.tables, as_of_ms=START_MS).note_id.size == 0
