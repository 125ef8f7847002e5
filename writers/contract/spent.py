"""A language model on the desk of a post that has nothing left to spend."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NoReturn, TypeVar

from pydantic import BaseModel

from writers.llm import Allowance, Image, Prompt, SearchAnswer
from writers.llm.errors import PostBudgetSpent

Answer = TypeVar("Answer", bound=BaseModel)


class SpentModel:
    """Refuses every call as the desk's own model does when the post's budget is spent, and counts them."""

    def __init__(self) -> None:
        self.calls = 0

    async def ask(
        self,
        *,
        stage: str,
        prompt: Prompt,
        answer: type[Answer],
        images: Sequence[Image] = (),
        sample: int = 0,
    ) -> Answer:
        self._refuse(stage)

    async def search(self, question: str, *, stage: str = "search") -> SearchAnswer:
        self._refuse(stage)

    def left(self) -> Allowance:
        return Allowance(tokens=0, usd=Decimal(0))

    def _refuse(self, stage: str) -> NoReturn:
        self.calls += 1
        raise PostBudgetSpent(f"The stage '{stage}' could cost more than the post has left.")
