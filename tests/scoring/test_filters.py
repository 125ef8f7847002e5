"""Tags weighed by distance, and calls of "incorrect" beyond a rater's habit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.filters.incorrect import IncorrectHabits, incorrect_habits, incorrect_votes
from scoring.filters.tags import TagTotals, tag_thresholds, tag_totals
from scoring.tables import NotHelpfulTag, Ratings
from tests.scoring import builders

INCORRECT = NotHelpfulTag.INCORRECT
OUTDATED = NotHelpfulTag.OUTDATED


def tagged(note: list[int], rater: list[int], tags: list[int]) -> Ratings:
    return builders.ratings(note, rater, [0] * len(note), not_helpful_tags=np.array(tags, np.uint16))


def test_weights_fall_with_distance_in_standard_deviations() -> None:
    """By hand: factors −1 and 1 are their own z; d is 0 and 2 on each note, D the 40th percentile."""
    rows = tagged([0, 0, 1, 1], [0, 1, 0, 1], [OUTDATED, OUTDATED | INCORRECT, 0, INCORRECT])
    totals = tag_totals(rows, np.array([-1.0, 1.0]), np.array([-1.0, 1.0, np.nan]))
    scale = np.percentile([0, 2, 2, 0], 40)
    far = 1 / (1 + (2 / scale) ** 5)
    column = {tag: tag.bit_length() - 1 for tag in (OUTDATED, INCORRECT)}
    assert totals.weight.tolist() == pytest.approx([1 + far, 1 + far])
    assert totals.adjusted[:, column[OUTDATED]].tolist() == pytest.approx([1 + far, 0])
    assert totals.adjusted[:, column[INCORRECT]].tolist() == pytest.approx([far, 1.0])
    assert totals.ratio[0, column[OUTDATED]] == 1.0
    assert totals.adjusted.sum() == pytest.approx(2 + 2 * far)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 5), st.floats(-1, 1))
def test_scale_and_place_of_the_factors_do_not_matter(seed: int, scale: float, shift: float) -> None:
    generator = np.random.default_rng(seed)
    note, rater = (part.tolist() for part in np.nonzero(generator.random((12, 9)) < 0.6))
    rows = tagged(note, rater, generator.integers(0, 2**13, len(note)).tolist())
    note_factor, rater_factor = generator.normal(size=12), generator.normal(size=9)
    one = tag_totals(rows, note_factor, rater_factor)
    other = tag_totals(rows, note_factor * scale + shift, rater_factor)
    assert np.allclose(one.adjusted, other.adjusted)
    flipped = tag_totals(rows, -note_factor, -rater_factor)
    assert np.allclose(one.adjusted, flipped.adjusted)


def test_thresholds_are_a_quantile_over_helpful_notes() -> None:
    adjusted = np.zeros((5, 13))
    adjusted[:, 1] = [1, 2, 3, 4, 100]
    totals = TagTotals(adjusted, np.array([10.0, 10, 10, 10, 0]))
    helpful = np.array([True, True, True, False, True])
    thresholds = tag_thresholds(totals, helpful, 0.95)
    assert thresholds[1] == pytest.approx(np.quantile([0.1, 0.2, 0.3], 0.95))
    assert thresholds[0] == 0.0
    assert tag_thresholds(totals, np.zeros(5, np.bool_), 0.95).tolist() == [0.0] * 13


def test_no_ratings_no_weights() -> None:
    totals = tag_totals(tagged([], [], []), np.full(3, np.nan), np.full(2, np.nan))
    assert totals.weight.tolist() == [0, 0, 0]
    assert np.isnan(totals.ratio).all()


def test_habits_are_counted_over_critical_ratings() -> None:
    rows = tagged([0, 1, 2, 0], [0, 0, 0, 1], [INCORRECT, OUTDATED, 0, 0])
    habits = incorrect_habits(rows, 3)
    assert habits.incorrect.tolist() == [1, 0, 0]
    assert habits.total.tolist() == [2, 0, 0]
    assert habits.rate.tolist() == [0.5, 0.0, 0.0]


def test_only_critics_near_the_note_vote() -> None:
    rows = tagged([0] * 5, [0, 1, 2, 3, 4], [INCORRECT, INCORRECT, OUTDATED, INCORRECT, 0])
    factors = np.array([0.2, 0.9, 0.12, 0.05, 0.2])
    habits = IncorrectHabits(np.array([1, 1, 0, 1, 1]), np.array([2, 4, 1, 1, 1]))
    votes = incorrect_votes(rows, np.array([0.7]), factors, habits)
    # The note's 0.7 and rater 1's 0.9 are clipped to 0.4; rater 2 is 0.28 away, rater 3 0.35.
    assert votes.voters.tolist() == [3]
    assert votes.incorrect.tolist() == [2]
    assert votes.expected.tolist() == [0.75]
    assert votes.score.tolist() == pytest.approx([2 / np.log(1.75)])


def test_a_score_without_expectation() -> None:
    nobody = IncorrectHabits(np.zeros(2, np.int64), np.zeros(2, np.int64))
    votes = incorrect_votes(tagged([0, 1], [0, 1], [INCORRECT, OUTDATED]), np.zeros(2), np.zeros(2), nobody)
    assert votes.score[0] == np.inf
    assert np.isnan(votes.score[1])
