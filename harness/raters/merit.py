"""What a note is worth to raters: quality, slant and traits, from what it says, cites and answers.

Where the truth of a post is known (the sample world) a note is held against it; elsewhere what can be read
off the note itself must do: its evaluator scores and its links. The weights are `[merit]` of `crowd.toml`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from harness.raters.parameters import MeritParameters, TraitName
from harness.world.truth import holds
from writers.protocol.notes import ScoreBucket


class Source(StrEnum):
    """What kind of page a URL in a note leads to."""

    OFFICIAL = "official"
    PRESS = "press"
    REFERENCE = "reference"
    UNRELIABLE = "unreliable"
    UNKNOWN = "unknown"
    """It answers, and nothing more is known about it."""
    NOWHERE = "nowhere"
    """It is dead or was never there."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a note answers: the truth of its post, as far as it is known."""

    wanted: float
    """1 where the post misleads, 0 where it does not, ½ where nobody knows."""
    lean: float
    """The author's side, −1 (left) to 1 (right)."""
    divisiveness: float
    """How far the matter splits people by their side, 0 to 1."""
    right_values: tuple[str, ...] = ()
    """Any of these in a note says what is right; empty where there is no such value or it is not known."""
    decisive_urls: frozenset[str] = frozenset()
    """Pages that decide the matter."""


@dataclass(frozen=True, slots=True)
class Merit:
    """A note as raters find it."""

    quality: float
    """Logits of latent helpfulness, the same for every rater."""
    slant: float
    """Whom it pleases, in units of the published note factor: below 0 the left, above 0 the right."""
    needed: float
    """Traits, each 0 (absent) to 1 (present): the post wants a note;"""
    right: float
    """it says what is right;"""
    sourced: float
    """it rests on good sources;"""
    factual: float
    """it states facts rather than opinions;"""
    civil: float
    """it does not insult."""

    def trait(self, name: TraitName) -> float:
        """A trait by its name."""
        value: float = getattr(self, name)
        return value


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be read off a note without its post's truth."""

    text: str
    sources: Sequence[tuple[str, Source]]
    """Each URL in the note and what it leads to."""
    claim_opinion_score: float
    """The evaluator's logit: above 0 a claim, below 0 an opinion."""
    harassment_abuse: ScoreBucket = ScoreBucket.HIGH


_SOURCED: Final = {
    Source.OFFICIAL: 0.9,
    Source.PRESS: 0.8,
    Source.REFERENCE: 0.75,
    Source.UNKNOWN: 0.5,
    Source.UNRELIABLE: 0.2,
    Source.NOWHERE: 0.0,
}
"""How well sourced a note looks whose best page is of this kind; 1 is for a page that decides the matter."""

_CIVIL: Final = {ScoreBucket.HIGH: 1.0, ScoreBucket.MEDIUM: 0.5, ScoreBucket.LOW: 0.0}
_RIGHT_WHERE_UNKNOWN: Final = 0.5


def judge(reading: Reading, matter: Matter, weights: MeritParameters) -> Merit:
    """The merit of a note about a matter."""
    kinds = [kind for _, kind in reading.sources]
    best = max(kinds, key=_SOURCED.__getitem__, default=Source.NOWHERE)
    decisive = any(url in matter.decisive_urls for url, _ in reading.sources)
    value_known = bool(matter.right_values) and matter.wanted > 0
    value_given = value_known and any(holds(reading.text, value) for value in matter.right_values)
    right = (
        float(value_given)
        if value_known
        else float(decisive)
        if matter.decisive_urls
        else _RIGHT_WHERE_UNKNOWN
    )
    opinion = _logistic(-reading.claim_opinion_score)
    civil = _CIVIL[reading.harassment_abuse]
    quality = (
        weights.start
        + weights.needed * matter.wanted
        + weights.not_needed * (1 - matter.wanted if matter.wanted != 0.5 else 0)
        + (weights.right_value if value_given else 0)
        + (weights.decisive_page if decisive else _page_weights(weights)[best])
        + weights.opinion * opinion
        + weights.abuse * (1 - civil)
    )
    slant = -matter.lean * matter.divisiveness * weights.slant * (1 + weights.opinion_slant * opinion)
    return Merit(
        quality=quality,
        slant=slant,
        needed=matter.wanted,
        right=right,
        sourced=1.0 if decisive else _SOURCED[best],
        factual=1 - opinion,
        civil=civil,
    )


@cache
def _page_weights(weights: MeritParameters) -> dict[Source, float]:
    return {
        Source.OFFICIAL: weights.official_page,
        Source.PRESS: weights.press_page,
        Source.REFERENCE: weights.reference_page,
        Source.UNKNOWN: weights.unknown_page,
        Source.UNRELIABLE: weights.unreliable_page,
        Source.NOWHERE: weights.no_page,
    }


def _logistic(value: float) -> float:
    return 0.5 * (1 + math.tanh(value / 2))
