"""`notewright compare A B …`: the same posts through several writers, in one season."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import JsonOption, answer, answer_json, progress_bar, tell, write_whole

if TYPE_CHECKING:
    from harness.simulation.models import SeasonModels

DEFAULT_REPORT = Path("comparison-report.html")


def compare(
    writers: Annotated[
        list[str] | None,
        typer.Argument(
            help="Two writers or more, each [NAME=]PLUGIN[?option=value&…]; if none, the scenario's.",
            show_default=False,
        ),
    ] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(help="The scenario file they meet in; the built-in 30-day season where none is given."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the scenario's.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Another length than the scenario's.")] = None,
    models: Annotated[
        Path | None,
        typer.Option(help="Settings of language models (TOML); without it NOTEWRIGHT_MODEL names one."),
    ] = None,
    output: Annotated[Path, typer.Option(help="Where the HTML report goes.")] = DEFAULT_REPORT,
    with_time: Annotated[
        bool,
        typer.Option(
            "--time", help="Real time a post in the report and --json too; they then differ from run to run."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The same posts through several writers in one season: shares with intervals, costs, drafts."""
    import time

    from harness.comparison.contestants import contestants_of, read_contestants
    from harness.comparison.html import render
    from harness.comparison.run import compare as run_comparison
    from harness.comparison.terminal import comparison_tables
    from harness.simulation.scenario import load_scenario

    _check_writable(output)
    changes = {"seed": seed, "days": days}
    plan = load_scenario(scenario).model_copy(
        update={name: value for name, value in changes.items() if value is not None}
    )
    contestants = read_contestants(writers) if writers else contestants_of(plan)
    opened = _models(models)
    with progress_bar(f"{len(contestants)} writers, {plan.days} days") as progress:
        comparison = run_comparison(
            plan, contestants, seconds=time.perf_counter, progress=progress, models=opened
        )
    kept = comparison if with_time else comparison.without_time()
    write_whole(output, render(kept))
    if as_json:
        answer_json(kept)
    else:
        answer(comparison_tables(comparison))
    tell(f"The comparison's report: {output}")


def _check_writable(output: Path) -> None:
    """A long season is not played for a report that has no place."""
    import os

    from writers.errors import UserError

    if output.is_dir():
        raise UserError(f"--output {output} is a folder: name a file in it, e.g. {output / DEFAULT_REPORT}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"--output {output}: its folder cannot be made ({error.strerror}); name another place"
        ) from None
    if not os.access(output.parent, os.W_OK):
        raise UserError(f"--output {output}: its folder may not be written to; name another place")


def _models(file: Path | None) -> SeasonModels | None:
    """Language models for the writers, where a file or the environment names one."""
    import os

    from harness.settings import read_settings
    from harness.simulation.models import SeasonModels
    from writers.clock import SystemClock
    from writers.llm import ModelSettings

    settings = read_settings(ModelSettings, file) if file is not None else ModelSettings()
    settings = settings.overlaid(os.environ)
    return SeasonModels(settings, os.environ, SystemClock()) if settings.models else None
