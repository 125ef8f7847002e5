"""What `feed check` counts and complains of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.feeds.check import FeedCheck, check_feed
from writers.errors import BadInputError

NOW_MS = 1_790_000_000_000

GOOD: dict[str, Any] = {
    "id": "2050000000000000001",
    "text": "Pears",
    "lang": "en",
    "author_id": "5",
    "created_at": "2026-05-01T10:00:00.000Z",
    "attachments": {"media_keys": ["3_1"]},
    "referenced_tweets": [{"type": "quoted", "id": "6"}],
    "suggested_source_links": ["https://port.example"],
    "note_request_suggestions": [{"suggestion_id": "8", "suggestion": "Check"}],
    "includes": {
        "users": [{"id": "5"}],
        "media": [{"media_key": "3_1", "type": "photo"}],
        "tweets": [{"id": "6", "text": "Fewer pears"}],
    },
}


def check(folder: Path, *lines: str | dict[str, Any]) -> FeedCheck:
    file = folder / "feed.jsonl"
    file.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines),
        encoding="utf-8",
    )
    return check_feed(file, now_ms=NOW_MS)


def test_a_sound_feed_is_counted(tmp_path: Path) -> None:
    gone = {
        "id": "7",
        "created_at": "2026-05-02T10:00:00+00:00",
        "referenced_tweets": [{"type": "replied_to", "id": "99"}],
        "errors": [{"value": "99", "title": "Not Found Error"}],
    }
    found = check(tmp_path, GOOD, gone)
    assert found.sound, found.findings
    assert (found.posts, found.languages) == (2, {"en": 1, "und": 1})
    assert (found.with_media, found.with_suggested_sources, found.with_note_requests) == (1, 1, 1)
    assert (found.with_matched_media_notes, found.with_helpful_note, found.with_deleted_references) == (
        0,
        0,
        1,
    )
    assert found.first_written is not None
    assert found.last_written is not None
    assert (found.first_written.day, found.last_written.day) == (1, 2)


@pytest.mark.parametrize(
    ("change", "field", "complaint"),
    [
        ({"id": "0"}, "id", "above 0"),
        ({"id": "9999999999999999999"}, "id", "63 bits"),
        ({"created_at": "2026-05-01T10:00:00"}, "created_at", "zone"),
        ({"created_at": 1777629600}, "created_at", "zone"),
        ({"created_at": "2036-05-01T10:00:00Z"}, "created_at", "later than the recording"),
        ({"recorded_at_ms": 1_700_000_000_000}, "created_at", "later than the recording"),
        ({"author_id": "55"}, "author_id", "user 55"),
        ({"attachments": {"media_keys": ["3_2"]}}, "attachments.media_keys", "media 3_2"),
        ({"referenced_tweets": [{"type": "quoted", "id": "66"}]}, "referenced_tweets", "post 66"),
        ({"suggested_source_links": {"url": "https://a.example"}}, "suggested_source_links", "array"),
        ({"note_request_suggestions": {"suggestion_id": "8"}}, "note_request_suggestions", "array"),
        ({"matched_media_notes": "7"}, "matched_media_notes", "array"),
        ({"media_metadata": {}}, "media_metadata", "array"),
        ({"suggested_source_links_with_counts": {}}, "suggested_source_links_with_counts", "array"),
        (
            {"note_request_suggestions": [{"suggestion_id": "x", "suggestion": "y"}]},
            "includes",
            "could not read",
        ),
    ],
)
def test_each_thing_wrong_is_found(
    tmp_path: Path, change: dict[str, Any], field: str, complaint: str
) -> None:
    found = check(tmp_path, GOOD | {"id": "1"}, "", GOOD | change)
    [finding] = found.findings
    assert (finding.line, finding.field) == (3, field)
    assert complaint in finding.complaint


def test_every_wrong_line_is_told_and_duplicates_too(tmp_path: Path) -> None:
    timeless = {key: value for key, value in GOOD.items() if key != "created_at"} | {"id": "1"}
    found = check(tmp_path, GOOD, "{", "[]", timeless, GOOD)
    assert [(finding.line, finding.field) for finding in found.findings] == [
        (2, None),
        (3, None),
        (4, "created_at"),
        (5, "id"),
    ]
    assert "line 1" in found.findings[-1].complaint


def test_an_empty_file_is_not_sound_and_an_absent_one_is_bad_input(tmp_path: Path) -> None:
    assert not check(tmp_path).sound
    with pytest.raises(BadInputError, match="no such file"):
        check_feed(tmp_path / "absent.jsonl", now_ms=NOW_MS)


@pytest.mark.parametrize("name", ["eligible-2026.jsonl.gz", "with-helpful-notes-2026.jsonl.gz"])
def test_real_posts_are_sound(shared: Path, name: str) -> None:
    found = check_feed(shared / "data/posts" / name, now_ms=NOW_MS)
    assert found.sound
    assert found.posts > 500
