"""Where evidence comes from without a search engine: sources that people suggested, and documents of
one's own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import bm25s
import httpx
import numpy as np
from selectolax.lexbor import LexborHTMLParser

from writers.builtin.checks import canonical_url, urls_of
from writers.builtin.terms import terms
from writers.errors import BadInputError
from writers.plugin import Document, Fetch
from writers.protocol.posts import Post
from writers.web import html_text

TEXT_SUFFIXES: Final = (".txt", ".md")
HTML_SUFFIXES: Final = (".html", ".htm")
URL_LINE: Final = "URL:"
"""How the first line of a text, or an HTML comment, states the document's address."""


class SuggestedSources:
    """Pages that people suggested for the post, in its links, its suggested sources and its note requests."""

    name = "suggested_sources"

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        counts = {source.url: source.count or 0 for source in post.suggested_sources}
        addresses: dict[str, str] = {}
        for url in urls_of(post):
            addresses.setdefault(canonical_url(url), url)
        urls = sorted(addresses.values(), key=lambda url: -counts.get(url, 0))[:limit]
        pages = await asyncio.gather(*(fetch(url) for url in urls))
        return [page for page in pages if page is not None]


class DocumentSearch:
    """Documents at hand, searched by BM25; equal scores keep the documents' order."""

    name = "documents"

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = list(documents)
        self._bm25 = bm25s.BM25()
        corpus = [terms(f"{document.title}\n{document.text}") for document in self._documents]
        self._has_terms = any(corpus)
        if self._has_terms:
            self._bm25.index(corpus, show_progress=False)

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        return self.best(query, limit)

    def best(self, query: str, limit: int) -> list[Document]:
        """Up to `limit` documents that share a term with the query, best first."""
        known = self._bm25.vocab_dict if self._has_terms else {}
        asked = [term for term in dict.fromkeys(terms(query)) if term in known]
        if not asked:
            return []
        scores = np.asarray(self._bm25.get_scores(asked))
        order = np.argsort(-scores, kind="stable")[:limit]
        return [self._documents[position] for position in order if scores[position] > 0]


class DocumentFolder(DocumentSearch):
    """Documents of one's own, searched by BM25: a folder, or a JSONL file, of texts with their addresses.

    A `.jsonl` line is `{"url": …, "title": …, "text": …}`. A `.txt` or `.md` file states its address in
    its first line (`URL: https://…`), its title in the second. An `.html` file states it by `<link
    rel="canonical">`. All are read and indexed at once; raises BadInputError for what cannot be read.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise BadInputError("there is no such file or folder of documents", file=path)
        super().__init__(read_documents(path))


def read_documents(path: Path) -> Iterator[Document]:
    """The documents of a JSONL file or of a folder's files, by path. Raises BadInputError."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        suffix = file.suffix.lower()
        try:
            if suffix == ".jsonl":
                yield from _jsonl(file)
            elif suffix in TEXT_SUFFIXES:
                yield _text_file(file)
            elif suffix in HTML_SUFFIXES:
                yield _html_file(file)
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"cannot be read ({error}): save it as UTF-8", file=file) from None


def _jsonl(file: Path) -> Iterator[Document]:
    with file.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield _document(file, number, line)


def _document(file: Path, number: int, line: str) -> Document:
    try:
        values: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"not JSON ({error})", file=file, line=number) from None
    if not isinstance(values, Mapping):
        raise BadInputError("not an object with url, title and text", file=file, line=number)
    for field in ("url", "text"):
        if not isinstance(values.get(field), str) or not values[field]:
            raise BadInputError("must be a text", file=file, line=number, field=field)
    _require_url(values["url"], file, number)
    return Document(url=values["url"], text=values["text"], title=str(values.get("title") or ""))


def _text_file(file: Path) -> Document:
    first, _, rest = file.read_text(encoding="utf-8-sig").partition("\n")
    if not first.startswith(URL_LINE):
        raise BadInputError(f"must state the document's address: {URL_LINE} https://…", file=file, line=1)
    url = first.removeprefix(URL_LINE).strip()
    _require_url(url, file, 1)
    title, _, text = rest.lstrip().partition("\n")
    return Document(url=url, text=text.strip() or title, title=title.strip().lstrip("# "))


def _html_file(file: Path) -> Document:
    html = file.read_text(encoding="utf-8-sig")
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
