"""What to look up about a claim."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints

from writers.builtin.researched.case import Case
from writers.builtin.researched.prompts import QUESTIONS
from writers.builtin.researched.telling import told
from writers.builtin.terms import without_decoration

MAX_QUESTIONS: Final = 3
MAX_LENGTH: Final = 300


class Questions(BaseModel):
    """Search questions, the most telling first."""

    questions: Annotated[
        list[Annotated[str, StringConstraints(max_length=MAX_LENGTH)]], Field(max_length=MAX_QUESTIONS)
    ]


async def questions_on(case: Case, claim: str) -> list[str]:
    """The claim itself, then questions about it: words alone, no addresses, each once."""
    answer = await case.ask("questions", QUESTIONS.fill(claim=claim, **told(case.post)), Questions)
    asked = (" ".join(without_decoration(text).split())[:MAX_LENGTH] for text in (claim, *answer.questions))
    return [question for question in dict.fromkeys(asked) if question]
