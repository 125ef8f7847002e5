"""What a season is made of: one readable TOML file, every key with its default and meaning here.

`scenarios/default.toml` is the season that runs where no file is named.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from harness.settings import parse_settings, read_settings
from writers.clock import DAY_MS
from writers.protocol.post_selection import ALL_LANGUAGES, FeedSize

DEFAULT_SCENARIO: Final = "default.toml"
LARGEST: Final = "largest"
PEOPLE: Final = "people"
"""What reports call human contributors; no writer may bear this name."""

MAX_WRITER_NAME: Final = 60
"""Characters."""

Share = Annotated[float, Field(ge=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PostSettings(_Table):
    """Where the season's posts come from: the sample world, or a recorded feed."""

    per_day: Annotated[int, Field(ge=1)] = 75
    """Posts of the sample world a day. Not for a recorded feed."""
    eligible_hours: Annotated[float, Field(gt=0)] = 24.0
    """How long a post stays in the eligible feed."""
    feed: Path | None = None
    """A recorded feed in place of the sample world: JSON lines, plain or .gz, each a post in the feed's
    shape; a line may hold `helpful_note`. Its posts arrive evenly over the first day. A relative path is
    read from the scenario's folder."""
    link_table: Path | None = None
    """For a recorded feed: what each link answers, as lines "url<TAB>status" under that header. Without it,
    the links that the feed itself holds are taken to work, and all others not."""

    @model_validator(mode="after")
    def _settings_of_one_source(self) -> Self:
        if self.feed is None and self.link_table is not None:
            raise ValueError("link_table belongs to a recorded feed; name a feed or remove link_table")
        if self.feed is not None and "per_day" in self.model_fields_set:
            raise ValueError("per_day belongs to the sample world; remove per_day or feed")
        return self


class PeopleSettings(_Table):
    """Human contributors, who are raters too: their notes give raters a history and writers a competition."""

    notes_per_day: Annotated[float, Field(ge=0)] = 120.0
    on_misleading: Share = 0.9
    """Share of their notes on posts that mislead."""
    careful: Share = 0.35
    """Share of their notes that say what is right and cite a page that decides it."""
    opinionated: Share = 0.18
    """Share of their notes that argue rather than tell. The rest are right but thinly sourced."""

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if self.careful + self.opinionated > 1:
            raise ValueError("careful and opinionated together exceed 1; lower one of them")
        return self


class RaterSettings(_Table):
    plugin: str = "crowd"
    """An entry point of the group `notewright.raters`, or `path.py:Name`."""
    size: Annotated[int, Field(ge=1)] = 2_000
    options: Mapping[str, str] = {}


class AdmissionSettings(_Table):
    draw_probability: Share = 0.5
    """Chance a day that a writer who meets the criteria is drawn."""


class ScoringSettings(_Table):
    every_hours: Annotated[int, Field(ge=1)] = 1
    """Hours between rounds of final scoring."""
    prescore_every_hours: Annotated[int, Field(ge=1)] = 24
    """Hours between rounds of prescoring."""


class WriterSettings(_Table):
    """One AI writer of the season."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_WRITER_NAME)]
    plugin: str
    """An entry point of the group `notewright.writers`, or `path.py:Name`."""
    options: Mapping[str, str] = {}
    checks: bool = True
    """Whether the draft checks stand between the writer and the API."""
    passes_per_day: Annotated[int, Field(ge=1, le=24)] = 4
    """Passes over the feed, evenly spaced."""
    minute: Annotated[int, Field(ge=0, le=59)] | None = None
    """Minute of the hour at which a pass begins. Left out, each writer has a minute of its own."""
    feed: str = LARGEST
    """The feed to ask for: the largest that is earned, or a size; one not yet earned gives way to small."""
    language: str = ALL_LANGUAGES
    """Posts of this language only; "all" for every language."""
    posts_per_pass: Annotated[int, Field(ge=1)] = 40
    """Posts drafted in one pass, newest first; they can be more than the writing limit."""
    concurrency: Annotated[int, Field(ge=1)] = 1
    """Drafts in the making at one time. More is only of use to a writer that waits for something real."""
    seconds_per_post: Annotated[float, Field(gt=0)] = 20.0
    """Real seconds a draft may take before the pass goes on without it."""

    @field_validator("feed")
    @classmethod
    def _feed_exists(cls, feed: str) -> str:
        if feed not in (LARGEST, *FeedSize):
            known = ", ".join(FeedSize)
            raise ValueError(f"there is no feed '{feed}'; say {LARGEST}, {known}")
        return feed


class Scenario(_Table):
    """A season."""

    name: str = "default"
    seed: Annotated[int, Field(ge=0)] = 1
    start: datetime.date = datetime.date(2026, 5, 4)
    """First day, UTC."""
    days: Annotated[int, Field(ge=1)] = 30
    warm_up_days: Annotated[int, Field(ge=0)] = 7
    """Days before the first, without AI writers, that give raters a history."""
    rules_as_of: datetime.date | None = None
    """Play by the rules of this day throughout; without it each day has its own."""
    posts: PostSettings = PostSettings()
    people: PeopleSettings = PeopleSettings()
    raters: RaterSettings = RaterSettings()
    admission: AdmissionSettings = AdmissionSettings()
    scoring: ScoringSettings = ScoringSettings()
    writers: Annotated[tuple[WriterSettings, ...], Field(min_length=1)]

    @field_validator("writers")
    @classmethod
    def _names_differ(cls, writers: tuple[WriterSettings, ...]) -> tuple[WriterSettings, ...]:
        names = [writer.name for writer in writers]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two writers are called '{name}'; give each its own name")
            if name == PEOPLE:
                raise ValueError(f"'{PEOPLE}' means human contributors; call the writer something else")
        return writers

    @property
    def start_ms(self) -> int:
        return _midnight_ms(self.start)

    @property
    def warm_up_start_ms(self) -> int:
        return self.start_ms - self.warm_up_days * DAY_MS

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.days * DAY_MS

    def rules_date(self, now_ms: int) -> datetime.date:
        """The day whose rules hold at a moment."""
        return self.rules_as_of or datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC).date()


def load_scenario(file: Path | None = None) -> Scenario:
    """The scenario of a file; the built-in one where none is named.

    Raises:
        BadInputError: the file is missing, is no TOML, or says something a scenario cannot mean.
    """
    if file is None:
        text = (resources.files("harness.simulation") / "scenarios" / DEFAULT_SCENARIO).read_text("utf-8")
        return parse_settings(Scenario, text, Path(DEFAULT_SCENARIO))
    scenario = read_settings(Scenario, file)
    return _from_folder(scenario, file.parent)


def _from_folder(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario with the paths of its files read from its own folder."""
    posts = scenario.posts
    changes: dict[str, Any] = {
        name: folder / path
        for name, path in (("feed", posts.feed), ("link_table", posts.link_table))
        if path is not None
    }
    writers = tuple(
        writer.model_copy(update={"plugin": _plugin_from_folder(writer.plugin, folder)})
        for writer in scenario.writers
    )
    return scenario.model_copy(update={"posts": posts.model_copy(update=changes), "writers": writers})


def _plugin_from_folder(spec: str, folder: Path) -> str:
    path, colon, name = spec.rpartition(":")
    return f"{folder / path}:{name}" if colon and path.endswith(".py") else spec


def _midnight_ms(day: datetime.date) -> int:
    midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
    return int(midnight.timestamp()) * 1000
