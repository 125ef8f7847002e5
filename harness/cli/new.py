"""`notewright new NAME`: a plugin project of one's own, and what to type next."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.console import JsonOption, answer_json, tell

if TYPE_CHECKING:
    from writers.scaffold import ProjectName


def new(
    name: Annotated[str, typer.Argument(help="The writer's name: lower-case letters, digits and '-'.")],
    kind: Annotated[
        Literal["retrieval", "specialist"],
        typer.Option(help="What it begins as: it quotes pages, or does so on one topic by trusted sources."),
    ] = "retrieval",
    directory: Annotated[
        Path | None, typer.Option("--directory", help="The project's folder. Default: NAME, in this folder.")
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Also into a folder that holds files; what is in the way is renamed, and told."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a complete plugin project: a writer that runs, its tests, workflows, a README."""
    from writers.scaffold import Kind, check_untaken, place, project_name, render, writer_file

    named = project_name(name)
    folder = directory or Path(named.project)
    check_untaken(named, folder)
    files = render(named, Kind(kind), notewright_version=metadata.version("notewright"))
    replaced = place(files, folder, force=force)
    writer = folder.joinpath(*writer_file(named).parts)
    if as_json:
        answer_json(
            {
                "name": named.project,
                "folder": str(folder),
                "writer": f"{writer}:{named.class_name}",
                "files": [str(folder.joinpath(*path.parts)) for path in files],
                "replaced": [{"file": str(r.file), "kept_as": str(r.kept_as)} for r in replaced],
            }
        )
        return
    for file in replaced:
        tell(f"{file.file} was there with another text, which is now in {file.kept_as}.")
    typer.echo(_next_steps(named, folder, writer))


def _next_steps(name: ProjectName, folder: Path, writer: Path) -> str:
    """What to do now; every line of it works as it stands."""
    from shlex import quote

    spec = quote(f"{writer}:{name.class_name}")
    return f"""\
Made {folder}: a writer that runs, its tests, and workflows for GitHub.

Edit {writer}, and see whether it keeps the contract:

  notewright check {spec}

Then let it write. In another terminal, X on this machine; leave it running:

  notewright serve

and here, its credentials and one pass over the feed, in test mode:

  eval "$(notewright accounts add {name.project})"
  notewright write {spec} --target local

Its own tests, after which it is known as '{name.project}' in place of its file:

  pip install -e {quote(f"{folder}[dev]")}
  pytest {quote(str(folder))}"""
