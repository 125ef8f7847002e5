"""Whether a page contradicts a claim: the same matter, another number, day, place or name.

Everything here is comparison of what sentences state, without a model of any language. A page can decide
a claim when it is about what the claim names. Where any such page agrees with the claim, there is no
contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from writers.builtin.claims import Claim
from writers.builtin.passages import Page, Passage
from writers.builtin.pool import Pool
from writers.builtin.terms import terms
from writers.builtin.values import DEGREES, PERCENT, Number
from writers.protocol.notes import MisleadingTag

NAMELESS_MATTER: Final = 0.5
"""Share of a claim's words, by weight, that must be met where it names nothing known."""

ECHO: Final = 0.9
"""A sentence of a suggested page that holds this share of a claim's terms repeats it: it is no evidence."""

CLOSE_BEHIND: Final = 0.12
"""Sentences this near to the best one may be meant as well."""

SAME_SCENE: Final = 0.35
"""Share of a picture's description that a page about the picture holds."""

SCENE_MARGIN: Final = 0.08
"""By how much the page of another picture must be behind."""

SAME_STORY: Final = 0.35
"""Share of a satirical headline, beside the names in it, that a claim holds."""

LARGEST_RATIO: Final = 30.0
"""Two figures further apart than this are hardly meant to be the same thing."""

STALE_PICTURE_DAYS: Final = 60
STRANGE_TITLE: Final = 0.3
"""What a page's title costs, at most, for words the claim does not hold."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may decide a claim."""

    page: Page
    passage: Passage
    score: float
    """Share of the claim's known terms that it meets, by weight, less what is strange about its page."""


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


def judge(claim: Claim, pool: Pool) -> Verdict:
    """The verdict on a claim that states a number, a day, or a name."""
    values = claim.values
    if not (values.days or values.numbers or values.names):
        return None
    found = candidates(claim, pool)
    if values.days:
        return _judge_days(claim, found)
    if values.numbers:
        return _judge_numbers(claim, found)
    return _judge_names(claim, found, pool)


def candidates(claim: Claim, pool: Pool) -> list[Candidate]:
    """Sentences about what the claim names, best first."""
    words = frozenset(term for term in claim.terms if not term[0].isdigit())
    known = frozenset(filter(pool.knows, words))
    named = claim.names & pool.subjects
    # A claim that names nothing known is met only by sentences that hold most of its words, unknown ones
    # counted.
    whole, least = pool.weight(known), float("-inf")
    if not named:
        whole, least = pool.weight(words), NAMELESS_MATTER
    if not known:
        return []
    found = []
    for page in pool.pages:
        if page.satire is not None:
            continue
        strange = pool.weight(page.title_terms - claim.terms) / max(pool.weight(page.title_terms), 1.0)
        unnamed = named - page.title_terms
        for passage in page.passages:
            if unnamed - passage.terms or (pool.is_suggested(page) and _echoes(claim, passage)):
                continue
            score = pool.weight(known & (page.title_terms | passage.terms)) / whole
            if score >= least:
                found.append(Candidate(page, passage, score - STRANGE_TITLE * strange))
    return sorted(found, key=lambda candidate: -candidate.score)


def _echoes(claim: Claim, passage: Passage) -> bool:
    return len(claim.terms) > 3 and len(claim.terms & passage.terms) >= ECHO * len(claim.terms)


def _judge_days(claim: Claim, found: Sequence[Candidate]) -> Verdict:
    claimed = set(claim.values.days)
    dated = [candidate for candidate in found if candidate.passage.values.days]
    for candidate in dated:
        if claimed & set(candidate.passage.values.days):
            return Agreement(candidate.page, candidate.passage.text)
    return _best(dated, MisleadingTag.FACTUAL_ERROR)


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
    if any((claimed.unit == unit) != (number.unit == unit) for unit in (PERCENT, DEGREES)):
        return False
    if claimed.year is not None and number.year is not None and claimed.year != number.year:
        return False
    return claimed.ratio(number) <= LARGEST_RATIO


def _judge_number(claimed: Number, comparable: Sequence[tuple[Candidate, Number]]) -> Verdict:
    """Agreement with a figure of the claimed year, or without a year, with one of the latest year there
    is.
    """
    latest = max((number.year or 0 for _, number in comparable), default=0)
    past: list[Candidate] = []
    for candidate, number in comparable:
        if claimed.agrees(number):
            if claimed.year is not None or (number.year or latest) == latest:
                return Agreement(candidate.page, candidate.passage.text)
            past.append(candidate)
    if past:
        return _outdated(past[0], latest, comparable)
    best = max(candidate.score for candidate, _ in comparable)
    near = [(c, n) for c, n in comparable if c.score >= best - CLOSE_BEHIND]
    if claimed.year is None:
        latest = max(number.year or 0 for _, number in near)
        near = [(c, n) for c, n in near if (n.year or latest) == latest]
    nearest, _ = min(near, key=lambda pair: claimed.ratio(pair[1]))
    return Contradiction(nearest.page, nearest.passage.text, MisleadingTag.FACTUAL_ERROR, nearest.score)


def _outdated(
    past: Candidate, latest: int, comparable: Sequence[tuple[Candidate, Number]]
) -> Contradiction | None:
    """The latest figure of what an older sentence is about: the sentence most like it."""
    newer = [candidate for candidate, number in comparable if number.year == latest]
    wanted = past.passage.terms
    best = max(
        newer, key=lambda c: len(wanted & c.passage.terms) / len(wanted | c.passage.terms), default=None
    )
    if best is None:
        return None
    return Contradiction(best.page, best.passage.text, MisleadingTag.OUTDATED_INFORMATION, best.score)


def _judge_names(claim: Claim, found: Sequence[Candidate], pool: Pool) -> Verdict:
    # Words at a sentence's beginning have capitals that make no name.
    claimed = [
        name
        for name in claim.values.names
        if (pool.is_known_person if claim.text.startswith(name) else pool.is_person)(name)
    ]
    if not claimed or claim.text.isupper():
        return None
    for candidate in found:
        if any(frozenset(terms(name)) <= candidate.passage.own_terms for name in claimed):
            return Agreement(candidate.page, candidate.passage.text)
    others = [c for c in found if any(pool.is_person(name) for name in c.passage.values.names)]
    return _best(others, MisleadingTag.FACTUAL_ERROR)


def _best(found: Sequence[Candidate], tag: MisleadingTag) -> Contradiction | None:
    best = max(found, key=lambda candidate: candidate.score, default=None)
    return None if best is None else Contradiction(best.page, best.passage.text, tag, best.score)


def judge_picture(claims: Sequence[Claim], scene: Claim, posted_ms: int, pool: Pool) -> Verdict:
    """The verdict on a picture: a page that shows it, and says another place, or a day long before."""
    shown = sorted(_shown(scene, pool), key=lambda candidate: -candidate.score)
    for candidate in shown:
        days = set(candidate.passage.values.days)
        held = candidate.passage.terms | candidate.page.title_terms
        if any(_same_time(claim, days) and claim.names & held for claim in claims):
            return Agreement(candidate.page, candidate.passage.text)
    if not shown or shown[0].score < SAME_SCENE:
        return None
    best = shown[0]
    days = set(best.passage.values.days)
    others = (c.score for c in shown if not days & set(c.passage.values.days))
    if next(others, 0.0) > best.score - SCENE_MARGIN:
        return None
    posted = datetime.fromtimestamp(posted_ms / 1000, UTC).date()
    named = frozenset[str]().union(*(claim.names for claim in claims)) & pool.subjects
    elsewhere = bool(named) and not named & best.passage.terms
    if elsewhere or all((posted - day).days > STALE_PICTURE_DAYS for day in days):
        tag = MisleadingTag.MISSING_IMPORTANT_CONTEXT
        return Contradiction(best.page, best.passage.text, tag, best.score)
    return None


def _shown(scene: Claim, pool: Pool) -> Iterator[Candidate]:
    whole = pool.weight(scene.terms)
    for page in pool.pages:
        for passage in page.passages:
            if passage.values.days and whole:
                met = pool.weight(scene.terms & (passage.terms | page.title_terms))
                yield Candidate(page, passage, met / whole)


def _same_time(claim: Claim, days: set[date]) -> bool:
    values = claim.values
    if values.days or values.months:
        months = {(day.year, day.month) for day in days}
        return bool(set(values.days) & days or set(values.months) & months)
    return bool(set(values.years) & {day.year for day in days})


def judge_satire(claims: Iterable[Claim], pool: Pool) -> Contradiction | None:
    """The verdict on a claim that a page tells as satire: the page whose headline it holds most of."""
    best: Contradiction | None = None
    told = list(claims)
    for page in pool.pages:
        if page.satire is None:
            continue
        score = max(_same_story(claim, story, pool) for claim in told for story in page.stories)
        if score >= SAME_STORY and (best is None or score > best.score):
            best = Contradiction(page, page.satire.text, MisleadingTag.MISINTERPRETED_SATIRE, score)
    return best


def _same_story(claim: Claim, story: frozenset[str], pool: Pool) -> float:
    content = story - pool.subjects - pool.plain_title_terms
    met = frozenset(term for term in content & claim.terms if not pool.is_common(term))
    if len(met) < 2 or not story & claim.names:
        return 0.0
    return pool.weight(met) / pool.weight(content)
