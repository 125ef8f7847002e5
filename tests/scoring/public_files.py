"""Public input files made of a few rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scoring.tables.columns import NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT, Schema
from tests.scoring.builders import START_MS

Row = Mapping[str, object]

FIRST_NOTE = 2_000_000_000_000_000_001
"""Nineteen digits, more than a double holds."""

DEFAULTS: dict[str, Row] = {
    NOTES.stem: {
        "noteAuthorParticipantId": "A0",
        "createdAtMillis": START_MS,
        "tweetId": 1_999_999_999_999_999_999,
        "classification": "MISINFORMED_OR_POTENTIALLY_MISLEADING",
        "summary": 'He said "no" 🙂',
    },
    RATINGS.stem: {
        "createdAtMillis": START_MS + 1,
        "version": 2,
        "helpfulnessLevel": "HELPFUL",
        "helpfulClear": 1,
        "helpfulGoodSources": 1,
        "ratingSourceBucketed": "DEFAULT",
    },
    STATUS_HISTORY.stem: {"noteAuthorParticipantId": "A0", "createdAtMillis": START_MS},
    USER_ENROLLMENT.stem: {
        "enrollmentState": "earnedIn",
        "successfulRatingNeededToEarnIn": 5,
        "timestampOfLastStateChange": START_MS,
        "timestampOfLastEarnOut": 1,
        "modelingGroup": "13.0",
        "numberOfTimesEarnedOut": 0,
    },
}


def line(schema: Schema, row: Row) -> str:
    values = {**DEFAULTS[schema.stem], **row}
    assert set(values) <= set(schema.names)
    return "\t".join(str(values.get(name, "")) for name in schema.names)


def text(schema: Schema, rows: Sequence[Row]) -> str:
    return "\n".join(["\t".join(schema.names), *(line(schema, row) for row in rows)]) + "\n"


def input_texts(notes: int = 3, raters: int = 4) -> dict[str, str]:
    """The four tables: every rater finds every note helpful."""
    note_ids = [FIRST_NOTE + index for index in range(notes)]
    people = [f"R{index}" for index in range(raters)]
    return {
        NOTES.stem: text(NOTES, [{"noteId": note} for note in note_ids]),
        RATINGS.stem: text(
            RATINGS,
            [{"noteId": note, "raterParticipantId": person} for note in note_ids for person in people],
        ),
        STATUS_HISTORY.stem: text(STATUS_HISTORY, [{"noteId": note} for note in note_ids]),
        USER_ENROLLMENT.stem: text(USER_ENROLLMENT, [{"participantId": person} for person in people]),
    }


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    """One plain TSV a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, content in texts.items():
        (folder / f"{stem}-00000.tsv").write_text(content, encoding="utf-8")
    return folder
