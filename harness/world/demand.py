"""What readers send in about a post: note requests and suggested sources, good and bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.world.book import PageBook
from harness.world.claim_pages import Echoes
from harness.world.claims import Claim
from harness.world.dice import Dice
from harness.world.languages import Language
from harness.world.settings import WorldSettings
from writers.clock import MINUTE_MS
from writers.protocol.posts import WireNoteRequest, WireSourceCount
from writers.protocol.snowflakes import snowflake

_MOST_REQUESTS: Final = 5
_COUNT_SHAPE: Final = 1.2
_MOST_SENDERS: Final = 400
_VIA_OLD_ADDRESS: Final = 0.25
"""How often a page with an old address is suggested by it."""


@dataclass
class Demand:
    """Draws what readers send in."""

    dice: Dice
    book: PageBook
    echoes: Echoes
    settings: WorldSettings

    def __post_init__(self) -> None:
        self._reliable = [
            url
            for url, page in self.book.pages.items()
            if page.reliable and page.status == 200 and not page.slow
        ]
        self._unreliable = [
            url for url, page in self.book.pages.items() if not page.reliable and page.status == 200
        ]

    def sources(self, claim: Claim, decisive: Sequence[str]) -> tuple[WireSourceCount, ...]:
        """Suggested links with how many people sent each, most sent first."""
        dice, demand = self.dice, self.settings.demand
        if not dice.chance(demand.sources_misleading if claim.false else demand.sources):
            return ()
        number = 1 + dice.chance(0.35) + dice.chance(0.15)
        urls = dict.fromkeys(self._source(claim, decisive) for _ in range(number))
        counts = sorted((min(int(dice.pareto(_COUNT_SHAPE)), _MOST_SENDERS) for _ in urls), reverse=True)
        return tuple(WireSourceCount(url=url, count=count) for url, count in zip(urls, counts, strict=True))

    def requests(
        self, told: Language, claim: Claim, links: Sequence[str], *, created_at_ms: int, arrived_at_ms: int
    ) -> tuple[WireNoteRequest, ...]:
        """Written requests; those who see nothing wrong or cannot tell what send empty words."""
        dice, demand = self.dice, self.settings.demand
        if not dice.chance(demand.asked_misleading if claim.false else demand.asked):
            return ()
        phrases = told.phrases["requests"]
        requests = []
        for _ in range(min(int(dice.pareto(1.5)), _MOST_REQUESTS)):
            kind = "wrong" if dice.chance(0.6 if claim.false else 0.25) else "other"
            at = dice.whole(created_at_ms + MINUTE_MS // 2, arrived_at_ms)
            link = dice.pick(links) if links and dice.chance(demand.with_link) else None
            requests.append(
                WireNoteRequest(
                    suggestion_id=str(snowflake(at, dice.whole(0, 4_194_303))),
                    suggestion=dice.pick(phrases[kind]),
                    source_link=link,
                )
            )
        return tuple(requests)

    def irrelevant(self, claim: Claim, decisive: Sequence[str]) -> str:
        """A page to trust that does not decide the matter, about the same thing where there is one."""
        near = [
            url
            for url in self.book.about[claim.about]
            if url not in decisive and self.book.pages[url].reliable
        ]
        if near and self.dice.chance(0.7):
            return self.dice.pick(near)
        return next(url for url in iter(lambda: self.dice.pick(self._reliable), None) if url not in decisive)

    def _source(self, claim: Claim, decisive: Sequence[str]) -> str:
        dice, weights = self.dice, self.settings.sources
        shares = {
            "decisive": weights.decisive if decisive else 0.0,
            "irrelevant": weights.irrelevant,
            "unreliable": weights.unreliable if self._unreliable else 0.0,
            "dead": weights.dead if self.book.dead else 0.0,
        }
        kind = dice.weighted(shares)
        if kind == "decisive":
            url = dice.pick(decisive)
            old = self.book.moved[url]
            return dice.pick(old) if old and dice.chance(_VIA_OLD_ADDRESS) else url
        if kind == "unreliable":
            repeating = self.echoes.repeated.get((claim.key, claim.wrong))
            return repeating or dice.pick(self._unreliable)
        if kind == "dead":
            return dice.pick(self.book.dead)
        return self.irrelevant(claim, decisive)
