"""What the note evaluator said of test notes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from harness.store.bulk import insert_rows
from harness.store.driver import Prepared
from harness.store.json_text import json_text
from harness.store.schema import evaluations, notes
from harness.store.section import Section
from writers.protocol.notes import EvaluatorType, ScoreBucket

_PENDING = Prepared(
    select(notes.c.note_id, notes.c.post_id, notes.c.info)
    .outerjoin(evaluations, evaluations.c.note_id == notes.c.note_id)
    .where(
        notes.c.test_mode.is_(True),
        notes.c.created_at_ms <= bindparam("created_by_ms"),
        evaluations.c.note_id.is_(None),
    )
    .order_by(notes.c.note_id)
)
_COLUMNS = ("note_id", "evaluated_at_ms", "claim_opinion_score", "buckets")


@dataclass(frozen=True, slots=True)
class PendingEvaluation:
    """A test note that waits for its evaluation."""

    note_id: int
    post_id: int
    text: str


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """The evaluation of one note."""

    note_id: int
    evaluated_at_ms: int
    claim_opinion_score: float
    """Unbounded logit."""
    buckets: Mapping[EvaluatorType, ScoreBucket]


class Evaluations(Section):
    """The evaluations."""

    def pending_evaluations(self, created_by_ms: int) -> list[PendingEvaluation]:
        """Test notes created at `created_by_ms` or before and not yet evaluated, oldest first."""
        rows = self._database.rows(_PENDING, {"created_by_ms": created_by_ms})
        return [
            PendingEvaluation(note_id, post_id, json.loads(info)["text"]) for note_id, post_id, info in rows
        ]

    def save_evaluation(self, evaluation: StoredEvaluation) -> None:
        """Store an evaluation, replacing an earlier one of the same note."""
        buckets = {str(evaluator): str(bucket) for evaluator, bucket in evaluation.buckets.items()}
        row = (
            evaluation.note_id,
            evaluation.evaluated_at_ms,
            evaluation.claim_opinion_score,
            json_text(buckets),
        )
        with self._database.write() as connection:
            insert_rows(connection, evaluations, _COLUMNS, [row])

    def test_note_buckets(self, writer_id: int, *, limit: int) -> list[dict[EvaluatorType, ScoreBucket]]:
        """The verdicts on a writer's most recent evaluated test notes, newest first.

        Deleted notes count, as they do against the writing limit: deleting a bad note mends no record.
        """
        query = (
            select(evaluations.c.buckets)
            .join(notes, notes.c.note_id == evaluations.c.note_id)
            .where(notes.c.author_id == writer_id, notes.c.test_mode.is_(True))
            .order_by(notes.c.note_id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                {
                    EvaluatorType(evaluator): ScoreBucket(bucket)
                    for evaluator, bucket in json.loads(text).items()
                }
                for text in connection.scalars(query)
            ]
