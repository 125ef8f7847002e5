"""The comparison's report: one HTML file that holds everything, runs nothing and fetches nothing."""

from __future__ import annotations

from harness.comparison import phrases, selection, views
from harness.comparison.document import Comparison
from harness.report import summary
from harness.report.page import fill
from harness.report.theme import STATUS_STYLES
from writers.protocol.notes import Status


def render(comparison: Comparison) -> str:
    """The report as one self-contained page: the same bytes for the same comparison.

    Texts of posts, notes, plugins and scenarios are shown as text, whatever they hold.
    """
    told = selection.told(comparison)
    names = [contestant.season.name for contestant in comparison.writers]
    return fill(
        "comparison.html.jinja",
        sheets=("season.css", "comparison.css"),
        comparison=comparison,
        lede=phrases.lede(comparison),
        people=summary.people_share(comparison.people),
        terms=phrases.terms(comparison.writers),
        handed=phrases.HANDED,
        admission=phrases.ADMISSION,
        level=phrases.LEVEL,
        intervals=phrases.intervals_note(comparison),
        timed=any(contestant.time is not None for contestant in comparison.writers),
        writers=views.writer_views(comparison),
        measures=views.measure_views(comparison),
        posts=[views.post_view(post, names) for post in told],
        posts_with_drafts=selection.with_drafts(comparison),
        styles=STATUS_STYLES,
        Status=Status,
    )
