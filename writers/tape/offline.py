"""What a replayed pass is handed where a live one has the outside: nothing of it is ever asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, Final, NoReturn

from writers.plugin import Document, Fetch
from writers.protocol.notes import NoteSubmission, WrittenNote
from writers.protocol.posts import Post, Received
from writers.tape.api import NotesApi


class _Offline:
    """The API."""

    def received_pages(
        self, *, test_mode: bool, post_selection: str | None = None
    ) -> AsyncIterator[list[Received]]:
        return _nothing()

    def written(self, *, test_mode: bool) -> AsyncIterator[WrittenNote]:
        return _nothing()

    async def find_written(
        self, post_ids: Collection[int], *, test_mode: bool, since_ms: int
    ) -> dict[int, int]:
        _not_asked()

    async def create(self, submission: NoteSubmission) -> int:
        _not_asked()

    async def evaluate(self, post_id: int, text: str) -> float:
        _not_asked()


class OfflineRetriever:
    """A retriever of the recorded pass, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def retrieve(self, post: Post, query: str, *, fetch: Fetch, limit: int) -> Sequence[Document]:
        _not_asked()


async def no_page(url: str) -> Document | None:
    """The web."""
    _not_asked()


async def _nothing() -> AsyncIterator[Any]:
    _not_asked()
    yield


def _not_asked() -> NoReturn:
    raise AssertionError("a replay asks nobody")


OFFLINE: Final[NotesApi] = _Offline()
