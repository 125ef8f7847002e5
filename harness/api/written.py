"""GET /2/notes/search/notes_written"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from starlette.responses import Response

from harness.api import paging
from harness.api.feed import DEFAULT_RESULTS, MAX_RESULTS, read_position
from harness.api.operations import Call, json_response
from harness.api.scoring_status import NO_ACCESS, scoring_status
from harness.store import StoredNote
from harness.store.json_text import json_text
from writers.protocol.notes import DEFAULT_NOTE_FIELDS, NOTE_FIELDS, EvaluatorType

SCORING_STATUS = "scoring_status"


async def written(call: Call) -> Response:
    """A page of the writer's own notes, newest first."""
    query = call.query
    test_mode = query.boolean("test_mode")
    limit = query.integer("max_results", lowest=1, highest=MAX_RESULTS, default=DEFAULT_RESULTS)
    start = read_position(query)
    asked = query.choices("note.fields", NOTE_FIELDS)
    query.finish()
    if not test_mode:
        call.require_admission()

    fields = frozenset(("id", *(DEFAULT_NOTE_FIELDS if asked is None else asked)))
    entitled = (
        SCORING_STATUS in fields
        and not test_mode
        and call.services.eligibility(call.writer, call.now_ms).scoring_status
    )
    notes = call.services.store.written(
        call.writer.writer_id,
        test_mode=test_mode,
        start_id=None if start is None else start.id,
        limit=limit + 1,
    )
    page, rest = notes[:limit], notes[limit:]
    answer: dict[str, Any] = {}
    if page:
        answer["data"] = [_item(call, note, fields, entitled=entitled) for note in page]
        if SCORING_STATUS in fields and not entitled and asked is not None:
            for item in answer["data"]:
                item[SCORING_STATUS] = NO_ACCESS
    answer["meta"] = {"result_count": len(page)}
    if rest:
        answer["meta"]["next_token"] = paging.encode(
            paging.Position(rest[0].created_at_ms, rest[0].note_id),
            call.services.settings.written_paging,
        )
    return json_response(json_text(answer))


def _item(call: Call, note: StoredNote, fields: Collection[str], *, entitled: bool) -> dict[str, Any]:
    """A note as the wire carries it. Without being asked for, `scoring_status` is told only if earned."""
    item: dict[str, Any] = {"id": str(note.note_id)}
    if "info" in fields:
        item["info"] = {
            "text": note.info["text"],
            "classification": note.info["classification"],
            "misleading_tags": note.info["misleading_tags"],
            "post_id": str(note.post_id),
            "trustworthy_sources": note.info["trustworthy_sources"],
        }
    if "status" in fields:
        item["status"] = note.status.wire if note.status is not None else ""
    if "test_result" in fields and note.buckets is not None:
        item["test_result"] = {
            "evaluation_outcome": [
                {"evaluator_type": evaluator, "evaluator_score_bucket": note.buckets[evaluator]}
                for evaluator in EvaluatorType
                if evaluator in note.buckets
            ]
        }
    if entitled:
        services = call.services
        item[SCORING_STATUS] = scoring_status(
            services.store.recent_ratings(note.note_id), model=services.settings.scoring_status_model
        )
    return item
