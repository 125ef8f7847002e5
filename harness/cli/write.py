"""`notewright write WRITER`: passes of a writer over the feed, on the local server or on X."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from harness.cli.console import ANSWER_IS_NO, JsonOption, answer, answer_json, complain, tell
from harness.cli.options import DataOption, OptionsOption, TargetOption, base_url, data_folder, parse_options

if TYPE_CHECKING:
    from writers.journal import Attempt

SECONDS_PER_POST = 60.0


def write(
    writer: Annotated[str, typer.Argument(help="An installed writer's name, or path/to/file.py:Class.")],
    target: TargetOption = "local",
    live: Annotated[
        bool, typer.Option("--live", help="Write live notes. Without it, notes are test notes.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --live: do not ask; for cron, which cannot answer.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Draft and check, submit nothing.")] = False,
    every: Annotated[
        str | None, typer.Option("--every", help="Go on, with a pass every so often: 90s, 15m, 2h.")
    ] = None,
    option: OptionsOption = None,
    documents: Annotated[
        Path | None, typer.Option("--documents", help="A folder or JSON Lines file of documents to search.")
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(help="Settings of language models (TOML); without it NOTEWRIGHT_MODEL names one."),
    ] = None,
    selection: Annotated[
        str | None,
        typer.Option(
            "--feed",
            help="Which feed, as X spells it, e.g. 'feed_size:large,feed_lang:all'. "
            "Default: for live notes the largest that is open.",
        ),
    ] = None,
    max_posts: Annotated[
        int | None, typer.Option(min=1, help="Hand the writer at most so many posts a pass.")
    ] = None,
    max_notes: Annotated[
        int | None,
        typer.Option(
            min=1, help="Submit at most so many notes a pass. Live, also what is left of the day's limit."
        ),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Drafts in the making at one time.")] = 4,
    seconds_per_post: Annotated[
        float | None,
        typer.Option(min=0.1, help=f"Time a writer has for one post. Default: {SECONDS_PER_POST:g}."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="Record everything the pass learns in a new file.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option("--replay", help="Repeat a recorded pass without a network.")
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(
            "--journal",
            help="The journal file. Default: one per target, in --data. With --replay: a new file to make.",
        ),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """A pass over the feed: draft, check, submit. May be killed at any moment and run again."""
    from rich.text import Text

    from harness.cli.confirming import live_confirmation
    from harness.cli.replaying import Replay, replay_pass
    from harness.cli.writing import Told, Work, write_passes
    from writers.discovery import load_writer
    from writers.errors import UserError
    from writers.lock import AlreadyRunning
    from writers.run_limits import RunLimits
    from writers.schedule import parse_duration

    limits = RunLimits(
        max_posts=max_posts,
        max_notes=max_notes,
        concurrency=concurrency,
        seconds_per_post=seconds_per_post or SECONDS_PER_POST,
    )
    if replay is not None:
        settled = {
            "--target": target != "local",
            "--live": live,
            "--yes": yes,
            "--dry-run": dry_run,
            "--every": every,
            "--documents": documents,
            "--models": models,
            "--feed": selection,
            "--max-posts": max_posts,
            "--max-notes": max_notes,
            "--seconds-per-post": seconds_per_post,
            "--record": record,
        }
        if given := [name for name, value in settled.items() if value]:
            raise UserError(f"--replay repeats a pass as it was recorded: leave {given[0]} out.")
        again = Replay(replay, journal, concurrency)
        plugin = load_writer(writer, parse_options(option))
        summary, were_live = replay_pass(plugin, again, on_attempt=_tell_attempt)
        told = Told(plugin.name, were_live).and_then(summary)
    else:
        if every is not None and record is not None:
            raise UserError("--record records one pass: leave --every out.")
        url = base_url(target)
        work = Work(
            plugin=load_writer(writer, parse_options(option)),
            url=url,
            journal=journal or journal_file(url, data),
            limits=limits,
            live=live,
            dry_run=dry_run,
            documents=documents,
            models=models,
            selection=selection,
            record=record,
            every_ms=None if every is None else parse_duration(every),
            on_attempt=_tell_attempt,
            on_event=tell,
        )
        try:
            told = asyncio.run(write_passes(work, confirm=live_confirmation(yes=yes)))
        except AlreadyRunning as running:
            complain(str(running))
            raise typer.Exit(ANSWER_IS_NO) from None
    if as_json:
        answer_json(told.as_dict(repeated=every is not None))
    else:
        answer(Text(told.sentence(told.summary)))


def journal_file(url: str, data: Path | None) -> Path:
    """Each target has a journal of its own: the same post may be noted once on each."""
    place = urlsplit(url)
    port = f"-{place.port}" if place.port else ""
    return data_folder(data) / "journals" / f"{place.hostname}{port}.sqlite3"


def _tell_attempt(attempt: Attempt) -> None:
    from harness.cli.journal_pages import harmless

    about = "; ".join(attempt.complaints) or attempt.reason or (attempt.draft.text if attempt.draft else "")
    tell(f"{attempt.post_id}  {attempt.outcome:<10}  {harmless(' '.join(about.split())[:100])}")
