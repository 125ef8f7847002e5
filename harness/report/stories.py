"""Each note's story as the page's template wants it: texts, nothing left to compute."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.report.theme import STATUS_STYLES, StatusStyle
from harness.report.words import counted, decimal, moment, rule_in_words, shortened
from harness.simulation.result import NoteStory, SeasonResult
from harness.simulation.scenario import PEOPLE
from writers.protocol.notes import Status

POST_SHOWN: Final = 1_000
NOTE_SHOWN: Final = 600
_EXCERPT: Final = 96


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's text, and its whole length where it is shown cut."""

    text: str
    length_if_cut: int | None


@dataclass(frozen=True, slots=True)
class StoryView:
    anchor: str
    style: StatusStyle | None
    excerpt: str
    ratings: str
    written: str
    note: Quote
    post: Quote
    facts: list[tuple[str, str]]
    levels: list[tuple[str, int, float, float]]
    """Level, ratings, start and width of its bar in percent."""
    history: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StoryGroup:
    """The told notes of one writer and one kind."""

    writer: str
    """Empty for the notes of people."""
    kind: str
    total: int
    stories: list[StoryView]


def anchor(note_id: str) -> str:
    """The fragment of a note's story: letters, digits and hyphens whatever the id holds."""
    return "note-" + re.sub(r"[^0-9A-Za-z]+", "-", note_id)


def story_groups(result: SeasonResult, told: Sequence[NoteStory]) -> list[StoryGroup]:
    """The told notes by writer, live before test, each group with how many notes it stands for."""
    names = [*dict.fromkeys([writer.name for writer in result.writers] + [n.writer for n in result.notes])]
    names.sort(key=lambda name: name == PEOPLE)
    groups = []
    for name in names:
        for test_mode, kind in ((False, "live notes"), (True, "test notes")):
            everyone = sum(note.writer == name and note.test_mode is test_mode for note in result.notes)
            mine = [note for note in told if note.writer == name and note.test_mode is test_mode]
            if everyone:
                mine.sort(key=lambda note: (_status_rank(note), -note.ratings, note.created_at_ms))
                views = [_story(note, result.started_at_ms) for note in mine]
                who, what = ("", "notes by people") if name == PEOPLE else (name, kind)
                groups.append(StoryGroup(who, what, everyone, views))
    return groups


def _status_rank(note: NoteStory) -> int:
    return list(Status).index(note.status) if note.status else len(Status)


def _story(note: NoteStory, started_at_ms: int) -> StoryView:
    facts = [("Written", moment(note.created_at_ms, started_at_ms))]
    if note.truth:
        facts.append(("What the post really is", note.truth.replace("_", " ")))
    if note.evaluation:
        verdicts = ", ".join(f"{name} {bucket}" for name, bucket in note.evaluation.items())
        facts.append(("Evaluators", verdicts))
    if note.claim_opinion_score is not None:
        facts.append(("Claim-or-opinion score", decimal(note.claim_opinion_score)))
    if note.intercept is not None:
        facts.append(("Intercept and factor", f"{decimal(note.intercept)} and {decimal(note.factor)}"))
    if note.decided_by:
        meaning = rule_in_words(note.decided_by)
        facts.append(("Decided by", f"{note.decided_by}: {meaning}" if meaning else note.decided_by))
    return StoryView(
        anchor=anchor(note.note_id),
        style=STATUS_STYLES[note.status] if note.status else None,
        excerpt=shortened(" ".join(note.text.split()), _EXCERPT),
        ratings=counted(note.ratings, "rating") if not note.test_mode else "",
        written=moment(note.created_at_ms, started_at_ms),
        note=quoted(note.text, NOTE_SHOWN),
        post=quoted(note.post_text, POST_SHOWN),
        facts=facts,
        levels=_levels(note),
        history=[
            (moment(change.at_ms, started_at_ms), STATUS_STYLES[change.status].label)
            for change in note.history
        ],
    )


def quoted(text: str, limit: int) -> Quote:
    """A text as it is shown: cut where it is longer than `limit` characters."""
    return Quote(shortened(text, limit), len(text) if len(text) > limit else None)


def _levels(note: NoteStory) -> list[tuple[str, int, float, float]]:
    counts = (
        ("Helpful", note.helpful),
        ("Somewhat Helpful", note.somewhat_helpful),
        ("Not Helpful", note.not_helpful),
    )
    whole = sum(number for _, number in counts)
    bars, start = [], 0.0
    for level, number in counts:
        width = round(100 * number / whole, 2) if whole else 0.0
        bars.append((level, number, round(start, 2), width))
        start += width
    return bars
