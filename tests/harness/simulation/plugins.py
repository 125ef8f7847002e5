"""Writers for seasons of tests, as a user would write them in a file of their own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from writers.plugin import Abstain, Desk, Draft
from writers.protocol.posts import Post

FILE = Path(__file__)


class Steady:
    """States soberly what the first suggested page is called, where it can be read."""

    name = "steady"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        for source in post.suggested_sources:
            page = await desk.fetch(source.url)
            if page is not None:
                text = f'The official record is published under "{page.title[:80]}". {page.url}'
                return Draft(text=text, sources=(page.url,))
        return Abstain("no page to read")


class Raises:
    name = "raises"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        raise ZeroDivisionError("out of ideas")


class Hangs:
    name = "hangs"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits so long")


class Blocks:
    """Keeps the event loop to itself."""

    name = "blocks"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        while True:
            pass


class WrongType:
    name = "wrong_type"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        return {"text": "a dict"}  # type: ignore[return-value]


class TooLong:
    name = "too_long"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        return Draft(text="very long " * 300 + "https://a.example", sources=("https://a.example",))


class Curious:
    """Writes down all it is shown."""

    name = "curious"

    def __init__(self, file: Path) -> None:
        self._file = file

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        with self._file.open("a", encoding="utf-8") as seen:
            seen.write(f"{post!r}\n")
        return Abstain("only looking")
