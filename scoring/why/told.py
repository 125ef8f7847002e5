"""What is told of a note: plain records, with numbers as Python's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isinf
from typing import Final

from scoring.rules.engine import Comparison

Value = float | bool | None
"""A number, a truth, or None where there is nothing to compare."""

MOST_DECIMALS: Final = 9

_DEMANDS: Final[dict[tuple[Comparison, bool], str]] = {
    (">=", True): "at least ",
    (">=", False): "less than ",
    (">", True): "more than ",
    (">", False): "at most ",
    ("<=", True): "at most ",
    ("<=", False): "more than ",
    ("<", True): "less than ",
    ("<", False): "at least ",
    ("==", True): "",
    ("==", False): "not ",
}
"""Comparison and whether it should come out true → how to ask for that."""


@dataclass(frozen=True, slots=True)
class CriterionTold:
    """One comparison, as it came out."""

    quantity: str
    value: Value
    comparison: Comparison
    limit: Value
    """None where the model has switched the rule off."""
    holds: bool
    found_in: str
    """Where among several candidates the value was found; "" where there is but one."""

    @property
    def demand(self) -> str:
        """What the comparison asks for, such as "at least 0.40"."""
        return _DEMANDS[self.comparison, True] + self.figures[1]

    @property
    def shortfall(self) -> str:
        """What there is, and what would have to be for the comparison to come out the other way."""
        value, limit = self.figures
        found = f" ({self.found_in})" if self.found_in else ""
        return f"{self.quantity}: {value}{found}, needs {_DEMANDS[self.comparison, not self.holds]}{limit}"

    @property
    def figures(self) -> tuple[str, str]:
        """Value and limit in words, with enough decimals to see which is larger."""
        own = len(str(self.limit).partition(".")[2]) if isinstance(self.limit, float) else 0
        for decimals in range(min(max(own, 2), 3), MOST_DECIMALS):
            value, limit = spelled(self.value, decimals), spelled(self.limit, decimals)
            if value != limit or self.value == self.limit:
                break
        return value, limit


def spelled(value: Value, decimals: int) -> str:
    """A value for people: whole numbers without decimals, truths as yes and no, an absent one as "none"."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinf(value):
        return "beyond measure"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.{decimals}f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class RuleTold:
    """One rule, as it came out."""

    name: str
    meaning: str
    fired: bool
    status: str
    """What it said; "" where it was silent."""
    asked: bool
    """False where it is for notes with another label than this one had, or the model has switched it off."""
    criteria: tuple[CriterionTold, ...]


@dataclass(frozen=True, slots=True)
class SideTold:
    """Ratings that entered the final fit, of raters on one side of the factor."""

    side: str
    helpful: int
    somewhat_helpful: int
    not_helpful: int
    net_helpful: int
    mean: float | None
    """0 to 1; None where there is no rating."""


@dataclass(frozen=True, slots=True)
class TagTold:
    """A not-helpful tag by the weight of the ratings that gave it."""

    tag: str
    weight: float
    share: float
    """Of the weight of all ratings."""
    share_allowed: float | None
    """A tag sticks out above it; None where there is no such limit."""
    sticks_out: bool


@dataclass(frozen=True, slots=True)
class ModelTold:
    """One model's view of the note."""

    name: str
    decides: bool
    captured: bool
    why: str
    """Why the model decides the note or does not."""
    status: str
    """"" where the model does not decide."""
    decided_by: str
    """The last of its rules that spoke, be the note captured or not."""
    meaning: str
    """What that rule is for, in plain words."""
    intercept: float | None
    lowest_intercept: float | None
    highest_intercept: float | None
    """With one more rating by imagined extreme raters; None where these were not asked for."""
    factor: float | None
    ratings_heard: int
    sides: tuple[SideTold, ...]
    tags: tuple[TagTold, ...]
    rules: tuple[RuleTold, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Why a note has its status. Statuses are the published names."""

    note_id: int
    as_of_ms: int
    status: str
    decided_by: str
    meaning: str
    """What the deciding rule is for, in plain words."""
    topic: str
    """Of the note's post; "" where it has none."""
    previous_status: str
    """Before this run; "" where the note is new."""
    waiting_since_ms: int | None
    """Since when a Helpful status has been waiting to prove stable, before this run; None where none was."""
    locked_status: str
    """After this run; "" where the note is not locked."""
    locked_ms: int | None
    ratings: int
    """By everybody, as far as they count."""
    helpful_tags: Mapping[str, int]
    not_helpful_tags: Mapping[str, int]
    models: tuple[ModelTold, ...]
    """Narrowest audience first."""
    rules: tuple[RuleTold, ...]
    """From the models' statuses to the note's."""
    missing: tuple[str, ...]
    """What keeps the note from being Helpful, each in one line; empty for a Helpful note."""

    @property
    def deciding_model(self) -> ModelTold:
        """The narrowest model that captured the note."""
        return next(model for model in self.models if model.decides)
