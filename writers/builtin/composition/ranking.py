"""Which of several drafts is best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from writers.plugin import Draft


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft that every check has passed."""

    writer: str
    draft: Draft
    score: float | None = None
    """claim_opinion_score, an unbounded logit, never NaN; None where it is not known."""


def best(candidates: Sequence[Candidate]) -> Candidate:
    """The one with the highest score; one without a score comes after all that have one, and of equals the
    first is taken. There must be one at least.
    """
    return max(candidates, key=_rank)


def _rank(candidate: Candidate) -> tuple[bool, float]:
    return (False, 0.0) if candidate.score is None else (True, candidate.score)
