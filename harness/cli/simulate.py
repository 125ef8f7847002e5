"""`notewright simulate [SCENARIO.toml]`: a whole season on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import JsonOption, answer, answer_json, progress_bar, tell, write_whole

DEFAULT_REPORT = Path("season-report.html")


def simulate(
    scenario: Annotated[
        Path | None, typer.Argument(help="A scenario file; the built-in 30-day season where none is given.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed than the scenario's.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Another length than the scenario's.")] = None,
    report: Annotated[Path, typer.Option(help="Where the HTML report goes.")] = DEFAULT_REPORT,
    as_json: JsonOption = False,
) -> None:
    """Run a season: test notes → admission → live notes → ratings → scores → limits."""
    from harness.report.html import render
    from harness.report.terminal import season_table
    from harness.simulation.scenario import load_scenario
    from harness.simulation.season import run_season

    changes = {"seed": seed, "days": days}
    plan = load_scenario(scenario).model_copy(
        update={name: value for name, value in changes.items() if value is not None}
    )
    with progress_bar(f"{plan.days} days") as progress:
        result = run_season(plan, progress=progress)
    write_whole(report, render(result))
    if as_json:
        answer_json(result)
    else:
        answer(season_table(result))
    tell(f"The season's report: {report}")
