"""What a post's desk has from outside, through a tape: pages, retrievers, the time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from writers.clock import Clock
from writers.plugin import Document, Fetch, Retriever
from writers.protocol.posts import Post
from writers.tape.raised import raised, rebuilt
from writers.tape.tape import UNTAPED, Tape

CUT_OFF: Final = "cut off"
"""A writer that gave no answer in time: what it would have done next is not known."""

TEXTS: Final = "texts"
"""The stream of page texts, each recorded once."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A tape's stream for a post, or for the pass."""

    tape: Tape
    stream: str

    def clock(self, clock: Clock, what: str) -> Clock:
        """A clock whose readings go through the tape, those of each reader (`what`) in their own order."""
        return clock if self.tape is UNTAPED else _TapedClock(self, clock, what)

    def fetch(self, fetch: Fetch) -> Fetch:
        if self.tape is UNTAPED:
            return fetch

        async def taped(url: str) -> Document | None:
            document: Document | None = None

            async def page() -> Any:
                nonlocal document
                document = await fetch(url)
                return None if document is None else self.put(document)

            told = await self.tape.ask(self.stream, "page", url, page)
            return self.document(told) if self.tape.replaying and told is not None else document

        return taped

    def retrievers(self, retrievers: Mapping[str, Retriever]) -> Mapping[str, Retriever]:
        if self.tape is UNTAPED:
            return retrievers
        return {name: _TapedRetriever(name, self, retriever) for name, retriever in retrievers.items()}

    def put(self, document: Document) -> dict[str, Any]:
        """A document as JSON, its text put down apart."""
        self.tape.note(TEXTS, "text", document.sha256, document.text)
        return {**asdict(document), "text": document.sha256}

    def document(self, values: Mapping[str, Any]) -> Document:
        """In a replay, the document that was put down. Raises NotRecorded."""
        text = self.tape.noted(TEXTS, "text", values["text"])
        return Document(**{**values, "text": text})

    def note_cut_off(self, reason: str, evidence: Mapping[str, Document]) -> None:
        told = {url: self.put(document) for url, document in evidence.items()}
        self.tape.note(self.stream, CUT_OFF, "", {"reason": reason, "evidence": told})

    def cut_off(self) -> tuple[str, dict[str, Document]] | None:
        """In a replay, why a writer that gave no answer in time did not, and what it had read until then."""
        told = self.tape.noted(self.stream, CUT_OFF, "")
        if told is None:
            return None
        return told["reason"], {url: self.document(values) for url, values in told["evidence"].items()}


@dataclass(frozen=True, slots=True)
class _TapedClock:
    outside: Outside
    clock: Clock
    what: str

    def now_ms(self) -> int:
        now_ms: int = self.outside.tape.read(self.outside.stream, self.what, "", self.clock.now_ms)
        return now_ms

    async def sleep(self, seconds: float) -> None:
        if self.outside.tape.replaying:
            await asyncio.sleep(0)
        else:
            await self.clock.sleep(seconds)


class _TapedRetriever:
    """A retriever whose findings go through the tape, with the pages it fetched for them."""

    def __init__(self, name: str, outside: Outside, retriever: Retriever) -> None:
        self.name = name
        self._outside = outside
        self._retriever = retriever

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        outside = self._outside
        found: Sequence[Document] = ()
        failure: Exception | None = None

        async def search() -> Any:
            nonlocal found, failure
            fetched: list[str] = []

            async def noticed(url: str) -> Document | None:
                page = await fetch(url)
                fetched.append(url)
                return page

            try:
                found = await self._retriever.retrieve(post, query, fetch=noticed, limit=limit)
            except Exception as error:
                failure = error
                return {"fetched": fetched, "raised": raised(error)}
            return {"fetched": fetched, "documents": [outside.put(document) for document in found]}

        key = f"{self.name} {limit} {query}"
        told = await outside.tape.ask(outside.stream, "retrieval", key, search)
        if not outside.tape.replaying:
            if failure is not None:
                raise failure
            return found
        for url in told["fetched"]:
            # They are evidence too.
            await fetch(url)
        if "raised" in told:
            raise rebuilt(told["raised"])
        return [outside.document(values) for values in told["documents"]]
