"""What is done once for several models, or remembered between rounds, changes no result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scoring
from scoring.models.configurations import CORE, CORE_WITH_TOPICS, EXPANSION, EXPANSION_PLUS, MODELS
from scoring.models.model import Model
from scoring.models.prescoring_rounds import prescore_model
from scoring.preparation import prepare
from scoring.prescoring import Prescoring
from scoring.scored import Scored
from scoring.tables import TEXT, Enrollment, Tables
from scoring.topics import assign_topics
from tests.scoring.builders import DAY_MS, START_MS, crowd

NOW_MS = START_MS + 3 * DAY_MS


def of_several_groups(groups: tuple[int, ...]) -> Tables:
    """A crowd whose raters are of these groups in turn."""
    tables = crowd(0)
    return replace(
        tables, enrollment=Enrollment.in_groups(np.resize(np.array(groups), len(tables.participant_ids)))
    )


def about_ukraine(tables: Tables) -> Tables:
    """Every other post is about a topic."""
    texts = np.array(["The ministry gives another number.", "Kyiv gives another number."], TEXT)
    return replace(tables, notes=replace(tables.notes, summary=texts[np.arange(len(tables.notes)) // 3 % 2]))


def shared(prescoring: Prescoring) -> set[frozenset[str]]:
    """The models with one result, those of each result together."""
    results = {id(result) for result in prescoring.models.values()}
    return {
        frozenset(name for name, result in prescoring.models.items() if id(result) == one) for one in results
    }


@pytest.mark.parametrize(
    ("tables", "together"),
    [
        (crowd(0), [MODELS]),
        (of_several_groups((13, 13, 4)), [(CORE, CORE_WITH_TOPICS), (EXPANSION, EXPANSION_PLUS)]),
        (of_several_groups((13, 13, 17)), [(CORE, CORE_WITH_TOPICS, EXPANSION), (EXPANSION_PLUS,)]),
        (about_ukraine(crowd(0)), [(CORE,), (CORE_WITH_TOPICS, EXPANSION, EXPANSION_PLUS)]),
        (
            about_ukraine(of_several_groups((13, 13, 4, 17))),
            [(CORE,), (CORE_WITH_TOPICS,), (EXPANSION,), (EXPANSION_PLUS,)],
        ),
    ],
    ids=["one group", "expansion", "widest", "topics", "topics and groups"],
)
def test_models_that_take_in_the_same_ratings_share_what_is_found(
    tables: Tables, together: list[tuple[Model, ...]], tmp_path: Path
) -> None:
    prescoring = scoring.prescore(tables, as_of_ms=NOW_MS)
    assert shared(prescoring) == {frozenset(model.name for model in models) for models in together}
    topic = assign_topics(prescoring.topics, tables.notes.post_id, tables.notes.summary)
    for model in MODELS:
        alone = prescore_model(model, tables, prepare(tables, None), topic, seed=0)
        found = prescoring.models[model.name]
        np.testing.assert_array_equal(found.rater_factor, alone.rater_factor)
        np.testing.assert_array_equal(found.above_threshold, alone.above_threshold)
        np.testing.assert_array_equal(found.tag_thresholds, alone.tag_thresholds)
    prescoring.save(tmp_path / "prescoring.npz")
    unshared = Prescoring.load(tmp_path / "prescoring.npz")
    assert len(shared(unshared)) == len(MODELS)
    assert_same(
        scoring.final_score(tables, prescoring, as_of_ms=NOW_MS),
        scoring.final_score(tables, unshared, as_of_ms=NOW_MS),
    )


def test_a_rater_who_came_since_can_part_what_was_shared() -> None:
    tables = of_several_groups((13, 13))
    prescoring = scoring.prescore(tables, as_of_ms=NOW_MS)
    ratings = replace(tables.ratings, rater=np.where(tables.ratings.rater == 3, 90, tables.ratings.rater))
    groups = np.append(np.full(90, 13), 17)
    later = replace(
        tables,
        ratings=replace(ratings, rater=ratings.rater.astype(np.int32)),
        enrollment=Enrollment.in_groups(groups),
        participant_ids=[
            *tables.participant_ids,
            *(f"new {i}" for i in range(91 - len(tables.participant_ids))),
        ],
    )
    scored = scoring.final_score(later, prescoring, as_of_ms=NOW_MS)
    heard = {name: model.facts.ratings.sum() for name, model in scored.models.items()}
    assert heard[EXPANSION.name] < heard[EXPANSION_PLUS.name] == len(later.ratings)


def test_topics_that_are_known_are_the_topics_that_are_found() -> None:
    tables = about_ukraine(crowd(0))
    prescoring = scoring.prescore(tables, as_of_ms=NOW_MS)
    known: dict[str, int] = {}
    rows = np.arange(0, len(tables.notes), 2)
    for _ in range(2):
        assert_same(
            scoring.final_score(tables, prescoring, as_of_ms=NOW_MS, notes=rows, known_topics=known),
            scoring.final_score(tables, prescoring, as_of_ms=NOW_MS, notes=rows),
        )
    assert len(set(known.values())) == 2


def assert_same(one: Scored, other: Scored) -> None:
    for name in ("status", "topic", "num_ratings", "first_tag", "second_tag"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.verdict.active, other.verdict.active)
    for name, mine in one.models.items():
        theirs = other.models[name]
        np.testing.assert_array_equal(mine.status, theirs.status)
        np.testing.assert_array_equal(mine.captured, theirs.captured)
        np.testing.assert_array_equal(mine.verdict.active, theirs.verdict.active)
        np.testing.assert_array_equal(mine.lowest_intercept, theirs.lowest_intercept)
        for fact in ("intercept", "factor", "highest_intercept", "low_diligence_intercept", "ratings"):
            np.testing.assert_array_equal(getattr(mine.facts, fact), getattr(theirs.facts, fact), fact)
