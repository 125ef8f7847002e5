"""A writer that sounds well and cites pages that do not exist, as a language model without tools does."""

from __future__ import annotations

from typing import Final

from writers.plugin import Abstain, Desk, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post

REMARKS: Final = (
    "The published figures differ from those given here. The statistical office has revised them: {url}",
    "The event described here took place under other circumstances, as the agency's report records: {url}",
    "The quoted statement is incomplete. The full record of the session gives the remaining context: {url}",
)
PLACES: Final = (
    "https://statistics-office.example/releases/{key}",
    "https://www.agency-reports.example/2026/{key}.html",
    "https://records.parliament.example/sessions/{key}",
)


class UrlInventor:
    """Answers every post with a confident sentence and an invented address."""

    name = "url_inventor"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        url = PLACES[post.id // len(REMARKS) % len(PLACES)].format(key=post.id % 1_000_003)
        return Draft(
            text=REMARKS[post.id % len(REMARKS)].format(url=url),
            sources=(url,),
            misleading_tags=(MisleadingTag.FACTUAL_ERROR, MisleadingTag.MISSING_IMPORTANT_CONTEXT),
        )
