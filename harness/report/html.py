"""The season's report: one HTML file that holds everything, runs nothing and fetches nothing."""

from __future__ import annotations

from harness.report import figures, selection, stories, summary
from harness.report.page import fill
from harness.report.theme import STATUS_STYLES
from harness.simulation.result import SeasonResult
from writers.protocol.notes import Status


def render(result: SeasonResult) -> str:
    """The report as one self-contained page: the same bytes for the same result.

    Texts of posts, notes, plugins and scenarios are shown as text, whatever they hold; on top of the escaping
    the page forbids itself scripts, requests and every style but its own.
    """
    told = selection.stories(result.notes)
    return fill(
        "season.html.jinja",
        sheets=("season.css",),
        result=result,
        lede=summary.lede(result),
        people=summary.people_share(result.people),
        writers=figures.writer_views(result),
        statuses=figures.status_figure(result),
        note_map=figures.note_figure(result, told),
        rater_map=figures.rater_figure(result),
        groups=stories.story_groups(result, told),
        told=len(told),
        styles=STATUS_STYLES,
        Status=Status,
    )
