"""What the local X remembers: writers, posts, notes, evaluations, ratings, statuses."""

from __future__ import annotations

from harness.store.accounts import WriterAccount
from harness.store.credentials import Credentials, MasterKey
from harness.store.evaluations import PendingEvaluation, StoredEvaluation
from harness.store.notes import NoteExists, Quota, QuotaUsedUp, StoredNote
from harness.store.posts import ArrivedPost, FeedEntry, StoredPost
from harness.store.ratings import RatingTable
from harness.store.statuses import public_status
from harness.store.store import Store

__all__ = [
    "ArrivedPost",
    "Credentials",
    "FeedEntry",
    "MasterKey",
    "NoteExists",
    "PendingEvaluation",
    "Quota",
    "QuotaUsedUp",
    "RatingTable",
    "Store",
    "StoredEvaluation",
    "StoredNote",
    "StoredPost",
    "WriterAccount",
    "public_status",
]
