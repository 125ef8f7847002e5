"""Ratings in bulk, and what rating counts look at."""

from __future__ import annotations

import numpy as np
import pytest

from harness.store import Store
from tests.harness.store.conftest import NOW_MS


def columns(
    note_id: list[int], rater_id: list[int], level: list[int], at_ms: int = NOW_MS
) -> dict[str, object]:
    rows = len(note_id)
    return {
        "note_id": np.array(note_id, np.int64),
        "rater_id": np.array(rater_id, np.int32),
        "created_at_ms": np.arange(at_ms, at_ms + rows),
        "level": np.array(level, np.uint8),
        "helpful_tags": np.full(rows, 0x101, np.uint16),
        "not_helpful_tags": np.zeros(rows, np.uint16),
        "population_sampled": [False] * rows,
    }


def test_ratings_come_back_in_the_order_they_were_stored(store: Store) -> None:
    assert store.add_ratings(columns([9, 8, 9], [1, 1, 2], [0, 1, 2])) == 3  # type: ignore[arg-type]
    first = store.ratings()
    assert first.note_id.tolist() == [9, 8, 9]
    assert first.level.tolist() == [0, 1, 2]
    assert first.helpful_tags.tolist() == [0x101] * 3
    assert first.population_sampled.dtype == np.bool_
    assert store.ratings(after_row=int(first.row[-1])).row.tolist() == []

    store.add_ratings(columns([9, 7], [1, 1], [2, 2]))  # type: ignore[arg-type]
    later = store.ratings(after_row=int(first.row[-1]))
    assert later.note_id.tolist() == [9, 7]
    assert store.rating_count() == 4, "a new rating of the same note replaces the old one"


def test_columns_must_fit(store: Store) -> None:
    with pytest.raises(ValueError, match="no column colour"):
        store.add_ratings({"colour": [1]})
    with pytest.raises(ValueError, match="shorter"):
        store.add_ratings({**columns([1, 2], [1, 2], [0, 0]), "level": [1]})  # type: ignore[dict-item]
    assert store.rating_count() == 0


def test_only_recent_ratings_of_raters_with_a_factor(store: Store) -> None:
    raters = list(range(600))
    store.add_ratings(columns([5] * 600, raters, [2] * 100 + [0] * 500))  # type: ignore[arg-type]
    store.replace_rater_factors(np.arange(300), np.linspace(-1, 1, 300))
    recent = store.recent_ratings(5)
    assert len(recent) == 200, "the newest 500 are of raters 100 to 599, and those up to 299 have a factor"
    assert {level for _, level, _, _ in recent} == {0}
    assert max(factor for factor, *_ in recent) == 1.0
    store.replace_rater_factors([599], [0.5])
    assert store.recent_ratings(5) == [(0.5, 0, 0x101, 0)]
