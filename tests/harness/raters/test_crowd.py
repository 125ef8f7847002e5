"""The crowd's margins are those its parameters promise, and its seed decides every rating."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.raters.crowd import Crowd, draw_people
from harness.raters.merit import Matter, Reading, Source
from harness.raters.parameters import default_parameters
from harness.raters.protocol import NewRatings, RatableNote, Raters
from scoring.tables import HelpfulnessLevel, HelpfulTag, NotHelpfulTag
from writers.clock import HOUR_MS
from writers.errors import BadInputError, UserError
from writers.protocol.notes import ScoreBucket, Status

URL = "https://office.example/7"
GOOD = (
    Reading(f"It was 7. {URL}", [(URL, Source.OFFICIAL)], claim_opinion_score=3.0),
    Matter(wanted=1, lean=0, divisiveness=0, right_values=("7",), decisive_urls=frozenset({URL})),
)
BAD = (Reading("Nonsense!", [], claim_opinion_score=-3.0), Matter(wanted=0, lean=0, divisiveness=0))


def note(
    note_id: int, about: tuple[Reading, Matter] = GOOD, *, reach: float | None = None, **other: int
) -> RatableNote:
    values = {"created_at_ms": 0, "post_created_at_ms": 0} | other
    reach = default_parameters().attention.reference_reach if reach is None else reach
    return RatableNote(note_id, reading=about[0], matter=about[1], post_text="", reach=reach, **values)


def crowd(seed: int = 1, size: int = 400) -> Crowd:
    return Crowd(size=size, seed=np.random.SeedSequence(seed))


async def rate(raters: Crowd, hours: int) -> NewRatings:
    """Every rating of the first hours."""
    parts = [await raters.rate(hour * HOUR_MS, (hour + 1) * HOUR_MS) for hour in range(hours)]
    return NewRatings(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in NewRatings.__slots__)
    )


def test_a_crowd_satisfies_the_contract() -> None:
    assert isinstance(crowd(), Raters)


async def test_the_seed_decides_every_rating() -> None:
    async def ratings(seed: int) -> NewRatings:
        raters = crowd(seed)
        raters.meet([note(i, reach=50_000.0) for i in range(20)])
        return await rate(raters, 24)

    first, same, other = await ratings(1), await ratings(1), await ratings(2)
    for name in NewRatings.__slots__:
        np.testing.assert_array_equal(getattr(first, name), getattr(same, name))
    assert not np.array_equal(first.rater, other.rater)


def test_people_are_drawn_with_the_shares_and_spreads_of_the_file() -> None:
    parameters = default_parameters()
    viewpoint, leniency, activity, groups = draw_people(parameters, 20_000, np.random.default_rng(3))
    assert np.mean(viewpoint) == pytest.approx(
        sum(part.share * part.mean for part in parameters.viewpoints), abs=0.01
    )
    assert np.std(leniency) == pytest.approx(parameters.rating.leniency_spread, rel=0.05)
    assert np.std(np.log(activity)) == pytest.approx(parameters.activity.log_spread, rel=0.05)
    for group, share in parameters.groups.items():
        assert np.mean(groups == group) == pytest.approx(share, abs=0.01)


def test_the_default_viewpoints_follow_the_published_rater_factors(shared: Path) -> None:
    published = pl.read_parquet(shared / "data/outcomes/helpfulness-scores-2023-03.parquet")
    factors = published["coreRaterFactor1"].drop_nulls().to_numpy()
    viewpoint, *_ = draw_people(default_parameters(), len(factors), np.random.default_rng(4))
    shares = np.linspace(0.05, 0.95, 19)
    distance = np.abs(np.quantile(factors, shares) - np.quantile(viewpoint, shares))
    assert distance.max() < 0.05


async def test_activity_is_heavy_tailed_and_nobody_rates_a_note_twice() -> None:
    raters = crowd(size=500)
    raters.meet([note(i, reach=60_000.0) for i in range(300)])
    ratings = await rate(raters, 24)
    pairs = np.stack([ratings.note_id, ratings.rater.astype(np.int64)])
    assert np.unique(pairs, axis=1).shape[1] == len(ratings)
    by_rater = np.sort(np.bincount(ratings.rater, minlength=500))[::-1]
    assert by_rater[:50].sum() > 0.3 * len(ratings)


async def test_a_contributor_does_not_rate_the_own_note() -> None:
    raters = crowd(size=5)
    raters.meet([note(i, reach=1e9, author=i % 5) for i in range(50)])
    ratings = await rate(raters, 48)
    assert len(ratings) > 100
    assert not np.any(ratings.rater == ratings.note_id % 5)


async def test_attention_halves_with_the_post_s_age_and_grows_with_reach() -> None:
    raters = crowd(size=2_000)
    half_life = round(raters.parameters.attention.half_life_hours)
    reference = raters.parameters.attention.reference_reach
    raters.meet([note(i) for i in range(400)] + [note(1_000 + i, reach=10 * reference) for i in range(400)])
    ratings = await rate(raters, 2 * half_life)
    plain = ratings.created_at_ms[ratings.note_id < 1_000]
    first, second = np.sum(plain < half_life * HOUR_MS), np.sum(plain >= half_life * HOUR_MS)
    assert first / second == pytest.approx(2.0, rel=0.15)
    expected = 10**raters.parameters.attention.elasticity
    assert np.sum(ratings.note_id >= 1_000) / len(plain) == pytest.approx(expected, rel=0.3)


async def test_no_rating_before_its_note_nor_after_the_window() -> None:
    raters = crowd()
    window = round(raters.parameters.attention.window_hours)
    raters.meet([note(1, reach=1e8, created_at_ms=90 * 60_000), note(2, created_at_ms=5 * HOUR_MS)])
    early = await raters.rate(HOUR_MS, 2 * HOUR_MS)
    assert len(early)
    assert early.created_at_ms.min() >= 90 * 60_000
    assert not np.any(early.note_id == 2)
    late = await raters.rate((window + 1) * HOUR_MS, (window + 2) * HOUR_MS)
    assert len(late) == 0


async def test_a_helpful_note_is_rated_more_while_it_is_shown() -> None:
    raters = crowd(size=2_000)
    raters.meet([note(i) for i in range(400)])
    raters.told(dict.fromkeys(range(200), Status.CRH) | {10**12: Status.CRH})
    ratings = await rate(raters, 6)
    shown = np.sum(ratings.note_id < 200)
    factor = raters.parameters.attention.shown_factor
    assert shown / (len(ratings) - shown) == pytest.approx(factor, rel=0.2)


async def test_quality_moves_levels_and_levels_bring_their_own_tags() -> None:
    raters = crowd(size=1_000)
    raters.meet([note(i, GOOD) for i in range(100)] + [note(1_000 + i, BAD) for i in range(100)])
    ratings = await rate(raters, 24)
    good = ratings.note_id < 1_000
    helpful = ratings.level == HelpfulnessLevel.HELPFUL
    refused = ratings.level == HelpfulnessLevel.NOT_HELPFUL
    assert np.mean(helpful[good]) > 0.8
    assert np.mean(refused[~good]) > 0.75
    assert not np.any(ratings.not_helpful_tags[helpful])
    assert not np.any(ratings.helpful_tags[refused])

    def share(tags: np.ndarray, rows: np.ndarray, tag: int) -> float:
        return float(np.mean(tags[rows] & tag != 0))

    assert share(ratings.helpful_tags, good & helpful, HelpfulTag.GOOD_SOURCES) > 0.5
    assert share(ratings.not_helpful_tags, ~good & refused, NotHelpfulTag.NOTE_NOT_NEEDED) > 0.5
    assert share(ratings.not_helpful_tags, good & refused, NotHelpfulTag.NOTE_NOT_NEEDED) < 0.3


async def test_a_slanted_note_divides_the_camps() -> None:
    raters = crowd(size=1_000)
    slanted = (BAD[0], Matter(wanted=1, lean=-1, divisiveness=1))
    raters.meet([note(i, slanted) for i in range(100)])
    ratings = await rate(raters, 24)
    helpful = ratings.level == HelpfulnessLevel.HELPFUL
    side = raters.viewpoint[ratings.rater]
    assert np.mean(helpful[side > 0.3]) > np.mean(helpful[side < -0.3]) + 0.4


@settings(max_examples=25, deadline=None)
@given(size=st.integers(1, 40), notes=st.integers(0, 5), seed=st.integers(0, 2**32), score=st.floats(-50, 50))
async def test_any_crowd_hands_in_valid_rows(size: int, notes: int, seed: int, score: float) -> None:
    raters = crowd(seed, size)
    about = (Reading("", [], score, ScoreBucket.LOW), Matter(wanted=1, lean=1, divisiveness=1))
    raters.meet([note(i, about, reach=1e6) for i in range(notes)])
    ratings = await rate(raters, 5)
    assert np.all((ratings.rater >= 0) & (ratings.rater < size))
    assert np.all(ratings.level <= HelpfulnessLevel.HELPFUL)
    assert np.all((ratings.created_at_ms >= 0) & (ratings.created_at_ms < 5 * HOUR_MS))
    assert len(ratings) <= size * notes


def test_an_empty_crowd_and_a_wrong_parameter_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least 1"):
        crowd(size=0)
    text = (Path(__file__).parents[3] / "harness/raters/crowd.toml").read_text("utf-8")
    mistakes = {
        "half_width = ": ("half_widht = ", "half_width"),
        "share = 0.37": ("share = 0.57", "add up to 1.2"),
        "HARD_TO_UNDERSTAND =": ("HARD_TO_READ =", "there is no tag 'HARD_TO_READ'"),
        'trait = "civil"': ('trait = "nice"', "trait"),
    }
    for right, (wrong, complaint) in mistakes.items():
        file = tmp_path / "crowd.toml"
        file.write_text(text.replace(right, wrong), encoding="utf-8")
        with pytest.raises(BadInputError, match=complaint):
            Crowd(size=3, seed=np.random.SeedSequence(1), parameters=str(file))
