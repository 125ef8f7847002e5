"""Checks that stand between a draft and the API: what it would refuse, and what a note must never do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import httpx

from writers.plugin import Desk, Draft
from writers.protocol.notes import Classification
from writers.protocol.posts import Post
from writers.protocol.text import MAX_NOTE_LENGTH, find_urls, has_url, note_length


class LengthCheck:
    """1 to 280 characters, each URL counted as one."""

    name = "length"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        length = note_length(draft.text)
        if not draft.text.strip():
            return ["The note is empty."]
        if length > MAX_NOTE_LENGTH:
            return [f"The note has {length} characters with each URL as one: at most {MAX_NOTE_LENGTH} fit."]
        return []


class UrlPresentCheck:
    """At least one URL, with its scheme."""

    name = "url_present"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        return (
            [] if has_url(draft.text) else ["The note has no URL: cite a source, with http:// or https://."]
        )


class UrlFromEvidenceCheck:
    """Every URL came from the post, its suggested sources, or a page that was fetched or retrieved for it."""

    name = "url_from_evidence"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        known = {canonical_url(url) for url in (*desk.evidence, *urls_of(post))}
        cited = dict.fromkeys([span.url for span in find_urls(draft.text)] + list(draft.sources))
        return [
            f"{url} came neither from the post nor from any page that was read."
            for url in cited
            if canonical_url(url) not in known
        ]


class TagsFitClassificationCheck:
    """A note on a misleading post says in which way it misleads; any other note has no such tags."""

    name = "tags_fit_classification"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        misleading = draft.classification is Classification.MISLEADING
        if misleading and not draft.misleading_tags:
            return ["The note calls the post misleading and has no tag that says in which way."]
        if not misleading and draft.misleading_tags:
            return [f"The note calls the post {draft.classification} and has tags of a misleading one."]
        if len(set(draft.misleading_tags)) < len(draft.misleading_tags):
            return ["The note has a tag twice."]
        return []


def urls_of(post: Post) -> list[str]:
    """Every URL that came with a post: in its words and those it quotes or answers, and suggested by
    people.
    """
    found: list[str] = []
    for source in (post, post.quoted, post.replied_to):
        if source is not None:
            found += (span.url for span in find_urls(source.text))
            found += (suggested.url for suggested in source.suggested_sources)
            found += (request.source_url for request in source.note_requests if request.source_url)
            found += (span.url for request in source.note_requests for span in find_urls(request.suggestion))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=16_384)
def canonical_url(url: str) -> str:
    """One spelling for URLs that name one page: host in lower case, no fragment, no closing slash."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        return url
    return str(parsed.copy_with(fragment=None)).rstrip("/")
