"""Which ratings prove a rater right, and who is listened to."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.helpfulness import HelpfulnessThresholds, harassment_penalty, judge_contributors
from scoring.statuses import CRH, CRNH, NMR
from scoring.tables import MISSING_MS
from scoring.valid_ratings import RatingOutcomes, rating_outcomes, timely
from tests.scoring import builders
from tests.scoring.builders import HOUR_MS, START_MS


def is_timely(made_after_ms: int, decided_after_ms: int | None) -> bool:
    note = builders.notes(1)
    rating = builders.ratings([0], [0], [2], created_at_ms=np.array([START_MS + made_after_ms]))
    decided = MISSING_MS if decided_after_ms is None else START_MS + decided_after_ms
    return bool(timely(rating, note, np.array([decided]))[0])


@pytest.mark.parametrize(
    ("made", "decided", "counts"),
    [
        (0, None, True),
        (48 * HOUR_MS - 1, None, True),
        (48 * HOUR_MS, None, False),
        (HOUR_MS, HOUR_MS, False),
        (HOUR_MS, HOUR_MS + 1, True),
        (HOUR_MS, HOUR_MS - 1, False),
    ],
)
def test_a_rating_counts_within_two_days_and_before_the_status(
    made: int, decided: int | None, counts: bool
) -> None:
    assert is_timely(made, decided) is counts


def test_of_a_note_from_before_the_history_the_first_five_ratings_count() -> None:
    old_ms = 1_600_000_000_000
    note = builders.notes(2, created_at_ms=np.array([old_ms, START_MS]))
    made = old_ms + np.array([9, 8, 7, 6, 5, 4, 49 * HOUR_MS])
    rows = builders.ratings(np.zeros(7), np.arange(7), np.full(7, 2), created_at_ms=made)
    assert timely(rows, note, np.array([old_ms, MISSING_MS])).tolist() == [
        False,
        True,
        True,
        True,
        True,
        True,
        False,
    ]


def test_outcomes_are_counted_by_status_and_somewhat_never_counts() -> None:
    rows = builders.ratings([0, 1, 2, 0, 1, 2, 0], [0, 0, 0, 1, 1, 1, 2], [2, 2, 2, 0, 0, 0, 1])
    status = np.array([CRH, CRNH, NMR], np.int8)
    outcomes = rating_outcomes(rows, np.ones(7, np.bool_), status, 4)
    assert outcomes.successful_helpful.tolist() == [1, 0, 0, 0]
    assert outcomes.unsuccessful_not_helpful.tolist() == [1, 0, 0, 0]
    assert outcomes.unsuccessful_helpful.tolist() == [0, 1, 0, 0]
    assert outcomes.successful_not_helpful.tolist() == [0, 1, 0, 0]
    assert outcomes.valid.tolist() == [2, 2, 0, 0]


def judged(successes: int, failures: int, notes: list[tuple[float, int]]) -> bool:
    """Whether participant 0 is heard, with these ratings, and these (intercept, status) of their notes."""
    zero = np.zeros(1, np.int64)
    outcomes = RatingOutcomes(zero + successes, zero, zero + failures, zero)
    result = judge_contributors(
        np.zeros(len(notes), np.int32),
        np.array([intercept for intercept, _ in notes]),
        np.array([status for _, status in notes], np.int8),
        outcomes,
        HelpfulnessThresholds(),
    )
    return bool(result.above_threshold[0])


@pytest.mark.parametrize(
    ("successes", "failures", "notes", "heard"),
    [
        (66, 34, [], True),
        (65, 35, [], False),
        (0, 0, [], False),
        (1, 0, [(0.05, NMR)], True),
        (1, 0, [(0.049, NMR)], False),
        (1, 0, [(0.5, CRH)] * 5 + [(0.0, CRNH)], True),
        (1, 0, [(0.5, CRH)] * 4 + [(0.0, CRNH)], False),
        (1, 0, [(float("nan"), NMR)], True),
    ],
)
def test_who_is_heard(successes: int, failures: int, notes: list[tuple[float, int]], heard: bool) -> None:
    assert judged(successes, failures, notes) is heard


@pytest.mark.parametrize(
    ("successes", "penalty", "heard"), [(10, 0.0, True), (10, 3.25, True), (10, 3.5, False)]
)
def test_a_penalty_is_taken_from_the_successes(successes: int, penalty: float, heard: bool) -> None:
    zero = np.zeros(1, np.int64)
    result = judge_contributors(
        np.zeros(0, np.int32),
        np.zeros(0),
        np.zeros(0, np.int8),
        RatingOutcomes(zero + successes, zero, zero, zero),
        HelpfulnessThresholds(),
        np.array([penalty]),
    )
    assert result.above_threshold.tolist() == [heard]
    assert result.agree_ratio.tolist() == [1.0]


def test_calling_harassment_helpful_costs_more_the_clearer_it_is() -> None:
    rows = builders.ratings([0, 1, 2, 3, 0, 0], [0, 0, 0, 0, 1, 2], [2, 2, 2, 2, 1, 2])
    consensus = np.array([2.0, 3.0, 1.99, float("nan")])
    assert harassment_penalty(rows, consensus, 4, HelpfulnessThresholds()).tolist() == [25.0, 0.0, 10.0, 0.0]
    flat = HelpfulnessThresholds(penalty_grows=False)
    assert harassment_penalty(rows, consensus, 4, flat).tolist() == [20.0, 0.0, 10.0, 0.0]


def test_no_author_is_turned_away_where_the_least_mean_score_is_not_positive() -> None:
    lenient = HelpfulnessThresholds(mean_note_score=-0.01)
    zero = np.zeros(1, np.int64)
    outcomes = RatingOutcomes(zero + 1, zero, zero, zero)
    for thresholds, heard in ((HelpfulnessThresholds(), False), (lenient, True)):
        judged_author = judge_contributors(
            np.zeros(1, np.int32), np.array([-0.5]), np.array([CRNH], np.int8), outcomes, thresholds
        )
        assert judged_author.above_threshold.tolist() == [heard]
