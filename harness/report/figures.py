"""The page's writers and charts, each chart with its caption and the table of the same figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from markupsafe import Markup

from harness.report import charts, maps
from harness.report.selection import RATERS_DRAWN, drawn_notes, evenly
from harness.report.stories import anchor
from harness.report.summary import WriterLine, demand, writer_line
from harness.report.svg import PointText, draw
from harness.report.theme import STATUS_STYLES
from harness.report.words import NONE, count, counted, decimal, percent
from harness.simulation.result import NoteStory, RaterPoint, SeasonResult, StatusCounts, WriterSeason
from writers.clock import DAY_MS
from writers.protocol.notes import Status

_FACTOR_BANDS: Final = (-0.6, -0.3, -0.1, 0.1, 0.3, 0.6)


@dataclass(frozen=True, slots=True)
class Table:
    """The figures behind a chart; cells are texts, the first of a row heads it."""

    headers: tuple[str, ...]
    rows: list[tuple[str | Markup, ...]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with the words and the table that tell the same."""

    drawing: Markup
    table: Table
    caption: str


@dataclass(frozen=True, slots=True)
class WriterView:
    anchor: str
    line: WriterLine
    admission: Figure | None
    days: Figure | None


def writer_views(result: SeasonResult) -> list[WriterView]:
    return [
        WriterView(
            anchor=f"writer-{number}",
            line=writer_line(writer, result.started_at_ms),
            admission=admission_figure(writer),
            days=_days(writer),
        )
        for number, writer in enumerate(result.writers, start=1)
    ]


def admission_figure(writer: WriterSeason) -> Figure | None:
    criteria = writer.admission.criteria
    if not criteria:
        return None
    demands = [demand(criterion) for criterion in criteria]
    met = sum(criterion.passed for criterion in criteria)
    return Figure(
        draw(
            charts.admission(criteria, demands),
            label=f"Bars: {met} of {len(criteria)} admission criteria met by {writer.name}",
        ),
        Table(
            ("Criterion", "Reached", "Demanded", "Met"),
            [
                (criterion.name, percent(criterion.share), text, "yes" if criterion.passed else "no")
                for criterion, text in zip(criteria, demands, strict=True)
            ],
        ),
        f"Admission criteria over the last {counted(writer.admission.window, 'test note')}; "
        "the upright mark is the demand.",
    )


def _days(writer: WriterSeason) -> Figure | None:
    if not writer.days:
        return None
    highest = max((day.writing_limit or 0 for day in writer.days), default=0)
    beyond = highest > charts.limit_ceiling(writer.days)
    return Figure(
        draw(
            charts.notes_a_day(writer.days),
            label=f"Bars: test and live notes of {writer.name} on each day; line: the writing limit",
        ),
        Table(
            ("Day", "Test notes", "Live notes", "Writing limit", "Hit rate"),
            [
                (
                    str(day.day + 1),
                    count(day.test_notes),
                    count(day.live_notes),
                    count(day.writing_limit) if day.writing_limit is not None else NONE,
                    percent(day.hit_rate),
                )
                for day in writer.days
            ],
        ),
        f"The limit rose to {count(highest)}, beyond this chart." if beyond else "",
    )


def status_figure(result: SeasonResult) -> Figure | None:
    if not result.statuses:
        return None
    daily: dict[int, StatusCounts] = {}
    for round_ in result.statuses:
        daily[max(0, round_.at_ms - 1 - result.started_at_ms) // DAY_MS + 1] = round_.counts
    return Figure(
        draw(
            charts.status_over_time(result.statuses, result.started_at_ms, result.days),
            label="Lines: notes that are Helpful and Not Helpful over the season; "
            "below, the notes that need more ratings",
        ),
        Table(
            ("End of day", *(STATUS_STYLES[status].label for status in Status)),
            [
                (str(day), count(counts.crh), count(counts.crnh), count(counts.nmr))
                for day, counts in daily.items()
            ],
        ),
        "",
    )


def note_figure(result: SeasonResult, told: Sequence[NoteStory]) -> Figure | None:
    notes = drawn_notes(result.notes, told)
    if not notes:
        return None
    linked = {note.note_id for note in told}
    links = [f"#{anchor(note.note_id)}" if note.note_id in linked else None for note in notes]
    placed = sum(note.intercept is not None and bool(note.status) for note in result.notes)
    points = [
        (note.factor, note.intercept, note.status)
        for note in notes
        if note.factor is not None and note.intercept is not None and note.status is not None
    ]
    texts = [
        PointText(
            f"{STATUS_STYLES[note.status].label if note.status else ''} · {note.writer} · "
            f"intercept {decimal(note.intercept)}, factor {decimal(note.factor)} · "
            f"{counted(note.ratings, 'rating')}",
            link,
        )
        for note, link in zip(notes, links, strict=True)
    ]
    return Figure(
        draw(
            maps.note_map(points, result.thresholds),
            label=f"Map of {counted(len(notes), 'note')}: factor to the side, intercept upwards",
            points=texts,
        ),
        Table(
            ("Note", "Writer", "Status", "Intercept", "Factor", "Ratings"),
            [
                (
                    Markup('<a href="{}">{}</a>').format(link, note.note_id) if link else note.note_id,
                    note.writer,
                    STATUS_STYLES[note.status].label if note.status else "",
                    decimal(note.intercept),
                    decimal(note.factor),
                    count(note.ratings),
                )
                for note, link in zip(notes, links, strict=True)
            ],
        ),
        f"{counted(placed, 'live note')} with ratings enough to be placed{_drawn(len(notes), placed)}. "
        "A point leads to its note’s story, where told.",
    )


def rater_figure(result: SeasonResult) -> Figure | None:
    if not result.rater_map:
        return None
    raters = evenly(result.rater_map, RATERS_DRAWN)
    texts = [
        PointText(
            f"factor {decimal(rater.factor)}, intercept {decimal(rater.intercept)} · "
            f"{counted(rater.ratings, 'rating')}"
        )
        for rater in raters
    ]
    return Figure(
        draw(
            maps.rater_map(raters),
            label=f"Map of {counted(len(raters), 'rater')}: factor to the side, intercept upwards",
            points=texts,
        ),
        Table(
            ("Rater factor", "Raters", "Median intercept", "Ratings", "Ratings count"),
            list(_rater_bands(result.rater_map)),
        ),
        f"{counted(len(result.rater_map), 'rater')} with ratings enough to be placed"
        f"{_drawn(len(raters), len(result.rater_map))}. The larger a circle, the more ratings; a hollow one "
        "is a rater whose ratings do not count towards a status, for they agreed too seldom with outcomes.",
    )


def _drawn(drawn: int, placed: int) -> str:
    return f", of which {count(drawn)} are drawn" if drawn < placed else ""


def _rater_bands(raters: Sequence[RaterPoint]) -> Iterator[tuple[str, ...]]:
    def band(rater: RaterPoint) -> int:
        return sum(rater.factor >= edge for edge in _FACTOR_BANDS)

    edges = [decimal(edge, 1) for edge in _FACTOR_BANDS]
    names = [
        f"below {edges[0]}",
        *(f"{low} to {high}" for low, high in pairwise(edges)),
        f"{edges[-1]} and above",
    ]
    for number, group in groupby(sorted(raters, key=band), band):
        members = list(group)
        counting = sum(rater.above_helpfulness_threshold for rater in members)
        yield (
            names[number],
            count(len(members)),
            decimal(median(rater.intercept for rater in members)),
            count(sum(rater.ratings for rater in members)),
            f"{count(counting)} ({percent(round(counting / len(members), 3))})",
        )
