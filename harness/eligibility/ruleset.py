"""The published rules as dated data: which rule holds on which day.

One TOML file in `rules/` is one published version of X's document and holds the sections which that version
set or changed. A section stands whole, and holds until a later version brings the same section again, so
admission, writing limit, each feed and each ability have their own history. Numbers are read exactly: 0.15 is
the fraction 15/100, never a binary float.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from writers.errors import BadInputError, UserError
from writers.protocol.notes import EvaluatorType, ScoreBucket

BASE_FEED: Final = "small"
"""The feed that is open to every writer, and the only one in test mode."""

LARGER_FEEDS: Final = ("large", "xl", "xxl")
"""Feeds that are earned, smallest first."""


def _exact(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise ValueError("must be a number")
    return Fraction(value)


Exact = Annotated[Fraction, PlainValidator(_exact)]

GateMeasure = Literal["T", "HR_100", "HR_L", "CRNH_100", "impact_90d"]
ExceptionMeasure = Literal["NH_10", "NH_5", "T"]
LineMeasure = Literal["min(HR_R, HR_L)", "max(HR_R, HR_L)", "HR_L"]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Section(_Rule):
    commits: tuple[str, ...] = Field(min_length=1)
    """Commits of twitter/communitynotes that published the section."""


class _Bounded(_Rule):
    """A value's one bound, itself included."""

    at_least: Exact | None = None
    at_most: Exact | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("needs either at_least or at_most")
        return self

    @property
    def is_floor(self) -> bool:
        """Whether the value must reach the bound; else it must not exceed it."""
        return self.at_least is not None

    @property
    def bound(self) -> Fraction:
        return self.at_least if self.at_least is not None else self.at_most or Fraction(0)

    def holds(self, value: Fraction) -> bool:
        return value >= self.bound if self.is_floor else value <= self.bound


class Requirement(_Bounded):
    """A measure and the bound it must keep."""

    measure: GateMeasure


class AdmissionCriterion(_Bounded):
    """The share of the window's notes that an evaluator put in a bucket, and the bound it must keep."""

    evaluator: EvaluatorType
    bucket: ScoreBucket


class AdmissionRule(_Section):
    """From test mode to live notes: shares over the newest `window` test notes."""

    window: int = Field(ge=1)
    criteria: tuple[AdmissionCriterion, ...] = Field(min_length=1)


class LimitException(_Rule):
    """Where it holds, `limit` is the writing limit."""

    measure: ExceptionMeasure
    at_least: int | None = None
    below: int | None = None
    limit: int = Field(ge=0)

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.below is None):
            raise ValueError("needs either at_least or below")
        return self

    def holds(self, value: Fraction) -> bool:
        return value >= self.at_least if self.at_least is not None else value < (self.below or 0)

    @property
    def condition(self) -> str:
        """For people: "NH_10 ≥ 8"."""
        sign, bound = ("≥", self.at_least) if self.at_least is not None else ("<", self.below)
        return f"{self.measure} {sign} {bound}"


class LimitExceptions(_Section):
    """Cases that decide before any hit rate is looked at; the first that holds."""

    cases: tuple[LimitException, ...]


class LongTermHitRate(_Section):
    """HR_L: the hit rate of the last `notes` notes; with `days`, the better of it and the last days' rate."""

    notes: int = Field(ge=1)
    known_from: int = 0
    """Notes written from which on it is known."""
    until_then: Literal["zero", "left_out"] = "zero"
    """What stands in its place before: zero, or nothing (the rule does without it)."""
    days: int | None = Field(default=None, ge=1)
    min_ratings: int = 0
    """A note of the last `days` that needs more ratings and has fewer than this is left out."""


class Line(_Rule):
    """A piece of the writing limit: base + slope · (measure − start), where HR_L is below `below`."""

    below: Exact | None = None
    of: LineMeasure
    start: Exact = Fraction(0)
    base: int = 0
    slope: int


class WritingLimitRule(_Section):
    """max(floor, ⌊min(times_daily_average · DN_30, the line that holds)⌋)."""

    floor: int = Field(ge=0)
    times_daily_average: int = Field(ge=1)
    lines: tuple[Line, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _lines_cover_every_rate_once(self) -> Self:
        edges = [line.below for line in self.lines[:-1]]
        if self.lines[-1].below is not None or None in edges:
            raise ValueError("every line but the last needs 'below'")
        if any(low >= high for low, high in pairwise(edges) if low and high):
            raise ValueError("the lines' 'below' must rise")
        return self


class Gate(_Section):
    """An ability that is earned: every requirement must hold."""

    requires: tuple[Requirement, ...] = Field(min_length=1)


class FeedRule(_Section):
    """Terms of a feed: its own, or those in force for another feed."""

    requires: tuple[Requirement, ...] = ()
    terms_of: Literal["large", "xl"] | None = None

    @model_validator(mode="after")
    def _own_or_anothers(self) -> Self:
        if bool(self.requires) == (self.terms_of is not None):
            raise ValueError("needs either requires or terms_of")
        return self


class Feeds(_Rule):
    large: FeedRule | None = None
    xl: FeedRule | None = None
    xxl: FeedRule | None = None

    @model_validator(mode="after")
    def _terms_of_a_smaller_feed(self) -> Self:
        if (self.large and self.large.terms_of) or (self.xl and self.xl.terms_of == "xl"):
            raise ValueError("terms_of must name a smaller feed")
        return self


class FeedLanguage(_Section):
    """The feed can be asked for in a language; `default` where none is given."""

    default: str


class ScoringStatusRule(Gate):
    """Rating counts by rater side in `notes_written`."""

    most_recent_ratings: int = Field(ge=1)
    """Only so many of a note's ratings are counted, the newest."""
    neutral_factor_within: Exact
    """A rater factor of at most this size is neutral; below and above are the two sides."""


class MediaNotesRule(Gate):
    """Notes on media, and matched media notes in the feed."""


class RuleVersion(_Rule):
    """One published version: the sections it set or changed."""

    since: date
    document: str
    summary: str
    """For people: what this version changed."""
    admission: AdmissionRule | None = None
    limit_exceptions: LimitExceptions | None = None
    long_term_hit_rate: LongTermHitRate | None = None
    writing_limit: WritingLimitRule | None = None
    feeds: Feeds = Feeds()
    feed_language: FeedLanguage | None = None
    scoring_status: ScoringStatusRule | None = None
    media_notes: MediaNotesRule | None = None

    def sections(self) -> Iterator[tuple[str, _Section]]:
        """Name and content of every section this version brought."""
        for name in _SECTIONS:
            section = getattr(self.feeds if name in LARGER_FEEDS else self, name)
            if section is not None:
                yield name, section


_SECTIONS: Final = (
    "admission",
    "limit_exceptions",
    "long_term_hit_rate",
    "writing_limit",
    *LARGER_FEEDS,
    "feed_language",
    "scoring_status",
    "media_notes",
)


class RuleSource(_Rule):
    """Where a section in force comes from."""

    section: str
    since: date
    commits: tuple[str, ...]


class RuleSet(_Rule):
    """The rules in force on one day."""

    on: date
    admission: AdmissionRule
    limit_exceptions: LimitExceptions
    long_term_hit_rate: LongTermHitRate
    writing_limit: WritingLimitRule
    feeds: Mapping[str, tuple[Requirement, ...]]
    """Earned feed → what it requires; feeds not yet published are missing."""
    feed_language: FeedLanguage | None = None
    scoring_status: ScoringStatusRule | None = None
    media_notes: MediaNotesRule | None = None
    sources: tuple[RuleSource, ...]

    @property
    def label(self) -> str:
        """For people: the day, and the versions that hold on it."""
        of_section = {source.section: f"{source.since} {source.commits[0]}" for source in self.sources}
        return (
            f"rules in force on {self.on} "
            f"(admission of {of_section['admission']}, writing limit of {of_section['writing_limit']})"
        )


def load_versions(folder: Traversable) -> tuple[RuleVersion, ...]:
    """Every rule file of a folder, oldest first.

    Raises BadInputError naming file and field where a file does not say what a rule file says.
    """
    found = [
        _read_version(file)
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda version: version.since))


def _read_version(file: Traversable) -> RuleVersion:
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Fraction)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"is not readable TOML: {error}", file=str(file)) from error
    try:
        version = RuleVersion.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadInputError(first["msg"], file=str(file), field=field or None) from error
    if file.name != f"{version.since}.toml":
        raise BadInputError(
            f"must be named {version.since}.toml after its date", file=str(file), field="since"
        )
    return version


@cache
def versions() -> tuple[RuleVersion, ...]:
    """Every published version that ships with this package, oldest first."""
    return load_versions(files(__package__) / "rules")


def rules_at(when: date | int, published: Sequence[RuleVersion] | None = None) -> RuleSet:
    """The rules in force at a day (UTC) or a time in epoch milliseconds.

    Each section is the newest one not later than that day. Raises UserError for a day on which no admission
    criteria and no writing limit had been published yet.
    """
    day = datetime.fromtimestamp(when // 1000, tz=UTC).date() if isinstance(when, int) else when
    return _shipped_rules(day) if published is None else _in_force(day, published)


@cache
def _shipped_rules(day: date) -> RuleSet:
    return _in_force(day, versions())


def _in_force(day: date, published: Sequence[RuleVersion]) -> RuleSet:
    newest: dict[str, tuple[RuleVersion, _Section]] = {}
    for version in sorted(published, key=lambda version: version.since):
        if version.since > day:
            break
        newest.update((name, (version, section)) for name, section in version.sections())
    if missing := [name for name in ("admission", "writing_limit") if name not in newest]:
        first = min(
            (v.since for v in published for name, _ in v.sections() if name == missing[0]), default=None
        )
        remedy = f"choose a day from {first} on" if first else "no version publishes it"
        raise UserError(f"On {day} no rule for {missing[0].replace('_', ' ')} had been published: {remedy}.")
    terms: dict[str, tuple[Requirement, ...]] = {}
    for name in LARGER_FEEDS:
        rule = newest[name][1] if name in newest else None
        if isinstance(rule, FeedRule):
            if rule.terms_of and rule.terms_of not in terms:
                raise UserError(f"Feed {name} is on the terms of {rule.terms_of}, which has none on {day}.")
            terms[name] = terms[rule.terms_of] if rule.terms_of else rule.requires
    return RuleSet(
        on=day,
        feeds=terms,
        sources=tuple(
            RuleSource(section=name, since=version.since, commits=section.commits)
            for name, (version, section) in newest.items()
        ),
        **{name: section for name, (_, section) in newest.items() if name not in LARGER_FEEDS},
    )
