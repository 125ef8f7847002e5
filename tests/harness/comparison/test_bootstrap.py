"""Intervals: right where the answer is known, the same from either side, honest where nothing varies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from harness.comparison.bootstrap import Method, PairedBootstrap, Ratio

FIRST, SECOND = Ratio(part=1, whole=0), Ratio(part=3, whole=2)

post = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans())
"""Whether each of two writers wrote on a post, and whether its note was good."""


def counted(posts: list[tuple[bool, bool, bool, bool]]) -> NDArray[np.int64]:
    rows = [(wrote, wrote and good, other, other and fine) for wrote, good, other, fine in posts]
    return np.array(rows, np.int64).reshape(-1, 4)


def made(posts: list[tuple[bool, bool, bool, bool]], seed: int = 1) -> PairedBootstrap:
    return PairedBootstrap(counted(posts), seed=seed, resamples=400)


@given(st.lists(post, min_size=1, max_size=60))
@settings(deadline=None)
def test_an_interval_is_one_of_shares_and_holds_what_it_is_about(
    posts: list[tuple[bool, bool, bool, bool]],
) -> None:
    share = made(posts).share(FIRST)
    if share is None:
        assert not any(wrote for wrote, *_ in posts)
        return
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.value == share.part / share.whole
    assert (share.method is Method.EXACT) == (share.part in (0, share.whole))
    assert share.low < share.high


@given(st.lists(post, min_size=1, max_size=60))
@settings(deadline=None)
def test_a_difference_seen_from_the_other_side_is_the_same(
    posts: list[tuple[bool, bool, bool, bool]],
) -> None:
    bootstrap = made(posts)
    there, back = bootstrap.difference(FIRST, SECOND), bootstrap.difference(SECOND, FIRST)
    if there is None or back is None:
        assert there is back
        return
    assert back.value == pytest.approx(-there.value)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=1e-9)
    assert back.first_higher + there.first_higher == pytest.approx(1)
    assert -1 <= there.low <= there.high <= 1


@given(st.lists(post, min_size=1, max_size=40), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_posts_makes_no_difference(
    posts: list[tuple[bool, bool, bool, bool]], random: object
) -> None:
    shuffled = list(posts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert made(posts).share(FIRST) == made(shuffled).share(FIRST)
    assert made(posts).difference(FIRST, SECOND) == made(shuffled).difference(FIRST, SECOND)


def test_a_share_of_none_or_all_has_the_exact_interval() -> None:
    none = made([(True, False, False, False)] * 12).share(FIRST)
    exact = stats.binomtest(0, 12).proportion_ci(0.95, method="exact")
    assert none is not None
    assert (none.low, none.high) == pytest.approx((exact.low, exact.high))
    every = made([(True, True, False, False)] * 7).share(FIRST)
    exact = stats.binomtest(7, 7).proportion_ci(0.95, method="exact")
    assert every is not None
    assert (every.low, every.high) == pytest.approx((exact.low, exact.high))


def test_two_writers_without_a_good_note_are_not_told_apart() -> None:
    difference = made([(True, False, True, False)] * 9).difference(FIRST, SECOND)
    assert difference is not None
    assert difference.method is Method.FROM_SIDES
    assert difference.low < 0 < difference.high
    assert difference.first_higher == 0.5


def test_it_is_scipys_interval() -> None:
    """For one column the ratio of sums is a mean, and scipy has BCa intervals of a mean."""
    rng = np.random.default_rng(8)
    good = rng.random(120) < 0.2
    ours = PairedBootstrap(
        counted([(True, bool(is_good), False, False) for is_good in good]), seed=3, resamples=20_000
    ).share(FIRST)
    theirs = stats.bootstrap(
        (good.astype(float),), np.mean, n_resamples=20_000, method="BCa", random_state=rng
    ).confidence_interval
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.009)


def test_the_truth_lies_in_the_interval_as_often_as_promised() -> None:
    """Posts are hard or easy for both writers; the second is better by nine points in a hundred."""
    rng = np.random.default_rng(5)
    held, paired, apart = 0, [], []
    for season in range(200):
        ease = rng.random(250)
        first, second = ease < 0.30, ease < 0.39
        unlike = np.where(rng.random(250) < 0.5, first, rng.random(250) < 0.30)
        posts = [(True, bool(a), True, bool(b)) for a, b in zip(unlike, second, strict=True)]
        difference = PairedBootstrap(counted(posts), seed=season, resamples=600).difference(SECOND, FIRST)
        assert difference is not None
        held += difference.low <= 0.09 <= difference.high
        paired.append(difference.high - difference.low)
        shuffled = rng.permutation(second)
        posts = [(True, bool(a), True, bool(b)) for a, b in zip(unlike, shuffled, strict=True)]
        unpaired = PairedBootstrap(counted(posts), seed=season, resamples=600).difference(SECOND, FIRST)
        assert unpaired is not None
        apart.append(unpaired.high - unpaired.low)
    assert 0.92 <= held / 200 <= 0.975
    assert np.mean(paired) < 0.85 * np.mean(apart), "pairing by post must narrow the interval"
