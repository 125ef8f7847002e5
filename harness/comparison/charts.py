"""The comparison's charts as Vega-Lite specifications: a point with its interval on each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.report.theme import LINE, LIVE, MUTED, PAPER, Colour

Spec = dict[str, Any]

WIDTH: Final = 560
_STEP: Final = 46
_LEAST_SPAN: Final = 0.1
"""Of a share's axis: a tenth, so that small shares are seen and tiny ones not blown up."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart; its texts are ready to show."""

    name: str
    value: float
    low: float
    high: float
    text: str


def shares(lines: Sequence[Line], colour: Colour) -> Spec:
    """Shares of 0 to 1, the axis from zero to a little beyond the highest end of an interval."""
    top = min(max([_LEAST_SPAN, *(1.05 * line.high for line in lines)]), 1.0)
    return _intervals(lines, domain=(0.0, top), colour=colour, zero=False, percent=".0%")


def differences(lines: Sequence[Line]) -> Spec:
    """Differences of shares around an upright line at zero."""
    reach = max([_LEAST_SPAN / 2, *(1.05 * max(abs(line.low), abs(line.high)) for line in lines)])
    return _intervals(lines, domain=(-reach, reach), colour=LIVE, zero=True, percent="+.0%")


def _intervals(
    lines: Sequence[Line], *, domain: tuple[float, float], colour: Colour, zero: bool, percent: str
) -> Spec:
    rows = [
        {
            "line": number,
            "name": line.name,
            "text": line.text,
            "value": line.value,
            "low": max(line.low, domain[0]),
            "high": min(line.high, domain[1]),
            "from": domain[0],
            "to": domain[1],
        }
        for number, line in enumerate(lines)
    ]
    axis = {"title": None, "format": percent, "tickCount": 5, "grid": True, "labelFlush": False}
    x = {"type": "quantitative", "scale": {"domain": list(domain), "nice": False, "zero": False}}

    def words(field: str, align: str, at: int, weight: int) -> Spec:
        mark = {"type": "text", "align": align, "x": at, "yOffset": -13, "fontWeight": weight}
        return {"mark": mark, "encoding": {"text": {"field": field}}}

    def rule(first: str, last: str, thickness: float, shade: Colour) -> Spec:
        return {
            "mark": {"type": "rule", "strokeWidth": thickness, "color": shade.css, "yOffset": 8},
            "encoding": {"x": {"field": first, **x, "axis": axis}, "x2": {"field": last}},
        }

    point = {"type": "point", "filled": True, "size": 90, "opacity": 1, "yOffset": 8}
    layers = [
        rule("from", "to", 1, LINE),
        rule("low", "high", 4, colour),
        {
            "mark": {**point, "color": colour.css, "stroke": PAPER.css, "strokeWidth": 1.5},
            "encoding": {"x": {"field": "value", **x, "axis": axis}},
        },
        words("name", "left", 0, 600),
        words("text", "right", WIDTH, 400),
    ]
    if zero:
        layers.insert(
            0,
            {
                "data": {"values": [{"at": 0}]},
                "mark": {"type": "rule", "color": MUTED.css, "strokeWidth": 1.5, "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "at", **x, "axis": axis}},
            },
        )
    for layer in layers:
        if "data" not in layer:
            layer["encoding"]["y"] = {"field": "line", "type": "nominal", "sort": None, "axis": None}
    return {
        "width": WIDTH,
        "height": {"step": _STEP},
        "data": {"values": rows},
        "layer": layers,
    }
