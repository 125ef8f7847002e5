"""What a note quotes stands on a page that it cites, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from writers.builtin.addresses import canonical_url
from writers.builtin.checks.addresses import cited_urls
from writers.builtin.checks.wording import prose, words
from writers.plugin import Desk, Document, Draft
from writers.protocol.posts import Post

MIN_QUOTED_WORDS: Final = 3
"""Fewer words in quotation marks are a name, a title, or words held at a distance, not a quotation."""

MAX_LENGTH: Final = 3_000
"""Characters of a draft that are looked at; a note has 280."""

CACHED_PAGES: Final = 1_024

_MARKS: Final = re.compile(
    r"“([^“”]+)”"
    r"|„([^„“”]+)[“”]"
    r"|«([^«»]+)»"
    r"|»([^«»]+)«"
    r"|「([^「」]+)」"
    r"|『([^『』]+)』"
    r"|(?<!\w)\"([^\"]+)\"(?!\w)"
    r"|(?<!\w)‘((?:[^‘’]|’(?=\w))+)’(?!\w)"
    r"|(?<![\w'])'((?:[^'\n]|'(?=\w))+)'(?!\w)"
)
"""Pairs of quotation marks. An apostrophe inside a word closes nothing; one after a word opens nothing."""

_OMISSION: Final = re.compile(r"\[[^\]]*\]|\((?:…|\.{3})\)|…|\.{3,}")
"""Where a quotation leaves something out, or the one who quotes puts something in."""


def quotations(text: str) -> list[str]:
    """The passages of a text that stand in quotation marks, in order, single words too."""
    return [next(filter(None, match.groups())) for match in _MARKS.finditer(prose(text)[:MAX_LENGTH])]


def without_quotations(text: str) -> str:
    """A text without the passages that it quotes."""
    return _MARKS.sub(" ", text[:MAX_LENGTH])


class QuotationCheck:
    """Every quotation stands on a page the note cites, or in the post: marks, case and white space apart.

    Omissions (`…`) and insertions (`[sic]`) part a quotation; its parts must follow each other in one text.
    A cited page that was never read proves nothing.
    """

    name = "quotation_on_page"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        quoted = [passage for passage in quotations(draft.text) if _is_quotation(passage)]
        if not quoted:
            return []
        cited = {canonical_url(url) for url in cited_urls(draft)}
        read = {url: page for url, page in desk.evidence.items() if canonical_url(url) in cited}
        texts = [*map(_page_words, dict.fromkeys(read.values())), *_post_words(post)]
        where = "on no page that the note cites" if read else "nowhere: none of the cited pages was read"
        return [
            f"The quotation “{_shown(passage)}” stands {where}."
            for passage in dict.fromkeys(quoted)
            if not any(_stands_in(text, _parts(passage)) for text in texts)
        ]


def _is_quotation(passage: str) -> bool:
    return len(words(passage)) >= MIN_QUOTED_WORDS


def _parts(passage: str) -> list[str]:
    parts = (_joined(words(part)) for part in _OMISSION.split(passage))
    return [part for part in parts if part.strip()]


def _stands_in(text: str, parts: Iterable[str]) -> bool:
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part) - 1
    return True


@lru_cache(maxsize=CACHED_PAGES)
def _page_words(page: Document) -> str:
    return _joined(words(f"{page.title}\n{page.excerpt}\n{page.text}"))


def _post_words(post: Post) -> list[str]:
    return [
        _joined(words(source.text)) for source in (post, post.quoted, post.replied_to) if source is not None
    ]


def _joined(found: Sequence[str]) -> str:
    """Words in a row, each between spaces, so that only whole words are found."""
    return f" {' '.join(found)} "


def _shown(passage: str) -> str:
    line = " ".join(passage.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
