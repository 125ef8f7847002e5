"""The journal's tables, and how a file of an older version is brought up to date."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Final

from writers.errors import BadInputError, UserError

SCHEMA_VERSION: Final = 2
APPLICATION_ID: Final = 0x4E6F_7465
"""Marks the file as a journal (SQLite's `application_id`)."""

_ATTEMPTS: Final = """
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL CHECK (test_mode IN (0, 1)),
    post_id INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (
        outcome IN ('drafted', 'abstained', 'refused', 'submitting', 'submitted', 'failed')
    ),
    reason TEXT NOT NULL,
    draft TEXT,
    complaints TEXT NOT NULL,
    scores TEXT NOT NULL,
    note_id INTEGER,
    began_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    post TEXT,
    UNIQUE (writer, test_mode, post_id)
) STRICT;
CREATE TABLE notes_known (
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL,
    post_id INTEGER NOT NULL,
    note_id INTEGER NOT NULL,
    PRIMARY KEY (writer, test_mode, post_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE reconciled (
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (writer, test_mode)
) STRICT, WITHOUT ROWID;
"""

_SINCE_VERSION_2: Final = """
CREATE INDEX attempts_by_note ON attempts (note_id);
CREATE TABLE evidence (
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    sha256 TEXT,
    fetched_ms INTEGER,
    PRIMARY KEY (attempt, url)
) STRICT, WITHOUT ROWID;
CREATE TABLE texts (
    sha256 TEXT PRIMARY KEY,
    packed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL,
    post_id INTEGER NOT NULL,
    stage TEXT NOT NULL,
    prompt TEXT NOT NULL,
    host TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    began_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_usd TEXT,
    line TEXT NOT NULL
) STRICT;
CREATE INDEX exchanges_of_attempt ON exchanges (writer, test_mode, post_id);
CREATE TABLE statuses (
    writer TEXT NOT NULL,
    test_mode INTEGER NOT NULL,
    note_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    status TEXT NOT NULL,
    verdicts TEXT NOT NULL,
    PRIMARY KEY (writer, test_mode, note_id, at_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE confirmed (
    writer TEXT NOT NULL,
    target TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (writer, target)
) STRICT, WITHOUT ROWID;
"""


def prepare(connection: sqlite3.Connection, path: Path | str) -> None:
    """Make the tables in an empty file, or bring those of an older version up to date, all or nothing.

    Raises BadInputError for another program's file, and UserError for a newer version's.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if empty:
            _run(connection, _ATTEMPTS + _SINCE_VERSION_2)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        elif application != APPLICATION_ID:
            raise BadInputError("not a journal: name another file or move this one away", file=path)
        elif version == 1:
            _from_version_1(connection)
        elif version != SCHEMA_VERSION:
            raise UserError(
                f"The journal {path} has schema version {version}, this program knows {SCHEMA_VERSION}: "
                "use the newer notewright that wrote it, or name another file."
            )
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _from_version_1(connection: sqlite3.Connection) -> None:
    """Version 1 kept the URLs of the evidence in a column, and nothing of the post."""
    _run(connection, _SINCE_VERSION_2)
    for attempt, urls in connection.execute("SELECT id, evidence FROM attempts").fetchall():
        connection.executemany(
            "INSERT OR IGNORE INTO evidence (attempt, url, title, excerpt) VALUES (?, ?, '', '')",
            [(attempt, url) for url in json.loads(urls)],
        )
    connection.execute("ALTER TABLE attempts DROP COLUMN evidence")
    connection.execute("ALTER TABLE attempts ADD COLUMN post TEXT")


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # `executescript` would end the transaction.
    for statement in filter(str.strip, statements.split(";")):
        connection.execute(statement)
