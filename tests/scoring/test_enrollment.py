"""Earning in and out: every step by example, their order, and what never happens to anybody."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.enrollment import (
    TRANSITIONS,
    TrackRecord,
    latest_not_helpful,
    updated_enrollment,
    with_clocks_restarted,
)
from scoring.statuses import CRH, CRNH, NMR
from scoring.tables import MISSING_MS, Enrollment
from scoring.tables.values import EnrollmentState as State
from tests.scoring import builders

NOW_MS = 1_782_864_000_000
EARLIER_MS = 1_700_000_000_000


@dataclass(frozen=True)
class Person:
    """A contributor before a round."""

    state: State
    crh: int = 0
    crnh: int = 0
    written: int = 0
    impact: int = 0
    latest: int = 0
    target: int = 5
    earned_out: int = 0


def standing(people: list[Person]) -> Enrollment:
    return replace(
        Enrollment.in_groups(np.full(len(people), 13)),
        state=np.array([person.state for person in people], np.int8),
        ratings_needed_to_earn_in=np.array([person.target for person in people], np.int32),
        last_state_change_ms=np.full(len(people), EARLIER_MS),
        times_earned_out=np.array([person.earned_out for person in people], np.int32),
    )


def record(people: list[Person]) -> TrackRecord:
    def column(name: str) -> np.ndarray:
        return np.array([getattr(person, name) for person in people], np.int64)

    return TrackRecord(column("crh"), column("crnh"), column("written"), column("impact"), column("latest"))


def after(*people: Person) -> Enrollment:
    return updated_enrollment(standing(list(people)), record(list(people)), as_of_ms=NOW_MS)


IN, RISK, OUT, TOLD, NEW = (
    State.EARNED_IN,
    State.AT_RISK,
    State.EARNED_OUT_NO_ACKNOWLEDGE,
    State.EARNED_OUT_ACKNOWLEDGED,
    State.NEW_USER,
)
API = (State.API_TEST_USER, State.API_EARNED_IN, State.API_EARNED_OUT)


@pytest.mark.parametrize(
    ("person", "state", "changed"),
    [
        # Earning in: rating impact reaches the target.
        (Person(NEW, impact=4), NEW, False),
        (Person(NEW, impact=5), IN, True),
        (Person(TOLD, impact=9, target=10), TOLD, False),
        (Person(TOLD, impact=10, target=10), IN, True),
        (Person(OUT, impact=7, target=7), IN, True),
        (Person(State.NOT_ENROLLED), NEW, False),
        (Person(State.NOT_ENROLLED, impact=5), IN, True),
        # At risk with exactly two, and back with fewer.
        (Person(IN, crh=3, crnh=1, latest=1), IN, False),
        (Person(IN, crh=3, crnh=2, latest=2), RISK, True),
        (Person(RISK, crh=3, crnh=2, latest=2), RISK, False),
        (Person(RISK, crh=3, crnh=2, latest=1), IN, True),
        # Out with three, whether at risk before or not.
        (Person(IN, crh=5, crnh=3, latest=3), TOLD, True),
        (Person(RISK, crh=5, crnh=5, latest=5), TOLD, True),
        (Person(NEW, crh=5, crnh=5, latest=5), NEW, False),
        (Person(TOLD, crh=5, crnh=5, latest=5), TOLD, False),
        # Steps follow one another in a round.
        (Person(NEW, crh=3, crnh=2, latest=2, impact=5), RISK, True),
        (Person(NEW, crh=3, crnh=3, latest=3, impact=5), TOLD, True),
        (Person(OUT, crh=3, crnh=3, latest=3, impact=5), TOLD, True),
        # Negative writing impact: one recent Not Helpful note is enough.
        (Person(IN, crh=1, crnh=1, latest=1), IN, False),
        (Person(IN, crh=0, crnh=1, latest=1), TOLD, True),
        (Person(IN, crh=0, crnh=1, latest=0), IN, False),
        (Person(RISK, crh=0, crnh=1, latest=1), TOLD, True),
        (Person(NEW, crh=0, crnh=1, latest=1), NEW, False),
        # Being told is no change of its own.
        (Person(OUT, impact=1), TOLD, False),
        (Person(State.REMOVED, crnh=5, latest=5, impact=50), State.REMOVED, False),
        # API writers know only the last step.
        *[(Person(state, crh=5, crnh=5, latest=5, impact=50), state, False) for state in API],
        *[(Person(state, crh=0, crnh=1, latest=1), TOLD, True) for state in API],
    ],
)
def test_steps(person: Person, state: State, changed: bool) -> None:
    enrollment = after(person)
    assert State(int(enrollment.state[0])) == state
    assert enrollment.last_state_change_ms[0] == (NOW_MS if changed else EARLIER_MS)


@pytest.mark.parametrize(
    ("person", "times", "target"),
    [
        (Person(IN, crnh=1, latest=1, impact=-3), 1, 5),
        (Person(IN, crnh=1, latest=1, impact=8), 1, 13),
        (Person(IN, crnh=1, latest=1, impact=8, earned_out=2), 3, 23),
        (Person(OUT, impact=2, target=99, earned_out=3), 3, 17),
        # A top writer's target does not grow: writing impact 10, at least 4 % of the notes.
        (Person(IN, crh=13, crnh=3, written=250, latest=3, impact=8, earned_out=2), 3, 13),
        (Person(IN, crh=13, crnh=3, written=251, latest=3, impact=8, earned_out=2), 3, 23),
        (Person(IN, crh=12, crnh=3, written=15, latest=3, impact=8, earned_out=2), 3, 23),
        # Nobody else's target moves.
        (Person(TOLD, impact=2, target=99, earned_out=3), 3, 99),
        (Person(NEW, impact=20), 0, 5),
    ],
)
def test_targets_after_earning_out(person: Person, times: int, target: int) -> None:
    enrollment = after(person)
    assert enrollment.times_earned_out[0] == times
    assert enrollment.ratings_needed_to_earn_in[0] == target


def test_the_steps_stand_in_the_official_order() -> None:
    assert [(step.name, step.leads_to) for step in TRANSITIONS] == [
        ("earn in", IN),
        ("come at risk", RISK),
        ("earn out", OUT),
        ("recover", IN),
        ("earn out by one note", OUT),
    ]


PEOPLE = st.lists(
    st.builds(
        Person,
        state=st.sampled_from(State),
        crh=st.integers(0, 30),
        crnh=st.integers(0, 30),
        written=st.integers(0, 400),
        impact=st.integers(-20, 40),
        latest=st.integers(0, 5),
        target=st.integers(5, 40),
        earned_out=st.integers(0, 5),
    ),
    min_size=1,
    max_size=30,
)


@given(PEOPLE)
def test_what_always_holds(people: list[Person]) -> None:
    before, track = standing(people), record(people)
    result = updated_enrollment(before, track, as_of_ms=NOW_MS)
    for row, person in enumerate(people):
        state = State(int(result.state[row]))
        assert state not in (State.NOT_ENROLLED, OUT)
        if person.state is State.REMOVED:
            assert state is State.REMOVED
        if person.state in API:
            assert state is person.state or (state is TOLD and person.crnh > person.crh)
        if person.state is NEW and person.impact < person.target:
            assert state is NEW
        assert result.times_earned_out[row] >= person.earned_out
        if result.times_earned_out[row] > person.earned_out:
            assert result.last_state_change_ms[row] == NOW_MS
        if state is not person.state and person.state not in (OUT, State.NOT_ENROLLED):
            assert result.last_state_change_ms[row] == NOW_MS
    assert np.array_equal(before.state, [person.state for person in people]), "the table before is left alone"


@given(PEOPLE)
def test_a_second_round_on_the_same_statuses_changes_nobody(people: list[Person]) -> None:
    once = with_clocks_restarted(
        updated_enrollment(standing(people), record(people), as_of_ms=NOW_MS), as_of_ms=NOW_MS
    )
    # Whoever has earned out is judged by no note until they write again.
    told = once.state == TOLD
    track = record(people)
    track = replace(track, latest_not_helpful=np.where(told, 0, track.latest_not_helpful))
    reached = told & (track.rating_impact >= once.ratings_needed_to_earn_in)
    twice = updated_enrollment(once, track, as_of_ms=NOW_MS + 1)
    assert np.array_equal(twice.state[~reached], once.state[~reached])
    assert np.array_equal(twice.times_earned_out[~reached], once.times_earned_out[~reached])
    fresh = once.last_state_change_ms == NOW_MS
    assert not (reached & fresh).any(), "a new target is always out of reach"


@given(PEOPLE, st.integers(0, 2**32 - 1))
def test_everybody_is_judged_alone(people: list[Person], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(people))
    together, apart = after(*people), after(*(people[row] for row in order))
    for field in fields(Enrollment):
        assert np.array_equal(getattr(together, field.name)[order], getattr(apart, field.name)), field.name


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        # Oldest first. Five with a status push those that need ratings out of sight.
        ([CRNH, CRNH, CRNH], 3),
        ([CRNH, CRNH, CRH, CRH, CRH, CRH, CRH], 0),
        ([CRNH, CRNH, CRH, CRH, CRH, CRH], 1),
        ([CRNH, NMR, NMR, NMR, NMR, NMR, NMR], 1),
        ([CRNH] * 9, 5),
        ([NMR, NMR], 0),
    ],
)
def test_the_latest_five_notes_count(statuses: list[int], expected: int) -> None:
    count = len(statuses)
    status = np.array(statuses, np.int8)
    notes = builders.notes(count)
    assert latest_not_helpful(notes, status, np.array([1])).tolist() == [expected]


def test_notes_written_before_the_last_earning_out_do_not_count() -> None:
    notes = builders.notes(4, author=np.array([0, 0, 0, 1], np.int32))
    status = np.full(4, CRNH, np.int8)
    since = int(notes.created_at_ms[1])
    assert latest_not_helpful(notes, status, np.array([since, 1])).tolist() == [1, 1]
    assert latest_not_helpful(notes, status, np.array([since - 1, MISSING_MS])).tolist() == [2, 1]


@given(st.lists(st.sampled_from([CRH, CRNH, NMR]), max_size=12), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_means_nothing(statuses: list[int], seed: int) -> None:
    generator = np.random.default_rng(seed)
    count = len(statuses)
    status = np.array(statuses, np.int8)
    notes = builders.notes(count, author=generator.integers(0, 3, count).astype(np.int32))
    order = generator.permutation(count)
    shuffled = replace(
        notes, **{field.name: getattr(notes, field.name)[order] for field in fields(type(notes))}
    )
    since = np.ones(3, np.int64)
    expected = latest_not_helpful(notes, status, since)
    assert np.array_equal(latest_not_helpful(shuffled, status[order], since), expected)
    assert expected.max(initial=0) <= 5


def test_only_those_who_were_told_begin_anew() -> None:
    before = standing([Person(state) for state in State])
    restarted = with_clocks_restarted(before, as_of_ms=NOW_MS)
    assert [
        state
        for state, since in zip(State, restarted.last_earn_out_ms.tolist(), strict=True)
        if since == NOW_MS
    ] == [TOLD]
    assert np.array_equal(restarted.state, before.state)


def test_targets_never_fall_with_more_earning_out() -> None:
    targets = [
        after(Person(IN, crnh=1, latest=1, impact=3, earned_out=times)).ratings_needed_to_earn_in[0]
        for times in range(6)
    ]
    assert all(later - sooner == 5 for sooner, later in pairwise(targets))
