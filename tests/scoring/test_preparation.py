"""Which ratings count, and who is marked for rating too much or too much alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.pipeline import in_both
from scoring.preparation import PRODUCTION_NOTES, high_volume_raters, prepare
from scoring.tables import Ratings, Tables
from scoring.tables.arrays import RaterClusters, taken
from tests.scoring import builders
from tests.scoring.builders import DAY_MS, START_MS

PEOPLE = 2_000


def one_rating_each(note_count: int) -> Ratings:
    """Every rater rates one note, in turn."""
    return builders.ratings(np.arange(PEOPLE) % note_count, np.arange(PEOPLE), np.full(PEOPLE, 2))


def with_a_busy_rater(rows: Ratings, count: int, created_at_ms: int) -> Ratings:
    """Rater 0 rates ``count`` more notes."""
    more = builders.ratings(
        1 + np.arange(count), np.zeros(count), np.full(count, 2), created_at_ms=np.full(count, created_at_ms)
    )
    return Ratings(
        *(np.concatenate([getattr(rows, name), getattr(more, name)]) for name in Ratings.__slots__)
    )


def test_who_rates_most_of_all_is_marked_in_data_of_production_size() -> None:
    rows = with_a_busy_rater(one_rating_each(PRODUCTION_NOTES), 30, START_MS)
    assert np.flatnonzero(high_volume_raters(rows, PEOPLE)).tolist() == [0]
    few = with_a_busy_rater(one_rating_each(PRODUCTION_NOTES - 1), 30, START_MS)
    assert not high_volume_raters(few, PEOPLE).any()


def test_only_the_last_four_weeks_count_for_volume() -> None:
    rows = one_rating_each(PRODUCTION_NOTES)
    for days, marked in ((6, True), (27, True), (29, False)):
        busy = with_a_busy_rater(rows, 30, START_MS - days * DAY_MS)
        assert high_volume_raters(busy, PEOPLE)[0] == marked


def test_volume_that_everybody_shares_marks_nobody() -> None:
    assert not high_volume_raters(one_rating_each(PRODUCTION_NOTES), PEOPLE).any()


def clustered(cluster_of: dict[int, int]) -> RaterClusters:
    clique = np.zeros(PEOPLE, np.int32)
    clique[list(cluster_of)] = list(cluster_of.values())
    return RaterClusters(clique, clique)


def on_note_zero(raters: list[int], made: list[int], *, author: int = PEOPLE - 1) -> Tables:
    """Some ratings of note 0, in a data set of production size in which everybody else rates other notes."""
    rows = one_rating_each(PRODUCTION_NOTES)
    rows = taken(rows, rows.note != 0)
    own = builders.ratings(
        np.zeros(len(raters)), raters, np.full(len(raters), 2), created_at_ms=START_MS + np.array(made)
    )
    joined = Ratings(
        *(np.concatenate([getattr(rows, name), getattr(own, name)]) for name in Ratings.__slots__)
    )
    notes = builders.notes(PRODUCTION_NOTES, author=np.full(PRODUCTION_NOTES, author, np.int32))
    return builders.tables(notes, joined, people=PEOPLE)


def raters_of_note_zero(tables: Tables, clusters: RaterClusters | None) -> list[int]:
    prepared = prepare(tables, clusters)
    raters: list[int] = prepared.ratings.rater[: prepared.pointer[1]].tolist()
    return raters


def test_a_cluster_speaks_once_and_first_on_each_note() -> None:
    tables = on_note_zero([10, 11, 12, 13, 14], [5, 3, 9, 1, 4])
    assert raters_of_note_zero(tables, clustered({10: 1, 11: 1, 12: 2, 14: 2})) == [11, 13, 14]
    assert raters_of_note_zero(tables, None) == [10, 11, 12, 13, 14]


def test_a_cluster_does_not_speak_of_its_own_notes() -> None:
    tables = on_note_zero([10, 11, 12], [5, 3, 9], author=20)
    assert raters_of_note_zero(tables, clustered({10: 1, 11: 2, 20: 1})) == [11, 12]


def test_small_data_keep_every_voice() -> None:
    notes = builders.notes(1, author=np.zeros(1, np.int32))
    tables = builders.tables(notes, builders.ratings([0, 0], [10, 11], [2, 2]), people=PEOPLE)
    assert raters_of_note_zero(tables, clustered({10: 1, 11: 1})) == [10, 11]


def test_the_final_phase_knows_only_raters_in_both_kinds_of_cluster() -> None:
    clusters = RaterClusters(np.array([1, 1, 0, 0], np.int32), np.array([3, 0, 3, 0], np.int32))
    both = in_both(clusters)
    assert both is not None
    assert both.post_selection.tolist() == [1, 0, 0, 0]
    assert both.quasi_clique.tolist() == [3, 0, 0, 0]
    assert in_both(None) is None


def test_quasi_cliques_are_marked_and_nothing_is_taken_from_them() -> None:
    tables = on_note_zero([10, 11], [1, 2])
    nobody = np.zeros(PEOPLE, np.int32)
    clique = nobody.copy()
    clique[[10, 11]] = 1
    prepared = prepare(tables, RaterClusters(nobody, clique))
    assert np.flatnonzero(prepared.correlated).tolist() == [10, 11]
    assert len(prepared.ratings) == len(tables.ratings)
    alone = prepared.without(prepared.correlated)
    assert not np.isin(alone.ratings.rater, [10, 11]).any()
    assert len(alone.ratings) == len(tables.ratings) - 4  # each rates another note as well
    assert alone.pointer[1] == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_parts_of_prepared_ratings_keep_their_notes(seed: int) -> None:
    tables = builders.crowd(seed, raters=30, note_count=20)
    prepared = prepare(tables, None)
    kept = np.random.default_rng(seed).random(len(prepared.ratings)) < 0.5
    part = prepared.kept(kept)
    assert np.array_equal(part.ratings.note, np.repeat(np.arange(20), np.diff(part.pointer)))
    assert len(part.ratings) == kept.sum()
    assert np.array_equal(prepare(replace(tables, ratings=part.ratings), None).pointer, part.pointer)
