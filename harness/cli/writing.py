"""Passes of a writer against a server: what they need is put together here, pass by pass."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from harness.cli.confirming import Confirm
from harness.cli.options import X_URL
from harness.cli.replaying import note_settings
from harness.cli.signals import stopping_gracefully
from harness.eligibility.bounds import Bounds, live_bounds
from harness.settings import read_settings
from harness.world.gateway import GatewayTransport, RoutedTransport
from writers.auth import credentials_from_environment
from writers.client import NotesClient
from writers.clock import Clock, SystemClock
from writers.discovery import load_checks, load_retriever
from writers.errors import ApiError, Forbidden, InvalidRequest
from writers.following import follow_notes
from writers.journal import Attempt, Journal
from writers.llm import ExchangeLog, ModelDesk, ModelSettings
from writers.lock import only_copy
from writers.plugin import Retriever, Writer
from writers.run import ASKED_TO_STOP, run_pass
from writers.run_limits import PassSummary, RunLimits
from writers.safe_http import guarded_transport
from writers.schedule import repeat
from writers.stopping import Stopping
from writers.tape import UNTAPED, Tape, TapeLog, TapeWriter, note_models
from writers.web import PageFetcher

LIMIT_USED_UP = "the writing limit of the last 24 hours is used up"


@dataclass(frozen=True, slots=True)
class Work:
    """What a user asked for."""

    plugin: Writer
    url: str
    journal: Path
    limits: RunLimits
    live: bool
    dry_run: bool
    documents: Path | None
    models: Path | None
    selection: str | None
    record: Path | None
    every_ms: int | None
    on_attempt: Callable[[Attempt], None]
    on_event: Callable[[str], None]
    """Is told what a person at the terminal may want to know, a sentence each."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the passes came to together."""

    writer: str
    live: bool
    summary: PassSummary = field(default_factory=PassSummary)
    passes: int = 0
    failed_passes: int = 0
    """Ended by an API that was out of order."""

    def and_then(self, summary: PassSummary) -> Told:
        return replace(self, summary=self.summary.and_then(summary), passes=self.passes + 1)

    def and_failed(self) -> Told:
        return replace(self, failed_passes=self.failed_passes + 1)

    def sentence(self, summary: PassSummary) -> str:
        """What a pass came to, for a person."""
        mode = "live notes" if self.live else "test notes"
        words = (
            f"{self.writer}: {summary.seen} posts seen, {summary.skipped} attempted before, "
            f"{summary.submitted} {mode} submitted, {summary.abstained} abstained, "
            f"{summary.refused} refused by checks, {summary.failed} failed"
        )
        extras = (
            (summary.drafted, "drafted and not sent"),
            (summary.unsure, "sent without an answer (the next pass finds out)"),
            (summary.recovered, "recovered from an earlier pass"),
        )
        words += "".join(f", {count} {what}" for count, what in extras if count)
        return f"{words}. {f'Stopped: {summary.stopped}.' if summary.stopped else ''}".strip()

    def as_dict(self, *, repeated: bool) -> dict[str, Any]:
        """For `--json`; how many passes there were is told where there could be more than one."""
        counts = {"passes": self.passes, "failed_passes": self.failed_passes} if repeated else {}
        return {**counts, **self.summary.as_dict()}


async def write_passes(work: Work, *, confirm: Confirm) -> Told:
    """One pass, or pass after pass until a signal ends them.

    `confirm` is asked once, before anything else, whether live notes are meant. Raises AlreadyRunning where
    another copy of the writer is at work on the journal, and what `run_pass` raises.
    """
    clock = SystemClock()
    auth = credentials_from_environment(os.environ)
    settings = _model_settings(work.models)
    told = Told(work.plugin.name, work.live)
    stop = asyncio.Event()
    with only_copy(work.journal, work.plugin.name), Journal.open(work.journal) as journal:
        if work.live and not work.dry_run:
            confirm(journal, work.plugin.name, work.url)
        with stopping_gracefully(stop, tell=work.on_event):
            async with NotesClient(work.url, auth, clock=clock) as client:

                async def one_pass() -> PassSummary:
                    return await _one_pass(work, client, journal, settings, clock, stop)

                if work.every_ms is None:
                    return told.and_then(await one_pass())

                def on_pass(summary: PassSummary) -> None:
                    nonlocal told
                    told = told.and_then(summary)
                    work.on_event(f"Pass {told.passes}: {told.sentence(summary)}")

                def on_failure(error: ApiError) -> None:
                    nonlocal told
                    told = told.and_failed()
                    work.on_event(f"This pass failed, the next one comes in its time: {error}")

                await repeat(
                    one_pass,
                    every_ms=work.every_ms,
                    clock=clock,
                    stop=stop,
                    on_pass=on_pass,
                    on_failure=on_failure,
                )
    return told


async def _one_pass(
    work: Work,
    client: NotesClient,
    journal: Journal,
    settings: ModelSettings,
    clock: Clock,
    stop: asyncio.Event,
) -> PassSummary:
    name, test_mode = work.plugin.name, not work.live
    limits, selection = work.limits, work.selection
    preparing = Stopping(UNTAPED, stop)
    bounds = await preparing.unless_asked("preparing", _look_back(client, journal, name, test_mode, clock))
    if preparing.asked:
        return PassSummary(stopped=ASKED_TO_STOP)
    if bounds is not None:
        if not bounds.notes_left and not work.dry_run:
            return PassSummary(stopped=LIMIT_USED_UP)
        selection = selection or bounds.selection.wire()
        if not work.dry_run:
            asked = limits.max_notes
            left = bounds.notes_left if asked is None else min(asked, bounds.notes_left)
            limits = replace(limits, max_notes=left)
        work.on_event(f"{bounds.sentence()} The feed read is {selection}.")
    retrievers = _retrievers(work.documents)
    with TapeWriter(work.record) if work.record is not None else nullcontext(UNTAPED) as tape:
        note_settings(
            tape,
            writer=name,
            test_mode=test_mode,
            dry_run=work.dry_run,
            selection=selection,
            limits=limits,
            retrievers=[retriever.name for retriever in retrievers],
        )
        async with (
            _models(settings, journal, name, test_mode, clock, tape) as models,
            PageFetcher(_transport(work.url), clock=clock) as web,
        ):
            return await run_pass(
                work.plugin,
                client,
                journal=journal,
                clock=clock,
                test_mode=test_mode,
                web=web,
                limits=limits,
                retrievers=retrievers,
                checks=load_checks(),
                post_selection=selection,
                dry_run=work.dry_run,
                on_attempt=work.on_attempt,
                models=models,
                tape=tape,
                stop=stop,
            )


async def _look_back(
    client: NotesClient, journal: Journal, writer: str, test_mode: bool, clock: Clock
) -> Bounds | None:
    """Journal what became of earlier notes. For live ones all are read, and tell what is left today and which
    feed is open; None in test mode, and where live notes are not allowed: the pass then says so.
    """
    if test_mode:
        await follow_notes(client, journal, writer, test_mode=True, now_ms=clock.now_ms())
        return None
    try:
        notes = [note async for note in client.written(test_mode=False)]
    except (Forbidden, InvalidRequest):
        return None
    now_ms = clock.now_ms()
    journal.follow(writer, False, notes, now_ms=now_ms)
    return live_bounds(notes, now_ms=now_ms)


def _model_settings(file: Path | None) -> ModelSettings:
    settings = read_settings(ModelSettings, file) if file is not None else ModelSettings()
    return settings.overlaid(os.environ)


@asynccontextmanager
async def _models(
    settings: ModelSettings, journal: Journal, writer: str, test_mode: bool, clock: Clock, tape: Tape
) -> AsyncIterator[ModelDesk | None]:
    """The models of a pass, with a pass's budget; None where the settings name none."""
    if not settings.models:
        yield None
        return
    note_models(tape, repairs=settings.repairs, budget=settings.budget)
    logs: list[ExchangeLog] = [journal.exchange_log(writer, test_mode), TapeLog(tape)]
    async with ModelDesk.live(settings, os.environ, clock=clock, logs=logs) as models:
        yield models


def _retrievers(documents: Path | None) -> list[Retriever]:
    found = [load_retriever("suggested_sources", {})]
    if documents is not None:
        found.append(load_retriever("documents", {"path": str(documents)}))
    return found


def _transport(url: str) -> httpx.AsyncBaseTransport:
    """The network; for a server on this machine, its fictional web besides."""
    network = guarded_transport()
    return network if url == X_URL else RoutedTransport(fictional=GatewayTransport(url), network=network)
