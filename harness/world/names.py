"""Names of a made-up country, put together from our own syllables, and kept apart from real ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from harness.world.dice import Dice


@cache
def _syllables() -> Mapping[str, Sequence[str]]:
    return tomllib.loads(files("harness.world").joinpath("syllables.toml").read_text(encoding="utf-8"))


def _real_names() -> frozenset[str]:
    text = files("harness.world").joinpath("real_names.txt").read_text(encoding="utf-8")
    return frozenset(line.lower() for line in text.splitlines() if line and not line.startswith("#"))


class Namer:
    """Gives names that are new each time and are no real country, capital, party or currency."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._taken = set(_real_names())

    def _fresh(self, ends: str, syllables: tuple[int, int]) -> str:
        dice, parts = self._dice, _syllables()
        while True:
            word = dice.pick(parts["starts"])
            for _ in range(dice.whole(*syllables)):
                word += dice.pick(parts["middles"]) + dice.pick(parts["consonants"])
            word += dice.pick(parts[ends])
            word = re.sub(r"(.)\1\1+", r"\1\1", word)
            if word.lower() not in self._taken:
                self._taken.add(word.lower())
                return word

    def country(self) -> str:
        return self._fresh("country_ends", (1, 1))

    def currency(self) -> str:
        return self._fresh("coin_ends", (0, 0)).lower()

    def town(self) -> str:
        return self._fresh("town_ends", (0, 1))

    def person(self) -> str:
        """First and last name; nobody else has either."""
        return f"{self._fresh('first_ends', (0, 1))} {self._fresh('last_ends', (0, 1))}"

    def company(self) -> tuple[str, str]:
        """Full name and what people call it."""
        short = self._fresh("coin_ends", (1, 1))
        return f"{short} {self._dice.pick(_syllables()['trades'])}", short

    def team_bird(self) -> str:
        return self._dice.pick(_syllables()["birds"])


def slug(name: str) -> str:
    """A name as it stands in a host or path: ASCII letters, digits, hyphens."""
    folded = name.lower().translate(str.maketrans("äöüßáéíóúñ", "aousaeioun"))
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
