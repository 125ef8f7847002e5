"""The API as a pass uses it, and the same through a tape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any, Protocol

from writers.protocol.notes import NoteSubmission, WrittenNote
from writers.protocol.posts import FeedPage, Received
from writers.tape.tape import PASS, Tape


class NotesApi(Protocol):
    """The operations that a pass needs of `writers.client.NotesClient`; each raises an ApiError."""

    def received_pages(
        self, *, test_mode: bool, post_selection: str | None = None
    ) -> AsyncIterator[list[Received]]: ...

    def written(self, *, test_mode: bool) -> AsyncIterator[WrittenNote]: ...

    async def find_written(
        self, post_ids: Collection[int], *, test_mode: bool, since_ms: int
    ) -> dict[int, int]: ...

    async def create(self, submission: NoteSubmission) -> int: ...

    async def evaluate(self, post_id: int, text: str) -> float: ...


class TapedApi:
    """An API whose answers go through a tape (a `NotesApi`)."""

    def __init__(self, tape: Tape, api: NotesApi) -> None:
        self._tape = tape
        self._api = api

    async def received_pages(
        self, *, test_mode: bool, post_selection: str | None = None
    ) -> AsyncIterator[list[Received]]:
        pages = self._api.received_pages(test_mode=test_mode, post_selection=post_selection)

        async def page() -> list[Any] | None:
            received = await anext(pages, None)
            if received is None:
                return None
            return [item.page.model_dump(mode="json", exclude_unset=True) for item in received]

        number = 1
        while (told := await self._tape.ask(PASS, "feed page", str(number), page)) is not None:
            yield [Received.of(FeedPage.model_validate(values)) for values in told]
            number += 1

    async def written(self, *, test_mode: bool) -> AsyncIterator[WrittenNote]:
        async def notes() -> list[Any]:
            found = self._api.written(test_mode=test_mode)
            return [note.model_dump(mode="json") async for note in found]

        for values in await self._tape.ask(PASS, "list of notes", "", notes):
            yield WrittenNote.model_validate(values)

    async def find_written(
        self, post_ids: Collection[int], *, test_mode: bool, since_ms: int
    ) -> dict[int, int]:
        async def find() -> list[list[int]]:
            found = await self._api.find_written(post_ids, test_mode=test_mode, since_ms=since_ms)
            return [[post_id, note_id] for post_id, note_id in found.items()]

        return dict(await self._tape.ask(PASS, "notes sent before", "", find))

    async def create(self, submission: NoteSubmission) -> int:
        note_id: int = await self._tape.ask(
            submission.post_id, "submission", "", lambda: self._api.create(submission)
        )
        return note_id

    async def evaluate(self, post_id: int, text: str) -> float:
        score: float = await self._tape.ask(
            str(post_id), "evaluation", text, lambda: self._api.evaluate(post_id, text)
        )
        return score
