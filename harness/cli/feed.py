"""`notewright feed record|check`: save the eligible feed to a file, check one."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import ANSWER_IS_NO, JsonOption, answer, answer_json, tell
from harness.cli.options import TargetOption, base_url

if TYPE_CHECKING:
    import httpx
    from rich.console import RenderableType

    from harness.feeds.check import FeedCheck
    from harness.feeds.file import FeedFile
    from harness.feeds.record import Recorded

SHOWN_FINDINGS = 50

app = typer.Typer(help="Record the eligible feed, check a recorded one.", no_args_is_help=True)


@app.command("record")
def record(
    output: Annotated[
        Path, typer.Option("--output", help="The file: one post a line. Compressed where it ends in .gz.")
    ],
    target: TargetOption = "local",
    live: Annotated[
        bool,
        typer.Option(
            "--live/--test-mode", help="The feed of live notes or of test notes. Nothing is written to it."
        ),
    ] = False,
    selection: Annotated[
        str | None,
        typer.Option("--feed", help="Which feed, as X spells it, e.g. 'feed_size:large,feed_lang:all'."),
    ] = None,
    max_posts: Annotated[int | None, typer.Option(min=1, help="Record at most so many posts.")] = None,
    append: Annotated[
        bool, typer.Option("--append", help="Add the posts that the file does not hold yet.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Save the eligible feed, each post with all that it refers to. May be stopped and gone on with."""
    from harness.feeds.file import FeedFile
    from writers.auth import credentials_from_environment

    url, auth = base_url(target), credentials_from_environment(os.environ)
    with FeedFile.open(output, append=append) as file:
        done = asyncio.run(_record(url, auth, file, not live, selection, max_posts))
        if as_json:
            answer_json({"file": str(output), **asdict(done), "posts": len(file.known)})
        else:
            held = f"{output} holds {len(file.known)}"
            tell(f"{done.new} posts recorded, {done.known} were there before; {held}.")


async def _record(
    url: str, auth: httpx.Auth, file: FeedFile, test_mode: bool, selection: str | None, max_posts: int | None
) -> Recorded:
    from harness.feeds.record import record_feed
    from writers.client import NotesClient
    from writers.clock import SystemClock

    async with NotesClient(url, auth, clock=SystemClock()) as client:
        return await record_feed(
            client,
            file,
            test_mode=test_mode,
            post_selection=selection,
            max_posts=max_posts,
            on_page=lambda done: tell(f"page {done.pages}: {done.new} posts recorded"),
        )


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A recorded feed, .jsonl or .jsonl.gz.")],
    as_json: JsonOption = False,
) -> None:
    """Check every line of a recorded feed. Exit status 1 where something is wrong."""
    from harness.feeds.check import check_feed
    from writers.clock import SystemClock

    found = check_feed(file, now_ms=SystemClock().now_ms())
    if as_json:
        answer_json({"file": str(file), "sound": found.sound, **found.model_dump(mode="json")})
    else:
        answer(_page(file, found))
    if not found.sound:
        raise typer.Exit(ANSWER_IS_NO)


def _page(file: Path, found: FeedCheck) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(str(file))
    table.add_column("posts", justify="right")
    rows = {
        "all": found.posts,
        "with media": found.with_media,
        "with suggested sources": found.with_suggested_sources,
        "with note requests": found.with_note_requests,
        "with matched media notes": found.with_matched_media_notes,
        "with a note found helpful": found.with_helpful_note,
        "pointing at something deleted": found.with_deleted_references,
        **{f"in language {language}": count for language, count in found.languages.items()},
    }
    for what, count in rows.items():
        table.add_row(what, str(count))
    parts: list[RenderableType] = [table]
    if found.first_written and found.last_written:
        parts.append(
            Text(f"Written {found.first_written:%Y-%m-%d %H:%M} to {found.last_written:%Y-%m-%d %H:%M}")
        )
    for finding in found.findings[:SHOWN_FINDINGS]:
        place = f"line {finding.line}" + (f", field '{finding.field}'" if finding.field else "")
        parts.append(Text(f"{place}: {finding.complaint}", style="red"))
    if len(found.findings) > SHOWN_FINDINGS:
        parts.append(Text(f"and {len(found.findings) - SHOWN_FINDINGS} more; --json tells all", style="red"))
    parts.append(Text("Nothing is wrong." if found.sound else f"Findings: {len(found.findings)}."))
    return Group(*parts)
