"""Human contributors' notes: they give raters a history, posts a second opinion, and writers competition.

People write about the sample world only: what they would say of a recorded post, nobody knows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.simulation.post_source import SeasonPost
from harness.simulation.scenario import PeopleSettings
from writers.clock import DAY_MS, HOUR_MS

INTEREST_HALF_LIFE_HOURS: Final = 8.0
"""People write about what they see: interest in a post halves with its age as raters' attention does."""

OLDEST_POST_MS: Final = 2 * DAY_MS
REACH_ELASTICITY: Final = 0.5
_LANGUAGE: Final = "en"


class Manner(StrEnum):
    """How a note is written; the keys of `people.toml`."""

    CAREFUL = "careful"
    THIN = "thin"
    PLAIN = "plain"
    OPINIONATED = "opinionated"


@dataclass(frozen=True, slots=True)
class PeopleNote:
    """A note that a person is about to write."""

    at_ms: int
    rater: int
    """Its author's row in the population of raters."""
    post: SeasonPost
    text: str


class People:
    """The part of the raters who also write."""

    def __init__(
        self,
        settings: PeopleSettings,
        posts: Sequence[SeasonPost],
        raters: int,
        seed: np.random.SeedSequence,
    ) -> None:
        self._settings = settings
        self._posts = known = [post for post in posts if post.truth is not None]
        self._raters = raters
        self._rng = np.random.default_rng(seed)
        self._arrived_ms = np.array([post.arrived_at_ms for post in known], np.int64)
        self._seen_from_ms = np.array([post.seen_from_ms for post in known], np.int64)
        self._reach = np.array([max(post.reach, 1.0) for post in known])
        self._wanted = np.array([post.matter.wanted for post in known])
        self._noted: set[tuple[int, int]] = set()

    def write(self, start_ms: int, end_ms: int) -> list[PeopleNote]:
        """The notes people write in `[start_ms, end_ms)`, in order of time; one a person and post, ever."""
        count = self._rng.poisson(self._settings.notes_per_day * (end_ms - start_ms) / DAY_MS)
        first, last = np.searchsorted(self._arrived_ms, [start_ms - OLDEST_POST_MS, start_ms], side="right")
        rows = np.arange(first, last)
        if not count or not len(rows):
            return []
        at_ms = np.sort(self._rng.integers(start_ms, end_ms, count))
        posts = self._rng.choice(rows, count, p=self._interest(rows, start_ms))
        authors = self._rng.integers(0, self._raters, count)
        notes = []
        for at, row, author in zip(at_ms.tolist(), posts.tolist(), authors.tolist(), strict=True):
            text = self._text(self._posts[row])
            if (row, author) not in self._noted:
                self._noted.add((row, author))
                notes.append(PeopleNote(at, author, self._posts[row], text))
        return notes

    def _interest(self, rows: NDArray[np.intp], now_ms: int) -> NDArray[np.float64]:
        """The chance of each post to be the one a note is about."""
        age_hours = np.maximum(now_ms - self._seen_from_ms[rows], 0) / HOUR_MS
        interest = self._reach[rows] ** REACH_ELASTICITY * np.exp2(-age_hours / INTEREST_HALF_LIFE_HOURS)
        wanted = self._wanted[rows] * interest
        unwanted = (1 - self._wanted[rows]) * interest
        share = self._settings.on_misleading
        chance = np.zeros(len(rows))
        for part, weight in ((share, wanted), (1 - share, unwanted)):
            if weight.any():
                chance += part * weight / weight.sum()
        if not chance.any():
            chance = interest
        return np.asarray(chance / chance.sum())

    def _text(self, post: SeasonPost) -> str:
        """A note's words. Each costs the same draws, so that one note leaves the next ones as they are."""
        manner_draw, phrase_draw, url_draw = self._rng.random(3)
        settings, matter = self._settings, post.matter
        if manner_draw < settings.opinionated:
            manner = Manner.OPINIONATED
        elif not matter.right_values or not matter.wanted:
            manner = Manner.PLAIN
        elif manner_draw < settings.opinionated + settings.careful and matter.decisive_urls:
            manner = Manner.CAREFUL
        else:
            manner = Manner.THIN
        others = sorted({source.url for source in post.post.suggested_sources} - matter.decisive_urls)
        urls = sorted(matter.decisive_urls) if manner is Manner.CAREFUL else others
        url = urls[int(url_draw * len(urls))] if urls else ""
        phrases = _phrases(post.wire.lang)[manner]
        value = matter.right_values[0] if matter.right_values else ""
        return phrases[int(phrase_draw * len(phrases))].format(value=value, url=url).strip()


def _phrases(lang: str | None) -> Mapping[str, Sequence[str]]:
    known = _all_phrases()
    return known.get(lang or _LANGUAGE, known[_LANGUAGE])


@cache
def _all_phrases() -> Mapping[str, Mapping[str, Sequence[str]]]:
    text = (resources.files("harness.simulation") / "people.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
