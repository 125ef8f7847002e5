"""What posts claim: facts told rightly, wrongly, too late, under a wrong picture, in jest, or opinion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from harness.world.catalogue import FigureKind
from harness.world.dice import Dice
from harness.world.entities import Entity
from harness.world.facts import FactKey, Photo, day_spellings, spellings
from harness.world.languages import LANGUAGES, Language, capital, language
from harness.world.settings import WorldSettings
from harness.world.truth import ClaimKind
from harness.world.wording import Wording

OUTDATED_CHANGE: Final = 0.10
"""An old figure counts as outdated where it is at least this far (relative) from the present one."""

_ROUNDED_FROM: Final = 10_000
_TRIES: Final = 40
_JESTED_ABOUT: Final = ("town", "office", "company", "structure", "party", "nation")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim as a post will make it."""

    kind: ClaimKind
    lang: str
    sentence: str
    topic: str
    about: str
    """The entity's id."""
    name: str
    """The entity's name in the claim's language."""
    key: FactKey | None = None
    """The fact that decides; None for opinion."""
    wrong: str | None = None
    right_values: tuple[str, ...] = ()
    photo: Photo | None = None
    headline: str | None = None
    """The satirical headline behind it."""

    @property
    def false(self) -> bool:
        return self.wrong is not None


class Claims:
    """Draws claims about a country's facts."""

    def __init__(self, dice: Dice, wording: Wording, settings: WorldSettings) -> None:
        self._dice = dice
        self._wording = wording
        self._facts = wording.facts
        self._catalogue = wording.catalogue
        self._settings = settings
        self._by_kind: defaultdict[str, list[Entity]] = defaultdict(list)
        for entity in wording.country.entities:
            self._by_kind[entity.kind].append(entity)
        self._figures_of: defaultdict[str, list[str]] = defaultdict(list)
        for attribute, figure in wording.catalogue.figures.items():
            self._figures_of[figure.kind].append(attribute)
        self._occasions = list(self._facts.occasions)
        self._attributions = list(self._facts.attributions)

    def draw(self, kind: ClaimKind) -> Claim:
        """A claim of a kind, in a language drawn by the settings' shares."""
        told = language(self._dice.weighted(self._settings.languages))
        makers: Mapping[ClaimKind, Callable[[Language], Claim]] = {
            ClaimKind.CORRECT: self._correct,
            ClaimKind.WRONG_NUMBER: lambda told: self._figure(told, wrong=True),
            ClaimKind.WRONG_DATE: lambda told: self._occasion(told, wrong=True),
            ClaimKind.WRONG_ATTRIBUTION: lambda told: self._attribution(told, wrong=True),
            ClaimKind.OUTDATED: self._outdated,
            ClaimKind.OUT_OF_CONTEXT: lambda told: self._photo(told, wrong=True),
            ClaimKind.SATIRE: self._satire,
            ClaimKind.OPINION: self._opinion,
        }
        return makers[kind](told)

    def _correct(self, told: Language) -> Claim:
        stated = self._dice.weighted(self._settings.stated)
        makers: Mapping[str, Callable[..., Claim]] = {
            "figure": self._figure,
            "occasion": self._occasion,
            "attribution": self._attribution,
            "photo": self._photo,
        }
        return makers[stated](told, wrong=False)

    def _names(self, told: Language, entity: Entity) -> tuple[str, str]:
        """How a post calls a thing: as subject, and as place of a figure."""
        forms = told.forms(entity)
        if self._dice.chance(self._settings.style.short_name):
            return forms.short_the, forms.short_at
        return forms.the, forms.at

    def _draw_figure(self) -> tuple[Entity, str]:
        subject = self._dice.weighted(self._settings.subjects)
        return self._dice.pick(self._by_kind[subject]), self._dice.pick(self._figures_of[subject])

    def _figure(self, told: Language, *, wrong: bool) -> Claim:
        dice = self._dice
        entity, attribute = self._draw_figure()
        series = self._facts.figures[entity.id, attribute]
        latest = dice.chance(self._settings.style.no_year)
        year = max(series) if latest else dice.pick(list(series))
        kind = self._catalogue.figures[attribute]
        said = _wrong_number(dice, series[year], kind) if wrong else series[year]
        return self._figure_claim(
            ClaimKind.WRONG_NUMBER if wrong else ClaimKind.CORRECT,
            told,
            entity,
            attribute,
            year,
            said,
            now=latest,
        )

    def _outdated(self, told: Language) -> Claim:
        """An old figure told as of now; where nothing changed enough, a plain wrong number."""
        for _ in range(_TRIES):
            entity, attribute = self._draw_figure()
            series = self._facts.figures[entity.id, attribute]
            year = max(series)
            now = series[year]
            old = [value for then, value in series.items() if then <= year - 2]
            changed = [value for value in old if abs(value - now) >= OUTDATED_CHANGE * now]
            if changed:
                said = self._dice.pick(changed)
                return self._figure_claim(ClaimKind.OUTDATED, told, entity, attribute, year, said, now=True)
        return self._figure(told, wrong=True)

    def _figure_claim(
        self,
        kind: ClaimKind,
        told: Language,
        entity: Entity,
        attribute: str,
        year: int,
        said: float,
        *,
        now: bool,
    ) -> Claim:
        dice, style = self._dice, self._settings.style
        figure = self._catalogue.figures[attribute]
        currency = self._wording.country.currency
        if said >= _ROUNDED_FROM and dice.chance(style.rounded):
            value = told.rounded(said, figure.unit, currency, dice)
        else:
            value = told.quantity(said, figure.unit, figure.decimals, currency)
        phrases = told.phrases["attributes"][attribute]
        general = told.phrases["post"]["number_now" if now else "number_then"]
        pattern = dice.pick((*general, *phrases["now" if now else "then"]))
        the, at = self._names(told, entity)
        sentence = told.fill(pattern, talk=dice.pick(phrases["talk"]), the=the, at=at, value=value, year=year)
        truth = self._facts.figures[entity.id, attribute][year]
        return Claim(
            kind=kind,
            lang=told.code,
            sentence=capital(sentence),
            topic=figure.topic,
            about=entity.id,
            name=told.forms(entity).name,
            key=FactKey(entity.id, attribute, year),
            wrong=None if kind is ClaimKind.CORRECT else value,
            right_values=spellings(truth, figure.unit, figure.decimals, currency, told.code),
        )

    def _occasion(self, told: Language, *, wrong: bool) -> Claim:
        dice = self._dice
        entity_id, attribute = dice.pick(self._occasions)
        entity, day = self._wording.country.entity(entity_id), self._facts.occasions[entity_id, attribute]
        said = _wrong_day(dice, day) if wrong else day
        text = told.date(said, dice.pick((*told.phrases["dates"], *told.phrases["short_dates"])))
        the, at = self._names(told, entity)
        pattern = dice.pick(told.phrases["attributes"][attribute]["post"])
        year = (str(day.year),) if said.year != day.year else ()
        return Claim(
            kind=ClaimKind.WRONG_DATE if wrong else ClaimKind.CORRECT,
            lang=told.code,
            sentence=capital(told.fill(pattern, the=the, at=at, date=text)),
            topic=self._catalogue.topic(attribute),
            about=entity_id,
            name=told.forms(entity).name,
            key=FactKey(entity_id, attribute),
            wrong=text if wrong else None,
            right_values=(*day_spellings(day, told.code), *year),
        )

    def _attribution(self, told: Language, *, wrong: bool) -> Claim:
        dice = self._dice
        entity_id, attribute = dice.pick(self._attributions)
        entity, who = self._wording.country.entity(entity_id), self._facts.attributions[entity_id, attribute]
        pool = self._wording.country.pool(self._catalogue.attributions[attribute].of)
        said = dice.pick([name for name in pool if name != who]) if wrong else who
        the, at = self._names(told, entity)
        pattern = dice.pick(told.phrases["attributes"][attribute]["post"])
        return Claim(
            kind=ClaimKind.WRONG_ATTRIBUTION if wrong else ClaimKind.CORRECT,
            lang=told.code,
            sentence=capital(told.fill(pattern, the=the, at=at, who=said)),
            topic=self._catalogue.topic(attribute),
            about=entity_id,
            name=told.forms(entity).name,
            key=FactKey(entity_id, attribute),
            wrong=said if wrong else None,
            right_values=(who,),
        )

    def _photo(self, told: Language, *, wrong: bool) -> Claim:
        """A real picture; wrong is another place, or the right place as if of today."""
        dice = self._dice
        photo = dice.pick(self._facts.photos)
        elsewhere = wrong and dice.chance(0.7)
        towns = [town for town in self._by_kind["town"] if town.id != photo.town.id]
        shown = dice.pick(towns) if elsewhere else photo.town
        the, at = self._names(told, shown)
        day = told.date(photo.day, dice.pick((told.phrases["month_year"], *told.phrases["dates"])))
        pattern = dice.pick(told.phrases["scenes"]["post_now" if wrong else "post_right"])
        sentence = capital(told.fill(pattern, the=the, at=at, date=day))
        place = (photo.town.names[told.code],) if elsewhere or not wrong else ()
        return Claim(
            kind=ClaimKind.OUT_OF_CONTEXT if wrong else ClaimKind.CORRECT,
            lang=told.code,
            sentence=sentence,
            topic=dice.pick(("climate", "crime", "society", "migration")),
            about=photo.town.id,
            name=told.forms(shown).name,
            key=photo.key,
            wrong=sentence if wrong else None,
            right_values=(*place, *day_spellings(photo.day, told.code), str(photo.day.year)),
            photo=photo,
        )

    def _satire(self, told: Language) -> Claim:
        dice = self._dice
        entity = dice.pick(self._by_kind[dice.pick(_JESTED_ABOUT)])
        forms, jokes = told.forms(entity), told.phrases["satire"]
        number = dice.whole(0, len(jokes["headline"]) - 1)
        sentence = capital(told.fill(jokes["post"][number], the=forms.the, at=forms.at))
        words = [word for code in _first(told.code) for word in language(code).phrases["satire"]["words"]]
        return Claim(
            kind=ClaimKind.SATIRE,
            lang=told.code,
            sentence=sentence,
            topic="culture",
            about=entity.id,
            name=forms.name,
            key=FactKey(entity.id, f"satire-{told.code}-{number}"),
            wrong=sentence,
            right_values=tuple(dict.fromkeys(words)),
            headline=capital(told.fill(jokes["headline"][number], the=forms.the)),
        )

    def _opinion(self, told: Language) -> Claim:
        dice = self._dice
        kind = dice.pick(("nation", "town", "company", "team", "party", "law", "structure", "office"))
        entity = dice.pick(self._by_kind[kind])
        the, at = self._names(told, entity)
        topics = [row.topic for row in self._catalogue.figures.values() if row.kind == kind]
        return Claim(
            kind=ClaimKind.OPINION,
            lang=told.code,
            sentence=capital(told.fill(dice.pick(told.phrases["post"]["opinions"]), the=the, at=at)),
            topic=dice.pick(topics or ["politics", "culture"]),
            about=entity.id,
            name=told.forms(entity).name,
        )


def _first(code: str) -> Sequence[str]:
    return (code, *(other for other in LANGUAGES if other != code))


def _wrong_number(dice: Dice, right: float, kind: FigureKind) -> float:
    """Far enough off that no rounding hides it."""
    step = 10.0**-kind.decimals
    if kind.unit == "degrees":
        return round(right + dice.pick((-1, 1)) * dice.between(2.5, 8.0), kind.decimals)
    factor = dice.between(1.35, 3.0) if dice.chance(0.6) else dice.between(0.3, 0.72)
    said = round(right * factor, kind.decimals)
    if kind.unit == "percent" and said > 99:
        said = round(right * dice.between(0.4, 0.72), kind.decimals)
    if abs(said - right) < 2 * step:
        said = round(right + 2 * step, kind.decimals)
    return said


def _wrong_day(dice: Dice, right: date) -> date:
    """Another year, or the same year in another month."""
    if dice.chance(0.7):
        return right + timedelta(days=365 * dice.whole(1, 9) * dice.pick((-1, 1)) + dice.whole(-20, 20))
    return right + timedelta(days=dice.whole(35, 150) * dice.pick((-1, 1)))
