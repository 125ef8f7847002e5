"""A writer made of writers: it asks one after the other, and keeps the first draft that the API's
evaluator likes.

    notewright check examples/composed.py:FirstGoodDraft
    notewright write examples/composed.py:FirstGoodDraft --option writers=baseline --target local

Writers are named as everywhere: by an entry point's name, or as path.py:Class.
"""

from __future__ import annotations

from writers.discovery import load_writer
from writers.plugin import Abstain, Desk, Draft
from writers.protocol.posts import Post


class FirstGoodDraft:
    """Asks cheap writers first, and goes on until a draft scores at least `least_score`."""

    name = "first_good_draft"

    def __init__(self, writers: tuple[str, ...] = ("baseline",), least_score: float = 0.0) -> None:
        self.writers = [load_writer(spec) for spec in writers]
        self.least_score = least_score

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        reasons = []
        for writer in self.writers:
            answer = await writer.draft(post, desk)
            if isinstance(answer, Abstain):
                reasons.append(f"{writer.name}: {answer.reason}")
                continue
            # The evaluator is the API's own: the score a note gets here is the one admission will see.
            score = await desk.evaluate(answer.text)
            if score >= self.least_score:
                return answer
            reasons.append(f"{writer.name}: scored {score:.2f}")
        return Abstain("; ".join(reasons))
