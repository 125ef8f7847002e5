"""`notewright write --replay`: a recorded pass again, on this machine alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from writers.clock import SystemClock
from writers.discovery import load_checks
from writers.errors import UserError
from writers.journal import Attempt, Journal
from writers.plugin import Writer
from writers.run import run_pass
from writers.run_limits import PassSummary, RunLimits
from writers.tape import OFFLINE, OfflineRetriever, Tape, TapeReader, no_page, noted_models
from writers.tape.tape import PASS

SETTINGS: Final = "settings"


@dataclass(frozen=True, slots=True)
class Replay:
    """What a user asked for."""

    recording: Path
    journal: Path | None
    """A file that is not there yet; None for a journal that is forgotten."""
    concurrency: int


def note_settings(
    tape: Tape,
    *,
    writer: str,
    test_mode: bool,
    dry_run: bool,
    selection: str | None,
    limits: RunLimits,
    retrievers: Sequence[str],
) -> None:
    """Record what a pass was asked to do."""
    told = {
        "writer": writer,
        "test_mode": test_mode,
        "dry_run": dry_run,
        "selection": selection,
        "max_posts": limits.max_posts,
        "max_notes": limits.max_notes,
        "seconds_per_post": limits.seconds_per_post,
        "retrievers": list(retrievers),
    }
    tape.note(PASS, SETTINGS, "", told)


def replay_pass(
    plugin: Writer, replay: Replay, *, on_attempt: Callable[[Attempt], None]
) -> tuple[PassSummary, bool]:
    """What the pass comes to, and whether its notes were live.

    Raises UserError, BadInputError, and NotRecorded.
    """
    tape = TapeReader(replay.recording)
    told = tape.noted(PASS, SETTINGS, "")
    if told is None:
        raise tape.missing(PASS, SETTINGS, "")
    if told["writer"] != plugin.name:
        raise UserError(
            f"The recording {replay.recording} is of the writer '{told['writer']}', not of '{plugin.name}'."
        )
    if replay.journal is not None and replay.journal.exists():
        raise UserError(f"The journal {replay.journal} exists: name a new file for what the replay comes to.")
    with Journal.open(replay.journal) if replay.journal is not None else Journal.in_memory() as journal:
        summary = asyncio.run(_again(plugin, tape, told, journal, replay.concurrency, on_attempt))
    return summary, not told["test_mode"]


async def _again(
    plugin: Writer,
    tape: TapeReader,
    told: dict[str, Any],
    journal: Journal,
    concurrency: int,
    on_attempt: Callable[[Attempt], None],
) -> PassSummary:
    clock = SystemClock()
    test_mode: bool = told["test_mode"]
    return await run_pass(
        plugin,
        OFFLINE,
        journal=journal,
        clock=clock,
        test_mode=test_mode,
        web=no_page,
        limits=RunLimits(
            max_posts=told["max_posts"],
            max_notes=told["max_notes"],
            concurrency=concurrency,
            seconds_per_post=told["seconds_per_post"],
        ),
        retrievers=[OfflineRetriever(name) for name in told["retrievers"]],
        checks=load_checks(),
        post_selection=told["selection"],
        dry_run=told["dry_run"],
        on_attempt=on_attempt,
        models=noted_models(tape, clock=clock, logs=[journal.exchange_log(plugin.name, test_mode)]),
        tape=tape,
    )
