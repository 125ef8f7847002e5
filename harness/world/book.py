"""All pages of a world as they are written, with what each of them states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from harness.world.dice import Dice
from harness.world.facts import FactKey
from harness.world.languages import language
from harness.world.page import Page, PageKind
from harness.world.sites import Site
from harness.world.wording import Statement
from writers.clock import DAY_MS

_RELATED = 4
_LOST = ("annex", "file", "part", "table", "note")


def day_ms(day: date) -> int:
    """Noon of a day, epoch milliseconds."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 1000


@dataclass
class PageBook:
    """Pages by URL, which pages state which fact, and which pages are about which entity."""

    start_ms: int
    """The world's present: nothing on a page is newer, save what later claims provoke."""
    pages: dict[str, Page] = field(default_factory=dict)
    stating: defaultdict[FactKey, list[str]] = field(default_factory=lambda: defaultdict(list))
    about: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    dead: list[str] = field(default_factory=list)
    moved: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Old addresses of a URL."""

    def add(
        self,
        site: Site,
        path: Sequence[object],
        *,
        kind: PageKind,
        lang: str,
        title: str,
        day: date,
        statements: Iterable[Statement],
        about: str,
        table: Mapping[FactKey, tuple[str, str]] | None = None,
    ) -> Page:
        """Publishes a page; its URL is made of site and path, told apart by a number where taken."""
        url = site.url(*path)
        number = 2
        while url in self.pages:
            url = f"{site.url(*path)}-{number}"
            number += 1
        told = list(statements)
        neighbours = [(self.pages[other].title, other) for other in self.about[about][-_RELATED:]]
        page = Page(
            url=url,
            title=title,
            kind=kind,
            lang=lang,
            published_at_ms=min(day_ms(day), self.start_ms - DAY_MS),
            paragraphs=tuple(statement.text for statement in told),
            rows=tuple(table.values()) if table else (),
            site=site.name,
            related=tuple(neighbours),
        )
        self.pages[url] = page
        self.about[about].append(url)
        stated = [key for statement in told for key in statement.states]
        for key in dict.fromkeys([*stated, *(table or ())]):
            self.stating[key].append(url)
        return page

    def age(self, dice: Dice, *, moved: float, dead: float) -> None:
        """Lets the web rot: some pages keep an old address that redirects, some neighbours are gone."""
        for url, page in list(self.pages.items()):
            if dice.chance(moved):
                old = f"{url.split('/', 3)[0]}//{url.split('/', 3)[2]}/old/{len(self.pages)}"
                status = dice.pick((301, 302, 308))
                self.pages[old] = replace(
                    page, url=old, paragraphs=(), rows=(), status=status, redirect_to=url
                )
                self.moved[url].append(old)
            if dice.chance(dead):
                self._kill(dice, page)

    def _kill(self, dice: Dice, page: Page) -> None:
        url = f"{page.url}/{dice.pick(_LOST)}-{len(self.dead)}"
        slow = dice.chance(0.2)
        self.pages[url] = replace(
            page,
            url=url,
            paragraphs=(language(page.lang).phrases["pages"]["gone"],),
            rows=(),
            related=(),
            status=200 if slow else dice.pick((404, 404, 404, 410, 500)),
            slow=slow,
        )
        self.dead.append(url)
