"""What can be tuned about a world: the shape of `world.toml`, which holds the defaults and explains them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from harness.world.truth import ClaimKind
from writers.errors import BadInputError

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]


def _some_weight(weights: Mapping[Any, float]) -> Mapping[Any, float]:
    if not sum(weights.values()) > 0:
        raise ValueError("at least one of these must be above 0")
    return weights


T = TypeVar("T")
Weights = Annotated[Mapping[T, Weight], AfterValidator(_some_weight)]
LanguageCode = Literal["en", "es", "de"]
FeedSize = Literal["small", "large", "xl", "xxl"]
Positive = Annotated[float, Field(gt=0)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Topics(_Table):
    """Divisiveness by topic; the topics are those of the catalogue, and culture."""

    politics: Share
    migration: Share
    climate: Share
    crime: Share
    economy: Share
    health: Share
    society: Share
    transport: Share
    sport: Share
    culture: Share


class Style(_Table):
    short_name: Share
    no_year: Share
    rounded: Share
    hook: Share
    tail: Share
    emoji: Share
    hashtag: Share
    mention: Share
    long: Share
    link: Share
    media: Share
    quote: Share
    claim_in_quote: Share
    claim_in_picture: Share
    described_alike: Share
    reply: Share
    hostile: Share
    matched_media_note: Share


class Demand(_Table):
    asked: Share
    asked_misleading: Share
    with_link: Share
    sources: Share
    sources_misleading: Share


class Sources(_Table):
    decisive: Weight
    irrelevant: Weight
    unreliable: Weight
    dead: Weight


class Web(_Table):
    in_other_languages: Share
    table: Share
    keywords: Share
    press: Share
    fact_check: Share
    satire_explained: Share
    repeated: Share
    moved: Share
    dead: Share
    years: Annotated[int, Field(ge=3, le=30)]


class Reach(_Table):
    median: Positive
    sigma: Positive
    tail_share: Share
    tail_shape: Annotated[float, Field(gt=1)]


class Rhythm(_Table):
    hours: Annotated[tuple[Weight, ...], Field(min_length=24, max_length=24)]
    hours_to_feed: Positive


class WorldSettings(_Table):
    """All tables of `world.toml`. Shares within `kinds`, `languages`, `feeds`, `sources` are relative."""

    kinds: Weights[ClaimKind]
    languages: Weights[LanguageCode]
    topics: Topics
    feeds: Weights[FeedSize]
    subjects: Weights[Literal["nation", "town", "hospital", "company", "team", "party", "structure"]]
    stated: Weights[Literal["figure", "occasion", "attribution", "photo"]]
    style: Style
    demand: Demand
    sources: Sources
    web: Web
    reach: Reach
    rhythm: Rhythm


def load_settings(path: Path) -> WorldSettings:
    """Settings from a TOML file of the same shape as `world.toml`.

    Raises BadInputError, naming file and field.
    """
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadInputError(f"cannot be read as TOML: {problem}", file=path) from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        raise BadInputError(
            first["msg"], file=path, field=".".join(str(part) for part in first["loc"])
        ) from problem


@cache
def default_settings() -> WorldSettings:
    return _parse(files("harness.world").joinpath("world.toml").read_text(encoding="utf-8"))


def _parse(text: str) -> WorldSettings:
    return WorldSettings.model_validate(tomllib.loads(text))
