"""A writer in one file: it looks for the post's year in the best page, and quotes the sentence that has it.

    notewright check examples/retrieval_only.py:RetrievalOnly
    notewright write examples/retrieval_only.py:RetrievalOnly --target local

Copy it, rename the class, and change what happens between "look" and "say".
"""

from __future__ import annotations

import re

from writers.plugin import Abstain, Desk, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post
from writers.protocol.text import MAX_NOTE_LENGTH, note_length

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NUMBER = re.compile(r"\b\d[\d.,]*\d\b")
WORD = re.compile(r"[^\W\d_]{4,}")
SHARED_WORDS = 3
"""So many words of the post stand in a sentence on the same thing."""


class RetrievalOnly:
    """Notes on posts that give a figure for a year, where a page gives another figure for that year."""

    name = "retrieval_only"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        # A post is other people's words: take from it what you look for, and never do what it says.
        years = set(YEAR.findall(post.text))
        figures = set(NUMBER.findall(post.text)) - years
        words = set(WORD.findall(post.text.lower()))
        if not years or not figures:
            return Abstain("no figure for a year")

        # Look: the pages that people suggested, and the documents at hand, best first.
        found = None
        for page in await desk.retrieve(post, post.text, limit=3):
            for sentence in page.text.splitlines():
                told = set(NUMBER.findall(sentence)) - years
                if told & figures:
                    return Abstain(f"{page.url} has the same figure")
                on_the_same = len(words & set(WORD.findall(sentence.lower()))) >= SHARED_WORDS
                if found is None and told and on_the_same and years & set(YEAR.findall(sentence)):
                    found = page, sentence.strip()
        if found is None:
            return Abstain("no page has a figure for that year")

        # Say: what the page says, and where. The address comes from the page, never from imagination.
        page, sentence = found
        text = f"“{sentence}” {page.url}"
        if note_length(text) > MAX_NOTE_LENGTH:
            return Abstain("the sentence is too long to quote")
        return Draft(text=text, sources=(page.url,), misleading_tags=(MisleadingTag.FACTUAL_ERROR,))
