"""Files of documents: read one after the other for an index, and one by one when found.

A `.jsonl` line is `{"url": …, "title": …, "text": …}`. A `.txt` or `.md` file states its address in its first
line (`URL: https://…`), its title in the second. An `.html` file states it by `<link rel="canonical">`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
from selectolax.lexbor import LexborHTMLParser

from writers.errors import BadInputError
from writers.page_text import html_text
from writers.plugin import Document

TEXT_SUFFIXES: Final = (".txt", ".md")
HTML_SUFFIXES: Final = (".html", ".htm")
LINES_SUFFIX: Final = ".jsonl"
URL_LINE: Final = "URL:"


class Place(NamedTuple):
    """Where a document stands: a file, and in a JSON Lines file the line and the byte it begins at."""

    file: Path
    line: int | None = None
    offset: int = 0


def document_files(path: Path) -> list[Path]:
    """A file, or a folder's files that may hold documents, by name. Raises BadInputError where none is."""
    if not path.exists():
        raise BadInputError("there is no such file or folder of documents", file=path)
    known = (LINES_SUFFIX, *TEXT_SUFFIXES, *HTML_SUFFIXES)
    if path.is_file():
        if path.suffix.lower() not in known:
            raise BadInputError(f"no file of documents: it must end in {', '.join(known)}", file=path)
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in known)


def read_documents(path: Path) -> Iterator[Document]:
    """The documents of a JSON Lines file, or of a folder's files, by name. Raises BadInputError."""
    return (document for _, document in placed_documents(path))


def placed_documents(path: Path) -> Iterator[tuple[Place, Document]]:
    """The documents of `read_documents` with their places. Raises BadInputError."""
    for file in document_files(path):
        if file.suffix.lower() == LINES_SUFFIX:
            yield from _lines(file)
        else:
            yield Place(file), _whole(file)


def document_at(place: Place) -> Document:
    """The document at a place. Raises BadInputError where there is none any more."""
    if place.line is None:
        return _whole(place.file)
    try:
        with place.file.open("rb") as stream:
            stream.seek(place.offset)
            return _document(place.file, place.line, stream.readline())
    except OSError as error:
        raise _unreadable(place.file, error) from None


def _lines(file: Path) -> Iterator[tuple[Place, Document]]:
    offset = 0
    try:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield Place(file, number, offset), _document(file, number, line)
                offset += len(line)
    except OSError as error:
        raise _unreadable(file, error) from None


def _document(file: Path, number: int, line: bytes) -> Document:
    try:
        values: Any = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise BadInputError(f"cannot be read ({error}): save it as UTF-8", file=file, line=number) from None
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"not JSON ({error})", file=file, line=number) from None
    if not isinstance(values, Mapping):
        raise BadInputError("not an object with url, title and text", file=file, line=number)
    for field in ("url", "text"):
        if not isinstance(values.get(field), str) or not values[field]:
            raise BadInputError("must be a text", file=file, line=number, field=field)
    title = values.get("title")
    if title is not None and not isinstance(title, str):
        raise BadInputError("must be a text", file=file, line=number, field="title")
    _require_url(values["url"], file, number)
    return Document(url=values["url"], text=values["text"], title=title or "")


def _whole(file: Path) -> Document:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from None
    return _html(file, text) if file.suffix.lower() in HTML_SUFFIXES else _text(file, text)


def _text(file: Path, content: str) -> Document:
    first, _, rest = content.partition("\n")
    if not first.startswith(URL_LINE):
        raise BadInputError(f"must state the document's address: {URL_LINE} https://…", file=file, line=1)
    url = first.removeprefix(URL_LINE).strip()
    _require_url(url, file, 1)
    title, _, text = rest.lstrip().partition("\n")
    return Document(url=url, text=text.strip() or title, title=title.strip().lstrip("# "))


def _html(file: Path, html: str) -> Document:
    link = LexborHTMLParser(html).css_first('link[rel="canonical"]')
    url = (link.attributes.get("href") or "") if link is not None else ""
    if not url:
        raise BadInputError('must state the document\'s address: <link rel="canonical" href="…">', file=file)
    _require_url(url, file, None)
    title, text = html_text(html)
    return Document(url=url, text=text, title=title)


def _require_url(url: str, file: Path, line: int | None) -> None:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise BadInputError("must be an address with http:// or https://", file=file, line=line, field="url")


def _unreadable(file: Path, error: Exception) -> BadInputError:
    remedy = "save it as UTF-8" if isinstance(error, UnicodeDecodeError) else "make it readable"
    return BadInputError(f"cannot be read ({error}): {remedy}", file=file)
