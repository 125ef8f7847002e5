"""What statuses mean for the people behind them: notes counted, ratings judged, tags pooled."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.contributors import ContributorScores, scores_by_status
from scoring.preparation import PRODUCTION_NOTES, prepare
from scoring.rules.explanation import authors_top_tags
from scoring.statuses import CRH, CRNH, NMR
from scoring.tables import MISSING_MS, Enrollment, NotHelpfulTag, Tables
from scoring.tables.arrays import RaterClusters, taken
from scoring.tables.values import EnrollmentState
from tests.scoring import builders
from tests.scoring.builders import DAY_MS, HOUR_MS, START_MS

NOW_MS = START_MS + 100 * DAY_MS
WRITER, OTHER, RATER = 0, 1, 2


def scores(tables: Tables, status: list[int] | np.ndarray, **changes: Any) -> ContributorScores:
    count = len(tables.notes)
    given_: dict[str, Any] = {
        "latest_non_nmr_ms": np.full(count, MISSING_MS),
        "core_intercept": np.full(count, np.nan),
        "as_of_ms": NOW_MS,
    }
    enrollment = tables.enrollment.extended(len(tables.participant_ids))
    return scores_by_status(
        tables.notes,
        prepare(tables, tables.clusters),
        prepare(tables, None).ratings,
        enrollment,
        status=np.asarray(status, np.int8),
        **given_ | changes,
    )


def two_writers(age_days: list[float], authors: list[int], ratings_each: int = 0) -> Tables:
    """Notes of some age at ``NOW_MS``, each called helpful by that many raters within the hour."""
    count = len(age_days)
    created = NOW_MS - (np.array(age_days) * DAY_MS).astype(np.int64)
    note = np.repeat(np.arange(count), ratings_each)
    return builders.tables(
        builders.notes(count, author=np.array(authors, np.int32), created_at_ms=created),
        builders.ratings(
            note,
            RATER + np.tile(np.arange(ratings_each), count),
            np.full(len(note), 2),
            created_at_ms=created[note] + HOUR_MS,
        ),
        people=RATER + ratings_each,
    )


def test_notes_are_counted_by_status_and_age() -> None:
    tables = two_writers([0, 13.9, 14, 50, 90, 95], [WRITER, WRITER, WRITER, WRITER, WRITER, OTHER])
    people = scores(tables, [CRH, CRNH, CRH, NMR, CRH, CRNH])
    assert (people.notes.helpful[WRITER], people.notes.not_helpful[WRITER]) == (3, 1)
    assert people.notes.needs_more_ratings[WRITER] == 1
    assert (people.fortnight_notes.helpful[WRITER], people.fortnight_notes.not_helpful[WRITER]) == (1, 1)
    assert (people.quarter_notes.helpful[WRITER], people.quarter_notes.needs_more_ratings[WRITER]) == (2, 1)
    assert people.quarter_notes.not_helpful.tolist()[:2] == [1, 0]
    assert people.writing_impact.tolist()[:2] == [2, -1]
    assert people.notes_written.tolist()[:2] == [5, 1]


@pytest.mark.parametrize(("ratings_each", "seen"), [(9, 0), (10, 1)])
def test_of_recent_notes_without_a_status_only_the_well_rated_count(ratings_each: int, seen: int) -> None:
    people = scores(two_writers([1], [WRITER], ratings_each), [NMR])
    assert people.fortnight_notes.needs_more_ratings[WRITER] == seen
    assert people.quarter_notes.needs_more_ratings[WRITER] == 1


@pytest.mark.parametrize(
    ("level", "status", "impact"),
    [(2, CRH, 1), (0, CRH, -1), (0, CRNH, 1), (2, CRNH, -2), (1, CRH, 0), (1, CRNH, 0), (2, NMR, 0)],
)
def test_rating_impact(level: int, status: int, impact: int) -> None:
    tables = two_writers([10], [WRITER], 1)
    tables = replace(tables, ratings=replace(tables.ratings, level=np.array([level], np.uint8)))
    people = scores(tables, [status])
    assert people.rating_impact[RATER] == impact
    assert people.ratings_awaiting[RATER] == (status == NMR)


def test_a_rating_after_the_decision_is_counted_as_such_and_not_judged() -> None:
    tables = two_writers([10], [WRITER], 1)
    decided = tables.ratings.created_at_ms - 1
    people = scores(tables, [CRH], latest_non_nmr_ms=decided)
    assert (people.rated_after_decision[RATER], people.timely_ratings[RATER]) == (1, 0)
    assert people.ratings.valid[RATER] == 0
    assert people.active.tolist() == [True, False, False]
    in_time = scores(tables, [CRH], latest_non_nmr_ms=decided + 2)
    assert (in_time.rated_after_decision[RATER], in_time.ratings.valid[RATER]) == (0, 1)
    assert in_time.active.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("intercepts", "ratings_each", "age_days", "emerging"),
    [
        ([0.7, np.nan], 5, 1, True),
        ([0.59, np.nan], 5, 1, False),
        ([0.7, 0.7], 4, 1, False),
        ([0.7, 0.7], 5, 29, False),
    ],
)
def test_emerging_writers(
    intercepts: list[float], ratings_each: int, age_days: float, emerging: bool
) -> None:
    tables = two_writers([age_days, age_days], [WRITER, WRITER], ratings_each)
    people = scores(tables, [NMR, NMR], core_intercept=np.array(intercepts, np.float32))
    assert people.emerging_writer.tolist()[:2] == [emerging, False]


def counts(*notes: dict[NotHelpfulTag, int]) -> np.ndarray:
    table = np.zeros((len(notes), len(NotHelpfulTag)), np.int32)
    for row, tags in enumerate(notes):
        for tag, count in tags.items():
            table[row, list(NotHelpfulTag).index(tag)] = count
    return table


T = NotHelpfulTag


@pytest.mark.parametrize(
    ("notes", "first", "second"),
    [
        ([{T.INCORRECT: 3, T.OTHER: 2}], T.INCORRECT, T.OTHER),
        # A tag given once does not count, and a single tag is none.
        ([{T.INCORRECT: 9, T.OTHER: 1}], None, None),
        # One vote a note, whatever the number of ratings.
        (
            [
                {T.OUTDATED: 90, T.OFF_TOPIC: 80},
                {T.INCORRECT: 2, T.NOTE_NOT_NEEDED: 2},
                {T.INCORRECT: 3, T.NOTE_NOT_NEEDED: 2},
            ],
            T.INCORRECT,
            T.NOTE_NOT_NEEDED,
        ),
        # Ties go by the published order: outdated before off topic before incorrect.
        (
            [{T.INCORRECT: 5, T.OFF_TOPIC: 4}, {T.OUTDATED: 5, T.NOTE_NOT_NEEDED: 4}],
            T.OUTDATED,
            T.OFF_TOPIC,
        ),
    ],
)
def test_an_authors_tags(
    notes: list[dict[NotHelpfulTag, int]], first: NotHelpfulTag | None, second: NotHelpfulTag | None
) -> None:
    top = authors_top_tags(counts(*notes), np.zeros(len(notes), np.int32), 2)
    order = list(NotHelpfulTag)
    expected = [-1 if tag is None else order.index(tag) for tag in (first, second)]
    assert top.tolist() == [expected, [-1, -1]]


def test_the_round_moves_people_between_states() -> None:
    tables = two_writers([3, 2, 1], [WRITER, WRITER, OTHER], 5)
    states = [EnrollmentState.EARNED_IN] * 2 + [EnrollmentState.NEW_USER] * 4
    enrollment = replace(Enrollment.in_groups(np.full(6, 13)), state=np.array(states, np.int8))
    people = scores(replace(tables, enrollment=enrollment), [CRNH, NMR, CRH])
    assert people.enrollment.state.tolist() == [
        EnrollmentState.EARNED_OUT_ACKNOWLEDGED,
        EnrollmentState.EARNED_IN,
        *[EnrollmentState.NEW_USER] * 4,
        EnrollmentState.NEW_USER,
    ]
    assert people.enrollment.times_earned_out.tolist() == [1, 0, 0, 0, 0, 0, 0]


def test_notes_that_were_there_before_earning_out_are_forgiven() -> None:
    tables = two_writers([3, 2, 1], [WRITER] * 3)
    told = Enrollment.in_groups(np.full(2, 13), EnrollmentState.EARNED_OUT_ACKNOWLEDGED)
    enrollment = replace(told, ratings_needed_to_earn_in=np.zeros(2, np.int32))
    people = scores(replace(tables, enrollment=enrollment), [CRNH] * 3)
    assert people.enrollment.state[WRITER] == EnrollmentState.EARNED_IN
    assert people.enrollment.last_earn_out_ms[WRITER] == NOW_MS


def flat(record: Any) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if is_dataclass(value):
            columns |= {f"{field.name}.{name}": column for name, column in flat(value).items()}
        else:
            columns[field.name] = value
    return columns


@given(st.integers(0, 2**32 - 1))
def test_rows_may_stand_in_any_order(seed: int) -> None:
    generator = np.random.default_rng(seed)
    tables = builders.crowd(seed % 5, raters=20, note_count=24)
    status = generator.choice([CRH, CRNH, NMR], 24)
    intercept = generator.normal(0.2, 0.3, 24)
    expected = flat(scores(tables, status, core_intercept=intercept))

    order = generator.permutation(24)
    number = np.empty(24, np.int32)
    number[order] = np.arange(24)
    ratings = taken(tables.ratings, generator.permutation(len(tables.ratings)))
    shuffled = replace(
        tables, notes=taken(tables.notes, order), ratings=replace(ratings, note=number[ratings.note])
    )
    found = flat(scores(shuffled, status[order], core_intercept=intercept[order]))
    for name, column in expected.items():
        assert np.array_equal(column, found[name]), name


def test_nobody_and_nothing() -> None:
    empty = builders.tables(builders.notes(0), builders.ratings([], [], []), people=3)
    people = scores(replace(empty, enrollment=Enrollment.in_groups([])), np.zeros(0, np.int8))
    assert not people.active.any()
    assert (people.top_not_helpful_tags == -1).all()
    assert people.enrollment.state.tolist() == [EnrollmentState.NEW_USER] * 3


def test_raters_who_were_merged_are_judged_one_by_one_and_count_once_for_the_author() -> None:
    notes = builders.notes(PRODUCTION_NOTES, author=np.zeros(PRODUCTION_NOTES, np.int32))
    note = np.append(np.arange(PRODUCTION_NOTES), [0, 0])
    rater = np.append(np.full(PRODUCTION_NOTES, 1), [2, 3])
    rows = builders.ratings(note, rater, np.full(len(note), 2), created_at_ms=notes.created_at_ms[note] + 1)
    clique = np.array([0, 0, 7, 7], np.int32)
    tables = replace(
        builders.tables(notes, rows, people=4), clusters=RaterClusters(clique, np.zeros(4, np.int32))
    )
    found = scores(tables, np.full(PRODUCTION_NOTES, CRH))
    assert found.ratings.successful_helpful.tolist() == [0, PRODUCTION_NOTES, 1, 1]
    assert found.ratings_received[0] == PRODUCTION_NOTES + 1
