"""Pages that claims provoke: fact checks, satirical articles, and pages that repeat what is false."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from harness.world.book import PageBook
from harness.world.claims import Claim
from harness.world.dice import Dice
from harness.world.facts import FactKey
from harness.world.languages import LANGUAGES, Language, language
from harness.world.page import PageKind
from harness.world.settings import Web
from harness.world.sites import Press
from harness.world.truth import ClaimKind
from harness.world.wording import Statement, Wording


@dataclass
class Echoes:
    """Publishes what claims provoke, once for each claim."""

    dice: Dice
    book: PageBook
    wording: Wording
    press: Press
    web: Web
    today: date
    repeated: dict[tuple[FactKey | None, str | None], str] = field(default_factory=dict)
    """Unreliable page by what it repeats: the fact and what is wrongly said of it."""

    def publish(self, claims: list[Claim]) -> None:
        for code in LANGUAGES:
            self._about_satire(language(code))
        for claim in claims:
            if claim.kind is ClaimKind.SATIRE:
                self._satire(claim)
            elif claim.false:
                if self.dice.chance(self.web.fact_check):
                    self._fact_check(claim)
                if self.dice.chance(self.web.repeated):
                    self._repeat(claim)

    def explain(self, claim: Claim) -> str | None:
        """What is so, in one English sentence for people; None where the claim gets nothing wrong."""
        if not claim.false or claim.key is None:
            return None
        told = language("en")
        if claim.headline is not None:
            pattern = told.phrases["pages"]["satire_check"][0]
            return told.fill(pattern, claim=claim.headline, site=self.press.satire[claim.lang].name)
        return self.wording.what_is_so(self.dice, told, claim.key, claim.photo).text

    def _day(self) -> date:
        return self.today - timedelta(days=self.dice.whole(2, 300))

    def _about_satire(self, told: Language) -> None:
        site = self.press.satire[told.code]
        pages = told.phrases["pages"]
        self.book.add(
            site,
            ("about",),
            kind=PageKind.UNRELIABLE,
            lang=told.code,
            title=pages["about_title"].format(site=site.name),
            day=self.today - timedelta(days=900),
            statements=[Statement(pages["satire_notice"].format(site=site.name), ())],
            about=f"satire-{told.code}",
        )

    def _satire(self, claim: Claim) -> None:
        """The article behind a satirical claim, whose foot says what it is."""
        assert claim.key is not None
        assert claim.headline is not None
        if claim.key in self.book.stating:
            return
        told, site = language(claim.lang), self.press.satire[claim.lang]
        jokes = told.phrases["satire"]
        statements = [
            Statement(claim.headline + ".", ()),
            *(Statement(text, ()) for text in self.dice.sample(jokes["body"], 3)),
            Statement(told.phrases["pages"]["satire_notice"].format(site=site.name), (claim.key,)),
        ]
        day = self._day()
        self.book.add(
            site,
            (day.year, f"{claim.about}-{claim.key.attribute.rsplit('-', 1)[1]}"),
            kind=PageKind.UNRELIABLE,
            lang=told.code,
            title=claim.headline,
            day=day,
            statements=statements,
            about=f"satire-{told.code}",
        )
        self.book.stating[claim.key].append(site.url("about"))
        if self.dice.chance(self.web.satire_explained):
            pages = told.phrases["pages"]
            text = self.dice.pick(pages["satire_check"]).format(claim=claim.headline, site=site.name)
            filler = [Statement(line, ()) for line in self.dice.sample(pages["filler_press"], 2)]
            self.book.add(
                self.dice.pick(self.press.papers[told.code]),
                (day.year, f"{day.month:02}", f"check-{claim.about}"),
                kind=PageKind.PRESS,
                lang=told.code,
                title=self.dice.pick(pages["check_title"]).format(topic_of=claim.name),
                day=day + timedelta(days=1),
                statements=[Statement(text, (claim.key,)), *filler],
                about=claim.about,
            )

    def _fact_check(self, claim: Claim) -> None:
        assert claim.key is not None
        dice, told = self.dice, language(claim.lang)
        pages = told.phrases["pages"]
        day = self._day()
        filler = [Statement(text, ()) for text in dice.sample(pages["filler_press"], 3)]
        self.book.add(
            dice.pick(self.press.papers[told.code]),
            (day.year, f"{day.month:02}", f"check-{claim.about}"),
            kind=PageKind.PRESS,
            lang=told.code,
            title=dice.pick(pages["check_title"]).format(topic_of=claim.name),
            day=day,
            statements=[
                Statement(dice.pick(pages["check_claim"]).format(claim=claim.sentence), ()),
                Statement(dice.pick(pages["check_verdict"]), ()),
                self.wording.what_is_so(dice, told, claim.key, claim.photo),
                *filler,
            ],
            about=claim.about,
        )

    def _repeat(self, claim: Claim) -> None:
        """A page that spreads what the claim gets wrong."""
        dice, told = self.dice, language(claim.lang)
        pages = told.phrases["pages"]
        day = self._day()
        page = self.book.add(
            dice.pick(self.press.unreliable[told.code]),
            (day.year, f"{claim.about}-{day.day}"),
            kind=PageKind.UNRELIABLE,
            lang=told.code,
            title=dice.pick(pages["unreliable_title"]).format(topic_of=claim.name),
            day=day,
            statements=[
                Statement(dice.pick(pages["unreliable"]).format(claim=claim.sentence), ()),
                *(Statement(text, ()) for text in dice.sample(pages["unreliable_filler"], 3)),
            ],
            about=claim.about,
        )
        self.repeated[claim.key, claim.wrong] = page.url
