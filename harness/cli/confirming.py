"""Live notes are shown to people: somebody has to have said that they are meant."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from harness.cli.console import ANSWER_IS_NO, complain
from writers.clock import SystemClock
from writers.errors import UserError
from writers.journal import Journal

Confirm = Callable[[Journal, str, str], None]
"""Is given the journal, the writer's name and the target's URL; returns where live notes are meant."""


def live_confirmation(*, yes: bool) -> Confirm:
    """Asks once for a writer and a target, and the journal remembers. Without a terminal nothing is asked and
    nothing remembered counts: there it takes `--yes`, every time.
    """

    def confirm(journal: Journal, writer: str, url: str) -> None:
        if not yes:
            if not sys.stdin.isatty():
                raise UserError(f"Live notes of '{writer}' at {url} need --yes where nobody can be asked.")
            if journal.is_confirmed(writer, url):
                return
            question = (
                f"'{writer}' will write live notes at {url}, under your account, for people to see. Go on?"
            )
            if not typer.confirm(question, err=True):
                complain("Nothing was written.")
                raise typer.Exit(ANSWER_IS_NO)
        journal.confirm(writer, url, now_ms=SystemClock().now_ms())

    return confirm
