"""Accounts that post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from harness.world.dice import Dice
from harness.world.languages import LANGUAGES
from harness.world.names import Namer
from harness.world.sites import Press
from writers.clock import DAY_MS
from writers.protocol.posts import WireUser
from writers.protocol.snowflakes import snowflake

_POSTS_AN_AUTHOR: Final = 6
_ACTIVITY_SHAPE: Final = 1.3
"""Pareto shape of how often an account posts."""


@dataclass(frozen=True, slots=True)
class Author:
    id: str
    username: str
    name: str
    lang: str
    lean: float
    """−1 to 1."""
    followers: int
    posts: int
    created_at_ms: int

    @property
    def wire(self) -> WireUser:
        extra: dict[str, Any] = {
            "created_at": datetime.fromtimestamp(self.created_at_ms / 1000, UTC),
            "verified": self.followers > 50_000,
            "protected": False,
            "public_metrics": {
                "followers_count": self.followers,
                "following_count": self.followers % 1_800 + 12,
                "tweet_count": self.posts,
                "listed_count": self.followers // 400,
            },
        }
        return WireUser(id=self.id, username=self.username, name=self.name, **extra)


class Accounts:
    """All authors, and draws of one by language."""

    def __init__(self, dice: Dice, press: Press, posts: int, now_ms: int) -> None:
        self._dice = dice
        self._now_ms = now_ms
        self._namer = Namer(dice)
        self._usernames: set[str] = set()
        self._by_lang: dict[str, list[Author]] = {}
        self._activity: dict[str, list[float]] = {}
        for code in LANGUAGES:
            count = 8 + posts // (_POSTS_AN_AUTHOR * len(LANGUAGES))
            self._by_lang[code] = [self._author(code) for _ in range(count)]
            total, sums = 0.0, []
            for _ in range(count):
                total += dice.pareto(_ACTIVITY_SHAPE)
                sums.append(total)
            self._activity[code] = sums
        self.satire = {code: self._publication(press.satire[code].name, code) for code in LANGUAGES}

    def draw(self, code: str) -> Author:
        """An author writing this language; active accounts come more often."""
        sums = self._activity[code]
        mark = self._dice.uniform() * sums[-1]
        low, high = 0, len(sums) - 1
        while low < high:
            middle = (low + high) // 2
            if sums[middle] < mark:
                low = middle + 1
            else:
                high = middle
        return self._by_lang[code][low]

    def _author(self, code: str) -> Author:
        dice = self._dice
        name = self._namer.person()
        first, last = name.split(" ")
        handle = dice.pick((first + last, f"{first}_{last}", last + first[0], first.lower()))
        return self._make(name, handle + str(dice.whole(1, 99)), code, 0.92 * dice.arcsine())

    def _publication(self, name: str, code: str) -> Author:
        return self._make(name, "".join(part.capitalize() for part in name.split(" ")[-2:]), code, 0.0)

    def _make(self, name: str, handle: str, code: str, lean: float) -> Author:
        dice = self._dice
        handle = handle[:15]
        while handle.lower() in self._usernames:
            handle = handle[:12] + str(dice.whole(100, 999))
        self._usernames.add(handle.lower())
        created = self._now_ms - dice.whole(40, 4_000) * DAY_MS
        return Author(
            id=str(snowflake(created, dice.whole(0, 4_194_303))),
            username=handle,
            name=name,
            lang=code,
            lean=lean,
            followers=int(80 * dice.pareto(0.7)) % 4_000_000,
            posts=int(dice.log_between(50, 90_000)),
            created_at_ms=created,
        )
