"""Facts put into sentences as pages word them; each sentence is told with the facts it states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.world.catalogue import Catalogue
from harness.world.country import Country
from harness.world.dice import Dice
from harness.world.entities import Entity
from harness.world.facts import FactKey, Facts, Photo
from harness.world.languages import Language, capital


class Statement(NamedTuple):
    """A sentence and what it states."""

    text: str
    states: tuple[FactKey, ...]


@dataclass(frozen=True)
class Wording:
    """Puts this country's facts into words."""

    country: Country
    catalogue: Catalogue
    facts: Facts

    def quantity(self, told: Language, attribute: str, value: float) -> str:
        kind = self.catalogue.figures[attribute]
        return told.quantity(value, kind.unit, kind.decimals, self.country.currency)

    def figure(
        self,
        dice: Dice,
        told: Language,
        entity: Entity,
        attribute: str,
        year: int,
        patterns: Sequence[str],
        source: str,
    ) -> Statement:
        """A year's figure in one of `patterns` (`pages.number…` of the language)."""
        series = self.facts.figures[entity.id, attribute]
        before = series.get(year - 1)
        usable = [pattern for pattern in patterns if before is not None or "{previous}" not in pattern]
        pattern = dice.pick(usable)
        forms = told.forms(entity)
        text = told.fill(
            pattern,
            noun=dice.pick(told.phrases["attributes"][attribute]["noun"]),
            at=forms.at,
            the=forms.the,
            year=year,
            year_before=year - 1,
            value=self.quantity(told, attribute, series[year]),
            previous="" if before is None else self.quantity(told, attribute, before),
            moved=told.phrases["rose" if before is not None and series[year] > before else "fell"],
            source=source,
        )
        states = [FactKey(entity.id, attribute, year)]
        if "{previous}" in pattern:
            states.append(FactKey(entity.id, attribute, year - 1))
        return Statement(text, tuple(states))

    def row(self, told: Language, entity: Entity, attribute: str, year: int) -> tuple[str, str]:
        """A line of a table: what, where and when, and the value."""
        noun = told.phrases["attributes"][attribute]["noun"][0]
        value = self.quantity(told, attribute, self.facts.figures[entity.id, attribute][year])
        return f"{capital(noun)} {told.forms(entity).at}, {year}", value

    def chronicle(self, dice: Dice, told: Language, entity: Entity) -> list[Statement]:
        """Every day and every name recorded about an entity, one sentence each."""
        forms = told.forms(entity)
        statements = []
        for attribute in self.catalogue.occasions:
            day = self.facts.occasions.get((entity.id, attribute))
            if day is not None:
                pattern = dice.pick(told.phrases["attributes"][attribute]["page"])
                text = told.date(day, dice.pick(told.phrases["dates"]))
                sentence = told.fill(pattern, the=forms.the, at=forms.at, date=text)
                statements.append(Statement(sentence, (FactKey(entity.id, attribute),)))
        for attribute in self.catalogue.attributions:
            who = self.facts.attributions.get((entity.id, attribute))
            if who is not None:
                pattern = dice.pick(told.phrases["attributes"][attribute]["page"])
                sentence = told.fill(pattern, the=forms.the, at=forms.at, who=who, home=entity.home)
                statements.append(Statement(sentence, (FactKey(entity.id, attribute),)))
        return statements

    def infobox(self, told: Language, entity: Entity) -> dict[FactKey, tuple[str, str]]:
        """The same days and names as lines of a table: what people call it, and the value."""
        lines: dict[FactKey, tuple[str, str]] = {}
        for attribute in (*self.catalogue.occasions, *self.catalogue.attributions):
            day = self.facts.occasions.get((entity.id, attribute))
            value = told.date(day, told.phrases["dates"][0]) if day else None
            value = value or self.facts.attributions.get((entity.id, attribute))
            if value is not None:
                label = told.phrases["attributes"][attribute]["label"]
                lines[FactKey(entity.id, attribute)] = (label, value)
        return lines

    def what_is_so(self, dice: Dice, told: Language, key: FactKey, photo: Photo | None = None) -> Statement:
        """One sentence that states a fact."""
        if photo is not None:
            return self.photo(dice, told, photo)
        entity = self.country.entity(key.entity)
        if key.year is not None:
            return self.figure(
                dice, told, entity, key.attribute, key.year, told.phrases["pages"]["number"][:3], ""
            )
        return next(said for said in self.chronicle(dice, told, entity) if key in said.states)

    def scene(self, told: Language, photo: Photo) -> str:
        """What a picture shows, as its archive describes it."""
        scenes = told.phrases["scenes"]
        return f"{scenes['subjects'][photo.subject]} {scenes['details'][photo.detail]}"

    def photo(self, dice: Dice, told: Language, photo: Photo) -> Statement:
        forms = told.forms(photo.town)
        text = told.fill(
            dice.pick(told.phrases["pages"]["photo_page"]),
            scene=self.scene(told, photo),
            at=forms.at,
            date=told.date(photo.day, dice.pick(told.phrases["dates"])),
            who=photo.photographer,
        )
        return Statement(text, (photo.key,))
