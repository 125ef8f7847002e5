"""The note evaluator: three verdicts on a note, and the score of the evaluate operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from harness.admission.claim_opinion import claim_opinion_model
from harness.admission.harassment_abuse import harassment_abuse_model
from harness.admission.links import LinkChecker
from harness.admission.text_model import TextModel
from harness.admission.url_validity import url_validity
from writers.protocol.notes import EvaluatorType, ScoreBucket
from writers.protocol.posts import Post


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the evaluators say of a note."""

    claim_opinion_score: float
    """Unbounded, like a logit; higher is better."""
    buckets: Mapping[EvaluatorType, ScoreBucket]
    reasons: Mapping[EvaluatorType, str]
    """For people: what each verdict rests on."""


class NoteEvaluator(Protocol):
    """Judges a note on a post. `link_checks` says for people where answers about links come from."""

    link_checks: str

    async def evaluate(self, post: Post, note_text: str) -> Evaluation:
        """All verdicts; may ask the web about the note's links."""
        ...

    async def claim_opinion(self, post: Post, note_text: str) -> float:
        """The ClaimOpinion score alone, without any request."""
        ...


class LocalEvaluator:
    """The built-in evaluator: real link checks, and small text models of our own in place of X's.

    X publishes neither its models nor its thresholds, so scores and buckets for text are ours: they rank
    notes in a similar way (each model's file says how well) and say nothing about one note's score on X.
    """

    def __init__(
        self,
        links: LinkChecker,
        *,
        claim_opinion: TextModel | None = None,
        harassment_abuse: TextModel | None = None,
    ) -> None:
        self.link_checks = links.source
        self._links = links
        self._claim_opinion = claim_opinion or claim_opinion_model()
        self._harassment_abuse = harassment_abuse or harassment_abuse_model()

    async def evaluate(self, post: Post, note_text: str) -> Evaluation:
        """All three verdicts on a note."""
        opinion = self._claim_opinion.judge(note_text)
        abuse = self._harassment_abuse.judge(note_text)
        urls = await url_validity(note_text, self._links)
        return Evaluation(
            claim_opinion_score=opinion.score,
            buckets={
                EvaluatorType.URL_VALIDITY: urls.bucket,
                EvaluatorType.CLAIM_OPINION: opinion.bucket,
                EvaluatorType.HARASSMENT_ABUSE: abuse.bucket,
            },
            reasons={
                EvaluatorType.URL_VALIDITY: urls.reason,
                EvaluatorType.CLAIM_OPINION: opinion.reason,
                EvaluatorType.HARASSMENT_ABUSE: abuse.reason,
            },
        )

    async def claim_opinion(self, post: Post, note_text: str) -> float:
        """The ClaimOpinion score of a note; the post is not looked at."""
        return self._claim_opinion.judge(note_text).score
