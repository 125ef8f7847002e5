"""From the bytes of a page to plain text: characters, markup, white space.

The whole text of a page is kept but for navigation, footers and forms, rather than one article that an
extractor believes to be the main one: a quotation is looked for on the page, and a table or a correction
below the article that was left out would make a true one look invented.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from writers.disarmed_html import CONTAINERS, DROPPED, LINES, disarmed

_BLOCKS: Final = ", ".join(name for name in (*CONTAINERS, *LINES) if name not in ("html", "head", "body"))
_BREAK = "\ue000"
"""Stands for the line ends of blocks: a character of private use, that no page has."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_META_WITHIN_BYTES: Final = 4096
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(body: bytes, told: str | None, *, cut: bool = False) -> str:
    """A page's characters: by its byte order mark, else as the server told, else as the page says, else
    UTF-8.

    What is no UTF-8 after all that is read as Windows-1252, like browsers do. `cut` says that the body
    may end in the middle of a character.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    meta = _META_CHARSET.search(body, 0, _META_WITHIN_BYTES)
    own = meta.group(1).decode("ascii") if meta else None
    for name in (marked, told, own, "utf-8"):
        if name is None:
            continue
        try:
            decoder = codecs.getincrementaldecoder(_codec(name))()
            return decoder.decode(body, final=not cut)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", "replace")


def _codec(name: str) -> str:
    """A text codec's own name; `latin-1` means Windows-1252 on the web (WHATWG Encoding Standard)."""
    info = codecs.lookup(name)
    if not getattr(info, "_is_text_encoding", True):
        raise LookupError(name)
    return "cp1252" if info.name in ("iso8859-1", "ascii") else info.name


def html_text(html: str) -> tuple[str, str]:
    """Title and readable text of an HTML page: a line a block, without scripts, navigation and footers."""
    tree = LexborHTMLParser(disarmed(html))
    title = tree.css_first("title")
    for node in tree.css(", ".join(DROPPED)):
        node.decompose()
    body = tree.body
    if body is None:
        return "", ""
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    return (_one_line(title.text()).strip() if title is not None else ""), tidy(
        _one_line(body.text()).replace(_BREAK, "\n")
    )


def _one_line(text: str) -> str:
    """White space of a page's source is a space, line ends too."""
    return " ".join(text.split())


def tidy(text: str) -> str:
    """`text` with single spaces, and no empty lines."""
    return _LINES.sub("\n", _SPACES.sub(" ", text.replace("\x00", ""))).strip()
