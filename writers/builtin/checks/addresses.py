"""The URLs a note cites: each in order, and each one that was read."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from writers.builtin.addresses import canonical_url, urls_of
from writers.plugin import Desk, Draft
from writers.protocol.posts import Post
from writers.protocol.text import find_urls
from writers.safe_http import WEB_PORTS, refusal_of

CUT_MARKS = ("…", "...", "%E2%80%A6")
"""How a URL ends that was shortened for display and leads nowhere."""


def cited_urls(draft: Draft) -> list[str]:
    """Every URL in the words or among the sources of a draft, once, in order."""
    return list(dict.fromkeys([span.url for span in find_urls(draft.text)] + list(draft.sources)))


class UrlWellFormedCheck:
    """Every URL is whole, and one that anybody can open: a public host, no user name, a usual port."""

    name = "url_well_formed"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        flaws = ((url, _flaw(url, draft.text)) for url in cited_urls(draft))
        return [f"{url} is no address to cite: {flaw}." for url, flaw in flaws if flaw is not None]


def _flaw(url: str, text: str) -> str | None:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        return f"it cannot be read ({error})"
    if not parsed.scheme or not parsed.is_absolute_url:
        return "it lacks http:// or https://"
    if url.endswith(CUT_MARKS) or f"{url}…" in text or f"{url}..." in text:
        return "it is cut short"
    refusal = refusal_of(parsed, allow_private=False, ports=WEB_PORTS)
    if refusal is not None:
        return refusal
    if ":" not in parsed.host and "." not in parsed.host.rstrip("."):
        return f"host {parsed.host} is not on the public web"
    return None


class UrlFromEvidenceCheck:
    """Every URL came from the post, its suggested sources, or a page that was fetched or retrieved for it."""

    name = "url_from_evidence"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        known = {canonical_url(url) for url in (*desk.evidence, *urls_of(post))}
        return [
            f"{url} came neither from the post nor from any page that was read."
            for url in cited_urls(draft)
            if canonical_url(url) not in known
        ]
