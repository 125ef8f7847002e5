"""The season's charts as Vega-Lite specifications: small pure functions from figures to a dict.

Widths are those at which the text of a chart has its natural size; the page scales a chart down, never up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from harness.admission.window import Criterion
from harness.report.theme import (
    INK,
    LINE,
    LIVE,
    NEEDS_MORE,
    NOT_HELPFUL,
    PAPER,
    STATUS_STYLES,
    TEST,
)
from harness.report.words import percent
from harness.simulation.result import HourlyStatus, WriterDay
from writers.clock import DAY_MS
from writers.protocol.notes import Status

Spec = dict[str, Any]

_ADMISSION_WIDTH: Final = 330
_DAYS_WIDTH: Final = 290
WIDE: Final = 640
_ROUNDS_DRAWN: Final = 240


def admission(criteria: Sequence[Criterion], demands: Sequence[str]) -> Spec:
    """Bars of the share reached, with a line where the demand stands. `demands` are their texts."""
    rows = [
        {
            "name": criterion.name,
            "share": criterion.share,
            "whole": 1,
            "demanded": criterion.demanded,
            "text": f"{percent(criterion.share)}, {demand}",
            "verdict": "✓" if criterion.passed else "✗",
            "passed": criterion.passed,
        }
        for criterion, demand in zip(criteria, demands, strict=True)
    ]

    def bar(field: str) -> Spec:
        return {"x": {"field": field, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}}

    def words(field: str, align: str, x: int, weight: int) -> Spec:
        mark = {"type": "text", "align": align, "x": x, "yOffset": -13, "fontWeight": weight}
        return {"mark": mark, "encoding": {"text": {"field": field}}}

    colour = {
        "field": "passed",
        "type": "nominal",
        "scale": {"domain": [True, False], "range": [LIVE.css, NOT_HELPFUL.css]},
        "legend": None,
    }
    thick = {"type": "bar", "height": 10, "yOffset": 8}
    tick = {"type": "tick", "height": 20, "yOffset": 8, "opacity": 1}
    verdict = words("verdict", "right", _ADMISSION_WIDTH, 700)
    return {
        "width": _ADMISSION_WIDTH,
        "height": {"step": 48},
        "data": {"values": rows},
        "encoding": {"y": {"field": "name", "type": "nominal", "sort": None, "axis": None}},
        "layer": [
            {"mark": {**thick, "color": LINE.css}, "encoding": bar("whole")},
            {"mark": thick, "encoding": {**bar("share"), "color": colour}},
            {"mark": {**tick, "thickness": 6, "color": PAPER.css}, "encoding": bar("demanded")},
            {"mark": {**tick, "thickness": 2, "color": INK.css}, "encoding": bar("demanded")},
            words("name", "left", 0, 600),
            words("text", "right", _ADMISSION_WIDTH - 18, 400),
            {**verdict, "encoding": {**verdict["encoding"], "color": colour}},
        ],
    }


def limit_ceiling(days: Sequence[WriterDay]) -> int:
    """Where the chart of a writer's days ends: high enough for its notes, not for a limit far above them."""
    most = max((day.test_notes + day.live_notes for day in days), default=0)
    return max(20, 4 * most)


def notes_a_day(days: Sequence[WriterDay]) -> Spec:
    """Test and live notes as stacked bars, the writing limit as a stepped line where it fits the chart."""
    ceiling = limit_ceiling(days)
    bars = [
        {"day": day.day + 1, "kind": kind, "order": order, "notes": notes}
        for day in days
        for order, (kind, notes) in enumerate((("live", day.live_notes), ("test", day.test_notes)))
        if notes
    ]
    limits = [
        {"day": edge, "limit": min(day.writing_limit, ceiling)}
        for day in days
        if day.writing_limit is not None
        for edge in (day.day + 0.5, day.day + 1.5)
    ]
    highest = max(
        [
            *(day.test_notes + day.live_notes for day in days),
            *(min(day.writing_limit or 0, ceiling) for day in days),
            4,
        ]
    )
    last = len(days)
    x = {
        "type": "quantitative",
        "scale": {"domain": [0.5, last + 0.5], "nice": False},
        "axis": {
            "title": "day",
            "grid": False,
            "values": _day_ticks(last, 7),
            "format": "d",
            "titleAnchor": "end",
            "labelFlush": False,
        },
    }
    y = {
        "type": "quantitative",
        "scale": {"domain": [0, highest], "nice": True},
        "axis": {"title": None, "tickMinStep": 1, "format": "d", "tickCount": 4},
    }
    width = max(2.0, 0.72 * _DAYS_WIDTH / max(last, 1))
    return {
        "width": _DAYS_WIDTH,
        "height": 130,
        "layer": [
            {
                "data": {"values": bars},
                "mark": {"type": "bar", "width": min(width, 40), "stroke": None},
                "encoding": {
                    "x": {"field": "day", **x},
                    "y": {"field": "notes", "stack": "zero", **y},
                    "order": {"field": "order", "type": "quantitative"},
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "scale": {"domain": ["live", "test"], "range": [LIVE.css, TEST.css]},
                        "legend": None,
                    },
                },
            },
            {
                "data": {"values": limits},
                "mark": {"type": "line", "color": INK.css, "strokeWidth": 1.75},
                "encoding": {
                    "x": {"field": "day", **x},
                    "y": {"field": "limit", **y},
                    "order": {"field": "day", "type": "quantitative"},
                },
            },
        ],
    }


def thinned(rounds: Sequence[HourlyStatus], keep: int = _ROUNDS_DRAWN) -> list[HourlyStatus]:
    """At most about `keep` rounds at even distances, always with the last."""
    if len(rounds) <= keep:
        return list(rounds)
    stride = -(-len(rounds) // keep)
    return list(reversed(rounds[::-1][::stride]))


def status_over_time(rounds: Sequence[HourlyStatus], started_at_ms: int, days: int) -> Spec:
    """Two panels on one time axis: the few notes with a verdict, and the many that need more ratings."""
    drawn = thinned(rounds)

    def at(round_: HourlyStatus) -> float:
        return round((round_.at_ms - started_at_ms) / DAY_MS, 4)

    verdicts = [
        {"day": at(round_), "notes": notes, "status": STATUS_STYLES[status].label}
        for round_ in drawn
        for status, notes in ((Status.CRH, round_.counts.crh), (Status.CRNH, round_.counts.crnh))
    ]
    waiting = [{"day": at(round_), "notes": round_.counts.nmr} for round_ in drawn]
    shown = (Status.CRH, Status.CRNH)
    most_verdicts = max((max(round_.counts.crh, round_.counts.crnh) for round_ in drawn), default=0)
    most_waiting = max((round_.counts.nmr for round_ in drawn), default=0)
    x = {
        "field": "day",
        "type": "quantitative",
        "scale": {"domain": [0, days], "nice": False},
    }
    axis = {
        "title": "days since the season's start",
        "grid": False,
        "format": "d",
        "values": _day_ticks(days, 10),
    }

    def y(highest: int) -> Spec:
        return {
            "field": "notes",
            "type": "quantitative",
            "scale": {"domain": [0, max(highest, 4)], "nice": True},
            "axis": {"title": None, "tickMinStep": 1, "tickCount": 4, "format": ",d"},
        }

    return {
        "spacing": 34,
        "vconcat": [
            {
                "title": _panel_title("Notes with a verdict"),
                "width": WIDE - 60,
                "height": 190,
                "data": {"values": verdicts},
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.25},
                "encoding": {
                    "x": {**x, "axis": {**axis, "title": None}},
                    "y": y(most_verdicts),
                    "color": {
                        "field": "status",
                        "type": "nominal",
                        "scale": {
                            "domain": [STATUS_STYLES[status].label for status in shown],
                            "range": [STATUS_STYLES[status].colour.css for status in shown],
                        },
                        "legend": None,
                    },
                },
            },
            {
                "title": _panel_title("Notes that need more ratings"),
                "width": WIDE - 60,
                "height": 90,
                "data": {"values": waiting},
                "mark": {
                    "type": "area",
                    "interpolate": "step-after",
                    "color": NEEDS_MORE.css,
                    "opacity": 0.6,
                },
                "encoding": {
                    "x": {**x, "axis": axis},
                    "y": y(most_waiting),
                },
            },
        ],
    }


def _panel_title(text: str) -> Spec:
    return {
        "text": text,
        "anchor": "start",
        "frame": "group",
        "fontSize": 12,
        "fontWeight": 600,
        "color": INK.css,
        "offset": 8,
    }


def _day_ticks(days: int, at_most: int) -> list[int]:
    """Whole days worth a label: 1-2-5 steps, at most about `at_most` of them."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000) if days / step <= at_most)
    return [day for day in range(0, days + 1, step) if day > 0] or [1]
