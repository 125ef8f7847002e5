"""POST /2/evaluate_note, spelled /2/notes/evaluate in the post dialect"""

from __future__ import annotations

import json

from starlette.responses import Response

from harness.api.bodies import parse_body, read_body
from harness.api.notes import eligible_post
from harness.api.operations import Call, json_response
from writers.protocol.notes import EvaluationRequest


async def evaluate(call: Call) -> Response:
    """The ClaimOpinion score of a note text on a post; nothing is stored."""
    body = await read_body(call.request, call.services.settings.max_body_bytes)
    call.query.finish()
    asked = parse_body(body, EvaluationRequest, call.dialect)
    post = eligible_post(call, asked.post_id)
    score = await call.services.evaluator.claim_opinion(post.resolved(), asked.note_text)
    return json_response(json.dumps({"data": {"claim_opinion_score": score}}))
