"""What can go wrong in scoring.

    ScoringError
    ├── InputError        a public table cannot be read or contradicts itself; names file, line and column
    ├── OutputError       a result cannot be written
    └── PrescoringError   a saved prescoring result is unreadable or belongs to other data

Every message is one sentence that says what is wrong, where, and what to do about it.
"""

from __future__ import annotations

from pathlib import Path


class ScoringError(Exception):
    """Anything the scorer refuses."""


class InputError(ScoringError):
    """A table that cannot be read, or rows that contradict each other.

    ``path``, ``line`` (counted from 1, the header being line 1) and ``column`` are None where they do not
    apply.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str,
        path: Path | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        place = "" if path is None else f"{path}"
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column {column}"
        super().__init__(f"{place}: {problem}; {remedy}" if place else f"{problem}; {remedy}")
        self.path = path
        self.line = line
        self.column = column


class OutputError(ScoringError):
    """A result that cannot be written."""


class PrescoringError(ScoringError):
    """A saved prescoring result that cannot be used."""
