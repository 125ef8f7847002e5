"""What the table on the terminal and the page's opening both say about a season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.admission.window import Criterion
from harness.report.words import NONE, count, counted, day_number, inert, listed, percent
from harness.simulation.result import SeasonResult, StatusCounts, WriterSeason

_NAMED: Final = 4
"""Writers the opening names one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class WriterLine:
    """One writer's season as texts for people; every field is ready to print."""

    name: str
    admitted: str
    """ "day 9" or "no"."""
    test_notes: str
    live_notes: str
    helpful: str
    not_helpful: str
    needs_more: str
    hit_rate: str
    writing_limit: str
    page_found: str
    standing: str
    """A sentence: admitted when, or that it was not."""
    obstacles: tuple[str, ...]
    """A sentence for each thing that stood in the way; empty for a writer that was admitted."""
    limit_reason: str
    """A sentence: the writing limit and what set it."""
    feeds: str
    attempts: str


def total(counts: StatusCounts) -> int:
    return counts.crh + counts.crnh + counts.nmr


def writer_line(writer: WriterSeason, started_at_ms: int) -> WriterLine:
    admission, notes = writer.admission, writer.notes
    admitted_at = admission.admitted_at_ms
    return WriterLine(
        name=writer.name,
        admitted=f"day {day_number(admitted_at, started_at_ms)}" if admitted_at is not None else "no",
        test_notes=count(admission.test_notes),
        live_notes=count(total(notes)),
        helpful=count(notes.crh),
        not_helpful=count(notes.crnh),
        needs_more=count(notes.nmr),
        hit_rate=percent(writer.hit_rate),
        writing_limit=count(writer.writing_limit) if writer.writing_limit is not None else NONE,
        page_found=(
            percent(round(writer.retrieval.found / writer.retrieval.posts_with_decisive_page, 3))
            if writer.retrieval and writer.retrieval.posts_with_decisive_page
            else NONE
        ),
        standing=_standing(writer, started_at_ms),
        obstacles=admission.reasons if admitted_at is None else (),
        limit_reason=_limit_reason(writer),
        feeds=", ".join(writer.feeds),
        attempts=", ".join(f"{count(number)} {outcome}" for outcome, number in writer.attempts.items()),
    )


def _limit_reason(writer: WriterSeason) -> str:
    if writer.writing_limit is None:
        return "None: live notes need admission."
    reason = writer.limit_reason or f"{counted(writer.writing_limit, 'live note')} in 24 hours"
    return reason.rstrip(".") + "."


def _standing(writer: WriterSeason, started_at_ms: int) -> str:
    admission = writer.admission
    if admission.admitted_at_ms is not None:
        day = day_number(admission.admitted_at_ms, started_at_ms)
        return f"Admitted on day {day} after {counted(admission.test_notes, 'test note')}."
    if not admission.test_notes:
        return "Not admitted: no test note was written."
    if admission.qualifies:
        return "Meets every criterion, but the random draw had not chosen it when the season ended."
    return "Not admitted."


def demand(criterion: Criterion) -> str:
    """ "at least 95 %" or "at most 30 %"."""
    return f"{'at least' if criterion.at_least else 'at most'} {percent(criterion.demanded)}"


def totals(result: SeasonResult) -> str:
    """The season's size in one sentence."""
    days = counted(result.days, "day")
    sizes = [
        counted(result.posts, "post"),
        counted(result.raters, "rater"),
        counted(result.ratings, "rating"),
        counted(result.scoring_rounds, "scoring round"),
    ]
    return f"{days}, {listed(sizes)}"


def people_share(people: StatusCounts) -> str:
    """How the notes of human contributors fared, in one sentence; empty where there are none."""
    notes = total(people)
    if not notes:
        return ""
    return (
        f"{counted(notes, 'note')} by people: {count(people.crh)} Helpful, "
        f"{count(people.crnh)} Not Helpful, {count(people.nmr)} Needs More Ratings"
    )


def lede(result: SeasonResult) -> str:
    """The season in a few sentences, as a report would open."""
    if not result.writers:
        return f"No writer took part in this season of {totals(result)}."
    admitted = [writer for writer in result.writers if writer.admission.admitted_at_ms is not None]
    live = sum(total(writer.notes) for writer in result.writers)
    helpful = sum(writer.notes.crh for writer in result.writers)
    not_helpful = sum(writer.notes.crnh for writer in result.writers)
    writers = counted(len(result.writers), "writer")
    sentences = [
        f"{writers} met {counted(result.posts, 'post')} over {counted(result.days, 'day')}.",
        _admitted([_isolated(writer.name) for writer in admitted], len(result.writers)),
    ]
    if live:
        sentences.append(
            f"Of {counted(live, 'live note')}, {count(helpful)} ended as Helpful and {count(not_helpful)} "
            f"as Not Helpful; the other {count(live - helpful - not_helpful)} still needed more ratings."
        )
    else:
        sentences.append("No live note was written.")
    return " ".join(sentences)


def _admitted(names: list[str], writers: int) -> str:
    if not names:
        return "None was admitted." if writers > 1 else "It was not admitted."
    if len(names) == writers > 1:
        return "All were admitted."
    if writers == 1:
        return "It was admitted."
    who = listed(names) if len(names) <= _NAMED else count(len(names))
    return f"{who} {'was' if len(names) == 1 else 'were'} admitted, the others not."


def _isolated(name: str) -> str:
    """A name that keeps its own reading direction inside a sentence."""
    return f"\N{FIRST STRONG ISOLATE}{inert(name)}\N{POP DIRECTIONAL ISOLATE}"
