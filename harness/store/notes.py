"""Notes of API writers and of people."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import bindparam, case, func, select, update

from harness.store.driver import Driver, Prepared
from harness.store.group_commit import Work
from harness.store.json_text import json_text
from harness.store.schema import evaluations, note_statuses, notes
from harness.store.section import Section
from harness.store.statuses import public_status
from writers.errors import NotewrightError
from writers.protocol.notes import NoteSubmission, Status, wire_json
from writers.protocol.snowflakes import SEQUENCE_BITS, snowflake

_NEWEST: Final = 2**63 - 1

_ALL_COLUMNS = (
    notes.c.note_id,
    notes.c.author_id,
    notes.c.post_id,
    notes.c.test_mode,
    notes.c.created_at_ms,
    notes.c.deleted_at_ms,
    notes.c.info,
    note_statuses.c.status,
    evaluations.c.buckets,
    evaluations.c.claim_opinion_score,
)
_WITH_OUTCOMES = (
    select(*_ALL_COLUMNS)
    .outerjoin(note_statuses, note_statuses.c.note_id == notes.c.note_id)
    .outerjoin(evaluations, evaluations.c.note_id == notes.c.note_id)
)
_WRITTEN = Prepared(
    _WITH_OUTCOMES.where(
        notes.c.author_id == bindparam("author_id"),
        notes.c.test_mode == bindparam("test_mode"),
        notes.c.deleted_at_ms.is_(None),
        notes.c.note_id <= bindparam("start_id"),
    )
    .order_by(notes.c.note_id.desc())
    .limit(bindparam("rows"))
)
_ONE = Prepared(_WITH_OUTCOMES.where(notes.c.note_id == bindparam("note_id")))
_ALL = _WITH_OUTCOMES.where(notes.c.note_id > bindparam("after_id")).order_by(notes.c.note_id)
_AFTER = Prepared(_ALL)
_AFTER_OF_MODE = Prepared(_ALL.where(notes.c.test_mode == bindparam("test_mode")))
_LAST_ID_OF_MILLISECOND = Prepared(
    select(func.max(notes.c.note_id)).where(notes.c.note_id.between(bindparam("first"), bindparam("last")))
)
_WRITTEN_SINCE = Prepared(
    select(func.count()).where(
        notes.c.author_id == bindparam("author_id"),
        notes.c.test_mode == bindparam("test_mode"),
        notes.c.note_id >= bindparam("first"),
    )
)
_STANDING = Prepared(
    select(notes.c.note_id).where(
        notes.c.author_id == bindparam("author_id"),
        notes.c.post_id == bindparam("post_id"),
        notes.c.duplicate_scope == bindparam("duplicate_scope"),
    )
)
_INSERT = Prepared(
    notes.insert().values(
        {
            name: bindparam(name)
            for name in (
                "note_id",
                "author_id",
                "post_id",
                "test_mode",
                "created_at_ms",
                "duplicate_scope",
                "info",
            )
        }
    )
)
_DELETE = Prepared(
    update(notes)
    .where(
        notes.c.note_id == bindparam("id"),
        notes.c.author_id == bindparam("author"),
        notes.c.deleted_at_ms.is_(None),
    )
    .values(
        deleted_at_ms=bindparam("now_ms"),
        duplicate_scope=case((bindparam("frees_post"), None), else_=notes.c.duplicate_scope),
    )
)


class DuplicateScope(IntEnum):
    """Among which of an author's notes a post may have one only."""

    EVERY_NOTE = 0
    TEST_NOTES = 1
    LIVE_NOTES = 2


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` notes created at or after `since_ms`; deleted ones count."""

    limit: int
    since_ms: int


class NoteExists(NotewrightError):
    """The author has a note on this post already."""

    def __init__(self, note_id: int) -> None:
        super().__init__(f"note {note_id} stands on this post")
        self.note_id = note_id


class QuotaUsedUp(NotewrightError):
    """The author has written as many notes as allowed."""


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A note and what became of it."""

    note_id: int
    author_id: int
    post_id: int
    test_mode: bool
    created_at_ms: int
    deleted_at_ms: int | None
    info: dict[str, Any]
    """The content as canonical JSON: `writers.protocol.notes.NoteInfo`."""
    status: Status | None
    """None for a test note; a live note never scored needs more ratings."""
    buckets: dict[str, str] | None
    """Evaluator → bucket; None until evaluated."""
    claim_opinion_score: float | None

    @property
    def text(self) -> str:
        return str(self.info["text"])


class Notes(Section):
    """The notes."""

    def create_note(
        self,
        author_id: int,
        submission: NoteSubmission,
        *,
        now_ms: int,
        shared_duplicates: bool = False,
        quota: Quota | None = None,
    ) -> int:
        """Store a note and return its id, a snowflake of `now_ms`. Of two racing for one post, one wins.

        Where `shared_duplicates`, a test note stands in the way of a live one and the reverse.

        Raises:
            NoteExists: the author has a note on this post.
            QuotaUsedUp: `quota` allows no more.
        """
        return self._database.transact(_creation(author_id, submission, now_ms, shared_duplicates, quota))

    async def create_note_together(
        self,
        author_id: int,
        submission: NoteSubmission,
        *,
        now_ms: int,
        shared_duplicates: bool = False,
        quota: Quota | None = None,
    ) -> int:
        """`create_note` in one transaction with whatever other coroutines write at the moment."""
        return await self._database.transact_together(
            _creation(author_id, submission, now_ms, shared_duplicates, quota)
        )

    def delete_note(self, author_id: int, note_id: int, *, now_ms: int, frees_post: bool = True) -> bool:
        """Delete an author's note; False where the author has no such note, or deleted it before.

        Where `frees_post`, the author may write on the post again.
        """
        return self._database.transact(_deletion(author_id, note_id, now_ms, frees_post))

    async def delete_note_together(
        self, author_id: int, note_id: int, *, now_ms: int, frees_post: bool = True
    ) -> bool:
        """`delete_note` in one transaction with whatever other coroutines write at the moment."""
        return await self._database.transact_together(_deletion(author_id, note_id, now_ms, frees_post))

    def written(
        self, author_id: int, *, test_mode: bool, start_id: int | None = None, limit: int
    ) -> list[StoredNote]:
        """An author's notes that stand, newest first, from `start_id` on."""
        values = {
            "author_id": author_id,
            "test_mode": test_mode,
            "start_id": _NEWEST if start_id is None else start_id,
            "rows": limit,
        }
        return [_stored(*row) for row in self._database.rows(_WRITTEN, values)]

    def note(self, note_id: int) -> StoredNote | None:
        """A note, also a deleted one."""
        if not 0 <= note_id <= _NEWEST:
            return None
        rows = self._database.rows(_ONE, {"note_id": note_id})
        return _stored(*rows[0]) if rows else None

    def notes(self, *, test_mode: bool | None = None, after_id: int = 0) -> list[StoredNote]:
        """Every author's notes with ids above `after_id`, oldest first, deleted ones too."""
        if test_mode is None:
            rows = self._database.rows(_AFTER, {"after_id": after_id})
        else:
            rows = self._database.rows(_AFTER_OF_MODE, {"after_id": after_id, "test_mode": test_mode})
        return [_stored(*row) for row in rows]


def _creation(
    author_id: int, submission: NoteSubmission, now_ms: int, shared_duplicates: bool, quota: Quota | None
) -> Work[int]:
    """Stores a note and returns its id."""
    own = DuplicateScope.TEST_NOTES if submission.test_mode else DuplicateScope.LIVE_NOTES
    scope = DuplicateScope.EVERY_NOTE if shared_duplicates else own
    claim = {"author_id": author_id, "post_id": int(submission.post_id), "duplicate_scope": scope.value}
    note = {
        **claim,
        "test_mode": submission.test_mode,
        "created_at_ms": now_ms,
        "info": json_text(wire_json(submission.info)),
    }

    def create(driver: Driver) -> int:
        if quota is not None:
            since = {"first": snowflake(quota.since_ms, 0), "author_id": author_id}
            if _WRITTEN_SINCE.scalar(driver, {**since, "test_mode": submission.test_mode}) >= quota.limit:
                raise QuotaUsedUp
        note_id = _next_id(driver, now_ms)
        try:
            _INSERT.run(driver, {**note, "note_id": note_id})
        except sqlite3.IntegrityError:
            raise NoteExists(_STANDING.scalar(driver, claim) or 0) from None
        return note_id

    return create


def _deletion(author_id: int, note_id: int, now_ms: int, frees_post: bool) -> Work[bool]:
    """Deletes a note; returns whether there was one."""
    values = {"id": note_id, "author": author_id, "now_ms": now_ms, "frees_post": frees_post}

    def delete(driver: Driver) -> bool:
        return 0 <= note_id <= _NEWEST and _DELETE.run(driver, values) == 1

    return delete


def _next_id(driver: Driver, now_ms: int) -> int:
    first = snowflake(now_ms, 0)
    last = _LAST_ID_OF_MILLISECOND.scalar(driver, {"first": first, "last": first + (1 << SEQUENCE_BITS) - 1})
    return first if last is None else int(last) + 1


def _stored(
    note_id: int,
    author_id: int,
    post_id: int,
    test_mode: bool,
    created_at_ms: int,
    deleted_at_ms: int | None,
    info: str,
    status: int | None,
    buckets: str | None,
    claim_opinion_score: float | None,
) -> StoredNote:
    """The note in a row of `_ALL_COLUMNS`."""
    return StoredNote(
        note_id=note_id,
        author_id=author_id,
        post_id=post_id,
        test_mode=test_mode,
        created_at_ms=created_at_ms,
        deleted_at_ms=deleted_at_ms,
        info=json.loads(info),
        status=None if test_mode else public_status(status),
        buckets=None if buckets is None else json.loads(buckets),
        claim_opinion_score=claim_opinion_score,
    )
