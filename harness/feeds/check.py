"""Checking a recorded feed: every line, every reference, and what the file holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from harness.feeds.lines import NoPost, RecordedPost, numbered_lines, parse_line
from writers.clock import DAY_MS
from writers.protocol.posts import FeedPage

UNKNOWN_LANGUAGE: Final = "und"
_CLOCK_DIFFERENCE_MS: Final = DAY_MS
"""How far the clock that dated a post may be ahead of the one that recorded it."""


class Finding(BaseModel):
    """Something wrong in a line."""

    model_config = ConfigDict(frozen=True)

    line: int
    field: str | None
    complaint: str


class FeedCheck(BaseModel):
    """What a recorded feed holds, and what is wrong with it."""

    model_config = ConfigDict(frozen=True)

    posts: int
    languages: dict[str, int]
    """Language → posts, the most frequent first; `und` where a post tells none."""
    with_media: int
    with_suggested_sources: int
    with_note_requests: int
    with_matched_media_notes: int
    with_helpful_note: int
    with_deleted_references: int
    """Posts that point at something the feed itself called gone."""
    first_written: datetime | None
    last_written: datetime | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return not self.findings


def check_feed(file: Path, *, now_ms: int) -> FeedCheck:
    """Check every line. Raises BadInputError where the file cannot be read at all, or not to its end."""
    posts: list[RecordedPost] = []
    findings: list[Finding] = []
    first_lines: dict[str, int] = {}
    number = 0
    for number, line in numbered_lines(file):
        try:
            post = parse_line(line)
        except NoPost as error:
            findings.append(Finding(line=number, field=error.field, complaint=str(error)))
            continue
        posts.append(post)
        first = first_lines.setdefault(post.wire.id, number)
        if first != number:
            complaint = f"post {post.wire.id} stands in line {first} already"
            findings.append(Finding(line=number, field="id", complaint=complaint))
        findings += (
            Finding(line=number, field=field, complaint=complaint)
            for field, complaint in _complaints(post, json.loads(line), now_ms)
        )
    if not number:
        findings.append(Finding(line=0, field=None, complaint="the file holds no post"))
    return _summary(posts, findings)


def _summary(posts: list[RecordedPost], findings: list[Finding]) -> FeedCheck:
    wires = [post.wire for post in posts]
    written = [wire.created_at for wire in wires if wire.created_at and wire.created_at.tzinfo]
    return FeedCheck(
        posts=len(posts),
        languages=dict(Counter(wire.lang or UNKNOWN_LANGUAGE for wire in wires).most_common()),
        with_media=sum(bool(wire.attachments and wire.attachments.media_keys) for wire in wires),
        with_suggested_sources=sum(
            bool(wire.suggested_source_links or wire.suggested_source_links_with_counts) for wire in wires
        ),
        with_note_requests=sum(bool(wire.note_request_suggestions) for wire in wires),
        with_matched_media_notes=sum(bool(wire.matched_media_notes) for wire in wires),
        with_helpful_note=sum(post.helpful_note is not None for post in posts),
        with_deleted_references=sum(any(_is_gone(post, to) for _, to, _ in _missing(post)) for post in posts),
        first_written=min(written, default=None),
        last_written=max(written, default=None),
        findings=tuple(findings),
    )


def _complaints(post: RecordedPost, values: dict[str, object], now_ms: int) -> Iterator[tuple[str, str]]:
    """Field and complaint of each thing wrong with a post that could be read."""
    if "created_at" not in values:
        yield "created_at", "it is missing"
    elif complaint := _wrong_time(values["created_at"], post, now_ms):
        yield "created_at", complaint
    for field, target, kind in _missing(post):
        if not _is_gone(post, target):
            yield field, f"{kind} {target} is not among the line's includes"
    try:
        list(FeedPage(data=(post.wire,), includes=post.includes).posts())
    except ValueError as error:
        yield "includes", f"a writer could not read the post: {error}"


def _wrong_time(value: object, post: RecordedPost, now_ms: int) -> str | None:
    created_at = post.wire.created_at
    if not isinstance(value, str) or created_at is None or created_at.tzinfo is None:
        return "it is no time with its zone, like 2026-05-01T10:00:00.000Z"
    seen_ms = post.recorded_at_ms if post.recorded_at_ms is not None else now_ms
    if created_at.timestamp() * 1000 > seen_ms + _CLOCK_DIFFERENCE_MS:
        return f"{value} is later than the recording"
    return None


def _missing(post: RecordedPost) -> Iterator[tuple[str, str, str]]:
    """Field, id and kind of each object that the post points at and its line does not include."""
    users = {user.id for user in post.includes.users}
    media = {item.media_key for item in post.includes.media}
    tweets = {tweet.id for tweet in post.includes.tweets}
    wire = post.wire
    if wire.author_id is not None and wire.author_id not in users:
        yield "author_id", wire.author_id, "user"
    for key in wire.attachments.media_keys if wire.attachments else ():
        if key not in media:
            yield "attachments.media_keys", key, "media"
    for reference in wire.referenced_tweets:
        if reference.id not in tweets:
            yield "referenced_tweets", reference.id, "post"


def _is_gone(post: RecordedPost, target: str) -> bool:
    """Whether the feed said that a reference leads nowhere."""
    return any(target in (str(error.get("value")), str(error.get("resource_id"))) for error in post.errors)
