"""A comparison from its scenario to its document."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from harness.comparison.contestants import Contestant, arena
from harness.comparison.document import Comparison
from harness.comparison.stopwatch import Seconds, TimedWriter
from harness.comparison.tally import Record, tally
from harness.simulation.models import SeasonModels
from harness.simulation.scenario import Scenario
from harness.simulation.season import Progress, Season
from harness.simulation.stages import unmeasured
from harness.store import MasterKey, Store


def compare(
    scenario: Scenario,
    contestants: Sequence[Contestant],
    *,
    seconds: Seconds,
    progress: Progress | None = None,
    models: SeasonModels | None = None,
) -> Comparison:
    """Play the scenario's season with these writers, and set their answers and their fates side by side.

    `seconds` measures what drafts take in real time; `models` are the language models that writers may ask.
    What a writer does wrong is told in the document; files of the scenario that cannot be read are a
    UserError before the first day.
    """
    return asyncio.run(_play(arena(scenario, contestants), contestants, seconds, progress, models))


async def _play(
    scenario: Scenario,
    contestants: Sequence[Contestant],
    seconds: Seconds,
    progress: Progress | None,
    models: SeasonModels | None,
) -> Comparison:
    timed = [TimedWriter(contestant.plugin, seconds) for contestant in contestants]
    with Store.in_memory(MasterKey.from_seed(scenario.seed)) as store:
        async with AsyncExitStack() as resources:
            season = Season(scenario, store, unmeasured, plugins=timed)
            await season.open(resources, models=models)
            await season.play(progress)
            return tally(
                Record(
                    scenario=scenario,
                    result=await season.result(),
                    posts=season.source.posts,
                    attempts=[list(writer.attempts()) for writer in season.writers],
                    drafts_s=[writer.drafts_s for writer in timed],
                    calls_usd=[writer.calls_usd() for writer in season.writers],
                )
            )
