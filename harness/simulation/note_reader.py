"""Live notes as raters meet them: how they read, where their links lead, what they are about."""

from __future__ import annotations

from harness.admission.evaluator import NoteEvaluator
from harness.raters.merit import Reading
from harness.raters.protocol import RatableNote
from harness.simulation.post_source import PostSource, SeasonPost
from writers.protocol.notes import EvaluatorType, ScoreBucket
from writers.protocol.text import find_urls


class NoteReader:
    """Reads notes with the season's evaluator, and follows their links in the season's web."""

    def __init__(self, source: PostSource, evaluator: NoteEvaluator) -> None:
        self._source = source
        self._evaluator = evaluator

    async def ratable(
        self, note_id: int, at_ms: int, text: str, post: SeasonPost, *, author: int | None
    ) -> RatableNote:
        """A note by `author` among the raters, or by an AI writer where it is None."""
        return RatableNote(
            note_id=note_id,
            created_at_ms=at_ms,
            reading=await self._reading(text, post, by_a_person=author is not None),
            matter=post.matter,
            post_text=post.post.text,
            post_created_at_ms=post.seen_from_ms,
            reach=post.reach,
            author=author,
        )

    async def _reading(self, text: str, post: SeasonPost, *, by_a_person: bool) -> Reading:
        sources = [await self._source.lead(span.url) for span in find_urls(text)]
        if by_a_person:
            # The people of a season argue, but they are never given an insult to write.
            return Reading(text, sources, await self._evaluator.claim_opinion(post.post, text))
        found = await self._evaluator.evaluate(post.post, text)
        abuse = found.buckets.get(EvaluatorType.HARASSMENT_ABUSE, ScoreBucket.HIGH)
        return Reading(text, sources, found.claim_opinion_score, abuse)
