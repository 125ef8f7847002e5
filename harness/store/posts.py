"""Posts eligible for notes, with what their references point at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel
from sqlalchemy import bindparam, func, or_, select, tuple_

from harness.store.bulk import insert_rows
from harness.store.driver import Prepared
from harness.store.json_text import json_text
from harness.store.schema import posts
from harness.store.section import Section
from writers.protocol.post_selection import ALL_LANGUAGES, FeedSize
from writers.protocol.posts import FeedPage, Includes, Post, WirePost

FEED_RANKS = {size: rank for rank, size in enumerate(FeedSize)}
"""Feed size → its place from the smallest to the largest."""

UNKNOWN_LANGUAGE = "und"

_MAX_ID = 2**63 - 1

_FEED = Prepared(
    select(posts.c.version, posts.c.post_id, posts.c.arrived_at_ms)
    .where(
        posts.c.arrived_at_ms <= bindparam("now_ms"),
        posts.c.arrived_at_ms > bindparam("since_ms"),
        posts.c.feed_rank.between(bindparam("lowest"), bindparam("highest")),
        or_(bindparam("lang") == ALL_LANGUAGES, posts.c.lang == bindparam("lang")),
        tuple_(posts.c.arrived_at_ms, posts.c.post_id)
        <= tuple_(bindparam("start_ms"), bindparam("start_id")),
    )
    .order_by(posts.c.arrived_at_ms.desc(), posts.c.post_id.desc())
    .limit(bindparam("rows"))
)
_CONTENT = select(posts.c.version, posts.c.arrived_at_ms, posts.c.wire, posts.c.includes)
_ONE = Prepared(_CONTENT.where(posts.c.post_id == bindparam("post_id")))
_NEWEST_VERSION = Prepared(select(func.max(posts.c.version)))
_NEXT_ARRIVAL = Prepared(
    select(func.min(posts.c.arrived_at_ms)).where(posts.c.arrived_at_ms > bindparam("now_ms"))
)
_BY_VERSION = _CONTENT.where(posts.c.version.in_(bindparam("versions", expanding=True)))
_COLUMNS = ("post_id", "arrived_at_ms", "lang", "feed_rank", "wire", "includes")


class ArrivedPost(Protocol):
    """A post on its way into the feed."""

    @property
    def wire(self) -> WirePost: ...
    @property
    def includes(self) -> Includes:
        """What its references point at."""
        ...

    @property
    def arrived_at_ms(self) -> int:
        """When it becomes eligible; it is in no feed before."""
        ...

    @property
    def feed_size(self) -> str:
        """The smallest feed it belongs to."""
        ...


class FeedEntry(NamedTuple):
    """A post's place in the feed."""

    version: int
    post_id: int
    arrived_at_ms: int


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post and its includes as canonical JSON values, to be read and not changed."""

    arrived_at_ms: int
    wire: dict[str, Any]
    includes: dict[str, list[dict[str, Any]]]

    def resolved(self) -> Post:
        """The post as a writer sees it."""
        page = FeedPage.model_validate({"data": [self.wire], "includes": self.includes})
        return next(page.posts())


class Posts(Section):
    """The eligible posts."""

    def add_posts(self, arrivals: Iterable[ArrivedPost]) -> int:
        """Store posts, replacing those known by their id; returns how many."""
        rows = [
            (
                int(arrival.wire.id),
                arrival.arrived_at_ms,
                arrival.wire.lang or UNKNOWN_LANGUAGE,
                FEED_RANKS[FeedSize(arrival.feed_size)],
                json_text(_post_json(arrival.wire)),
                json_text(_includes_json(arrival.includes)),
            )
            for arrival in arrivals
        ]
        with self._database.write() as connection:
            insert_rows(connection, posts, _COLUMNS, rows)
        return len(rows)

    def post(self, post_id: int) -> Post | None:
        """A post as a writer sees it; None where it is unknown."""
        stored = self.stored_post(post_id)
        return stored.resolved() if stored is not None else None

    def stored_post(self, post_id: int) -> StoredPost | None:
        if not 0 <= post_id <= _MAX_ID:
            return None
        rows = self._database.rows(_ONE, {"post_id": post_id})
        return _stored(*rows[0]) if rows else None

    def stored_posts(self, versions: Sequence[int]) -> dict[int, StoredPost]:
        """Posts by version; versions replaced meanwhile are missing."""
        with self._database.read() as connection:
            rows = connection.execute(_BY_VERSION, {"versions": versions}).all()
        return {row.version: _stored(*row) for row in rows}

    def newest_version(self) -> int:
        """Grows whenever a post is stored, by whatever process; as long as it stands, so do all posts."""
        return self._database.scalar(_NEWEST_VERSION, {}) or 0

    def next_arrival_ms(self, now_ms: int) -> int | None:
        """When the next post known already becomes eligible; None where none is to come."""
        found: int | None = self._database.scalar(_NEXT_ARRIVAL, {"now_ms": now_ms})
        return found

    def feed(
        self,
        *,
        now_ms: int,
        since_ms: int,
        sizes: Sequence[FeedSize],
        lang: str,
        start: tuple[int, int] | None,
        limit: int,
    ) -> list[FeedEntry]:
        """At most `limit` posts that arrived in `(since_ms, now_ms]`, newest first.

        `sizes` are neighbours in the order of sizes; `lang` may be `all`; `start` is the time of arrival and
        the id of the first post wanted.
        """
        ranks = [FEED_RANKS[size] for size in sizes]
        start_ms, start_id = start if start is not None else (now_ms, _MAX_ID)
        rows = self._database.rows(
            _FEED,
            {
                "now_ms": now_ms,
                "since_ms": since_ms,
                "lowest": min(ranks),
                "highest": max(ranks),
                "lang": lang,
                "start_ms": start_ms,
                "start_id": start_id,
                "rows": limit,
            },
        )
        return [FeedEntry._make(row) for row in rows]


def _stored(_version: int, arrived_at_ms: int, wire: str, includes: str) -> StoredPost:
    return StoredPost(arrived_at_ms, json.loads(wire), json.loads(includes))


def _object_json(model: BaseModel) -> dict[str, Any]:
    """A wire object without what is absent or empty."""
    return {
        key: value
        for key, value in model.model_dump(mode="json", exclude_none=True).items()
        if value not in ([], {})
    }


def _post_json(wire: WirePost) -> dict[str, Any]:
    payload = _object_json(wire)
    payload.setdefault("edit_history_tweet_ids", [wire.id])
    if wire.created_at is not None:
        payload["created_at"] = _wire_time(wire.created_at)
    if wire.attachments is not None and not wire.attachments.media_keys:
        payload["attachments"] = {key: value for key, value in payload["attachments"].items() if value}
    return payload


def _includes_json(includes: Includes) -> dict[str, list[dict[str, Any]]]:
    payload = {
        "tweets": [_post_json(post) for post in includes.tweets],
        "users": [_object_json(user) for user in includes.users],
        "media": [_object_json(item) for item in includes.media],
    }
    return {key: items for key, items in payload.items() if items}


def _wire_time(moment: datetime) -> str:
    """With milliseconds and `Z`, the one form that every client parses."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"
