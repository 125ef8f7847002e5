"""A writer that argues instead of telling, about whatever it sees, with any link at hand."""

from __future__ import annotations

from typing import Final

from writers.plugin import Abstain, Desk, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post

REMARKS: Final = (
    "This is obviously ridiculous and I think everybody knows it. What a shameless exaggeration! {url}",
    "Honestly, nobody should believe a word of this. It is probably just propaganda, as usual. {url}",
    "I feel this is terribly unfair and clearly biased. They always twist things like this. {url}",
    "Seriously? In my opinion this is the worst kind of spin, and people deserve better. {url}",
)


class CarelessWriter:
    """Puts an opinion on every post for which somebody suggested a link, read or not."""

    name = "careless"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        if not post.suggested_sources:
            return Abstain("nobody has suggested a link to copy")
        url = post.suggested_sources[0].url
        return Draft(
            text=REMARKS[post.id % len(REMARKS)].format(url=url),
            sources=(url,),
            misleading_tags=(MisleadingTag.OTHER,),
        )
