"""Writers for comparisons, as a user would have them in a file of their own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import BaseModel

from writers.llm import prompt
from writers.plugin import Abstain, Desk, Draft
from writers.protocol.posts import Post

FILE = Path(__file__)


class Quoting:
    """Tells what the first suggested page is called; writes down in the file `shown` what it is shown."""

    def __init__(self, name: str = "quoting", shown: Path | None = None) -> None:
        self.name = name
        self._shown = shown

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        if self._shown is not None:
            with self._shown.open("a", encoding="utf-8") as lines:
                lines.write(f"{desk.clock.now_ms()} {post!r}\n")
        for source in post.suggested_sources:
            page = await desk.fetch(source.url)
            if page is not None:
                text = f'The official record is published under "{page.title[:80]}". {page.url}'
                return Draft(text=text, sources=(page.url,))
        return Abstain(f"no page to read about {post.id}")


class Invents:
    name = "invents"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        url = f"https://nowhere.example/{post.id}"
        return Draft(text=f"The figures are other. {url}", sources=(url,))


class Raises:
    name = "raises"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        raise ZeroDivisionError(f"out of ideas about {post.id}")


class Hangs:
    name = "hangs"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits so long")


class Verdict(BaseModel):
    """What the model is asked for."""

    misleading: bool


class Asks(Quoting):
    """Asks a language model about every post before it quotes."""

    def __init__(self) -> None:
        super().__init__("asks")

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        question = prompt("Is the post misleading?", "{{post}}", post=post.text)
        verdict = await desk.model.ask(stage="verdict", prompt=question, answer=Verdict)
        return await super().draft(post, desk) if verdict.misleading else Abstain("not misleading")
