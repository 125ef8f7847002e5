"""What a page leaves out of a large season, and what it never leaves out."""

from __future__ import annotations

from harness.report.charts import limit_ceiling, thinned
from harness.report.selection import (
    NOTES_DRAWN,
    STORIES_OF_PEOPLE,
    STORIES_OF_WRITERS,
    drawn_notes,
    evenly,
    stories,
)
from harness.simulation.scenario import PEOPLE
from tests.harness.report.seasons import season
from writers.protocol.notes import Status


def test_a_small_season_is_told_whole_but_for_people_s_notes() -> None:
    notes = season(people_notes=200, raters=0).notes
    told = stories(notes)
    assert [note for note in notes if note.writer != PEOPLE] == [
        note for note in told if note.writer != PEOPLE
    ]
    assert sum(note.writer == PEOPLE for note in told) == STORIES_OF_PEOPLE


def test_verdicts_come_first_and_test_notes_last() -> None:
    notes = season(writers=("a", "b"), test_notes=400, live_a_day=10, people_notes=0, raters=0).notes
    told = {note.note_id for note in stories(notes)}
    assert len(told) == STORIES_OF_WRITERS
    assert {note.note_id for note in notes if not note.test_mode} <= told
    untold_days = [note.created_at_ms for note in notes if note.note_id not in told]
    told_days = [note.created_at_ms for note in notes if note.test_mode and note.note_id in told]
    assert max(untold_days) <= min(told_days)


def test_the_map_holds_every_note_that_is_told_and_placed() -> None:
    notes = season(people_notes=4_000, raters=0).notes
    told = stories(notes)
    drawn = drawn_notes(notes, told)
    assert len(drawn) == NOTES_DRAWN
    ids = {note.note_id for note in drawn}
    assert {note.note_id for note in told if note.intercept is not None and note.status} <= ids
    assert {note.note_id for note in notes if note.status in (Status.CRH, Status.CRNH)} <= ids


def test_evenly_keeps_the_spread() -> None:
    assert evenly(range(10), 20) == list(range(10))
    assert evenly(range(1_000), 4) == [0, 250, 500, 750]


def test_thinned_rounds_end_with_the_last() -> None:
    rounds = season(people_notes=5, raters=0).statuses
    kept = thinned(rounds)
    assert len(kept) <= 240
    assert kept[-1] == rounds[-1]
    assert [round_.at_ms for round_ in kept] == sorted(round_.at_ms for round_ in kept)


def test_a_limit_far_above_the_notes_does_not_flatten_them() -> None:
    days = season(people_notes=0, raters=0).writers[0].days
    assert limit_ceiling(days) < 500
    assert limit_ceiling(()) > 0
