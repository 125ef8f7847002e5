"""A page of this world's web: what it says, who publishes it, and the HTML a browser gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from html import escape

from harness.world.languages import LANGUAGES, language


class PageKind(StrEnum):
    OFFICIAL = "official"
    PRESS = "press"
    REFERENCE = "reference"
    UNRELIABLE = "unreliable"


RELIABLE = frozenset({PageKind.OFFICIAL, PageKind.PRESS, PageKind.REFERENCE})
"""Kinds whose pages may be taken at their word; satire, which decides about itself alone, is none."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is served at its URL."""

    url: str
    title: str
    kind: PageKind
    lang: str
    published_at_ms: int
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    """A table of labels and values, below the paragraphs."""
    site: str = ""
    """The publication's name."""
    related: tuple[tuple[str, str], ...] = ()
    """Title and URL of other pages it links to."""
    status: int = 200
    redirect_to: str | None = None
    slow: bool = False
    """Whether the server takes longer to answer than any client waits."""

    @property
    def alive(self) -> bool:
        """Whether a reader gets something to read here, after following redirects."""
        return not self.slow and (self.status == 200 or self.redirect_to is not None)

    @property
    def reliable(self) -> bool:
        return self.kind in RELIABLE

    @property
    def text(self) -> str:
        """What there is to read, as plain text: paragraphs and table lines, one a line."""
        lines = [*self.paragraphs, *(f"{label}: {value}" for label, value in self.rows)]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        return _html(self)


def _html(page: Page) -> str:
    phrases = language(page.lang).phrases["pages"] if page.lang in LANGUAGES else {}
    published = datetime.fromtimestamp(page.published_at_ms / 1000, UTC).date()
    parts = [
        "<!doctype html>",
        f'<html lang="{escape(page.lang)}">',
        f'<head><meta charset="utf-8"><title>{escape(page.title)} | {escape(page.site)}</title>',
        f'<link rel="canonical" href="{escape(page.url)}">',
        f'<meta property="article:published_time" content="{published.isoformat()}">',
        "<style>body{font-family:serif}</style></head>",
        "<body>",
        *_navigation(page, phrases.get("navigation", ())),
        f"<main><article><h1>{escape(page.title)}</h1>",
        *_published(page, published, phrases.get("published")),
        *(f"<p>{escape(paragraph)}</p>" for paragraph in page.paragraphs),
        *_table(page.rows),
        "</article></main>",
        *_related(page, phrases.get("related", "")),
        *_footer(page, phrases.get("footer")),
        "</body>",
        "</html>",
    ]
    return "\n".join(parts)


def _navigation(page: Page, entries: Sequence[str]) -> list[str]:
    links = "".join(
        f'<li><a href="/{index or ""}">{escape(entry)}</a></li>' for index, entry in enumerate(entries)
    )
    return [f'<header><a href="/">{escape(page.site)}</a></header>', f"<nav><ul>{links}</ul></nav>"]


def _published(page: Page, published: date, phrase: str | None) -> list[str]:
    if phrase is None:
        return []
    told = language(page.lang)
    return [
        f'<p class="date">{escape(phrase.format(date=told.date(published, told.phrases["dates"][0])))}</p>'
    ]


def _table(rows: Sequence[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    lines = (f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in rows)
    return ["<table>", *lines, "</table>"]


def _related(page: Page, heading: str) -> list[str]:
    if not page.related:
        return []
    links = (f'<li><a href="{escape(url)}">{escape(title)}</a></li>' for title, url in page.related)
    return [f"<aside><h2>{escape(heading)}</h2><ul>", *links, "</ul></aside>"]


def _footer(page: Page, phrase: str | None) -> list[str]:
    return [f"<footer>{escape(phrase.format(site=page.site))}</footer>"] if phrase else []
