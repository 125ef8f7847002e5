"""A season's record as a comparison: shares over the same posts, reasons, costs, answers side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.comparison.bootstrap import CONFIDENCE, RESAMPLES, PairedBootstrap, Ratio
from harness.comparison.document import (
    Answer,
    Comparison,
    Contestant,
    Cost,
    Measure,
    NoteFate,
    Pair,
    PostAnswers,
    Resampling,
    Time,
)
from harness.comparison.reasons import most_frequent
from harness.simulation.post_source import SeasonPost
from harness.simulation.result import NoteStory, SeasonResult, WriterDay, WriterSeason
from harness.simulation.scenario import Scenario, WriterSettings
from writers.journal import Attempt, Outcome
from writers.protocol.notes import Status

SLOW: Final = 0.95

_EVERY_POST: Final = 0
_COLUMNS: Final = 3
"""Of each writer, after the column that is one for every post: live notes, CRH notes, CRNH notes."""

Notes = Mapping[tuple[str, str, bool], NoteStory]
"""Writer, post id, test mode → the note."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a season of a comparison leaves behind; sequences are in the order of the writers."""

    scenario: Scenario
    result: SeasonResult
    posts: Sequence[SeasonPost]
    attempts: Sequence[Sequence[Attempt]]
    drafts_s: Sequence[Sequence[float]]
    """Real seconds of each draft that came to an end."""
    calls_usd: Sequence[Sequence[Decimal | None]]
    """What each question sent to a language model cost; None where that is not known."""


def tally(record: Record) -> Comparison:
    """The comparison of a season that is over."""
    result = record.result
    notes = {(note.writer, note.post_id, note.test_mode): note for note in result.notes}
    handed = {attempt.post_id for attempts in record.attempts for attempt in attempts}
    posts = [post for post in record.posts if post.post.id in handed]
    names = [writer.name for writer in result.writers]
    bootstrap = PairedBootstrap(_counts(names, posts, notes), seed=result.seed)
    return Comparison(
        scenario=result.scenario,
        seed=result.seed,
        rules=result.rules,
        link_checks=result.link_checks,
        started_at_ms=result.started_at_ms,
        days=result.days,
        posts=len(posts),
        raters=result.raters,
        ratings=result.ratings,
        people=result.people,
        resampling=Resampling(resamples=RESAMPLES, confidence=CONFIDENCE, seed=result.seed),
        writers=tuple(_contestant(record, place, bootstrap) for place in range(len(record.scenario.writers))),
        pairs=tuple(_pairs(names, bootstrap)),
        answers=_answers(names, posts, record.attempts, notes),
        events=result.events,
    )


def _counts(names: Sequence[str], posts: Sequence[SeasonPost], notes: Notes) -> NDArray[np.int64]:
    """One row a post, for the bootstrap."""
    counts = np.zeros((len(posts), 1 + _COLUMNS * len(names)), np.int64)
    counts[:, _EVERY_POST] = 1
    for row, post in enumerate(posts):
        for place, name in enumerate(names):
            note = notes.get((name, str(post.post.id), False))
            if note is not None:
                first = 1 + _COLUMNS * place
                counts[row, first : first + _COLUMNS] = (
                    1,
                    note.status is Status.CRH,
                    note.status is Status.CRNH,
                )
    return counts


def _ratio(measure: Measure, place: int) -> Ratio:
    live, crh, crnh = range(1 + _COLUMNS * place, 1 + _COLUMNS * (place + 1))
    match measure:
        case Measure.HELPFUL:
            return Ratio(part=crh, whole=live)
        case Measure.NOT_HELPFUL:
            return Ratio(part=crnh, whole=live)
        case Measure.POSTS_HELPED:
            return Ratio(part=crh, whole=_EVERY_POST)


def _contestant(record: Record, place: int, bootstrap: PairedBootstrap) -> Contestant:
    settings: WriterSettings = record.scenario.writers[place]
    season: WriterSeason = record.result.writers[place]
    attempts = record.attempts[place]
    limits = [day.writing_limit for day in season.days if day.writing_limit is not None]
    return Contestant(
        plugin=settings.plugin,
        options=dict(settings.options),
        checks=settings.checks,
        passes_per_day=settings.passes_per_day,
        minute=settings.minute,
        posts_per_pass=settings.posts_per_pass,
        feed=settings.feed,
        language=settings.language,
        season=season,
        posts_handed=len({attempt.post_id for attempt in attempts}),
        highest_writing_limit=max(limits, default=None),
        days_at_limit=_days_at_limit(season.days),
        shares={measure: bootstrap.share(_ratio(measure, place)) for measure in Measure},
        abstained=most_frequent(a.reason for a in attempts if a.outcome is Outcome.ABSTAINED),
        refused=most_frequent(complaint for a in attempts for complaint in a.complaints),
        failed=most_frequent(a.reason for a in attempts if a.outcome is Outcome.FAILED),
        cost=_cost(record.calls_usd[place], season),
        time=_time(record.drafts_s[place]),
    )


def _days_at_limit(days: Sequence[WriterDay]) -> int:
    return sum(
        before.writing_limit is not None and day.live_notes >= before.writing_limit
        for before, day in pairwise(days)
    )


def _cost(calls_usd: Sequence[Decimal | None], season: WriterSeason) -> Cost:
    usd = sum((cost for cost in calls_usd if cost is not None), Decimal(0))
    unpriced = sum(cost is None for cost in calls_usd)
    notes, helpful = season.attempts.get(Outcome.SUBMITTED, 0), season.notes.crh
    return Cost(
        calls=len(calls_usd),
        unpriced_calls=unpriced,
        usd=usd,
        usd_a_note=usd / notes if notes and not unpriced else None,
        usd_a_helpful_note=usd / helpful if helpful and not unpriced else None,
    )


def _time(drafts_s: Sequence[float]) -> Time | None:
    if not drafts_s:
        return None
    ms = 1_000 * np.array(drafts_s)
    return Time(
        drafts=len(ms),
        mean_ms=float(ms.mean()),
        median_ms=float(np.median(ms)),
        slow_ms=float(np.quantile(ms, SLOW)),
    )


def _pairs(names: Sequence[str], bootstrap: PairedBootstrap) -> Iterator[Pair]:
    for measure in Measure:
        for first, second in combinations(range(len(names)), 2):
            difference = bootstrap.difference(_ratio(measure, first), _ratio(measure, second))
            if difference is not None:
                higher = difference.first_higher
                yield Pair(
                    measure=measure,
                    first=names[first],
                    second=names[second],
                    difference=difference,
                    first_better=1 - higher if measure.less_is_better else higher,
                )


def _answers(
    names: Sequence[str], posts: Sequence[SeasonPost], attempts: Sequence[Sequence[Attempt]], notes: Notes
) -> tuple[PostAnswers, ...]:
    by_post: dict[int, list[Answer]] = {post.post.id: [] for post in posts}
    for name, its_attempts in zip(names, attempts, strict=True):
        for attempt in its_attempts:
            note = notes.get((name, str(attempt.post_id), attempt.test_mode))
            by_post[attempt.post_id].append(_answer(name, attempt, note))
    return tuple(
        PostAnswers(
            post_id=str(post.post.id),
            text=post.post.text,
            language=post.wire.lang or "",
            truth=post.kind.value if post.kind is not None else None,
            answers=tuple(by_post[post.post.id]),
        )
        for post in posts
    )


def _answer(name: str, attempt: Attempt, note: NoteStory | None) -> Answer:
    draft = attempt.draft
    return Answer(
        writer=name,
        test_mode=attempt.test_mode,
        at_ms=attempt.began_ms,
        outcome=attempt.outcome,
        reason=attempt.reason,
        text=draft.text if draft is not None else None,
        sources=draft.sources if draft is not None else (),
        complaints=attempt.complaints,
        note=_fate(note) if note is not None else None,
    )


def _fate(note: NoteStory) -> NoteFate:
    return NoteFate(**{field: getattr(note, field) for field in NoteFate.model_fields})
