"""The tables of the store. Times are epoch milliseconds; JSON texts are in the canonical wire spelling."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION: Final = 3
"""Raised with every change of the tables below."""

metadata = MetaData()

schema = Table(
    "notewright_schema",
    metadata,
    Column("version", Integer, nullable=False),
    Column("status_updates", Integer, nullable=False),
)
"""One row: the version of the tables in this database, and how often statuses were updated."""

writers = Table(
    "writers",
    metadata,
    Column("writer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False, unique=True),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("consumer_key", String, nullable=False),
    Column("access_token", String, nullable=False, unique=True),
    Column("app_token_sha256", LargeBinary, nullable=False, unique=True),
    Column("app_enrolled", Boolean, nullable=False),
    Column("note_writer", Boolean, nullable=False),
    Column("admitted_at_ms", BigInteger),
)

user_tokens = Table(
    "user_tokens",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("writer_id", BigInteger, nullable=False),
    Column("scopes", String, nullable=False),
    Column("expires_at_ms", BigInteger),
    Index("user_tokens_of_writer", "writer_id"),
    sqlite_with_rowid=False,
)
"""OAuth 2.0 user tokens; `scopes` are divided by blanks, and no `expires_at_ms` is never."""

posts = Table(
    "posts",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=True),
    Column("post_id", BigInteger, nullable=False, unique=True),
    Column("arrived_at_ms", BigInteger, nullable=False),
    Column("lang", String, nullable=False),
    Column("feed_rank", SmallInteger, nullable=False),
    Column("wire", Text, nullable=False),
    Column("includes", Text, nullable=False),
    Index("posts_newest_first", "arrived_at_ms", "post_id"),
    sqlite_autoincrement=True,
)
"""`version` grows with every change of a post, so whatever was derived from one version stays true."""

notes = Table(
    "notes",
    metadata,
    Column("note_id", BigInteger, primary_key=True, autoincrement=False),
    Column("author_id", BigInteger, nullable=False),
    Column("post_id", BigInteger, nullable=False),
    Column("test_mode", Boolean, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("deleted_at_ms", BigInteger),
    Column("duplicate_scope", SmallInteger),
    Column("info", Text, nullable=False),
    UniqueConstraint("author_id", "post_id", "duplicate_scope", name="one_note_per_author_and_post"),
    Index("notes_of_author", "author_id", "test_mode", "note_id"),
    Index("notes_of_post", "post_id"),
)
"""Notes of API writers (`author_id` is their `writer_id`) and of people (any other number)."""

evaluations = Table(
    "evaluations",
    metadata,
    Column("note_id", BigInteger, primary_key=True, autoincrement=False),
    Column("evaluated_at_ms", BigInteger, nullable=False),
    Column("claim_opinion_score", Float, nullable=False),
    Column("buckets", Text, nullable=False),
)

note_statuses = Table(
    "note_statuses",
    metadata,
    Column("note_id", BigInteger, primary_key=True, autoincrement=False),
    Column("status", SmallInteger, nullable=False),
    Column("scored_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("first_non_nmr_ms", BigInteger, nullable=False),
    Column("first_non_nmr_status", SmallInteger, nullable=False),
    Column("latest_non_nmr_ms", BigInteger, nullable=False),
    Column("latest_non_nmr_status", SmallInteger, nullable=False),
    Column("lock_ms", BigInteger, nullable=False),
    Column("locked_status", SmallInteger, nullable=False),
    Column("retro_lock_ms", BigInteger, nullable=False),
    Column("core_status", SmallInteger, nullable=False),
    Column("expansion_status", SmallInteger, nullable=False),
    Column("group_status", SmallInteger, nullable=False),
    Column("multi_group_status", SmallInteger, nullable=False),
    Column("modeling_group", SmallInteger, nullable=False),
    Column("modeling_multi_group", SmallInteger, nullable=False),
    Column("stabilizing_since_ms", BigInteger, nullable=False),
    Column("first_stabilizing_ms", BigInteger, nullable=False),
    Column("final_output_minute", BigInteger, nullable=False),
    Column("above_pcrh_ms", BigInteger, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("intercept", Float),
    Column("factor", Float),
    Column("rating_count", Integer, nullable=False),
)
"""What scoring last decided of each note; the history is coded as in `scoring.tables.StatusHistory`."""

ratings = Table(
    "ratings",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("note_id", BigInteger, nullable=False),
    Column("rater_id", BigInteger, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("helpful_tags", Integer, nullable=False),
    Column("not_helpful_tags", Integer, nullable=False),
    Column("population_sampled", Boolean, nullable=False),
    UniqueConstraint("note_id", "rater_id", name="one_rating_per_note_and_rater"),
)
"""Levels and tags hold the codes and bits of `scoring.tables`; `row` grows with every rating stored."""

rater_factors = Table(
    "rater_factors",
    metadata,
    Column("rater_id", BigInteger, primary_key=True, autoincrement=False),
    Column("factor", Float, nullable=False),
)

nonces = Table(
    "nonces",
    metadata,
    Column("access_token", String, primary_key=True),
    Column("timestamp_s", BigInteger, primary_key=True),
    Column("nonce", String, primary_key=True),
    Index("nonces_by_age", "timestamp_s"),
    sqlite_with_rowid=False,
)
"""Signed requests seen, so that none is taken twice."""
