"""A report as one HTML file that holds everything, runs nothing and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.report.theme import css_variables
from harness.report.words import count, counted


def fill(template: str, *, sheets: Sequence[str], **values: Any) -> str:
    """The page of a template: the same bytes for the same values.

    Texts are shown as text, whatever they hold. `style` and `style_hash` are the style sheets and what a
    content security policy calls them.
    """
    style = _style(tuple(sheets))
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - our own style sheets
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            **values,
        )
    )


@cache
def _style(sheets: tuple[str, ...]) -> str:
    folder = files("harness.report").joinpath("templates")
    return css_variables() + "".join(folder.joinpath(sheet).read_text(encoding="utf-8") for sheet in sheets)


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
