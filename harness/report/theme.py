"""Colours and chart settings: one definition for every page that shows these figures.

A colour is a CSS custom property with a light and a dark value. Charts name the property, not the value, so
one drawing serves both schemes. Status colours keep apart under the common forms of colour blindness, and
each status also has a shape of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from writers.protocol.notes import Status


@dataclass(frozen=True, slots=True)
class Colour:
    """A named colour: `#rrggbb` on a light page and on a dark one."""

    name: str
    light: str
    dark: str

    @property
    def css(self) -> str:
        """How CSS and SVG attributes refer to it."""
        return f"var(--{self.name})"


PAPER: Final = Colour("paper", "#fdfcf8", "#15171a")
PANEL: Final = Colour("panel", "#f4f2ea", "#1e2125")
INK: Final = Colour("ink", "#1d1e20", "#e9e7e1")
MUTED: Final = Colour("muted", "#5b6065", "#a3a8ae")
LINE: Final = Colour("line", "#dcd9cf", "#363b41")
LINK: Final = Colour("link", "#1a5a96", "#7db8ee")
HELPFUL: Final = Colour("helpful", "#1b66ab", "#5fa8ea")
NOT_HELPFUL: Final = Colour("not-helpful", "#c4480c", "#f2894a")
NEEDS_MORE: Final = Colour("needs-more", "#85898e", "#858b93")
HELPFUL_REGION: Final = Colour("helpful-region", "#e2ecf4", "#1a2a39")
NOT_HELPFUL_REGION: Final = Colour("not-helpful-region", "#f8e7dc", "#36241a")
LIVE: Final = Colour("live", "#41506a", "#aebdd6")
TEST: Final = Colour("test", "#988d6c", "#787259")

COLOURS: Final = (
    PAPER, PANEL, INK, MUTED, LINE, LINK,
    HELPFUL, NOT_HELPFUL, NEEDS_MORE, HELPFUL_REGION, NOT_HELPFUL_REGION,
    LIVE, TEST,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """How a status looks and reads wherever it is shown."""

    label: str
    colour: Colour
    shape: str
    """Vega symbol."""


STATUS_STYLES: Final[Mapping[Status, StatusStyle]] = {
    Status.CRH: StatusStyle("Helpful", HELPFUL, "circle"),
    Status.CRNH: StatusStyle("Not Helpful", NOT_HELPFUL, "triangle-down"),
    Status.NMR: StatusStyle("Needs More Ratings", NEEDS_MORE, "square"),
}


def css_variables() -> str:
    """CSS that defines every colour, following the reader's preferred scheme; print is always light."""
    light = "".join(f"--{colour.name}:{colour.light};" for colour in COLOURS)
    dark = "".join(f"--{colour.name}:{colour.dark};" for colour in COLOURS)
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )


def vega_config() -> dict[str, Any]:
    """Vega-Lite `config` of every chart: quiet axes, colours by name, no background of its own."""
    return {
        "background": None,
        "padding": 2,
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {
            "domain": False,
            "ticks": False,
            "gridColor": LINE.css,
            "gridWidth": 1,
            "labelColor": MUTED.css,
            "labelFontSize": 12,
            "labelPadding": 6,
            "titleColor": MUTED.css,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
        },
        "text": {"fontSize": 12, "fill": INK.css},
        "header": {"labelColor": INK.css, "titleColor": MUTED.css},
    }
