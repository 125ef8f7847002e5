"""The pages that record what is so: official series and registers, encyclopedia, press, picture archive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from harness.world.book import PageBook
from harness.world.dice import Dice
from harness.world.entities import Entity
from harness.world.facts import FactKey, Photo
from harness.world.languages import LANGUAGES, Language, capital, language
from harness.world.page import PageKind
from harness.world.settings import LanguageCode, Web
from harness.world.sites import Press, Site, authority
from harness.world.wording import Statement, Wording


@dataclass(frozen=True)
class Publisher:
    """Writes the country's facts into a book of pages."""

    dice: Dice
    book: PageBook
    wording: Wording
    press: Press
    web: Web
    shares: Mapping[LanguageCode, float]
    """How often each language is a page's first."""

    def publish(self) -> None:
        chapters = self._chapters()
        for entity in self.wording.country.entities:
            for year in self.wording.facts.years:
                for chapter, attributes in chapters[entity.kind].items():
                    figures = self.wording.facts.figures
                    counted = [name for name in attributes if year in figures[entity.id, name]]
                    if counted:
                        self._series(entity, chapter, counted, year)
            self._register(entity)
            self._encyclopedia(entity, [name for names in chapters[entity.kind].values() for name in names])
        for photo in self.wording.facts.photos:
            self._archive(photo)
        self.book.age(self.dice, moved=self.web.moved, dead=self.web.dead)

    def _chapters(self) -> Mapping[str, Mapping[str, list[str]]]:
        """Kind of entity → chapter → its figures."""
        chapters: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for attribute, kind in self.wording.catalogue.figures.items():
            chapters[kind.kind][kind.chapter].append(attribute)
        return chapters

    def _languages(self) -> list[Language]:
        first = self.dice.weighted(self.shares)
        others = (
            code for code in LANGUAGES if code != first and self.dice.chance(self.web.in_other_languages)
        )
        return [language(code) for code in (first, *others)]

    def _authority(self, kind: str) -> Site:
        return authority(self.wording.country, self.wording.catalogue.publishers[kind])

    def _filler(self, told: Language, kind: str, least: int, most: int) -> list[Statement]:
        texts = self.dice.sample(told.phrases["pages"][kind], self.dice.whole(least, most))
        return [Statement(text, ()) for text in texts]

    def _latest(self, told: Language, entity: Entity, year: int) -> list[Statement]:
        """On the newest page, that it is."""
        if year != self.wording.facts.latest:
            return []
        pattern = self.dice.pick(told.phrases["pages"]["latest"])
        return [Statement(told.fill(pattern, the=told.forms(entity).the, year=year), ())]

    def _table(
        self, told: Language, entity: Entity, attributes: list[str], year: int
    ) -> dict[FactKey, tuple[str, str]]:
        """The page's figures once more; the newest edition has those of all years."""
        figures, newest = self.wording.facts.figures, year == self.wording.facts.latest
        return {
            FactKey(entity.id, name, then): self.wording.row(told, entity, name, then)
            for name in attributes
            for then in (figures[entity.id, name] if newest else (year,))
        }

    def _keywords(self, told: Language, entity: Entity, attributes: list[str], year: int) -> list[Statement]:
        """Sometimes, what people call the page's figures, and the thing itself."""
        if not self.dice.chance(self.web.keywords):
            return []
        words = [talk for name in attributes for talk in told.phrases["attributes"][name]["talk"]]
        text = told.phrases["pages"]["keywords"].format(
            words=", ".join(words), name=told.forms(entity).short_the, year=year
        )
        return [Statement(text, ())]

    def _series(self, entity: Entity, chapter: str, attributes: list[str], year: int) -> None:
        """One authority's page on a thing's figures of one year; sometimes a newspaper reports it."""
        dice, wording = self.dice, self.wording
        site = self._authority(entity.kind)
        released = date(year + 1, 2, 1) + timedelta(days=dice.whole(0, 140))
        for told in self._languages():
            phrases = told.phrases["pages"]
            name, about = told.phrases["chapters"][chapter], told.forms(entity)
            lead = told.fill(dice.pick(phrases["lead"]), chapter=name, the=about.the, year=year)
            statements = [
                wording.figure(dice, told, entity, attribute, year, phrases["number"], site.name)
                for attribute in attributes
            ]
            table = self._table(told, entity, attributes, year) if dice.chance(self.web.table) else {}
            self.book.add(
                site,
                (told.code, chapter, f"{entity.slug}-{year}"),
                kind=PageKind.OFFICIAL,
                lang=told.code,
                title=f"{name}: {about.name}, {year}",
                day=released,
                statements=[
                    Statement(lead, ()),
                    *statements,
                    *self._latest(told, entity, year),
                    *self._filler(told, "filler", 2, 4),
                    *self._keywords(told, entity, attributes, year),
                ],
                about=entity.id,
                table=table,
            )
        if dice.chance(self.web.press):
            self._report(entity, dice.sample(attributes, 2), year, released, site.name)

    def _report(self, entity: Entity, attributes: list[str], year: int, released: date, source: str) -> None:
        dice = self.dice
        told = language(dice.weighted(self.shares))
        phrases = told.phrases["pages"]
        paper = dice.pick(self.press.papers[told.code])
        statements = [
            self.wording.figure(dice, told, entity, attribute, year, phrases["number_press"], source)
            for attribute in attributes
        ]
        day = released + timedelta(days=dice.whole(0, 6))
        self.book.add(
            paper,
            (day.year, f"{day.month:02}", f"{entity.slug}-{day.day}"),
            kind=PageKind.PRESS,
            lang=told.code,
            title=self._headline(told, "press_headline", entity),
            day=day,
            statements=[*statements, *self._filler(told, "filler_press", 3, 6)],
            about=entity.id,
        )

    def _headline(self, told: Language, kind: str, entity: Entity) -> str:
        pattern: str = self.dice.pick(told.phrases["pages"][kind])
        return told.fill(pattern, name=told.forms(entity).name)

    def _register(self, entity: Entity) -> None:
        """The authority's entry with a thing's days and names; a town's stands at its own town hall."""
        dice = self.dice
        if not self.wording.chronicle(dice, language("en"), entity):
            return
        site = (
            authority(self.wording.country, entity.slug)
            if entity.kind == "town"
            else self._authority(entity.kind)
        )
        day = date(self.wording.facts.latest, dice.whole(1, 12), dice.whole(1, 28))
        for told in self._languages():
            self.book.add(
                site,
                (told.code, "register", entity.id if entity.kind == "speech" else entity.slug),
                kind=PageKind.OFFICIAL,
                lang=told.code,
                title=capital(told.forms(entity).name),
                day=day,
                statements=[*self.wording.chronicle(dice, told, entity), *self._filler(told, "filler", 1, 3)],
                about=entity.id,
                table=self.wording.infobox(told, entity) if dice.chance(self.web.table) else {},
            )
        if dice.chance(self.web.press):
            told = language(dice.weighted(self.shares))
            paper = dice.pick(self.press.papers[told.code])
            self.book.add(
                paper,
                (day.year, f"{day.month:02}", entity.id),
                kind=PageKind.PRESS,
                lang=told.code,
                title=self._headline(told, "headline_appointment", entity),
                day=day,
                statements=[
                    *self._filler(told, "filler_press", 1, 2),
                    *self.wording.chronicle(dice, told, entity),
                    *self._filler(told, "filler_press", 2, 3),
                ],
                about=entity.id,
            )

    def _encyclopedia(self, entity: Entity, attributes: list[str]) -> None:
        if entity.kind == "speech":
            return
        dice, wording = self.dice, self.wording
        for told in self._languages():
            phrases = told.phrases["pages"]
            forms = told.forms(entity)
            lead = told.fill(dice.pick(phrases["lead_reference"]), the=forms.the)
            alias = "" if forms.short_the == forms.the else f" ({forms.short_the})"
            figures = [
                wording.figure(
                    dice,
                    told,
                    entity,
                    name,
                    wording.facts.latest_of(entity.id, name),
                    phrases["number_reference"],
                    "",
                )
                for name in dice.sample(attributes, 2)
            ]
            self.book.add(
                self.press.encyclopedia,
                (told.code, entity.slug),
                kind=PageKind.REFERENCE,
                lang=told.code,
                title=capital(forms.name),
                day=date(wording.facts.latest + 1, 1, 10),
                statements=[
                    Statement(lead.rstrip(".") + alias + ".", ()),
                    *wording.chronicle(dice, told, entity),
                    *figures,
                    *self._filler(told, "filler_reference", 2, 4),
                ],
                about=entity.id,
                table=wording.infobox(told, entity),
            )

    def _archive(self, photo: Photo) -> None:
        for told in map(language, LANGUAGES):
            scene = self.wording.scene(told, photo)
            self.book.add(
                self.press.archive,
                (told.code, photo.id.replace("photo", "p")),
                kind=PageKind.REFERENCE,
                lang=told.code,
                title=told.phrases["pages"]["photo_title"].format(scene=scene),
                day=photo.day + timedelta(days=2),
                statements=[
                    self.wording.photo(self.dice, told, photo),
                    *self._filler(told, "photo_notes", 1, 3),
                ],
                about=photo.town.id,
            )
