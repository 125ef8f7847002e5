"""A season's record as its result. Notes, ratings and posts of the warm-up stay out: it gave a history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.admission.window import Verdict
from harness.eligibility import RuleSet
from harness.rounds.admission import admission_verdict
from harness.rounds.scoring import ScoringRounds
from harness.simulation.ai_writer import AiWriter
from harness.simulation.post_source import PostSource, SeasonPost
from harness.simulation.result import (
    Admission,
    HourlyStatus,
    NoteStory,
    RaterPoint,
    Retrieval,
    SeasonResult,
    StatusChange,
    StatusCounts,
    StatusThresholds,
    WriterSeason,
)
from harness.simulation.scenario import PEOPLE, Scenario
from harness.simulation.standing import hit_rate, standing, status_counts
from harness.store import Store, StoredNote
from scoring.models.configurations import CORE
from scoring.tables import HelpfulnessLevel
from writers.protocol.notes import EvaluatorType, ScoreBucket, Status
from writers.protocol.text import find_urls

_LEVELS = len(HelpfulnessLevel)


@dataclass(frozen=True, slots=True)
class Record:
    """All that a season leaves behind."""

    scenario: Scenario
    now_ms: int
    rules: RuleSet
    source: PostSource
    store: Store
    writers: Sequence[AiWriter]
    raters: int
    scoring: ScoringRounds
    scoring_rounds: int
    histories: Mapping[int, Sequence[StatusChange]]
    hourly: Sequence[HourlyStatus]
    link_checks: str
    events: tuple[str, ...]


async def assemble(record: Record) -> SeasonResult:
    """The result of a season that is over."""
    scenario = record.scenario
    posts = {post.post.id: post for post in record.source.posts}
    stories = _stories(record, posts)
    people = Counter(story.status for story in stories if story.writer == PEOPLE)
    ratings = record.scoring.tables.ratings
    return SeasonResult(
        scenario=scenario.name,
        seed=scenario.seed,
        rules=record.rules.label,
        link_checks=record.link_checks,
        started_at_ms=scenario.start_ms,
        days=scenario.days,
        posts=sum(post.arrived_at_ms >= scenario.start_ms for post in record.source.posts),
        raters=record.raters,
        ratings=int(np.sum(ratings.created_at_ms >= scenario.start_ms)),
        scoring_rounds=record.scoring_rounds,
        writers=tuple([await _writer_season(record, writer, posts) for writer in record.writers]),
        people=StatusCounts(crh=people[Status.CRH], crnh=people[Status.CRNH], nmr=people[Status.NMR]),
        notes=stories,
        rater_map=_rater_map(record.scoring),
        thresholds=StatusThresholds(
            helpful_intercept=CORE.thresholds.crh_intercept,
            not_helpful_intercept=CORE.thresholds.crnh_intercept,
            not_helpful_slope=-CORE.thresholds.crnh_factor_multiplier,
            largest_helpful_factor=CORE.thresholds.crh_factor,
        ),
        statuses=tuple(record.hourly),
        events=record.events,
    )


async def _writer_season(record: Record, writer: AiWriter, posts: Mapping[int, SeasonPost]) -> WriterSeason:
    store = record.store
    account = store.writer(writer.writer_id)
    verdict = admission_verdict(store, writer.writer_id, record.rules)
    eligibility = standing(store, writer, record.rules, now_ms=record.now_ms)
    return WriterSeason(
        name=writer.name,
        admission=_admission(
            verdict,
            admitted_at_ms=account.admitted_at_ms if account is not None else None,
            test_notes=writer.submitted(test_mode=True),
        ),
        attempts=writer.counts(),
        notes=status_counts(store, writer),
        hit_rate=hit_rate(eligibility),
        writing_limit=eligibility.writing_limit if eligibility is not None else None,
        limit_reason=eligibility.explanation.sentence if eligibility is not None else None,
        feeds=eligibility.feeds if eligibility is not None else (),
        retrieval=await _retrieval(record.source, writer, posts),
        days=tuple(writer.days),
    )


def _admission(verdict: Verdict, *, admitted_at_ms: int | None, test_notes: int) -> Admission:
    return Admission(
        admitted_at_ms=admitted_at_ms,
        test_notes=test_notes,
        window=verdict.window,
        qualifies=verdict.qualifies,
        criteria=verdict.criteria,
        reasons=verdict.reasons,
    )


async def _retrieval(
    source: PostSource, writer: AiWriter, posts: Mapping[int, SeasonPost]
) -> Retrieval | None:
    """Over the misleading posts the writer attempted that have a decisive page: how many drafts cite one."""
    if all(post.truth is None for post in posts.values()):
        return None
    found: dict[int, bool] = {}
    for attempt in writer.attempts():
        decisive = posts[attempt.post_id].matter.decisive_urls
        if decisive and posts[attempt.post_id].matter.wanted:
            cited = find_urls(attempt.draft.text) if attempt.draft is not None else []
            hit = any([(await source.lead(span.url))[0] in decisive for span in cited])
            found[attempt.post_id] = found.get(attempt.post_id, False) or hit
    return Retrieval(posts_with_decisive_page=len(found), found=sum(found.values()))


def _stories(record: Record, posts: Mapping[int, SeasonPost]) -> tuple[NoteStory, ...]:
    names = {writer.writer_id: writer.name for writer in record.writers}
    levels = _levels(record.scoring)
    scored = _scored(record.store)
    return tuple(
        _story(
            note,
            names.get(note.author_id, PEOPLE),
            posts[note.post_id],
            levels.get(note.note_id, (0,) * _LEVELS),
            scored.get(note.note_id, {}),
            record.histories.get(note.note_id, ()),
        )
        for note in record.store.notes()
        if note.created_at_ms >= record.scenario.start_ms
    )


def _story(
    note: StoredNote,
    writer: str,
    post: SeasonPost,
    levels: tuple[int, ...],
    scored: Mapping[str, Any],
    history: Sequence[StatusChange],
) -> NoteStory:
    return NoteStory(
        note_id=str(note.note_id),
        post_id=str(note.post_id),
        writer=writer,
        test_mode=note.test_mode,
        created_at_ms=note.created_at_ms,
        text=note.text,
        post_text=post.post.text,
        status=note.status,
        decided_by=scored.get("decided_by"),
        intercept=_finite(scored.get("intercept")),
        factor=_finite(scored.get("factor")),
        ratings=sum(levels),
        helpful=levels[HelpfulnessLevel.HELPFUL],
        somewhat_helpful=levels[HelpfulnessLevel.SOMEWHAT_HELPFUL],
        not_helpful=levels[HelpfulnessLevel.NOT_HELPFUL],
        history=tuple(history),
        evaluation={
            EvaluatorType(evaluator).value: ScoreBucket(bucket)
            for evaluator, bucket in (note.buckets or {}).items()
        },
        claim_opinion_score=note.claim_opinion_score,
        truth=post.kind.value if post.kind is not None else None,
    )


def _levels(scoring: ScoringRounds) -> dict[int, tuple[int, ...]]:
    """Note id → how many ratings of each level it has."""
    tables = scoring.tables
    cells = tables.ratings.note.astype(np.int64) * _LEVELS + tables.ratings.level
    counts = np.bincount(cells, minlength=len(tables.notes) * _LEVELS).reshape(-1, _LEVELS)
    return dict(zip(tables.notes.note_id.tolist(), map(tuple, counts.tolist()), strict=True))


def _scored(store: Store) -> dict[int, dict[str, Any]]:
    """Note id → what scoring last said of it."""
    columns = store.statuses()
    names = ("decided_by", "intercept", "factor")
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    return {
        note_id: dict(zip(names, row, strict=True))
        for note_id, row in zip(columns["note_id"].tolist(), rows, strict=True)
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or value != value else value


def _rater_map(scoring: ScoringRounds) -> tuple[RaterPoint, ...]:
    """Raters whose parameters are known."""
    raters = scoring.raters()
    return tuple(
        RaterPoint(
            factor=float(raters.factor[row]),
            intercept=float(raters.intercept[row]),
            ratings=int(raters.ratings[row]),
            above_helpfulness_threshold=bool(raters.above_helpfulness_threshold[row]),
        )
        for row in np.flatnonzero(~np.isnan(raters.factor)).tolist()
    )
