"""A writer for one topic, with an option: it adds context to old pictures of floods, and abstains from
all else.

    notewright check examples/specialist.py:FloodSpecialist
    notewright write examples/specialist.py:FloodSpecialist --option min_words=2 --target local

An option is an argument of the constructor; its annotation says how the text of the command line is read.
"""

from __future__ import annotations

import re

from writers.plugin import Abstain, Desk, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post
from writers.protocol.text import MAX_NOTE_LENGTH, note_length

FLOOD = re.compile(r"flood|under ?water|inundaci|inundad|hochwasser|überschwemm|überflutet", re.IGNORECASE)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class FloodSpecialist:
    """Notes on pictures of floods that a page dates to another year than the post."""

    name = "flood_specialist"

    def __init__(self, min_words: int = 3) -> None:
        self.min_words = min_words

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        seen = " ".join(
            filter(None, [text for media in post.media for text in (media.alt_text, media.description)])
        )
        if not FLOOD.search(f"{post.text} {seen}"):
            return Abstain("not about a flood")
        if not post.media:
            return Abstain("no picture")
        wanted = {word.lower() for word in re.findall(r"\w{4,}", seen)}
        for page in await desk.retrieve(post, f"{post.text} {seen}", limit=5):
            for sentence in page.text.splitlines():
                shared = wanted & {word.lower() for word in re.findall(r"\w{4,}", sentence)}
                years = set(YEAR.findall(sentence))
                if len(shared) < self.min_words or not years or years & set(YEAR.findall(post.text)):
                    continue
                text = f"The picture is from {min(years)}: “{sentence.strip()}” {page.url}"
                if note_length(text) <= MAX_NOTE_LENGTH:
                    return Draft(
                        text=text,
                        sources=(page.url,),
                        misleading_tags=(MisleadingTag.MISSING_IMPORTANT_CONTEXT,),
                    )
        return Abstain("no page dates the picture")
