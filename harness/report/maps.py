"""The map of notes and the map of raters as Vega-Lite specifications.

No untrusted text enters a specification. Points are described by their position in the list ("p17"), and
`harness.report.svg.draw` puts the text that belongs to each there, escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from harness.report.charts import WIDE, Spec
from harness.report.theme import (
    HELPFUL_REGION,
    LIVE,
    MUTED,
    NOT_HELPFUL,
    NOT_HELPFUL_REGION,
    PAPER,
    STATUS_STYLES,
)
from harness.simulation.result import RaterPoint, StatusThresholds
from writers.protocol.notes import Status

POINT_PREFIX: Final = "p"
"""Description of the n-th point: "p" and n."""

_CURVE_STEPS: Final = 40
_XY: Final[Spec] = {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}}


def note_map(points: Sequence[tuple[float, float, Status]], thresholds: StatusThresholds | None) -> Spec:
    """Notes at (factor, intercept) by status, over the regions the status rules carve out."""
    half, low, high = _extent([(factor, intercept) for factor, intercept, _ in points], thresholds)
    layers: list[Spec] = []
    if thresholds is not None:
        layers += _regions(thresholds, half, low, high)
    layers.append(_cross(half, low, high))
    layers += [_status_layer(status, points) for status in (Status.NMR, Status.CRNH, Status.CRH)]
    if thresholds is not None:
        layers += _threshold_labels(thresholds, half, low)
    return _map(layers, half, low, high, "note factor", "note intercept")


def _status_layer(status: Status, points: Sequence[tuple[float, float, Status]]) -> Spec:
    style = STATUS_STYLES[status]
    rows = [
        {"x": round(factor, 4), "y": round(intercept, 4), "at": f"{POINT_PREFIX}{index}"}
        for index, (factor, intercept, its) in enumerate(points)
        if its is status
    ]
    quiet = status is Status.NMR
    return {
        "data": {"values": rows},
        "mark": {
            "type": "point",
            "filled": True,
            "shape": style.shape,
            "size": 26 if quiet else 62,
            "opacity": 0.55 if quiet else 0.9,
            "color": style.colour.css,
        },
        "encoding": {
            **_XY,
            "description": {"field": "at"},
        },
    }


def rater_map(raters: Sequence[RaterPoint]) -> Spec:
    """Raters at (factor, intercept); those whose ratings count are filled, the others hollow."""
    half, low, high = _extent([(rater.factor, rater.intercept) for rater in raters], None)
    most = max((rater.ratings for rater in raters), default=1)
    layers = [_cross(half, low, high), *(_rater_layer(raters, counts, most) for counts in (False, True))]
    return _map(layers, half, low, high, "rater factor", "rater intercept")


def _rater_layer(raters: Sequence[RaterPoint], counts: bool, most: int) -> Spec:
    rows = [
        {
            "x": round(rater.factor, 4),
            "y": round(rater.intercept, 4),
            "at": f"{POINT_PREFIX}{index}",
            "ratings": rater.ratings,
        }
        for index, rater in enumerate(raters)
        if rater.above_helpfulness_threshold is counts
    ]
    return {
        "data": {"values": rows},
        "mark": {
            "type": "point",
            "shape": "circle",
            "filled": counts,
            "color": LIVE.css if counts else MUTED.css,
            "strokeWidth": 1,
            "opacity": 0.45 if counts else 0.8,
        },
        "encoding": {
            **_XY,
            "size": {
                "field": "ratings",
                "type": "quantitative",
                "scale": {"range": [8, 200], "domain": [0, most]},
                "legend": None,
            },
            "description": {"field": "at"},
        },
    }


def _map(layers: list[Spec], half: float, low: float, high: float, x: str, y: str) -> Spec:
    axes = {
        "x": {
            "type": "quantitative",
            "scale": {"domain": [-half, half], "nice": False},
            "axis": {"title": f"← one viewpoint · {x} · the other →", "tickCount": 7, "format": ".2~f"},
        },
        "y": {
            "type": "quantitative",
            "scale": {"domain": [low, high], "nice": False},
            "axis": {"title": y, "tickCount": 7, "format": ".2~f"},
        },
    }
    return {
        "width": WIDE - 80,
        "height": 400,
        "layer": [
            {
                **layer,
                "encoding": {
                    channel: {**encoding, **axes.get(channel, {})}
                    for channel, encoding in layer["encoding"].items()
                },
            }
            for layer in layers
        ],
    }


def _cross(half: float, low: float, high: float) -> Spec:
    """The two zero lines, each only where it lies inside the map."""
    lines = [{"x": 0.0, "y": low, "x2": 0.0, "y2": high}]
    if low < 0 < high:
        lines.append({"x": -half, "y": 0.0, "x2": half, "y2": 0.0})
    return {
        "data": {"values": lines},
        "mark": {"type": "rule", "color": MUTED.css, "strokeWidth": 1, "opacity": 0.5},
        "encoding": {
            **_XY,
            "x2": {"field": "x2"},
            "y2": {"field": "y2"},
        },
    }


def _regions(thresholds: StatusThresholds, half: float, low: float, high: float) -> list[Spec]:
    """Helpful above its threshold and within the largest factor; Not Helpful below its curve."""
    reach = min(thresholds.largest_helpful_factor, half)
    curve = [
        {"x": x, "y": y, "bottom": low}
        for x in (half * step / _CURVE_STEPS for step in range(-_CURVE_STEPS, _CURVE_STEPS + 1))
        if (y := thresholds.not_helpful_intercept - thresholds.not_helpful_slope * abs(x)) > low
    ]
    box = {"x": -reach, "x2": reach, "y": thresholds.helpful_intercept, "y2": high}
    helpful = STATUS_STYLES[Status.CRH].colour.css
    return [
        {
            "data": {"values": [box]},
            "mark": {"type": "rect", "color": HELPFUL_REGION.css},
            "encoding": {**_XY, "x2": {"field": "x2"}, "y2": {"field": "y2"}},
        },
        {
            "data": {"values": curve},
            "mark": {"type": "area", "color": NOT_HELPFUL_REGION.css},
            "encoding": {**_XY, "y2": {"field": "bottom"}},
        },
        {
            "data": {
                "values": [{"x": -half, "x2": half, "y": thresholds.helpful_intercept}],
            },
            "mark": {"type": "rule", "color": helpful, "strokeWidth": 1.25},
            "encoding": {**_XY, "x2": {"field": "x2"}},
        },
        {
            "data": {"values": curve},
            "mark": {"type": "line", "color": NOT_HELPFUL.css, "strokeWidth": 1.25},
            "encoding": _XY,
        },
    ]


def _threshold_labels(thresholds: StatusThresholds, half: float, low: float) -> list[Spec]:
    helpful, intercept = f"{thresholds.helpful_intercept:.2f}", f"{thresholds.not_helpful_intercept:.2f}"
    slope = f"{thresholds.not_helpful_slope:g}"
    labels = (
        (
            {"x": -half, "y": thresholds.helpful_intercept, "text": f"Helpful from {helpful} upwards"},
            {"color": STATUS_STYLES[Status.CRH].colour.css, "align": "left", "dx": 6},
        ),
        (
            {
                "x": 0,
                "y": low,
                "text": f"Not Helpful below {intercept} − {slope} · |factor|".replace("-", "−"),
            },
            {"color": NOT_HELPFUL.css, "align": "center"},
        ),
    )
    halo = {"stroke": PAPER.css, "strokeWidth": 3, "fontWeight": 600, "dy": -9}
    return [
        {
            "data": {"values": [label]},
            "mark": {"type": "text", **halo, **look},
            "encoding": {**_XY, "text": {"field": "text"}},
        }
        for label, look in labels
    ]


def _extent(
    points: Sequence[tuple[float, float]], thresholds: StatusThresholds | None
) -> tuple[float, float, float]:
    """Half width, bottom and top of a map that shows every point and every threshold, rounded outwards."""
    half = max([0.6, *(abs(factor) for factor, _ in points)])
    low = min([-0.2, *(intercept for _, intercept in points)])
    high = max([0.2, *(intercept for _, intercept in points)])
    if thresholds is not None:
        half = max(half, thresholds.largest_helpful_factor)
        low = min(low, thresholds.not_helpful_intercept - thresholds.not_helpful_slope * 0.5)
        high = max(high, thresholds.helpful_intercept + 0.2)
    tenth = 10
    return (
        -(-half * tenth // 1) / tenth + 0.05,
        (low * tenth // 1) / tenth - 0.02,
        -(-high * tenth // 1) / tenth + 0.02,
    )
