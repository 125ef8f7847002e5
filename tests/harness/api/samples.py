"""A small fictional feed: every kind of reference, a reference that is gone, both languages, all sizes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from writers.clock import MINUTE_MS
from writers.protocol.posts import Includes, WirePost
from writers.protocol.snowflakes import snowflake


@dataclass(frozen=True)
class Arrival:
    wire: WirePost
    includes: Includes
    arrived_at_ms: int
    feed_size: str


MAYOR = {"id": "501", "name": "Mayor of Quillport", "username": "quillport", "verified": True}
BAKER = {"id": "502", "name": "Ilse Brandt", "username": "ilse_bakes"}


def sample_post(
    number: int, now_ms: int, *, feed_size: str = "small", lang: str = "en", **changes: Any
) -> Arrival:
    """Post `number` arrived that many minutes ago."""
    at_ms = now_ms - number * MINUTE_MS
    includes = Includes.model_validate(changes.pop("includes", {"users": [MAYOR]}))
    wire = {
        "id": str(snowflake(at_ms, 7)),
        "text": f"Quillport's harbour moved {number} thousand crates of pears last year.",
        "author_id": "501",
        "created_at": datetime.fromtimestamp(at_ms / 1000, tz=UTC),
        "lang": lang,
        "public_metrics": {"like_count": number, "retweet_count": 2, "impression_count": 90},
        **changes,
    }
    return Arrival(WirePost.model_validate(wire), includes, at_ms, feed_size)


def sample_feed(now_ms: int) -> list[Arrival]:
    """Twelve posts: ten small (one Japanese), one large, one xxl; the first are the rich ones."""
    quoted = {
        "id": "1400000000000000001",
        "text": "Pears: 7 thousand crates, says the port.",
        "author_id": "502",
    }
    photo = {"media_key": "3_77", "type": "photo", "url": "https://img.example/77.jpg", "alt_text": "A crane"}
    rich = sample_post(
        1,
        now_ms,
        attachments={"media_keys": ["3_77"]},
        referenced_tweets=[{"type": "quoted", "id": quoted["id"]}],
        note_tweet={"text": "The whole story of the pears. " * 12},
        suggested_source_links=["https://port.example/figures"],
        suggested_source_links_with_counts=[{"url": "https://port.example/figures", "count": 3}],
        note_request_suggestions=[{"suggestion_id": "1400000000000000009", "suggestion": "Check the figure"}],
        media_metadata=[{"media_key": "3_77", "description": "A crane at dusk"}],
        includes={"tweets": [quoted], "users": [MAYOR, BAKER], "media": [photo]},
    )
    orphan = sample_post(2, now_ms, referenced_tweets=[{"type": "replied_to", "id": "1400000000000000002"}])
    shown = sample_post(
        3,
        now_ms,
        matched_media_notes=[{"note_id": "1400000000000000003", "match_status": "matched_and_shown"}],
    )
    japanese = sample_post(4, now_ms, lang="ja", text="港は去年、梨を七千箱運んだ。")
    plain = [sample_post(number, now_ms) for number in range(5, 11)]
    return [
        rich,
        orphan,
        shown,
        japanese,
        *plain,
        sample_post(11, now_ms, feed_size="large"),
        sample_post(12, now_ms, feed_size="xxl"),
    ]


def submission(post_id: int | str, *, test_mode: bool = True, **info: Any) -> dict[str, Any]:
    """The JSON body of a note that nothing is wrong with, but for what `info` changes."""
    content = {
        "text": "The port's own report says 3 thousand crates: https://port.example/figures",
        "classification": "misinformed_or_potentially_misleading",
        "misleading_tags": ["factual_error"],
        "trustworthy_sources": True,
        **info,
    }
    return {"test_mode": test_mode, "post_id": str(post_id), "info": content}
