"""Charts drawn to SVG by Vega-Lite without a browser, then made fit to stand inside a page.

All charts go through one converter (vl_convert keeps a single JavaScript engine for the process). What it
draws is rewritten as a tree: identifiers, roles and fonts go, points get a title that browsers show on
hover, and numbers are cut to what a screen can show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

from markupsafe import Markup

from harness.report.maps import POINT_PREFIX
from harness.report.theme import vega_config

VEGA_LITE: Final = "5.20"
"""Version of the Vega-Lite language the charts are written in."""

_LONG_NUMBER: Final = re.compile(r"-?\d+\.\d{2,}")
_POINT: Final = re.compile(rf"{POINT_PREFIX}(\d+)")
_KEPT: Final = frozenset(
    {
        "d", "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-miterlimit", "opacity",
        "fill-opacity", "stroke-opacity", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height",
        "text-anchor", "font-size", "font-weight", "font-style", "viewBox",
    }
)  # fmt: skip
"""Attributes that draw; everything else of the converter's output is dropped."""


@dataclass(frozen=True, slots=True)
class PointText:
    """What belongs to one point of a chart: a title that shows on hover, and a fragment it leads to."""

    title: str
    link: str | None = None


def draw(spec: dict[str, Any], *, label: str, points: Sequence[PointText] = ()) -> Markup:
    """A chart as an inline `<svg>`.

    `label` says to a screen reader what the chart shows; `points[n]` belongs to the point described "p<n>".
    Texts may hold anything: they are escaped here. The links of points can be clicked but leave the order of
    the tab key, because the table beside each chart holds the same links.
    """
    import vl_convert  # loads a JavaScript engine: only a report pays for it

    drawn = vl_convert.vegalite_to_svg(
        {**spec, "config": vega_config()}, vl_version=VEGA_LITE, allowed_base_urls=[]
    )
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own converter's output, from figures alone
    _rewrite(root, points)
    root.attrib.pop("height", None)
    root.attrib.update({"width": root.attrib["viewBox"].split()[2], "role": "img", "aria-label": label})
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - serialised, hence escaped


def _rewrite(element: ElementTree.Element, points: Sequence[PointText]) -> None:
    element.tag = element.tag.rpartition("}")[2]
    point = _POINT.fullmatch(element.attrib.get("aria-label", ""))
    element.attrib = {
        name: _LONG_NUMBER.sub(_short, value) for name, value in element.attrib.items() if name in _KEPT
    }
    for child in list(element):
        _rewrite(child, points)
        if not len(child) and child.tag in ("g", "path") and not child.attrib.get("d"):
            element.remove(child)
    if point is not None:
        _attach(element, points[int(point[1])])


def _attach(element: ElementTree.Element, text: PointText) -> None:
    """Titles a point's path, and turns it into a link around itself where it leads somewhere."""
    title = ElementTree.Element("title")
    title.text = text.title
    if text.link is None:
        element.append(title)
        return
    path = ElementTree.Element("path", element.attrib)
    path.append(title)
    element.tag, element.attrib = "a", {"href": text.link, "tabindex": "-1"}
    element.append(path)


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")
