"""Pages that may decide a claim: from every retriever, and from the provider's web search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import httpx

from writers.builtin.addresses import canonical_url
from writers.builtin.researched.case import Case, GivenUp
from writers.builtin.researched.together import together
from writers.errors import RetrievalFailed
from writers.plugin import Document
from writers.protocol.text import UrlSpan, find_urls
from writers.safe_http import WEB_PORTS, refusal_of

DOCUMENTS: Final = 6
"""Asked of each retriever, for each question."""

MAX_CITED: Final = 5
"""Pages of one web search that are read."""


async def evidence_on(case: Case, questions: Sequence[str], *, web_searches: int) -> list[Document]:
    """Pages that a note may cite, each once. Raises GivenUp where there are none, and RetrievalFailed where
    that is not known.

    A page that a web search names is evidence when it was fetched, not before: models invent addresses.
    """
    found = await together(
        [
            *(_retrieved(case, question) for question in questions),
            *(_searched(case, question) for question in questions[:web_searches]),
        ]
    )
    once: dict[str, Document] = {}
    for documents, _ in found:
        for document in documents:
            if is_citable(document.url) and document.text.strip():
                once.setdefault(canonical_url(document.url), document)
    if not once:
        if failure := next((failure for _, failure in found if failure is not None), None):
            raise failure
        raise GivenUp("no source found")
    return list(once.values())


def is_citable(url: str) -> bool:
    """Whether an address can stand in a note and lead a reader to a public page."""
    if find_urls(url) != [UrlSpan(url, 0, len(url))]:
        return False
    try:
        return refusal_of(httpx.URL(url), allow_private=False, ports=WEB_PORTS) is None
    except httpx.InvalidURL:
        return False


_Found = tuple[Sequence[Document], RetrievalFailed | None]


async def _retrieved(case: Case, question: str) -> _Found:
    try:
        return await case.desk.retrieve(case.post, question, limit=DOCUMENTS), None
    except RetrievalFailed as error:
        return (), error


async def _searched(case: Case, question: str) -> _Found:
    citations = await case.search(question)
    pages = await together(_page(case, citation.url) for citation in citations[:MAX_CITED])
    return [page for page in pages if page is not None], None


async def _page(case: Case, url: str) -> Document | None:
    return await case.desk.fetch(url)
