"""Seasons made up for the report's tests: of any size, with hostile texts where asked."""

from __future__ import annotations

import numpy as np

from harness.admission.window import Criterion
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
    WriterDay,
    WriterSeason,
)
from writers.clock import DAY_MS, HOUR_MS
from writers.protocol.notes import ScoreBucket, Status

START_MS = 1_767_225_600_000


FIRST_NOTE_ID = 2_006_000_000_000_000_000

THRESHOLDS = StatusThresholds(
    helpful_intercept=0.40,
    not_helpful_intercept=-0.05,
    not_helpful_slope=0.8,
    largest_helpful_factor=0.5,
)

_POSTS = (
    "The port of Veldhaven handled 41 million tonnes last year, double what the ministry admits.",
    "وزارة النقل أعلنت أن الجسر الجديد سيفتح في مايو 2019",
    "This photo shows yesterday's flood in Orle. Share before they delete it!",
    "Unemployment stands at 9.1 %, the highest ever measured. Nobody talks about it.",
)
_NOTES = (
    "The harbour authority's yearbook gives 20.6 million tonnes for the year, not 41 million. "
    "https://ports.example/yearbook/2025",
    "The bridge opened in May 2021, says the ministry's own record. https://transport.example/bridges/17",
    "The photo was taken in 2014; the press agency published it then. https://press.example/2014/orle",
    "The statistics office gives 6.4 % for December. https://stat.example/labour/2025-12",
)


def season(
    *,
    writers: tuple[str, ...] = ("baseline", "careless", "inventive"),
    days: int = 30,
    live_a_day: int = 4,
    test_notes: int = 60,
    people_notes: int = 300,
    raters: int = 400,
    seed: int = 7,
    post_text: str | None = None,
    note_text: str | None = None,
    events: tuple[str, ...] = (),
    scenario: str = "default",
) -> SeasonResult:
    """A season in which the first writer is admitted halfway and the others are not."""
    rng = np.random.default_rng(seed)
    stories: list[NoteStory] = []

    def add(writer: str, *, test_mode: bool, day: float) -> None:
        stories.append(
            _story(rng, len(stories), writer, test_mode=test_mode, day=day, post=post_text, note=note_text)
        )

    made = []
    for index, name in enumerate(writers):
        admitted = index == 0 and live_a_day > 0 and days > 1
        for number in range(test_notes):
            add(name, test_mode=True, day=(days / 2 if admitted else days) * number / max(test_notes, 1))
        live_days = range(days // 2, days) if admitted else range(0)
        for day in live_days:
            for hour in range(live_a_day):
                add(name, test_mode=False, day=day + hour / (live_a_day + 1))
        made.append(_writer(name, stories, days=days, admitted=admitted, test_notes=test_notes))
    for number in range(people_notes):
        add("people", test_mode=False, day=days * number / people_notes)

    return SeasonResult(
        scenario=scenario,
        seed=seed,
        rules="admission 2025-08-28; writing limit 2026-03-05; feeds 2026-03-27",
        link_checks="Links were opened in the season's own web; no outside address was contacted.",
        started_at_ms=START_MS,
        days=days,
        posts=40 * days,
        raters=raters,
        ratings=sum(story.ratings for story in stories),
        scoring_rounds=24 * days,
        writers=tuple(made),
        people=_counts([story for story in stories if story.writer == "people"]),
        notes=tuple(stories),
        rater_map=tuple(
            RaterPoint(
                factor=float(factor),
                intercept=float(intercept),
                ratings=int(ratings),
                above_helpfulness_threshold=bool(agrees < 0.8),
            )
            for factor, intercept, ratings, agrees in zip(
                rng.choice([-0.6, 0.1, 0.55], raters) + rng.normal(0, 0.18, raters),
                rng.normal(0.0, 0.2, raters),
                rng.pareto(1.2, raters) * 20 + 1,
                rng.random(raters),
                strict=True,
            )
        ),
        thresholds=THRESHOLDS,
        statuses=_statuses(stories, days),
        events=events,
    )


def _story(
    rng: np.random.Generator,
    number: int,
    writer: str,
    *,
    test_mode: bool,
    day: float,
    post: str | None,
    note: str | None,
) -> NoteStory:
    created = START_MS + int(day * DAY_MS)
    factor = float(rng.normal(0, 0.35))
    intercept = float(rng.normal(0.22, 0.2) - 0.25 * abs(factor))
    ratings = 0 if test_mode else int(rng.pareto(1.1) * 8)
    status = None
    history: tuple[StatusChange, ...] = ()
    if not test_mode:
        status = Status.NMR
        if ratings >= 5 and intercept >= 0.4 and abs(factor) <= 0.5:
            status = Status.CRH
        elif ratings >= 5 and intercept <= -0.05 - 0.8 * abs(factor):
            status = Status.CRNH
        history = (StatusChange(at_ms=created, status=Status.NMR),)
        if status is not Status.NMR:
            history += (StatusChange(at_ms=created + 7 * HOUR_MS, status=status),)
    helpful = int(ratings * min(max(0.5 + intercept / 1.2, 0), 1))
    somewhat = (ratings - helpful) // 3
    rated = ratings >= 5
    decided = {Status.CRH: "GeneralCRH (v1.0)", Status.CRNH: "GeneralCRNH (v1.0)"}
    return NoteStory(
        note_id=str(FIRST_NOTE_ID + number * 4_194_304),
        post_id=str(FIRST_NOTE_ID - 1 - number),
        writer=writer,
        test_mode=test_mode,
        created_at_ms=created,
        text=note if note is not None else _NOTES[number % len(_NOTES)],
        post_text=post if post is not None else _POSTS[number % len(_POSTS)],
        status=status,
        decided_by=None if status is None else decided.get(status, "InitialNMR (v1.0)"),
        intercept=intercept if rated else None,
        factor=factor if rated else None,
        ratings=ratings,
        helpful=helpful,
        somewhat_helpful=somewhat,
        not_helpful=ratings - helpful - somewhat,
        history=history,
        evaluation={}
        if writer == "people"
        else {
            "UrlValidity": ScoreBucket.HIGH,
            "ClaimOpinion": (ScoreBucket.HIGH, ScoreBucket.MEDIUM, ScoreBucket.LOW)[number % 3],
            "HarassmentAbuse": ScoreBucket.HIGH,
        },
        claim_opinion_score=None if writer == "people" else round(float(rng.normal(0.2, 0.7)), 3),
        truth=("wrong_number", "wrong_date", "out_of_context", "outdated")[number % 4],
    )


def _counts(stories: list[NoteStory]) -> StatusCounts:
    live = [story.status for story in stories if story.status]
    return StatusCounts(crh=live.count(Status.CRH), crnh=live.count(Status.CRNH), nmr=live.count(Status.NMR))


def _writer(
    name: str, stories: list[NoteStory], *, days: int, admitted: bool, test_notes: int
) -> WriterSeason:
    mine = [story for story in stories if story.writer == name]
    live = _counts(mine)
    written = live.crh + live.crnh + live.nmr
    hit_rate = (live.crh - live.crnh) / written if written else None
    share = 0.46 if admitted else 0.22
    by_day = []
    for day in range(days):
        until = [s for s in mine if s.created_at_ms < START_MS + (day + 1) * DAY_MS]
        today = [s for s in until if s.created_at_ms >= START_MS + day * DAY_MS]
        so_far = _counts(until)
        live_so_far = so_far.crh + so_far.crnh + so_far.nmr
        by_day.append(
            WriterDay(
                day=day,
                test_notes=sum(s.test_mode for s in today),
                live_notes=sum(not s.test_mode for s in today),
                writing_limit=(10 if live_so_far < 20 else 15) if admitted and day >= days // 2 else None,
                hit_rate=(so_far.crh - so_far.crnh) / live_so_far if live_so_far else None,
                crh=so_far.crh,
                crnh=so_far.crnh,
                nmr=so_far.nmr,
            )
        )
    return WriterSeason(
        name=name,
        admission=Admission(
            admitted_at_ms=START_MS + days // 2 * DAY_MS if admitted else None,
            test_notes=test_notes,
            window=min(50, test_notes),
            qualifies=admitted,
            criteria=()
            if not test_notes
            else (
                Criterion(
                    name="ClaimOpinion High", share=share, demanded=0.3, at_least=True, passed=share >= 0.3
                ),
                Criterion(name="ClaimOpinion Low", share=0.14, demanded=0.3, at_least=False, passed=True),
                Criterion(name="UrlValidity High", share=0.98, demanded=0.95, at_least=True, passed=True),
                Criterion(name="HarassmentAbuse High", share=1.0, demanded=0.98, at_least=True, passed=True),
            ),
            reasons=()
            if admitted
            else (
                "ClaimOpinion was High for 11 of 50 notes (22 %) where at least 30 % are demanded.",
                "The window holds fewer good notes than it needs.",
            ),
        ),
        attempts={"submitted": test_notes + written, "abstained": 512, "refused": 3, "failed": 1},
        notes=live,
        hit_rate=hit_rate,
        writing_limit=15 if admitted else None,
        limit_reason="15 notes a day: the hit rate, 5 % to 10 %, allows no more." if admitted else None,
        feeds=("small",),
        retrieval=Retrieval(posts_with_decisive_page=300, found=212 if admitted else 90),
        days=tuple(by_day),
    )


def _statuses(stories: list[NoteStory], days: int) -> tuple[HourlyStatus, ...]:
    changes = sorted(
        (change.at_ms, index, change.status)
        for index, story in enumerate(stories)
        for change in story.history
    )
    present: dict[int, Status] = {}
    rounds = []
    position = 0
    for hour in range(1, 24 * days + 1):
        at_ms = START_MS + hour * HOUR_MS
        while position < len(changes) and changes[position][0] <= at_ms:
            _, index, status = changes[position]
            present[index] = status
            position += 1
        now = list(present.values())
        rounds.append(
            HourlyStatus(
                at_ms=at_ms,
                counts=StatusCounts(
                    crh=now.count(Status.CRH), crnh=now.count(Status.CRNH), nmr=now.count(Status.NMR)
                ),
            )
        )
    return tuple(rounds)
