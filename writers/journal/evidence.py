"""The documents that were brought for attempts: which, when, and the text of each kept once."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from writers.journal.attempt import Evidence

MAX_TEXT_LENGTH: Final = 200_000
"""Characters kept of a document's text; `Evidence.sha256` is that of the whole."""

MAX_ABOUT_LENGTH: Final = 2_000
"""Characters kept of a title or an excerpt."""


def keep(connection: sqlite3.Connection, attempt: int, pages: Sequence[Evidence], *, texts: bool) -> None:
    """Put down the evidence of an attempt in place of what was there; `texts` says whether with its texts."""
    connection.execute("DELETE FROM evidence WHERE attempt = ?", (attempt,))
    connection.executemany(
        "INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                attempt,
                page.url,
                page.title[:MAX_ABOUT_LENGTH],
                page.excerpt[:MAX_ABOUT_LENGTH],
                page.sha256,
                page.fetched_ms,
            )
            for page in pages
        ],
    )
    for page in pages if texts else ():
        if page.text is not None and not _has_text(connection, page.sha256):
            packed = zlib.compress(page.text[:MAX_TEXT_LENGTH].encode("utf-8", "surrogatepass"))
            connection.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (page.sha256, packed))


def of_attempts(connection: sqlite3.Connection, attempts: Sequence[int]) -> dict[int, list[Evidence]]:
    """The evidence of attempts, by their row ids, in the order of URLs."""
    found: dict[int, list[Evidence]] = {attempt: [] for attempt in attempts}
    marks = ", ".join("?" * len(attempts))
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT attempt, url, title, excerpt, sha256, fetched_ms FROM evidence"  # noqa: S608 - placeholders
        f" WHERE attempt IN ({marks}) ORDER BY attempt, url",
        attempts,
    )
    for attempt, *values in rows:
        found[attempt].append(Evidence(*values))
    return found


def _has_text(connection: sqlite3.Connection, sha256: str | None) -> bool:
    return connection.execute("SELECT 1 FROM texts WHERE sha256 = ?", (sha256,)).fetchone() is not None


def text_of(connection: sqlite3.Connection, sha256: str | None) -> str | None:
    """The text with this hash, its first MAX_TEXT_LENGTH characters; None where it was not kept."""
    row = connection.execute("SELECT packed FROM texts WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else zlib.decompress(row[0]).decode("utf-8", "surrogatepass")
