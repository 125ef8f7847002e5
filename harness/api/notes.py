"""POST /2/notes and DELETE /2/notes/{id}"""

from __future__ import annotations

import re

from starlette.responses import Response

from harness.api import problems
from harness.api.bodies import no_match, parse_body, read_body, schema_complaint
from harness.api.operations import Call, json_response
from harness.store import NoteExists, Quota, QuotaUsedUp, StoredPost
from writers.clock import DAY_MS
from writers.protocol.notes import Classification, NoteInfo, NoteSubmission
from writers.protocol.posts import MatchStatus
from writers.protocol.problems import NOTE_LENGTH, ProblemItem
from writers.protocol.text import MAX_NOTE_LENGTH, NOTE_TEXT_PATTERN, has_url, note_length

_NOTE_ID = re.compile(r"[0-9]{1,19}")


async def create_note(call: Call) -> Response:
    """Store a note; 201 with its id once it is safe on disk."""
    services, settings = call.services, call.services.settings
    body = await read_body(call.request, settings.max_body_bytes)
    call.query.finish()
    submission = parse_body(body, NoteSubmission, call.dialect)
    if complaints := _complaints(submission.info, tags_only_on_misleading=settings.tags_only_on_misleading):
        raise problems.invalid(call.dialect, complaints)
    if not submission.test_mode:
        call.require_admission()
    post = eligible_post(call, submission.post_id)
    if _has_shown_match(post):
        raise problems.shown_match(call.dialect, submission.post_id)
    quota = _quota(call, submission)
    try:
        note_id = await services.store.create_note_together(
            call.writer.writer_id,
            submission,
            now_ms=call.now_ms,
            shared_duplicates=settings.test_and_live_share_duplicates,
            quota=quota,
        )
    except NoteExists as standing:
        raise problems.duplicate(call.dialect, standing.note_id) from None
    except QuotaUsedUp:
        raise problems.daily_limit() from None
    return json_response(f'{{"data":{{"id":"{note_id}"}}}}', 201)


async def delete_note(call: Call) -> Response:
    """Delete a note of the writer's own."""
    call.query.finish()
    settings, note_id = call.services.settings, call.request.path_params["id"]
    if not _NOTE_ID.fullmatch(note_id):
        raise problems.invalid(
            call.dialect,
            [
                ProblemItem(
                    message=f"The `id` query parameter value [{note_id[:100]}] is not valid",
                    parameters={"id": [note_id[:100]]},
                )
            ],
        )
    deleted = await call.services.store.delete_note_together(
        call.writer.writer_id,
        int(note_id),
        now_ms=call.now_ms,
        frees_post=settings.deleted_note_frees_post,
    )
    if not deleted and (status := _not_deleted(call, int(note_id))) != 200:
        raise problems.not_found(call.dialect, status, "note", note_id)
    return json_response('{"data":{"deleted":true}}')


def _not_deleted(call: Call, note_id: int) -> int:
    """The status that tells why there was nothing to delete."""
    settings, note = call.services.settings, call.services.store.note(note_id)
    if note is None:
        return settings.missing_note_status
    own = note.author_id == call.writer.writer_id
    return settings.deleted_note_status if own else settings.foreign_note_status


def eligible_post(call: Call, post_id: str) -> StoredPost:
    """The post a note is for; refused where nobody knows it, or it has not arrived yet."""
    settings = call.services.settings
    post = call.services.store.stored_post(int(post_id))
    earliest_ms = None if settings.accept_posts_that_left_the_feed else call.now_ms - settings.feed_window_ms
    if (
        post is None
        or post.arrived_at_ms > call.now_ms
        or (earliest_ms is not None and post.arrived_at_ms <= earliest_ms)
    ):
        raise problems.not_found(call.dialect, settings.unknown_post_status, "post", post_id)
    return post


def _complaints(info: NoteInfo, *, tags_only_on_misleading: bool) -> list[ProblemItem]:
    complaints = []
    if not has_url(info.text):
        complaints.append(no_match("$.info.text", NOTE_TEXT_PATTERN))
    if not 1 <= note_length(info.text) <= MAX_NOTE_LENGTH:
        complaints.append(ProblemItem(message=NOTE_LENGTH))
    misleading = info.classification is Classification.MISLEADING
    if misleading and not info.misleading_tags:
        complaints.append(
            schema_complaint("$.info.misleading_tags", "there must be a minimum of 1 items in the array")
        )
    if not misleading and info.misleading_tags and tags_only_on_misleading:
        complaints.append(
            schema_complaint("$.info.misleading_tags", "there must be a maximum of 0 items in the array")
        )
    return complaints


def _has_shown_match(post: StoredPost) -> bool:
    matches = post.wire.get("matched_media_notes", ())
    return any(match["match_status"] == MatchStatus.MATCHED_AND_SHOWN for match in matches)


def _quota(call: Call, submission: NoteSubmission) -> Quota | None:
    """How many live notes the writer may have written; None in test mode, which has no limit of its own."""
    if submission.test_mode and not submission.info.is_media_note:
        return None
    eligibility = call.services.eligibility(call.writer, call.now_ms)
    if submission.info.is_media_note and not eligibility.media_notes:
        raise problems.media_notes_not_earned()
    if submission.test_mode:
        return None
    return Quota(limit=eligibility.writing_limit, since_ms=call.now_ms - DAY_MS + 1)
