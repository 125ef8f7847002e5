"""`notewright write WRITER`: one pass of a writer over the feed, on the local server or on X."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from harness.cli.console import JsonOption, answer, answer_json, tell
from harness.cli.options import DataOption, OptionsOption, TargetOption, base_url, data_folder, parse_options

if TYPE_CHECKING:
    import httpx
    from rich.console import RenderableType

    from writers.journal import Attempt, Journal
    from writers.plugin import Retriever, Writer
    from writers.run import PassSummary, RunLimits


def write(
    writer: Annotated[str, typer.Argument(help="An installed writer's name, or path/to/file.py:Class.")],
    target: TargetOption = "local",
    live: Annotated[
        bool, typer.Option("--live", help="Write live notes. Without it, notes are test notes.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Draft and check, submit nothing.")] = False,
    option: OptionsOption = None,
    documents: Annotated[
        Path | None, typer.Option("--documents", help="A folder or JSON Lines file of documents to search.")
    ] = None,
    selection: Annotated[
        str | None,
        typer.Option("--feed", help="Which feed, as X spells it, e.g. 'feed_size:large,feed_lang:all'."),
    ] = None,
    max_posts: Annotated[
        int | None, typer.Option(min=1, help="Hand the writer at most so many posts.")
    ] = None,
    max_notes: Annotated[int | None, typer.Option(min=1, help="Submit at most so many notes.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Drafts in the making at one time.")] = 4,
    seconds_per_post: Annotated[float, typer.Option(min=0.1, help="Time a writer has for one post.")] = 60.0,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="The journal file. Default: one per target, in --data.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """One pass over the feed: draft, check, submit. May be killed at any moment and run again."""
    from writers.discovery import load_writer
    from writers.journal import Journal
    from writers.run import RunLimits

    url = base_url(target)
    plugin = load_writer(writer, parse_options(option))
    limits = RunLimits(
        max_posts=max_posts,
        max_notes=max_notes,
        concurrency=concurrency,
        seconds_per_post=seconds_per_post,
    )
    with Journal.open(journal or journal_file(url, data)) as open_journal:
        summary = asyncio.run(
            _pass(
                plugin,
                url,
                open_journal,
                limits,
                retrievers=_retrievers(documents),
                test_mode=not live,
                selection=selection,
                dry_run=dry_run,
            )
        )
    if as_json:
        answer_json(summary.as_dict())
    else:
        answer(_summary_line(plugin.name, summary, live))


def journal_file(url: str, data: Path | None) -> Path:
    """Each target has a journal of its own: the same post may be noted once on each."""
    place = urlsplit(url)
    port = f"-{place.port}" if place.port else ""
    return data_folder(data) / "journals" / f"{place.hostname}{port}.sqlite3"


def _retrievers(documents: Path | None) -> list[Retriever]:
    from writers.discovery import load_retriever

    found = [load_retriever("suggested_sources", {})]
    if documents is not None:
        found.append(load_retriever("documents", {"path": str(documents)}))
    return found


async def _pass(
    writer: Writer,
    url: str,
    journal: Journal,
    limits: RunLimits,
    *,
    retrievers: list[Retriever],
    test_mode: bool,
    selection: str | None,
    dry_run: bool,
) -> PassSummary:
    from writers.auth import credentials_from_environment
    from writers.client import NotesClient
    from writers.clock import SystemClock
    from writers.discovery import load_checks
    from writers.run import run_pass
    from writers.web import PageFetcher

    clock = SystemClock()
    auth = credentials_from_environment(os.environ)
    async with NotesClient(url, auth, clock=clock) as client, PageFetcher(_transport(url)) as web:
        return await run_pass(
            writer,
            client,
            journal=journal,
            clock=clock,
            test_mode=test_mode,
            web=web,
            limits=limits,
            retrievers=retrievers,
            checks=load_checks(),
            post_selection=selection,
            dry_run=dry_run,
            on_attempt=_tell_attempt,
        )


def _transport(url: str) -> httpx.AsyncBaseTransport:
    """The network; for a server on this machine, its fictional web besides."""
    from harness.cli.options import X_URL
    from harness.world.gateway import GatewayTransport, RoutedTransport
    from writers.safe_http import guarded_transport

    network = guarded_transport()
    return network if url == X_URL else RoutedTransport(fictional=GatewayTransport(url), network=network)


def _tell_attempt(attempt: Attempt) -> None:
    about = "; ".join(attempt.complaints) or attempt.reason or (attempt.draft.text if attempt.draft else "")
    tell(f"{attempt.post_id}  {attempt.outcome:<10}  {' '.join(about.split())[:100]}")


def _summary_line(name: str, summary: PassSummary, live: bool) -> RenderableType:
    from rich.text import Text

    mode = "live notes" if live else "test notes"
    words = (
        f"{name}: {summary.seen} posts seen, {summary.skipped} attempted before, "
        f"{summary.submitted} {mode} submitted, {summary.abstained} abstained, "
        f"{summary.refused} refused by checks, {summary.failed} failed"
    )
    extras = (
        (summary.drafted, "drafted and not sent"),
        (summary.unsure, "sent without an answer (the next pass finds out)"),
        (summary.recovered, "recovered from an earlier pass"),
    )
    words += "".join(f", {count} {what}" for count, what in extras if count)
    return Text(f"{words}. {f'Stopped: {summary.stopped}.' if summary.stopped else ''}".strip())
