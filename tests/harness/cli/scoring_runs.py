"""Public files of a small crowd, and the command run on them in this process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli import main
from scoring.tables import HELPFUL_TAG_COLUMNS, NOT_HELPFUL_TAG_COLUMNS, HelpfulnessLevel, Tables
from scoring.tables.columns import NOTES, RATINGS, STATUS_HISTORY, USER_ENROLLMENT
from tests.scoring import builders, public_files


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str


class CommandLine:
    """Runs `notewright` as its front door does, without the seconds that a new interpreter takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str | Path, columns: int = 100) -> Done:
        self._monkeypatch.setattr(sys, "argv", ["notewright", *map(str, arguments)])
        self._monkeypatch.setenv("COLUMNS", str(columns))
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = self._capsys.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)


def write_crowd(folder: Path, seed: int = 5) -> Path:
    """The four tables of :func:`tests.scoring.builders.crowd`."""
    return public_files.write(folder, crowd_texts(builders.crowd(seed)))


def crowd_texts(tables: Tables) -> dict[str, str]:
    """Tables in memory as texts of the published files."""
    notes, ratings, people = tables.notes, tables.ratings, tables.participant_ids
    written = [
        {
            "noteId": int(notes.note_id[row]),
            "noteAuthorParticipantId": people[notes.author[row]],
            "createdAtMillis": int(notes.created_at_ms[row]),
        }
        for row in range(len(notes))
    ]
    rated = [
        {
            "noteId": int(notes.note_id[ratings.note[row]]),
            "raterParticipantId": people[ratings.rater[row]],
            "createdAtMillis": int(ratings.created_at_ms[row]),
            "helpfulnessLevel": HelpfulnessLevel(int(ratings.level[row])).name,
            **_tags(HELPFUL_TAG_COLUMNS, int(ratings.helpful_tags[row])),
            **_tags(NOT_HELPFUL_TAG_COLUMNS, int(ratings.not_helpful_tags[row])),
        }
        for row in range(len(ratings))
    ]
    return {
        NOTES.stem: public_files.text(NOTES, written),
        RATINGS.stem: public_files.text(RATINGS, rated),
        STATUS_HISTORY.stem: public_files.text(STATUS_HISTORY, written),
        USER_ENROLLMENT.stem: public_files.text(USER_ENROLLMENT, [{"participantId": one} for one in people]),
    }


def _tags(names: Sequence[str], mask: int) -> dict[str, int]:
    return {name: mask >> bit & 1 for bit, name in enumerate(names)}
