"""`notewright serve`: the local API."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.accounts import credentials_json, export_lines
from harness.cli.console import JsonOption, answer_json, tell
from harness.cli.options import LOCAL_PORT, DataOption, data_folder

if TYPE_CHECKING:
    from harness.serving import LocalServer


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on. The default is reached from this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = LOCAL_PORT,
    data: DataOption = None,
    posts: Annotated[
        str | None,
        typer.Option(
            metavar="world|handwritten|FILE",
            help="30 days of a generated world (default), 60 hand-written posts, or the file of a recorded "
            "feed, .jsonl or .jsonl.gz. Chosen once a folder.",
        ),
    ] = None,
    arrivals: Annotated[
        Literal["even", "recorded"] | None,
        typer.Option(
            help="When a recorded feed's posts arrive: evenly over the past three days (default), or as far "
            "apart as they were written."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of generated posts and of the admission draw.")] = 1,
    draw_probability: Annotated[
        float, typer.Option(min=0, max=1, help="Chance a day that a writer who qualifies is admitted.")
    ] = 1.0,
    settings: Annotated[
        Path | None, typer.Option(help="A TOML file that changes how the server answers.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Serve X's AI Note Writer API on this machine until interrupted."""
    from harness.api import ServerSettings
    from harness.api import server as socket_server
    from harness.serving import LocalServer, Luck, interactive_settings
    from harness.settings import read_settings
    from writers.clock import SystemClock

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    local = LocalServer.open(
        data_folder(data),
        posts=posts,
        spacing=arrivals,
        luck=Luck(seed=seed, probability=draw_probability),
        settings=read_settings(ServerSettings, settings) if settings else interactive_settings(),
        clock=SystemClock(),
    )
    try:
        # Ctrl-C is how a server is stopped: requests under way have been finished by then.
        with suppress(KeyboardInterrupt):
            socket_server.serve(
                local.app, host=host, port=port, on_ready=lambda url: _tell_ready(local, url, as_json=as_json)
            )
    finally:
        local.close()


def _tell_ready(local: LocalServer, url: str, *, as_json: bool) -> None:
    credentials = local.first_writer
    if as_json:
        answer_json(
            {
                "url": url,
                "data": str(local.folder),
                "documents": None if local.documents is None else str(local.documents),
                "posts": len(local.posts.arrivals),
                "first_writer": None if credentials is None else credentials_json(credentials),
            }
        )
        return
    if credentials is not None:
        typer.echo(
            "# A first writer is enrolled. Its credentials are shown this once; your shell takes them:"
        )
        for line in export_lines(credentials):
            typer.echo(line)
        documents = "" if local.documents is None else f" --documents {local.documents}"
        typer.echo(f"# Then: notewright write baseline --target {url}{documents}")
    count, name = len(local.posts.arrivals), local.posts.name
    tell(f"Serving {count} posts of {name} on {url}; data in {local.folder}.")
    tell("Stop with Ctrl-C.")
