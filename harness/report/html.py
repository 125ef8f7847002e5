"""The season's report: one HTML file that holds everything, runs nothing and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.report import figures, selection, stories, summary
from harness.report.theme import STATUS_STYLES, css_variables
from harness.report.words import count, counted
from harness.simulation.result import SeasonResult
from writers.protocol.notes import Status


def render(result: SeasonResult) -> str:
    """The report as one self-contained page: the same bytes for the same result.

    Texts of posts, notes, plugins and scenarios are shown as text, whatever they hold; on top of the escaping
    the page forbids itself scripts, requests and every style but its own.
    """
    told = selection.stories(result.notes)
    style = _style()
    page = _environment().get_template("season.html.jinja")
    return page.render(
        result=result,
        style=Markup(style),  # noqa: S704 - our own style sheet
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        lede=summary.lede(result),
        people=summary.people_share(result),
        writers=figures.writer_views(result),
        statuses=figures.status_figure(result),
        note_map=figures.note_figure(result, told),
        rater_map=figures.rater_figure(result),
        groups=stories.story_groups(result, told),
        told=len(told),
        styles=STATUS_STYLES,
        Status=Status,
    )


@cache
def _style() -> str:
    sheet = files("harness.report").joinpath("templates", "season.css").read_text(encoding="utf-8")
    return css_variables() + sheet


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "counted": counted}
    return environment
