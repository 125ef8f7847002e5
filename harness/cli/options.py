"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from writers.errors import UserError

LOCAL_URL: Final = "http://127.0.0.1:8787"
X_URL: Final = "https://api.x.com"
LOCAL_PORT: Final = 8787

OptionsOption = Annotated[
    list[str] | None,
    typer.Option("--option", "-o", help="A writer's own setting as name=value; may be given again."),
]
TargetOption = Annotated[
    str, typer.Option("--target", help="'local', 'x', or the base URL of a server that speaks X's API.")
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="The local server's folder. Default: this user's data folder."),
]


def parse_options(pairs: Sequence[str] | None) -> Mapping[str, str]:
    """`name=value` pairs as a mapping."""
    options = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UserError(f"--option {pair}: write it as name=value, e.g. --option documents=./sources")
        options[name] = value
    return options


def base_url(target: str) -> str:
    """The base URL a target names."""
    if target == "local":
        return LOCAL_URL
    if target == "x":
        return X_URL
    if target.startswith(("http://", "https://")):
        return target.rstrip("/")
    raise UserError(f"--target {target}: say 'local', 'x', or a URL that begins with http:// or https://")


def data_folder(data: Path | None) -> Path:
    """Where the local server keeps its database; made by the command that first writes there."""
    if data is not None:
        return data
    import platformdirs

    return Path(platformdirs.user_data_dir("notewright", appauthor=False))
