"""Both phases as a whole: what may change a result, what must not, and the smallest inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import scoring
from scoring.count_filter import count_filter
from scoring.errors import InputError, PrescoringError
from scoring.matrix_factorization.fit import SPECTRAL, fit
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.models.configurations import CORE, CORE_WITH_TOPICS, EXPANSION, EXPANSION_PLUS, MODELS
from scoring.models.model import Model
from scoring.models.prescoring_rounds import STABLE_START, stable_start
from scoring.preparation import NOT_MISLEADING_FROM_MS, prepare
from scoring.prescoring import ModelPrescoring, Prescoring
from scoring.scored import Scored
from scoring.statuses import CRH, CRNH, FIRM_REJECT, NMR, NONE, NYH
from scoring.tables import (
    GROUP_MISSING,
    NOT_ENROLLED,
    Classification,
    Enrollment,
    Growing,
    StatusHistory,
    Tables,
)
from scoring.tables.arrays import concatenated, taken
from scoring.topics import Topic
from tests.scoring import builders
from tests.scoring.builders import DAY_MS, HOUR_MS, START_MS, crowd

NOW_MS = START_MS + 3 * DAY_MS


def core(prescoring: Prescoring) -> ModelPrescoring:
    return prescoring.models[CORE.name]


def assert_same(one: Scored, other: Scored) -> None:
    for name in (
        "note_id",
        "status",
        "first_tag",
        "second_tag",
        "num_ratings",
        "helpful_tags",
        "not_helpful_tags",
    ):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for model in MODELS:
        mine, theirs = one.models[model.name], other.models[model.name]
        assert np.array_equal(mine.status, theirs.status)
        assert np.array_equal(mine.verdict.active, theirs.verdict.active)
        for name in ("intercept", "factor", "highest_intercept", "low_diligence_intercept"):
            ours, others = getattr(mine.facts, name), getattr(theirs.facts, name)
            assert np.array_equal(ours, others, equal_nan=True), name
    assert np.array_equal(one.verdict.active, other.verdict.active)


def test_a_crowd_of_two_camps() -> None:
    """What both camps like turns Helpful, what both dislike Not Helpful, what divides them neither."""
    scored = scoring.score(crowd(0), as_of_ms=NOW_MS)
    kind = np.arange(len(scored)) % 3
    assert (scored.core.status[kind == 0] == CRH).all()
    assert np.isin(scored.core.status[kind == 1], [CRNH]).mean() > 0.9
    assert not np.isin(scored.core.status[kind == 2], [CRH, NYH]).any()
    assert (scored.status[kind == 0] == NMR).all()  # a new Helpful status has to prove stable
    later = scoring.final_score(
        replace(crowd(0), status_history=scored.status_history),
        scored.prescoring,
        as_of_ms=NOW_MS + HOUR_MS + 1,
    )
    assert (later.status[kind == 0] == CRH).all()
    assert later.tags(0) == ("helpfulClear", "helpfulGoodSources")
    assert later.status_name(0) == "CURRENTLY_RATED_HELPFUL"
    assert later.decided_by(2) == "CoreModel (v1.1)"


def assert_equal_records(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    for field in fields(one):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if is_dataclass(mine):
            assert_equal_records(mine, theirs)
        else:
            equal_nan = isinstance(mine, np.ndarray) and mine.dtype.kind == "f"
            assert np.array_equal(mine, theirs, equal_nan=equal_nan), field.name


def permuted(tables: Tables, order: NDArray[np.int64]) -> Tables:
    return replace(tables, ratings=taken(tables.ratings, order))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    tables = crowd(seed, raters=40, note_count=40)
    order = np.random.default_rng(seed).permutation(len(tables.ratings))
    assert_same(
        scoring.score(tables, as_of_ms=NOW_MS), scoring.score(permuted(tables, order), as_of_ms=NOW_MS)
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_names_and_numbers_of_people_and_notes_change_no_status(seed: int) -> None:
    tables = crowd(seed, raters=40, note_count=40)
    generator = np.random.default_rng(seed)
    person = generator.permutation(len(tables.participant_ids)).astype(np.int32)
    note = generator.permutation(len(tables.notes)).astype(np.int32)
    back = np.argsort(note)
    renamed = replace(
        tables,
        notes=type(tables.notes)(
            **{
                field.name: getattr(tables.notes, field.name)[back]
                for field in fields(tables.notes)
                if field.name != "author"
            },
            author=person[tables.notes.author[back]],
        ),
        ratings=replace(tables.ratings, note=note[tables.ratings.note], rater=person[tables.ratings.rater]),
        participant_ids=[f"other {number}" for number in range(len(person))],
    )
    one, other = scoring.score(tables, as_of_ms=NOW_MS), scoring.score(renamed, as_of_ms=NOW_MS)
    assert np.array_equal(one.core.status, other.core.status[note])
    assert np.allclose(one.core.intercept, other.core.intercept[note], atol=1e-4, equal_nan=True)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_a_note_of_one_camp_is_never_helpful(seed: int) -> None:
    tables = crowd(seed, raters=60, note_count=45)
    one_sided = np.arange(45) % 3 == 2
    scored = scoring.score(tables, as_of_ms=NOW_MS)
    assert not np.isin(scored.core.status[one_sided], [CRH]).any()


def test_raters_whom_nobody_hears_change_nothing() -> None:
    tables = crowd(5)
    people = len(tables.participant_ids)
    deaf = builders.ratings(np.arange(20), np.full(20, people), np.full(20, 2))
    louder = replace(
        tables,
        ratings=concatenated(tables.ratings, deaf),
        participant_ids=[*tables.participant_ids, "of no group"],
        enrollment=Enrollment.in_groups([13] * people + [GROUP_MISSING]),
    )
    one, other = scoring.score(tables, as_of_ms=NOW_MS), scoring.score(louder, as_of_ms=NOW_MS)
    for name in one.models:
        assert np.array_equal(one.models[name].status, other.models[name].status)
        assert np.array_equal(one.models[name].intercept, other.models[name].intercept, equal_nan=True)
    assert (other.num_ratings - one.num_ratings).sum() == 20


@pytest.mark.parametrize(
    ("group", "heard"),
    [
        (13, MODELS),
        (NOT_ENROLLED, MODELS),
        (4, (EXPANSION, EXPANSION_PLUS)),
        (0, (EXPANSION, EXPANSION_PLUS)),
        (18, (EXPANSION_PLUS,)),
        (GROUP_MISSING, ()),
    ],
)
def test_whom_the_models_hear(group: int, heard: tuple[Model, ...]) -> None:
    assert [model.hears(Enrollment.in_groups([group])).item() for model in MODELS] == [
        model in heard for model in MODELS
    ]


def test_a_topic_takes_a_note_from_the_core_model_alone() -> None:
    topic = np.array([Topic.UNASSIGNED, Topic.SCAMS], np.int8)
    assert CORE.looks_at(topic).tolist() == [True, False]
    for model in (CORE_WITH_TOPICS, EXPANSION, EXPANSION_PLUS):
        assert model.looks_at(topic).all()


def test_a_note_mostly_rated_by_others_is_not_the_core_models() -> None:
    tables = crowd(5)
    people = len(tables.participant_ids)
    camp_of_four = np.where(np.arange(people) < 40, 4, 13)
    scored = scoring.score(replace(tables, enrollment=Enrollment.in_groups(camp_of_four)), as_of_ms=NOW_MS)
    share = scored.core.facts.ratings / scored.num_ratings
    assert np.array_equal(scored.core.captured, share >= 0.5)
    assert set(scored.core.status[share < 0.5].tolist()) == {NONE}
    deciders = {scored.decided_by(int(note)) for note in np.flatnonzero(share < 0.5)}
    assert deciders <= {"ExpansionModel (v1.1)", "NmrDueToMinStableCrhTime (v1.0)"}
    assert 0 < np.count_nonzero(share < 0.5) < len(scored)


def test_a_new_rater_counts_from_the_next_prescoring_on() -> None:
    tables = crowd(6)
    prescoring = scoring.prescore(tables, as_of_ms=NOW_MS)
    people = len(tables.participant_ids)
    helpful = np.arange(0, 60, 3)
    newcomer = builders.ratings(
        helpful, np.full(20, people), np.full(20, 2), created_at_ms=np.full(20, NOW_MS)
    )
    grown = replace(
        tables,
        ratings=concatenated(tables.ratings, newcomer),
        participant_ids=[*tables.participant_ids, "newcomer"],
        enrollment=Enrollment.in_groups([13] * (people + 1)),
    )
    before = scoring.final_score(tables, prescoring, as_of_ms=NOW_MS)
    after = scoring.final_score(grown, prescoring, as_of_ms=NOW_MS)
    assert np.array_equal(before.core.intercept, after.core.intercept, equal_nan=True)
    assert (after.core.facts.ratings[helpful] == before.core.facts.ratings[helpful] + 1).all()
    assert not np.isnan(core(scoring.prescore(grown, as_of_ms=NOW_MS)).first_rater_factor[people])


def test_a_prescoring_made_under_other_numbers_is_renumbered() -> None:
    tables = crowd(7)
    prescoring = scoring.prescore(tables, as_of_ms=NOW_MS)
    person = np.random.default_rng(0).permutation(len(tables.participant_ids)).astype(np.int32)
    back = np.argsort(person)
    renumbered = replace(
        tables,
        notes=replace(tables.notes, author=person[tables.notes.author]),
        ratings=replace(tables.ratings, rater=person[tables.ratings.rater]),
        participant_ids=[tables.participant_ids[number] for number in back],
    )
    one = scoring.final_score(tables, prescoring, as_of_ms=NOW_MS)
    other = scoring.final_score(renumbered, prescoring, as_of_ms=NOW_MS)
    assert np.allclose(one.core.intercept, other.core.intercept, atol=1e-6, equal_nan=True)
    assert np.array_equal(one.status, other.status)


def test_a_prescoring_survives_the_disk(tmp_path: Path) -> None:
    tables = crowd(8)
    prescoring = scoring.prescore(tables, as_of_ms=NOW_MS)
    path = tmp_path / "prescoring.npz"
    prescoring.save(path)
    loaded = scoring.Prescoring.load(path)
    assert loaded.participant_ids == list(prescoring.participant_ids)
    assert_same(
        scoring.final_score(tables, prescoring, as_of_ms=NOW_MS),
        scoring.final_score(tables, loaded, as_of_ms=NOW_MS),
    )
    for model in MODELS:
        assert_equal_records(prescoring.models[model.name], loaded.models[model.name])
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_prescoring_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(PrescoringError, match="there is no such file"):
        Prescoring.load(tmp_path / "nothing.npz")
    path = tmp_path / "prescoring.npz"
    scoring.prescore(crowd(8), as_of_ms=NOW_MS).save(path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(PrescoringError, match="not a saved prescoring result; run prescoring again"):
        Prescoring.load(path)
    with pytest.raises(PrescoringError, match="lacks the model MFCoreScorer"):
        scoring.final_score(
            crowd(8), replace(scoring.prescore(crowd(8), as_of_ms=NOW_MS), models={}), as_of_ms=NOW_MS
        )


@pytest.mark.parametrize(
    ("note", "rater", "level"),
    [([], [], []), ([0], [0], [2]), ([0, 0, 0, 0, 0], [0, 1, 2, 3, 4], [2, 2, 2, 2, 2])],
    ids=["no ratings", "one rating", "five ratings of one note"],
)
def test_too_little_to_fit_leaves_every_note_nmr(
    note: Sequence[int], rater: Sequence[int], level: Sequence[int]
) -> None:
    tables = builders.tables(builders.notes(2), builders.ratings(note, rater, level), people=5)
    scored = scoring.score(tables, as_of_ms=NOW_MS)
    assert scored.status.tolist() == [NMR, NMR]
    assert np.isnan(scored.core.intercept).all()
    assert core(scored.prescoring).ratings == 0
    assert scored.num_ratings.sum() == len(note)


def test_nothing_at_all() -> None:
    scored = scoring.score(
        builders.tables(builders.notes(0), builders.ratings([], [], []), people=0), as_of_ms=NOW_MS
    )
    assert len(scored) == len(scored.status_history) == 0


def test_the_stable_group_gives_a_start_of_its_own_where_it_is_not_everybody() -> None:
    """And whichever start wins, the fit is the same."""
    tables = crowd(9)
    people = len(tables.participant_ids)
    enrollments = {
        "nobody": [8] * people,
        "everybody": [13] * people,
        "most": [8 if person % 10 == 0 else 13 for person in range(people)],
    }
    fits = {}
    for name, groups in enrollments.items():
        some = replace(tables, enrollment=Enrollment.in_groups(groups))
        rows = prepare(some, None).ratings
        matrix = RatingMatrix.build(rows.note, rows.rater, rows.level)
        start = stable_start(rows, matrix, some.enrollment, len(some.notes), CORE, seed=0)
        assert (start is not None) == (name == "most")
        fits[name] = fit(matrix, starts={STABLE_START: start} if start is not None else None)
    assert set(fits["most"].losses) == {SPECTRAL, STABLE_START}
    assert fits["nobody"].start == fits["everybody"].start == SPECTRAL
    assert fits["most"].loss == pytest.approx(fits["nobody"].loss, rel=1e-8)
    assert np.allclose(fits["most"].note_intercept, fits["nobody"].note_intercept, atol=1e-4)


def test_the_count_filter_runs_once_in_its_order() -> None:
    # Note 1 has too few ratings; without it rater 4 has too few; without rater 4 note 0 has too few as well.
    note = [0] * 5 + [1] + [2] * 4 + [3] * 4
    rater = [0, 1, 2, 3, 4, 4] + [0, 1, 2, 3] * 2
    rows = builders.ratings(note, rater, np.full(len(note), 2))
    kept = count_filter(rows, 4, 5, ratings_per_note=4, ratings_per_rater=2)
    assert kept.tolist() == [True] * 4 + [False, False] + [True] * 8
    strict = count_filter(rows, 4, 5, ratings_per_note=5, ratings_per_rater=1)
    assert strict.tolist() == [True] * 5 + [False] * 9


def test_ratings_of_not_misleading_notes_count_since_october_2022() -> None:
    some_notes = builders.notes(
        4,
        classification=np.array(
            [
                Classification.NOT_MISLEADING,
                Classification.NOT_MISLEADING,
                Classification.MISLEADING,
                Classification.DELETED,
            ],
            np.int8,
        ),
        created_at_ms=np.array([NOT_MISLEADING_FROM_MS, NOT_MISLEADING_FROM_MS + 1, 1, 1]),
    )
    tables = builders.tables(some_notes, builders.ratings([3, 2, 1, 0], [0, 0, 0, 0], [2, 2, 2, 2]), people=1)
    assert np.diff(prepare(tables, None).pointer).tolist() == [0, 1, 1, 1]


def test_rating_a_note_twice_is_refused() -> None:
    tables = builders.tables(builders.notes(2), builders.ratings([1, 0, 1], [2, 2, 2], [2, 0, 0]), people=3)
    with pytest.raises(
        InputError, match="participant 0002 rated note 2000000000000000001 more than once; keep one"
    ):
        scoring.prescore(tables, as_of_ms=NOW_MS)


def test_columns_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(InputError, match="columns of Notes differ in length"):
        builders.notes(3, created_at_ms=np.zeros(2, np.int64))
    with pytest.raises(InputError, match="the status history has 3 rows for 2 notes"):
        builders.tables(
            builders.notes(2), builders.ratings([], [], []), people=1, history=StatusHistory.empty(3)
        )
    with pytest.raises(InputError, match="the enrollment has 3 rows, more than the 1 participants"):
        builders.tables(
            builders.notes(2),
            builders.ratings([], [], []),
            people=1,
            enrollment=Enrollment.in_groups([13] * 3),
        )


def test_growing_tables_keep_earlier_views() -> None:
    growing = Growing(builders.ratings([], [], []))
    views = []
    for round_number in range(20):
        growing.append(builders.ratings([round_number] * 3, [0, 1, 2], [0, 1, 2]))
        views.append(growing.table)
    assert len(growing) == 60
    for round_number, view in enumerate(views):
        assert view.note.tolist() == np.repeat(np.arange(round_number + 1), 3).tolist()


def test_rounds_in_a_row_lock_a_status_after_two_weeks() -> None:
    tables = crowd(11)
    prescoring = scoring.prescore(tables, as_of_ms=NOW_MS)
    history = tables.status_history
    for hours in (0, 2, 14 * 24 + 60):
        scored = scoring.final_score(
            replace(tables, status_history=history), prescoring, as_of_ms=NOW_MS + hours * HOUR_MS
        )
        history = scored.status_history
    assert (history.locked_status == scored.status).all()
    assert (scored.core.status == FIRM_REJECT).any()
    turned = replace(
        tables, ratings=replace(tables.ratings, level=(2 - tables.ratings.level).astype(np.uint8))
    )
    guarded = scoring.final_score(
        replace(turned, status_history=history), prescoring, as_of_ms=NOW_MS + 40 * DAY_MS
    )
    kept = guarded.status == history.locked_status
    unexplained = ~kept
    assert kept.any()
    assert {guarded.decided_by(int(note)) for note in np.flatnonzero(unexplained)} <= {
        "InsufficientExplanation (v1.0)"
    }
    overruled = guarded.unlocked_status != NONE
    assert overruled.any()
    assert (guarded.unlocked_status[overruled] != history.locked_status[overruled]).all()
