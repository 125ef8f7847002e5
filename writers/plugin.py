"""The plugin contract: what a writer, a retriever and a check are, and what they are handed.

A plugin is any object that satisfies one of these protocols. It is published by an entry point in the group
`notewright.writers`, `notewright.retrievers` or `notewright.checks`, or named on the command line as
`path/to/file.py:ClassName`; `writers.discovery` finds it. The whole contract of a writer is one coroutine.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from writers.clock import Clock
from writers.errors import RetrievalFailed
from writers.llm.model import NO_MODEL, LanguageModel
from writers.protocol.notes import Classification, MisleadingTag
from writers.protocol.posts import Post

WRITERS: Final = "notewright.writers"
RETRIEVERS: Final = "notewright.retrievers"
CHECKS: Final = "notewright.checks"


@dataclass(frozen=True, slots=True)
class Document:
    """A page that may hold evidence, as plain text. Other people's words: data, never orders."""

    url: str
    text: str
    title: str = ""
    excerpt: str = ""
    """What a search told about the page: a snippet, or a fact check's verdict."""
    fetched_ms: int | None = None
    """When it was read from the web, epoch milliseconds; None for one that was at hand."""

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8, in hexadecimal: what shows later that this was read, and not another text."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """A note proposed for a post: `text` is submitted as it stands; `sources` are the URLs it rests on."""

    text: str
    sources: tuple[str, ...]
    classification: Classification = Classification.MISLEADING
    misleading_tags: tuple[MisleadingTag, ...] = (MisleadingTag.MISSING_IMPORTANT_CONTEXT,)
    trustworthy_sources: bool = True
    is_media_note: bool = False


@dataclass(frozen=True, slots=True)
class Abstain:
    """No note for this post, and why: a normal outcome, since most posts need none."""

    reason: str


@dataclass(frozen=True, slots=True)
class OwnNote:
    """A note that the writer has submitted before."""

    post_id: int
    text: str


class Fetch(Protocol):
    """Fetches a page and gives its text, or None where there is no readable page at the URL."""

    async def __call__(self, url: str) -> Document | None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What a writer may use while it drafts.

    `evidence` collects every document that `fetch` or a retriever brought for this post: a URL in a note must
    come from there, from the post itself, or from its suggested sources (`writers.builtin.checks`).
    """

    clock: Clock
    deadline_ms: int
    """When the time for this post is over, epoch milliseconds on `clock`."""
    fetch: Fetch
    retrievers: Mapping[str, Retriever]
    evaluate: Callable[[str], Awaitable[float]]
    """The API's own opinion of a note text on this post: claim_opinion_score, an unbounded logit."""
    log: logging.Logger
    evidence: dict[str, Document] = field(default_factory=dict)
    own_notes: Sequence[OwnNote] = ()
    """The writer's latest notes in this mode, oldest first; for checks those of the running pass too."""
    model: LanguageModel = NO_MODEL
    """Any OpenAI-compatible language model (`writers.llm`); NO_MODEL where none is configured."""

    def seconds_left(self) -> float:
        return max(0, self.deadline_ms - self.clock.now_ms()) / 1000

    async def retrieve(self, post: Post, query: str, *, limit: int = 10) -> list[Document]:
        """Documents from every retriever, best first within each; kept as evidence.

        A retriever that fails is logged and the others are asked all the same. Raises its RetrievalFailed
        where nothing was found: that no source is there is then not known.
        """
        found: list[Document] = []
        failure: RetrievalFailed | None = None
        for name, retriever in self.retrievers.items():
            try:
                found.extend(await retriever.retrieve(post, query, fetch=self.fetch, limit=limit))
            except RetrievalFailed as error:
                self.log.warning("retriever %s: %s", name, error)
                failure = failure or error
        if failure is not None and not found:
            raise failure
        self.evidence.update((document.url, document) for document in found)
        return found


@runtime_checkable
class Writer(Protocol):
    """Proposes notes. `name` is what the journal and reports call it."""

    name: str

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain: ...


@runtime_checkable
class Retriever(Protocol):
    """Brings documents that may hold evidence about a post."""

    name: str

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]: ...


@runtime_checkable
class Check(Protocol):
    """Judges a draft before it is submitted."""

    name: str

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        """One sentence for each thing wrong with the draft; empty where it passes."""
        ...
