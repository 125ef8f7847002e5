"""What human contributors write, how often, and on what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.simulation.clock import SimulatedClock
from harness.simulation.people import People, PeopleNote
from harness.simulation.post_source import PostSource
from harness.simulation.scenario import PeopleSettings, PostSettings, Scenario, WriterSettings
from harness.simulation.world_posts import world_source
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.text import find_urls

PLAN = Scenario(
    days=6,
    warm_up_days=0,
    posts=PostSettings(per_day=200),
    writers=(WriterSettings(name="nobody", plugin="replay"),),
)


@pytest.fixture(scope="module")
def source() -> PostSource:
    return world_source(PLAN, 3, SimulatedClock(PLAN.start_ms))


def written(source: PostSource, seed: int = 1, **changes: float) -> list[PeopleNote]:
    settings = PeopleSettings.model_validate({"notes_per_day": 300.0, **changes})
    people = People(settings, source.posts, 500, np.random.SeedSequence(seed))
    hours = range(PLAN.start_ms, PLAN.end_ms, HOUR_MS)
    return [note for hour in hours for note in people.write(hour, hour + HOUR_MS)]


def test_notes_come_at_their_rate_in_order_after_their_posts(source: PostSource) -> None:
    notes = written(source)
    assert len(notes) / PLAN.days == pytest.approx(300, rel=0.1)
    assert [note.at_ms for note in notes] == sorted(note.at_ms for note in notes)
    for note in notes:
        assert note.post.arrived_at_ms <= note.at_ms <= note.post.arrived_at_ms + 3 * DAY_MS
        assert 0 <= note.rater < 500


def test_nobody_writes_twice_on_a_post_and_a_seed_is_a_season(source: PostSource) -> None:
    notes = written(source)
    assert len({(note.rater, note.post.post.id) for note in notes}) == len(notes)
    assert notes == written(source)
    assert notes != written(source, seed=2)


def test_notes_are_mostly_on_misleading_posts_and_careful_ones_give_the_value(source: PostSource) -> None:
    notes = written(source, on_misleading=0.8, careful=1.0, opinionated=0.0)
    misleading = [note for note in notes if note.post.matter.wanted]
    assert len(misleading) / len(notes) == pytest.approx(0.8, abs=0.05)
    decided = [
        note for note in misleading if note.post.matter.decisive_urls and note.post.matter.right_values
    ]
    assert decided
    for note in decided:
        assert note.post.matter.right_values[0] in note.text
        assert {span.url for span in find_urls(note.text)} & note.post.matter.decisive_urls


def test_people_write_all_the_same_where_nothing_is_of_the_wanted_kind(source: PostSource) -> None:
    right = replace(source, posts=[post for post in source.posts if not post.matter.wanted])
    assert len(written(right, on_misleading=1.0)) > 1_000


def test_opinionated_people_give_no_value(source: PostSource) -> None:
    for note in written(source, careful=0.0, opinionated=1.0):
        assert not any(value in note.text for value in note.post.matter.right_values[:1] if len(value) > 3)
