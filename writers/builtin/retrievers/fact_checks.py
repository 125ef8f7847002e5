"""Fact checks by Google's Fact Check Tools API, `claims:search` (v1alpha1).

Source: developers.google.com/fact-check/tools/api/reference/rest/v1alpha1/claims/search (2024-08-08). Asked
with `query`, `languageCode`, `maxAgeDays`, `reviewPublisherSiteFilter`, `pageSize`, `pageToken`; the key goes
into the header `X-Goog-Api-Key`, where no log of addresses has it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from writers.builtin.retrievers.found_pages import Hit, documents_of
from writers.builtin.retrievers.json_source import JsonSource, Question
from writers.builtin.terms import without_decoration
from writers.clock import Clock, SystemClock
from writers.errors import CredentialsError, RetrievalFailed
from writers.plugin import Document, Fetch
from writers.protocol.posts import Post

BASE_URL: Final = "https://factchecktools.googleapis.com"
KEY_VARIABLE: Final = "GOOGLE_FACT_CHECK_API_KEY"
KEY_HEADER: Final = "X-Goog-Api-Key"
NAME: Final = "google_fact_check"

TIMEOUT_S: Final = 10.0
MAX_QUERY_LENGTH: Final = 300
"""Characters of a query; of a longer text the beginning is asked."""

MAX_PAGES: Final = 3
"""Pages of answers that are read for one question and language."""


class _Wire(BaseModel):
    model_config = ConfigDict(populate_by_name=True, frozen=True)


class _Publisher(_Wire):
    name: str = ""
    site: str = ""


class _Review(_Wire):
    url: str = ""
    title: str = ""
    rating: str = Field("", alias="textualRating")
    date: str = Field("", alias="reviewDate")
    publisher: _Publisher = _Publisher()


class _Claim(_Wire):
    text: str = ""
    claimant: str = ""
    date: str = Field("", alias="claimDate")
    reviews: tuple[_Review, ...] = Field((), alias="claimReview")


class _Page(_Wire):
    claims: tuple[_Claim, ...] = ()
    next_page_token: str = Field("", alias="nextPageToken")


class GoogleFactCheck:
    """Reviews of claims that fact-checkers published; the page of each, with its verdict as the excerpt."""

    name = NAME

    def __init__(
        self,
        key: str,
        *,
        languages: Sequence[str] = (),
        max_age_days: int | None = None,
        site: str | None = None,
        base_url: str = BASE_URL,
        clock: Clock | None = None,
    ) -> None:
        self._source = JsonSource(
            NAME,
            clock=clock or SystemClock(),
            headers={KEY_HEADER: key},
            secrets=(key,),
            timeout_s=TIMEOUT_S,
        )
        self._url = f"{base_url}/v1alpha1/claims:search"
        self._languages: tuple[str | None, ...] = tuple(languages) or (None,)
        self._narrowed: dict[str, str] = {}
        if max_age_days is not None:
            self._narrowed["maxAgeDays"] = str(max_age_days)
        if site is not None:
            self._narrowed["reviewPublisherSiteFilter"] = site

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        words = " ".join(without_decoration(query).split())[:MAX_QUERY_LENGTH]
        if not words or limit < 1:
            return []
        hits: list[Hit] = []
        for language in self._languages:
            if len(hits) < limit:
                hits += await self._hits(words, language, limit - len(hits))
        return await documents_of(hits, fetch=fetch, limit=limit)

    async def _hits(self, words: str, language: str | None, limit: int) -> list[Hit]:
        parameters = {"query": words, "pageSize": str(limit), **self._narrowed}
        if language is not None:
            parameters["languageCode"] = language
        hits: list[Hit] = []
        for _ in range(MAX_PAGES):
            page = _page(await self._source.ask(Question(self._url, parameters)))
            hits += (_hit(claim, review) for claim in page.claims for review in claim.reviews if review.url)
            if not page.next_page_token or len(hits) >= limit:
                break
            parameters["pageToken"] = page.next_page_token
        return hits


def google_fact_check(
    languages: tuple[str, ...] = (), max_age_days: int | None = None, site: str | None = None
) -> GoogleFactCheck:
    """Fact checks by Google's Fact Check Tools API; the key is in GOOGLE_FACT_CHECK_API_KEY.

    `languages` are BCP-47 codes, asked one after the other until enough is found; none is any language.
    `max_age_days` and `site` (a publisher's, such as example.org) narrow what is found. Raises
    CredentialsError where there is no key.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        raise CredentialsError(
            f"The retriever '{NAME}' needs a key of Google's Fact Check Tools API: set {KEY_VARIABLE}."
        )
    if not key.isascii() or not key.isprintable():
        raise CredentialsError(f"{KEY_VARIABLE} holds what is no key: copy it again.")
    return GoogleFactCheck(key, languages=languages, max_age_days=max_age_days, site=site)


def _page(value: Any) -> _Page:
    try:
        return _Page.model_validate(value if isinstance(value, Mapping) else None)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        raise RetrievalFailed(f"{NAME} answered in an unknown shape ({place or 'no object'})") from None


def _hit(claim: _Claim, review: _Review) -> Hit:
    checker = review.publisher.name or review.publisher.site
    said = f"{claim.claimant}: “{claim.text}”" if claim.claimant else f"“{claim.text}”"
    about = [
        f"Claim: {said}",
        f"claimed {claim.date[:10]}" if claim.date else "",
        f"rated “{review.rating}”" if review.rating else "",
        f"by {checker}" if checker else "",
        f"on {review.date[:10]}" if review.date else "",
    ]
    return Hit(url=review.url, title=review.title, excerpt=", ".join(filter(None, about)))
