"""A note's story comes from the rules that decided it, and says what would have had to be otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import scoring
from scoring import Scored
from scoring.errors import InputError
from scoring.models.configurations import CORE
from scoring.rules.engine import Comparison
from scoring.rules.facts import FinalFacts
from scoring.statuses import CRH, status_name
from scoring.why.record import FILE_NAME, read_note_record, write_note_stories
from scoring.why.story import missing_in_model, read_story, tell
from scoring.why.told import CriterionTold, Story, Value
from tests.scoring import builders
from tests.scoring.test_note_rules import facts, sides, votes

BEYOND_HABIT = '"incorrect" tags by what these raters\' habit would give'
AS_OF_MS = builders.START_MS + 4 * builders.DAY_MS


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scored, Path]:
    """A scored crowd and the folder with its stories; a few notes were Helpful, waiting or locked before."""
    tables = builders.crowd(11)
    notes = len(tables.notes)
    history = builders.history(
        notes,
        status=np.where(np.arange(notes) % 7 == 0, CRH, 0),
        stabilizing_since_ms=np.where(np.arange(notes) % 4 == 0, AS_OF_MS - 90 * 60_000, -1),
        locked_status=np.where(np.arange(notes) % 9 == 0, 0, -1),
        lock_ms=np.where(np.arange(notes) % 9 == 0, AS_OF_MS - builders.DAY_MS, -(2**63)),
    )
    scored = scoring.score(replace(tables, status_history=history), as_of_ms=AS_OF_MS)
    folder = tmp_path_factory.mktemp("run")
    write_note_stories(scored, folder)
    return scored, folder


@pytest.fixture(scope="module")
def stories(run: tuple[Scored, Path]) -> list[Story]:
    scored, folder = run
    return [read_story(folder, int(note)) for note in scored.note_id]


def test_a_story_ends_in_the_status_and_names_the_rules_that_spoke(
    run: tuple[Scored, Path], stories: list[Story]
) -> None:
    scored, _ = run
    deciders = set()
    for row, story in enumerate(stories):
        assert story.status == scored.status_name(row)
        assert story.decided_by == scored.decided_by(row)
        assert ",".join(rule.name for rule in story.rules if rule.fired) == scored.verdict.active_rules(row)
        for told in story.models:
            model = scored.models[told.name]
            assert told.captured == bool(model.captured[row])
            assert told.status == status_name(int(model.status[row]))
            assert ",".join(rule.name for rule in told.rules if rule.fired) == model.verdict.active_rules(row)
        deciders.add(story.decided_by)
    assert len(deciders) > 2, "the crowd shows too little"


def test_a_rule_of_criteria_speaks_exactly_where_it_is_asked_and_all_hold(stories: list[Story]) -> None:
    for story in stories:
        for rule in (*story.rules, *(rule for model in story.models for rule in model.rules)):
            if rule.criteria:
                assert rule.fired == (rule.asked and all(one.holds for one in rule.criteria)), rule


def test_something_is_missing_exactly_where_a_note_is_not_helpful(stories: list[Story]) -> None:
    for story in stories:
        assert bool(story.missing) == (story.status != "CURRENTLY_RATED_HELPFUL"), story


def test_sides_add_up_to_the_ratings_that_were_fitted(run: tuple[Scored, Path], stories: list[Story]) -> None:
    scored, _ = run
    for row, story in enumerate(stories):
        core = story.deciding_model
        counted = [(side.helpful, side.somewhat_helpful, side.not_helpful) for side in core.sides]
        assert [sum(counts) for counts in counted] == scored.core.facts.sides.raters[:, row].tolist()
        assert all(min(counts) >= 0 for counts in counted)


def test_locks_and_waiting_are_told(stories: list[Story]) -> None:
    story = stories[36]
    assert (story.locked_status, story.locked_ms) == ("NEEDS_MORE_RATINGS", AS_OF_MS - builders.DAY_MS)
    assert story.waiting_since_ms == AS_OF_MS - 90 * 60_000
    assert any("locked as NEEDS_MORE_RATINGS" in line for line in story.missing)


@pytest.mark.parametrize(
    ("note", "missing"),
    [
        (facts(), []),
        (facts(intercept=0.31), ["intercept: 0.31, needs at least 0.40"]),
        (facts(intercept=0.3999), ["intercept: 0.3999, needs at least 0.4000"]),
        (facts(intercept=0.38, previous_status=CRH), ["intercept: 0.38, needs at least 0.39"]),
        (facts(intercept=0.395, previous_status=CRH), []),
        (
            facts(intercept=float("nan"), ratings=3),
            ["ratings that the model hears: 3, needs at least 5", "intercept: none, needs at least 0.40"],
        ),
        (facts(not_misleading=True), ["calls its post not misleading: yes, needs no"]),
        (
            facts(sides=sides(helpful=(20, 3), not_helpful=(0, 1))),
            ["net helpful ratings of the side with fewer: 2 (raters with factor ≥ 0), needs at least 4"],
        ),
        (
            facts(sides=sides(raters=(96, 4), helpful=(90, 4), not_helpful=(0, 0))),
            ["their share of all helpful raters' ratings: 0.04, needs at least 0.05"],
        ),
        (facts(factor=-0.6), ["size of the factor: 0.60, needs at most 0.50"]),
        (facts(low_diligence_intercept=0.3), ["low-diligence intercept: 0.300, needs at most 0.263"]),
        (
            facts(no_high_volume_intercept=0.2),
            ["intercept without raters of high volume: 0.20, needs at least 0.37"],
        ),
        (facts(intercept=0.2, no_high_volume_intercept=0.2), ["intercept: 0.20, needs at least 0.40"]),
        (facts(incorrect=votes(3, 2, 0.0)), [f"{BEYOND_HABIT}: beyond measure, needs less than 2.50"]),
    ],
)
def test_what_is_missing_for_helpful(note: FinalFacts, missing: list[str]) -> None:
    assert list(missing_in_model(CORE, note)) == missing


def figures(value: Value, comparison: Comparison, limit: Value) -> tuple[str, str]:
    return CriterionTold("x", value, comparison, limit, True, "").figures


@pytest.mark.parametrize(
    ("value", "limit", "told"),
    [
        (7, 5, ("7", "5")),
        (12_345, 5, ("12,345", "5")),
        (0.45, 0.4, ("0.45", "0.40")),
        (-0.2, -0.04, ("−0.20", "−0.04")),
        (0.1, 0.263, ("0.100", "0.263")),
        (0.39999998, 0.4, ("0.39999998", "0.40000000")),
        (0.4, 0.4, ("0.40", "0.40")),
        (True, False, ("yes", "no")),
        (None, 0.4, ("none", "0.40")),
    ],
)
def test_figures_are_short_and_tell_apart_what_differs(
    value: Value, limit: Value, told: tuple[str, str]
) -> None:
    assert figures(value, ">=", limit) == told


@given(st.floats(-9, 9, width=32), st.sampled_from([-0.15, -0.04, 0.263, 0.37, 0.4]))
@example(float(np.nextafter(np.float32(0.4), np.float32(0))), 0.4)
def test_figures_compare_as_the_values_do(value: float, limit: float) -> None:
    shown = [float(text.replace("−", "-")) for text in figures(value, ">=", limit)]
    assert (shown[0] < shown[1]) == (value < limit) or abs(value - limit) < 1e-8


def test_a_record_that_other_rules_made_is_refused(run: tuple[Scored, Path]) -> None:
    scored, folder = run
    record = read_note_record(folder, int(scored.note_id[0]))
    with pytest.raises(InputError, match="other rules than this version"):
        tell(replace(record, status=2))
    with pytest.raises(InputError, match="other rules than this version"):
        tell(replace(record, decided_by="CoreModel (v9.9)"))
    core = record.models["MFCoreScorer"]
    with pytest.raises(InputError, match="other rules than this version"):
        tell(replace(record, models={**record.models, "MFCoreScorer": replace(core, status=2)}), folder)


def test_what_cannot_be_told_is_one_sentence(run: tuple[Scored, Path], tmp_path: Path) -> None:
    _, folder = run
    with pytest.raises(InputError, match="note 17 is not in it; name a note that was scored"):
        read_story(folder, 17)
    with pytest.raises(InputError, match=f"there is no {FILE_NAME}; name a folder"):
        read_story(tmp_path, 17)
    (tmp_path / FILE_NAME).write_bytes(b"not Parquet")
    with pytest.raises(InputError, match="score the data again"):
        read_story(tmp_path, 17)
    pl.DataFrame({"noteId": [17], "asOfMillis": [0]}).write_parquet(tmp_path / FILE_NAME)
    with pytest.raises(InputError, match="score the data again"):
        read_story(tmp_path, 17)


def test_no_notes_leave_an_empty_record(tmp_path: Path) -> None:
    nothing = builders.tables(builders.notes(0), builders.ratings([], [], []), people=0)
    path = write_note_stories(scoring.score(nothing, as_of_ms=AS_OF_MS), tmp_path)
    assert pl.read_parquet(path).height == 0
    with pytest.raises(InputError, match="is not in it"):
        read_story(tmp_path, 1)
