"""HTML from strangers, made harmless to parse: a few kinds of tags, without attributes, not too deep.

What the HTML standard demands of a parser lets a page of 34 kB become a tree of three million nodes
(formatting elements are opened anew in every paragraph), and one of 200 kB take minutes (each tag looks up
through all that are open; each attribute at all before it). So a page is taken apart here first, in one pass
that is linear in its length, and put together from what its text depends on. Nothing else of it reaches the
parser: by construction, not by a search for what is bad.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MAX_TAGS: Final = 100_000
"""Of a page, good or bad: what comes after is left out."""

MAX_DEPTH: Final = 200
"""Containers inside one another; deeper ones become line breaks."""

DROPPED: Final = ("nav", "footer", "button")
"""Elements whose text is none of the page's."""

CONTAINERS: Final = (
    *("address", "article", "aside", "blockquote", "body", "caption", "details", "div", "dl", "fieldset"),
    *("figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "html", "main"),
    *("ol", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "title", "ul", *DROPPED),
)
"""Elements that stay open until they are closed."""

LINES: Final = ("br", "dd", "dt", "hr", "li", "p", "td", "th", "tr")
"""Elements that end by themselves where the next one begins."""

_UNREAD: Final = (
    *("audio", "canvas", "datalist", "iframe", "math", "noembed", "noframes", "noscript", "object"),
    *("script", "select", "style", "svg", "template", "textarea", "video", "xmp"),
)
"""Elements that are left out with all they hold, whatever it looks like."""

_MARKUP: Final = re.compile(
    r"<!--(?:-?>|.*?--!?>|.*+)"
    r"|<[!?/](?![a-z])[^>]*+>?"
    rf"|<({'|'.join(_UNREAD)})(?=[\s/>]).*?(?:</\1(?=[\s/>])[^>]*+>?|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-z][^\s/>]*+)"
    r"(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?)*+>?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
"""A comment, a declaration, an unread element, or a tag: each consumes what it looks at, to the page's end if
it must. A quotation mark means something after an equals sign only (HTML standard, 13.2.5.36).
"""


def disarmed(html: str) -> str:
    """The page with the tags of CONTAINERS and LINES alone, none with an attribute."""
    return "".join(_pieces(html))


def _pieces(html: str) -> Iterator[str]:
    at = depth = too_deep = 0
    for number, match in enumerate(_MARKUP.finditer(html)):
        yield _words(html[at : match.start()])
        at = match.end()
        if number == MAX_TAGS:
            return
        name = (match["name"] or "").lower()
        if name in LINES:
            yield f"<{match['end']}{name}>"
        elif name not in CONTAINERS:
            continue
        elif not match["end"]:
            if depth < MAX_DEPTH:
                depth += 1
                yield f"<{name}>"
            else:
                too_deep += 1
                yield "<br>"
        elif too_deep:
            too_deep -= 1
            yield "<br>"
        else:
            depth = max(0, depth - 1)
            yield f"</{name}>"
    yield _words(html[at:])


def _words(text: str) -> str:
    """What stands between tags: without the comment that parted it, `<` and `b>` must not become a tag."""
    return text.replace("<", "&lt;")
