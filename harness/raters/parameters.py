"""The crowd's parameters: the shape of `crowd.toml`, where each number is explained."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.settings import parse_settings, read_settings
from scoring.tables import HelpfulTag, NotHelpfulTag

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
TraitName = Literal["needed", "right", "sourced", "factual", "civil"]

_SHARES_TOLERANCE = 1e-6


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Viewpoint(_Table):
    """One component of the mixture of viewpoints."""

    name: str
    share: Share
    mean: float
    spread: Positive


class RatingParameters(_Table):
    leniency_spread: NotNegative
    agreement: NotNegative
    half_width: NotNegative
    taste_spread: NotNegative


class ActivityParameters(_Table):
    log_spread: NotNegative


class AttentionParameters(_Table):
    share_of_raters: Share
    reference_reach: Positive
    elasticity: NotNegative
    half_life_hours: Positive
    window_hours: Positive
    log_luck_spread: NotNegative
    shown_factor: NotNegative


class MeritParameters(_Table):
    start: float
    needed: float
    not_needed: float
    right_value: float
    decisive_page: float
    official_page: float
    press_page: float
    reference_page: float
    unreliable_page: float
    unknown_page: float
    no_page: float
    opinion: float
    abuse: float
    slant: float
    opinion_slant: NotNegative


class TagRate(_Table):
    trait: TraitName
    low: Share
    high: Share
    opposed: Share = 0.0


class SomewhatRates(_Table):
    helpful: Share
    not_helpful: Share


class TagParameters(_Table):
    helpful: Mapping[str, TagRate]
    not_helpful: Mapping[str, TagRate]
    somewhat: SomewhatRates

    @model_validator(mode="after")
    def _tags_exist(self) -> Self:
        for rates, kind in ((self.helpful, HelpfulTag), (self.not_helpful, NotHelpfulTag)):
            for name in rates:
                if name not in kind.__members__:
                    raise ValueError(f"there is no tag '{name}'; known are {', '.join(kind.__members__)}")
        return self


class CrowdParameters(_Table):
    """Everything `crowd.toml` says."""

    viewpoints: Annotated[tuple[Viewpoint, ...], Field(min_length=1)]
    rating: RatingParameters
    activity: ActivityParameters
    attention: AttentionParameters
    groups: Mapping[int, Share]
    merit: MeritParameters
    tags: TagParameters

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        for what, shares in (
            ("viewpoints", [viewpoint.share for viewpoint in self.viewpoints]),
            ("groups", list(self.groups.values())),
        ):
            if abs(sum(shares) - 1) > _SHARES_TOLERANCE:
                raise ValueError(f"the shares of {what} add up to {sum(shares):g}; make them 1")
        return self


@functools.cache
def default_parameters() -> CrowdParameters:
    """The parameters that ship with the package."""
    source = resources.files("harness.raters") / "crowd.toml"
    return parse_settings(CrowdParameters, source.read_text(encoding="utf-8"), Path("crowd.toml"))


def read_parameters(file: Path) -> CrowdParameters:
    """The parameters of a file of the user's own; raises `BadInputError`."""
    return read_settings(CrowdParameters, file)
