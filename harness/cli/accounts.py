"""`notewright accounts`: who may write on the local server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import JsonOption, answer, answer_json
from harness.cli.options import DataOption, data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from harness.store import Store
    from harness.store.credentials import Credentials

app = typer.Typer(help="Enrol writers on the local server, and list them.", no_args_is_help=True)

NAME = Annotated[str, typer.Argument(help="The writer's name on the local server.")]


@app.callback()
def accounts() -> None:
    """Enrol writers on the local server, and list them."""


@app.command("add")
def add(name: NAME, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Enrol a writer; its credentials are shown this once."""
    from writers.clock import SystemClock

    with open_store(data_folder(data)) as store:
        credentials = store.add_writer(name, SystemClock().now_ms())
    _show_once(name, credentials, as_json=as_json)


@app.command("renew")
def renew(name: NAME, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Give a writer new credentials, shown this once; the old ones are refused from now on."""
    with open_store(data_folder(data)) as store:
        credentials = store.renew_credentials(name)
    _show_once(name, credentials, as_json=as_json)


@app.command("token")
def token(
    name: NAME,
    scope: Annotated[
        list[str], typer.Option(help="What the token is good for: tweet.read, tweet.write; may be repeated.")
    ],
    lifetime: Annotated[
        int | None, typer.Option(min=1, help="Seconds until it expires; without it, at the next renewal.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a writer a further OAuth 2.0 user token for some scopes only, shown this once."""
    from writers.auth import USER_TOKEN_VARIABLE
    from writers.clock import SECOND_MS, SystemClock

    lifetime_ms = None if lifetime is None else lifetime * SECOND_MS
    now_ms = SystemClock().now_ms()
    with open_store(data_folder(data)) as store:
        issued = store.issue_user_token(name, scope, now_ms=now_ms, lifetime_ms=lifetime_ms)
    if as_json:
        answer_json({"name": name, "scopes": sorted(set(scope)), "user_token": issued})
    else:
        typer.echo(f"export {USER_TOKEN_VARIABLE}={issued}")


@app.command("list")
def list_accounts(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the writers of the local server."""
    from rich import box
    from rich.table import Table

    with open_store(data_folder(data)) as store:
        found = store.writers()
    if as_json:
        answer_json(
            [
                {
                    "id": str(a.writer_id),
                    "name": a.name,
                    "admitted_at_ms": a.admitted_at_ms,
                    "created_at_ms": a.created_at_ms,
                }
                for a in found
            ]
        )
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("name", "id", "enrolled", "admitted"):
        table.add_column(heading)
    for account in found:
        admitted = "in test mode" if account.admitted_at_ms is None else _day(account.admitted_at_ms)
        table.add_row(account.name, str(account.writer_id), _day(account.created_at_ms), admitted)
    answer(table)


def open_store(folder: Path) -> Store:
    """The local server's store, made where there is none."""
    from harness.serving import DATABASE, make_folder
    from harness.store import Store

    make_folder(folder)
    return Store.open(folder / DATABASE)


def export_lines(credentials: Credentials) -> list[str]:
    """Credentials as the lines a shell takes; the names are those that a writer's client reads."""
    from writers.auth import OAUTH1_VARIABLES

    values = (
        credentials.consumer_key,
        credentials.consumer_secret,
        credentials.access_token,
        credentials.access_token_secret,
    )
    return [f"export {name}={value}" for name, value in zip(OAUTH1_VARIABLES, values, strict=True)]


def credentials_json(credentials: Credentials) -> dict[str, str]:
    """Credentials for a program, under the names that clients give them."""
    return {
        "id": str(credentials.writer_id),
        "consumer_key": credentials.consumer_key,
        "consumer_secret": credentials.consumer_secret,
        "access_token": credentials.access_token,
        "access_token_secret": credentials.access_token_secret,
        "user_token": credentials.user_token,
    }


def _show_once(name: str, credentials: Credentials, *, as_json: bool) -> None:
    if as_json:
        answer_json({"name": name, **credentials_json(credentials)})
        return
    typer.echo(f"# Credentials of '{name}', shown this once. Your shell takes them as they stand.")
    for line in export_lines(credentials):
        typer.echo(line)
    typer.echo(
        f"# Or in their place its OAuth 2.0 user token: NOTEWRIGHT_USER_TOKEN={credentials.user_token}"
    )


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
