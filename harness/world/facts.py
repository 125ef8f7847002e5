"""What is true in the country: figures by year, days, who did what, and what pictures show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from harness.world.catalogue import Catalogue, FigureKind
from harness.world.country import Country
from harness.world.dice import Dice
from harness.world.entities import Entity
from harness.world.languages import LANGUAGES, language

_LAST_RELEASE_MONTH = 6
"""By the end of this month every figure of the year before is out."""
_CEILING = 99.0
"""Percent that a share never passes."""


@dataclass(frozen=True, slots=True)
class FactKey:
    """Names one fact; `year` is None for what is not recorded year by year."""

    entity: str
    attribute: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture in the archive: what it shows, where and when it was taken, and by whom.

    `subject` and `detail` index the languages' `scenes`.
    """

    id: str
    subject: int
    detail: int
    town: Entity
    day: date
    photographer: str

    @property
    def key(self) -> FactKey:
        return FactKey(self.id, "taken")


@dataclass(frozen=True)
class Facts:
    """Everything that is so. Figures run over `years`, oldest first; the last is the latest there is."""

    years: tuple[int, ...]
    figures: Mapping[tuple[str, str], Mapping[int, float]]
    """(entity id, attribute) → year → value."""
    occasions: Mapping[tuple[str, str], date]
    attributions: Mapping[tuple[str, str], str]
    photos: tuple[Photo, ...]

    @property
    def latest(self) -> int:
        return self.years[-1]

    def latest_of(self, entity: str, attribute: str) -> int:
        """The latest year with a value."""
        return max(self.figures[entity, attribute])


def establish_facts(
    dice: Dice, country: Country, catalogue: Catalogue, *, today: date, years: int, photos: int
) -> Facts:
    """All facts of a country as of `today`."""
    latest = today.year - (1 if today.month > _LAST_RELEASE_MONTH else 2)
    span = tuple(range(latest - years + 1, latest + 1))
    figures: dict[tuple[str, str], Mapping[int, float]] = {}
    occasions: dict[tuple[str, str], date] = {}
    attributions: dict[tuple[str, str], str] = {}
    free = {
        of: dice.sample(country.pool(of), len(country.pool(of)))
        for of in {kind.of: None for kind in catalogue.attributions.values()}
    }
    for entity in country.entities:
        for name, figure in catalogue.figures.items():
            if figure.kind == entity.kind:
                figures[entity.id, name] = _series(dice, figure, span[:: -figure.every][::-1])
        for name, occasion in catalogue.occasions.items():
            if occasion.kind == entity.kind:
                days = dice.whole(occasion.last * 365, occasion.first * 365)
                occasions[entity.id, name] = today - timedelta(days=days)
        for name, attribution in catalogue.attributions.items():
            if attribution.kind == entity.kind:
                holders = free[attribution.of]
                attributions[entity.id, name] = (
                    holders.pop() if attribution.exclusive else dice.pick(country.pool(attribution.of))
                )
    _laws_pass_before_they_apply(occasions)
    return Facts(span, figures, occasions, attributions, _photos(dice, country, today, photos))


def _series(dice: Dice, kind: FigureKind, years: tuple[int, ...]) -> Mapping[int, float]:
    """A random walk in the logarithm; two years next to each other never have the same value."""
    value = dice.log_between(kind.low, kind.high)
    series: dict[int, float] = {}
    step = 10.0**-kind.decimals
    previous = None
    for year in years:
        value = max(value * (1 + kind.drift * dice.normal_between(-1.6, 1.8)), step)
        if kind.unit == "percent":
            value = min(value, _CEILING)
        told = round(value, kind.decimals)
        if told == previous:
            told = round(
                told - step if told > _CEILING - step and kind.unit == "percent" else told + step,
                kind.decimals,
            )
        series[year] = previous = told
    return series


def _laws_pass_before_they_apply(occasions: dict[tuple[str, str], date]) -> None:
    for entity, attribute in list(occasions):
        if attribute == "passed":
            days = sorted((occasions[entity, "passed"], occasions[entity, "in_force"]))
            occasions[entity, "passed"], occasions[entity, "in_force"] = days


def _photos(dice: Dice, country: Country, today: date, count: int) -> tuple[Photo, ...]:
    """Pictures; each scene only once, so that a description points at one picture."""
    scenes = language(LANGUAGES[0]).phrases["scenes"]
    pairs = [(s, d) for s in range(len(scenes["subjects"])) for d in range(len(scenes["details"]))]
    towns = country.of_kind("town")
    return tuple(
        Photo(
            id=f"photo-{number}",
            subject=subject,
            detail=detail,
            town=dice.pick(towns),
            day=today - timedelta(days=dice.whole(400, 12 * 365)),
            photographer=dice.pick(country.photographers),
        )
        for number, (subject, detail) in enumerate(dice.sample(pairs, count))
    )


def spellings(value: float, unit: str, decimals: int, currency: str, first: str) -> tuple[str, ...]:
    """A figure in every language, with its unit and bare, the language `first` first; each spelling once."""
    codes = (first, *(code for code in LANGUAGES if code != first))
    found: list[str] = [language(code).quantity(value, unit, decimals, currency) for code in codes]
    if unit == "percent":
        found += [language(code).quantity(value, "percent_long", decimals, currency) for code in codes]
    found += [language(code).number(value, decimals) for code in codes]
    found.append(f"{value:.{decimals}f}")
    return tuple(dict.fromkeys(found))


def day_spellings(day: date, first: str) -> tuple[str, ...]:
    """A day in every pattern of every language and in ISO 8601, the language `first` first."""
    codes = (first, *(code for code in LANGUAGES if code != first))
    found = [text for code in codes for text in language(code).dates(day)]
    return tuple(dict.fromkeys((*found, day.isoformat())))
