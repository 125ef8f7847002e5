"""Whether a page contradicts a claim: the same matter, another number, day, place or name.

Everything here is comparison of what sentences state, without a model of any language. A verdict needs a
page that is about what the claim is about, and silence of every other page: where one page agrees with
the claim, there is no note.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from writers.builtin.claims import Claim
from writers.builtin.passages import Page, Passage, Weights
from writers.builtin.values import DEGREES, PERCENT, Number
from writers.protocol.notes import MisleadingTag

SAME_MATTER: Final = 0.42
"""Share of a claim's known terms, by weight, that a sentence and its page's title must hold."""

CLOSE_BEHIND: Final = 0.12
"""Sentences this near to the best one may be meant as well."""

SAME_SCENE: Final = 0.40
"""Share of a picture's description that a page about a picture must hold."""

SAME_STORY: Final = 0.55
"""Share of a claim that a satirical story must hold."""

LARGEST_RATIO: Final = 30.0
"""Two figures further apart than this are hardly meant to be the same thing."""

STALE_PICTURE_DAYS: Final = 60
_STRANGE_TITLE: Final = 0.25
"""What a page's title costs, at most, for names the claim does not hold."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may decide a claim."""

    page: Page
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence that a claim cannot stand beside."""

    page: Page
    sentence: str
    tag: MisleadingTag
    score: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """A sentence that says what the claim says."""

    page: Page
    sentence: str


Verdict = Contradiction | Agreement | None
"""None: nothing at hand decides the claim."""


def candidates(claim: Claim, pages: Sequence[Page], weights: Weights) -> list[Candidate]:
    """Sentences that share the claim's matter, best first."""
    known = {term for term in claim.terms if weights.known(term) and not term[0].isdigit()}
    if not known:
        return []
    whole = weights.of(known)
    told_of = frozenset[str]().union(*(page.names for page in pages)) & claim.names
    found = []
    for page in pages:
        missed = told_of - page.names
        strange = page.names - claim.terms
        penalty = _STRANGE_TITLE * weights.of(strange) / max(weights.of(page.names), 1e-9)
        for passage in page.passages:
            if passage.quotes or missed - passage.terms:
                continue
            score = weights.of(known & (passage.terms | page.title_terms)) / whole - penalty
            found.append(Candidate(page, passage, score))
    return sorted(found, key=lambda candidate: -candidate.score)


def judge(claim: Claim, pages: Sequence[Page], weights: Weights) -> Verdict:
    """The verdict on one claim that states a number, a day, or a name."""
    found = [candidate for candidate in candidates(claim, pages, weights) if candidate.score >= SAME_MATTER]
    if claim.values.days:
        return _judge_days(claim, found)
    if claim.values.numbers:
        return _judge_numbers(claim, found)
    return _judge_names(claim, found)


def _judge_days(claim: Claim, found: Sequence[Candidate]) -> Verdict:
    claimed = set(claim.values.days)
    dated = [candidate for candidate in found if candidate.passage.values.days]
    for candidate in dated:
        if claimed & set(candidate.passage.values.days):
            return Agreement(candidate.page, candidate.passage.text)
    return _contradiction(dated, MisleadingTag.FACTUAL_ERROR)


def _judge_numbers(claim: Claim, found: Sequence[Candidate]) -> Verdict:
    for claimed in claim.values.numbers:
        comparable = [
            (candidate, number)
            for candidate in found
            for number in candidate.passage.values.numbers
            if _comparable(claimed, number)
        ]
        if comparable:
            return _judge_number(claimed, comparable)
    return None


def _comparable(claimed: Number, number: Number) -> bool:
    for unit in (PERCENT, DEGREES):
        if (claimed.unit == unit) != (number.unit == unit):
            return False
    if claimed.year is not None and number.year is not None and claimed.year != number.year:
        return False
    return claimed.ratio(number) <= LARGEST_RATIO


def _judge_number(claimed: Number, comparable: Sequence[tuple[Candidate, Number]]) -> Verdict:
    best = max(candidate.score for candidate, _ in comparable)
    near = [(c, n) for c, n in comparable if c.score >= best - CLOSE_BEHIND]
    latest = max((n.year or 0 for _, n in near), default=0)
    timeless = claimed.year is None
    present = [(c, n) for c, n in near if not timeless or (n.year or latest) == latest]
    for candidate, number in present:
        if claimed.agrees(number):
            return Agreement(candidate.page, candidate.passage.text)
    outdated = timeless and any(claimed.agrees(number) for _, number in near)
    nearest = min(present, key=lambda pair: (-round(pair[0].score, 1), claimed.ratio(pair[1])))
    tag = MisleadingTag.OUTDATED_INFORMATION if outdated else MisleadingTag.FACTUAL_ERROR
    return Contradiction(nearest[0].page, nearest[0].passage.text, tag, nearest[0].score)


def _judge_names(claim: Claim, found: Sequence[Candidate]) -> Verdict:
    titles = frozenset[str]().union(*(candidate.page.names for candidate in found)) if found else frozenset()
    claimed = [name for name in claim.values.names if not set(_terms(name)) & titles]
    if not claimed:
        return None
    for candidate in found:
        if any(set(_terms(name)) <= candidate.passage.terms for name in claimed):
            return Agreement(candidate.page, candidate.passage.text)
    others = [c for c in found if any(not set(_terms(name)) & titles for name in c.passage.values.names)]
    return _contradiction(others, MisleadingTag.FACTUAL_ERROR)


def judge_picture(
    claims: Iterable[Claim], scene: Claim, posted_ms: int, pages: Sequence[Page], weights: Weights
) -> Verdict:
    """The verdict on a picture: a page that shows it, and says another place, or a day long before."""
    known = {term for term in scene.terms if weights.known(term)}
    whole = weights.of(known)
    best: Candidate | None = None
    for page in pages:
        for passage in page.passages:
            if passage.values.days and whole:
                score = weights.of(known & (passage.terms | page.title_terms)) / whole
                if score >= SAME_SCENE and (best is None or score > best.score):
                    best = Candidate(page, passage, score)
    if best is None:
        return None
    said = list(claims)
    shown = set(best.passage.values.days)
    posted = datetime.fromtimestamp(posted_ms / 1000, UTC).date()
    places = frozenset[str]().union(*(page.names for page in pages)) - best.page.title_terms
    named = frozenset[str]().union(*(claim.names for claim in said)) & places
    elsewhere = bool(named) and not named & best.passage.terms
    told_when = any(_same_time(claim, shown) for claim in said)
    stale = all((posted - day).days > STALE_PICTURE_DAYS for day in shown)
    if told_when and not elsewhere:
        return Agreement(best.page, best.passage.text)
    if elsewhere or stale:
        tag = MisleadingTag.MISSING_IMPORTANT_CONTEXT
        return Contradiction(best.page, best.passage.text, tag, best.score)
    return None


def _same_time(claim: Claim, days: set[date]) -> bool:
    values = claim.values
    months = {(day.year, day.month) for day in days}
    if values.days or values.months:
        return bool(set(values.days) & days or set(values.months) & months)
    return bool(set(values.years) & {day.year for day in days})


def judge_satire(claim: Claim, pages: Sequence[Page], weights: Weights) -> Verdict:
    """The verdict on a claim that a page tells as satire."""
    known = {term for term in claim.terms if weights.known(term)}
    whole = weights.of(known)
    best: tuple[float, Page] | None = None
    for page in pages:
        if page.satire is None or not whole:
            continue
        for passage in page.passages:
            score = weights.of(known & passage.terms) / weights.of(claim.terms)
            if score >= SAME_STORY and (best is None or score > best[0]):
                best = (score, page)
    if best is None:
        return None
    score, page = best
    assert page.satire is not None
    return Contradiction(page, page.satire.text, MisleadingTag.MISINTERPRETED_SATIRE, score)


def _contradiction(found: Sequence[Candidate], tag: MisleadingTag) -> Contradiction | None:
    best = max(found, key=lambda candidate: candidate.score, default=None)
    return Contradiction(best.page, best.passage.text, tag, best.score) if best is not None else None


def _terms(name: str) -> list[str]:
    from writers.builtin.terms import terms

    return terms(name)
