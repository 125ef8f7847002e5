"""A writer made of writers: one that costs nothing is asked first, and a language model only on posts where
that has no good draft and people asked for a note.

    notewright check examples/composed.py:FirstGoodDraft
    notewright write examples/composed.py:FirstGoodDraft --option least_score=0.5 --target local

Without a class of your own the same is `notewright write escalate --option writers=A,B`, and all of them
draft on every post with `best_of`. Writers are named as everywhere: by an entry point's name, or as
path.py:Class.
"""

from __future__ import annotations

from pathlib import Path

from writers.builtin.composition import Escalate
from writers.plugin import Abstain, Desk, Draft
from writers.protocol.posts import Post

HERE = Path(__file__).parent
FREE = f"{HERE}/retrieval_only.py:RetrievalOnly"
PAID = f"{HERE}/language_model.py:OneQuestion"


class FirstGoodDraft:
    """Escalates from retrieval to a language model, where a note was asked for."""

    name = "first_good_draft"

    def __init__(self, least_score: float = 0.0) -> None:
        # A draft is good where it passes the checks, and the API's own evaluator scores it so high.
        self.free = Escalate([FREE], least_score, name="free")
        self.both = Escalate([FREE, PAID], least_score, name="both")

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        return await (self.both if post.note_requests else self.free).draft(post, desk)
