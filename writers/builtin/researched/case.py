"""One post on its way through the stages: how models are asked about it, and how work on it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pydantic import BaseModel

from writers.llm import Citation, Image, Prompt
from writers.llm.errors import (
    AnswerCut,
    AnswerMalformed,
    ContentFiltered,
    ModelDeclined,
    ModelError,
    NotRecorded,
    OutOfTime,
    PostBudgetSpent,
    RequestRejected,
)
from writers.plugin import Abstain, Desk
from writers.protocol.posts import Post

Answer = TypeVar("Answer", bound=BaseModel)

OF_THE_POST: Final[Mapping[type[ModelError], str]] = {
    PostBudgetSpent: "the budget for the post does not allow another call",
    OutOfTime: "the time for the post is over",
    ModelDeclined: "the model declined to answer",
    ContentFiltered: "the provider's content filter stopped the exchange",
    AnswerCut: "the model's answer was cut at its bound",
    AnswerMalformed: "the model gave no answer of the form that was asked for",
    RequestRejected: "the endpoint does not take the request",
}
"""Failures of a model that end work on one post. All others (no model, no access, no connection, the budget
of the pass) are raised: another pass may have more luck with the same post.
"""


class GivenUp(Exception):
    """There will be no note; the message is the reason, in this code's words."""


@dataclass(slots=True)
class Case:
    """A post, the desk, and what was noticed about them."""

    post: Post
    desk: Desk
    stage_prefix: str
    suspects: list[str] = field(default_factory=list)
    """Where orders to language models were found, each once, in order."""

    async def ask(
        self,
        stage: str,
        prompt: Prompt,
        answer: type[Answer],
        *,
        images: Sequence[Image] = (),
        sample: int = 0,
    ) -> Answer:
        """A model's answer. Raises GivenUp where the failure is the post's, else the ModelError.

        Pictures that the endpoint does not take are left out: many models read none, and many pictures are
        gone.
        """
        name = f"{self.stage_prefix}{stage}"
        ask = self.desk.model.ask
        try:
            if images:
                try:
                    return await ask(stage=name, prompt=prompt, answer=answer, images=images, sample=sample)
                except RequestRejected as error:
                    self.desk.log.info("post %d: asked again without pictures: %s", self.post.id, error)
            return await ask(stage=name, prompt=prompt, answer=answer, sample=sample)
        except tuple(OF_THE_POST) as error:
            raise GivenUp(f"{OF_THE_POST[type(error)]} (stage '{name}')") from error

    async def search(self, question: str) -> Sequence[Citation]:
        """Pages that the provider's own web search cites; none where the endpoint has no such search."""
        try:
            answer = await self.desk.model.search(question, stage=f"{self.stage_prefix}search")
        except NotRecorded:
            raise
        except ModelError as error:
            self.desk.log.info("post %d: no web search: %s", self.post.id, error)
            return ()
        return answer.citations

    def suspect(self, place: str) -> None:
        """Report that `place` holds orders to language models."""
        if place not in self.suspects:
            self.suspects.append(place)
            self.desk.log.warning(
                "post %d: injection attempt: %s gives orders to language models", self.post.id, place
            )

    def need(self, seconds: float, step: str) -> None:
        """Raises GivenUp where less time than that is left."""
        if self.desk.seconds_left() < seconds:
            raise GivenUp(f"too little time is left for {step}")

    def abstain(self, reason: str) -> Abstain:
        if self.suspects:
            reason += f"; injection attempt: orders to language models in {', '.join(self.suspects)}"
        return Abstain(reason)
