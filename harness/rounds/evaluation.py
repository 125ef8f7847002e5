"""Evaluating the test notes that wait for it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from harness.admission.evaluator import NoteEvaluator
from harness.store import PendingEvaluation, Store, StoredEvaluation

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EvaluationRound:
    """What one round did."""

    evaluated: int
    failed: int
    """Notes whose evaluation broke; they wait for the next round."""


async def evaluate_pending(
    store: Store, evaluator: NoteEvaluator, *, now_ms: int, delay_ms: int, concurrency: int = 8
) -> EvaluationRound:
    """Evaluate every test note that has waited for `delay_ms`; each verdict is stored as soon as it is there.

    A note whose evaluation raises or takes long keeps nobody else from theirs.
    """
    places = asyncio.Semaphore(concurrency)

    async def judge(note: PendingEvaluation) -> bool:
        async with places:
            post = store.post(note.post_id)
            if post is None:
                log.warning("note %d is on post %d, which is gone", note.note_id, note.post_id)
                return False
            try:
                found = await evaluator.evaluate(post, note.text)
            except Exception:
                log.exception("note %d could not be evaluated", note.note_id)
                return False
        store.save_evaluation(
            StoredEvaluation(
                note_id=note.note_id,
                evaluated_at_ms=now_ms,
                claim_opinion_score=found.claim_opinion_score,
                buckets=found.buckets,
            )
        )
        return True

    pending = store.pending_evaluations(now_ms - delay_ms)
    done = await asyncio.gather(*(judge(note) for note in pending))
    return EvaluationRound(evaluated=sum(done), failed=len(done) - sum(done))
