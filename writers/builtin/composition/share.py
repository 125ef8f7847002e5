"""A writer's part of the time and money for a post, where several draft for it one after the other.

What is left is divided by those whose turn is still to come, so what one leaves goes to the next. One part
of the time is kept back for whoever composes: to judge, and to say in time what came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from writers.clock import SECOND_MS
from writers.llm import Allowance, Image, LanguageModel, Prompt, SearchAnswer
from writers.llm.errors import PostBudgetSpent
from writers.llm.model import Answer
from writers.plugin import Desk


def part_of_time(desk: Desk, parts: int) -> float:
    """Seconds for the first of `parts` pieces of work that are to be done with what is left."""
    return desk.seconds_left() / (parts + 1)


def shared_desk(desk: Desk, writer: str, *, seconds: float, parts: int) -> Desk:
    """The desk as the first of `parts` writers finds it: `seconds` of time, and its part of the money.

    Evidence is the same for all: what one has fetched, another may cite.
    """
    return replace(
        desk,
        deadline_ms=desk.clock.now_ms() + round(seconds * SECOND_MS),
        model=SharedModel(desk.model, writer, _kept_for_others(desk.model.left(), parts)),
        log=desk.log.getChild(writer),
    )


def _kept_for_others(left: Allowance, parts: int) -> Allowance:
    return Allowance(
        tokens=None if left.tokens is None else left.tokens - left.tokens // parts,
        usd=None if left.usd is None else left.usd - left.usd / parts,
    )


@dataclass(frozen=True, slots=True)
class SharedModel:
    """A language model that one of several writers may use until `kept` is left.

    It looks at what is left before each call, where calls under way are not counted: a share can be
    overdrawn by calls that began within it. The post's own budget holds in any case.
    """

    model: LanguageModel
    writer: str
    kept: Allowance
    """For the others."""

    async def ask(
        self,
        *,
        stage: str,
        prompt: Prompt,
        answer: type[Answer],
        images: Sequence[Image] = (),
        sample: int = 0,
    ) -> Answer:
        self._check()
        return await self.model.ask(stage=stage, prompt=prompt, answer=answer, images=images, sample=sample)

    async def search(self, question: str, *, stage: str = "search") -> SearchAnswer:
        self._check()
        return await self.model.search(question, stage=stage)

    def left(self) -> Allowance:
        left = self.model.left()
        return Allowance(
            tokens=None if left.tokens is None else max(0, left.tokens - (self.kept.tokens or 0)),
            usd=None if left.usd is None else max(Decimal(0), left.usd - (self.kept.usd or 0)),
        )

    def _check(self) -> None:
        # Where nothing is kept for others, the model itself knows best why it does not answer.
        mine = self.left()
        if (mine.tokens == 0 and self.kept.tokens) or (mine.usd == 0 and self.kept.usd):
            raise PostBudgetSpent(f"The writer '{self.writer}' has spent its share; the rest is for others.")
