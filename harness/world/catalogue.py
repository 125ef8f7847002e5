"""What is recorded about the things of a country (`catalogue.toml`), read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

Unit = Literal[
    "count", "percent", "money", "money_millions", "degrees", "millimetres", "hectares", "tonnes", "days"
]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    """The kind of entity it is recorded about."""
    topic: str


class FigureKind(_Row):
    """A number a year."""

    chapter: str
    unit: Unit
    decimals: int
    low: float
    high: float
    drift: float
    every: int = 1
    """Years from one value to the next: an election is not held each year."""


class OccasionKind(_Row):
    """A day on which something happened, drawn from `first` to `last` years before the present."""

    first: int
    last: int


class AttributionKind(_Row):
    """Who did something."""

    of: Literal["politician", "manager", "company"]
    exclusive: bool = False
    """Whether nobody holds two of these, as with offices."""


class Count(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    least: int
    per_thousand: float

    def at(self, posts: int) -> int:
        return self.least + round(self.per_thousand * posts / 1000)


class Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: Mapping[str, FigureKind]
    occasions: Mapping[str, OccasionKind]
    attributions: Mapping[str, AttributionKind]
    publishers: Mapping[str, str]
    counts: Mapping[str, Count]

    def topic(self, attribute: str) -> str:
        for rows in (self.figures, self.occasions, self.attributions):
            if attribute in rows:
                return rows[attribute].topic
        raise KeyError(attribute)


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with this world."""
    text = files("harness.world").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))
