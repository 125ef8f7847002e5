"""Names and facts of a made-up country."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.world.catalogue import catalogue
from harness.world.country import Country, found_country
from harness.world.dice import Dice, streams
from harness.world.facts import Facts, establish_facts
from harness.world.names import Namer, slug

TODAY = date(2026, 9, 1)

_seeds = st.integers(0, 2**32)


def _found(seed: int, posts: int = 200) -> tuple[Country, Facts]:
    dice = streams(seed, "country", "facts")
    country = found_country(dice["country"], catalogue(), posts)
    return country, establish_facts(dice["facts"], country, catalogue(), today=TODAY, years=5, photos=20)


@settings(max_examples=20, deadline=None)
@given(seed=_seeds)
def test_names_are_new_and_not_real(seed: int) -> None:
    text = files("harness.world").joinpath("real_names.txt").read_text(encoding="utf-8")
    real = {line for line in text.splitlines() if not line.startswith("#")}
    country, _ = _found(seed)
    towns = [town.names["en"] for town in country.of_kind("town")]
    names = [
        country.name,
        country.currency,
        *towns,
        *" ".join((*country.politicians, *country.managers)).split(" "),
    ]
    assert len(set(names)) == len(names)
    assert not {name.lower() for name in names} & real


@settings(max_examples=20, deadline=None)
@given(seed=_seeds)
def test_facts_are_consistent(seed: int) -> None:
    country, facts = _found(seed)
    assert facts.latest == TODAY.year - 1
    for (_, attribute), series in facts.figures.items():
        kind = catalogue().figures[attribute]
        assert len(series) >= 2
        assert max(series) == facts.latest
        assert all(round(value, kind.decimals) == value > 0 for value in series.values())
        assert kind.unit != "percent" or max(series.values()) < 100
    for (entity, attribute), day in facts.occasions.items():
        assert day < TODAY
        if attribute == "passed":
            assert day <= facts.occasions[entity, "in_force"]
    offices = [
        who for (_, attribute), who in facts.attributions.items() if attribute in ("mayor", "minister")
    ]
    assert len(set(offices)) == len(offices)
    assert len({entity.id for entity in country.entities}) == len(country.entities)


def test_figures_of_the_year_before_come_out_by_summer() -> None:
    dice = streams(1, "country", "facts")
    country = found_country(dice["country"], catalogue(), 10)
    facts = establish_facts(dice["facts"], country, catalogue(), today=date(2026, 3, 1), years=4, photos=2)
    assert facts.years == (2021, 2022, 2023, 2024)


def test_scenes_of_pictures_differ() -> None:
    _, facts = _found(3)
    assert len({(photo.subject, photo.detail) for photo in facts.photos}) == len(facts.photos)


def test_streams_are_independent() -> None:
    one, two = streams(9, "a", "b"), streams(9, "a", "b")
    for _ in range(10_000):
        one["a"].uniform()
    assert [one["b"].uniform() for _ in range(5)] == [two["b"].uniform() for _ in range(5)]


def test_normal_draws_are_standard_normal() -> None:
    dice = Dice(np.random.default_rng(4))
    drawn = np.array([dice.normal() for _ in range(20_000)])
    assert abs(drawn.mean()) < 0.03
    assert abs(drawn.std() - 1) < 0.03
    assert 0.0005 < (abs(drawn) > 3).mean() < 0.005


@given(seed=_seeds)
def test_dice_stay_in_their_bounds(seed: int) -> None:
    dice = Dice(np.random.default_rng(seed))
    assert 3 <= dice.whole(3, 7) <= 7
    assert dice.pareto(1.2) >= 1
    assert 2.0 <= dice.log_between(2, 8) <= 8.0001
    assert dice.weighted({"never": 0.0, "always": 1.0}) == "always"
    picked = dice.sample("abcdef", 4)
    assert len(set(picked)) == 4
    assert len(dice.sample("ab", 9)) == 2
    assert -1 <= dice.arcsine() <= 1


def test_slugs_fit_hosts() -> None:
    namer = Namer(streams(1, "a")["a"])
    assert slug("Straße der Ölmühle, 3") == "strase-der-olmuhle-3"
    assert slug(namer.company()[0]).replace("-", "").isalnum()
