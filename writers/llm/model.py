"""The language model as a writer meets it on its desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol, TypeVar

from pydantic import BaseModel

from writers.llm.budget import Allowance
from writers.llm.errors import NoModel
from writers.llm.exchange import Citation
from writers.llm.images import Image
from writers.llm.prompts import Prompt

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a provider's web search found. A URL in `text` is the model's word; `citations` were found."""

    text: str
    citations: tuple[Citation, ...]
    """Pages the answer rests on, each once, in the order they are cited. They are addresses chosen by
    strangers: evidence is what `desk.fetch` brings from there.
    """


class LanguageModel(Protocol):
    """Answers questions about one post, within its time and budget. Every failure is a `ModelError`."""

    async def ask(
        self,
        *,
        stage: str,
        prompt: Prompt,
        answer: type[Answer],
        images: Sequence[Image] = (),
        sample: int = 0,
    ) -> Answer:
        """The model's answer, as an instance of the pydantic model `answer`.

        `stage` chooses the model (`[models.STAGE]` of the settings) and names the question in the journal.
        `sample` tells several answers to the same prompt apart. An answer of another form is sent back with
        what is wrong with it, a few times.
        """
        ...

    async def search(self, question: str, *, stage: str = "search") -> SearchAnswer:
        """What the provider's own web search finds on a question."""
        ...

    def left(self) -> Allowance:
        """What may still be spent on the post."""
        ...


class _NoModel:
    """On the desk where no language model is configured."""

    async def ask(
        self,
        *,
        stage: str,
        prompt: Prompt,
        answer: type[Answer],
        images: Sequence[Image] = (),
        sample: int = 0,
    ) -> Answer:
        _none(stage)

    async def search(self, question: str, *, stage: str = "search") -> SearchAnswer:
        _none(stage)

    def left(self) -> Allowance:
        return Allowance(tokens=0, usd=None)


def _none(stage: str) -> NoReturn:
    raise NoModel(
        f"The stage '{stage}' asks for a language model, and none is configured: set NOTEWRIGHT_MODEL and"
        " OPENAI_API_KEY (and OPENAI_BASE_URL, for another endpoint than OpenAI's), or name a settings file."
    )


NO_MODEL: Final[LanguageModel] = _NoModel()
"""Raises NoModel on every question; a writer that can do without catches it."""
