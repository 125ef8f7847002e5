"""Wall time of a season by stage, its peak memory, and the crowd's ratings a second.

Run with ``python -m benchmarks.season [--days 30] [--seed 1] [SCENARIO.toml]``. The goal: the default 30-day
season (2,000 raters, 3 writers, at least 150,000 ratings, hourly scoring by all models) under 35 seconds on 2
cores and under 600 MiB. Compiling the scorer's kernels is measured apart: it happens once a machine.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.table import Table

from benchmarks import peak_memory_bytes, wide_console
from harness.raters.crowd import Crowd
from harness.raters.merit import Matter, Reading, Source
from harness.raters.protocol import RatableNote
from harness.simulation.result import SeasonResult
from harness.simulation.scenario import load_scenario
from harness.simulation.season import run_season
from harness.simulation.stages import Stage
from writers.clock import HOUR_MS

GOAL_SECONDS = 35.0
GOAL_MEBIBYTES = 600.0
GOAL_RATINGS_A_SECOND = 200_000


class Stopwatch:
    """Wall and processor time of each stage, without that of the stages entered within it."""

    def __init__(self) -> None:
        self.wall: defaultdict[Stage, float] = defaultdict(float)
        self.cpu: defaultdict[Stage, float] = defaultdict(float)
        self.entries: defaultdict[Stage, int] = defaultdict(int)
        self._open: list[Stage] = []
        self._since = (0.0, 0.0)

    @contextmanager
    def enter(self, stage: Stage) -> Iterator[None]:
        self._charge()
        self._open.append(stage)
        self.entries[stage] += 1
        try:
            yield
        finally:
            self._charge()
            self._open.pop()

    def _charge(self) -> None:
        """Put the time since the last change on the account of the innermost stage."""
        now = (time.perf_counter(), time.process_time())
        if self._open:
            self.wall[self._open[-1]] += now[0] - self._since[0]
            self.cpu[self._open[-1]] += now[1] - self._since[1]
        self._since = now


def warmed_up() -> float:
    """Seconds to load and compile what a season needs, by playing a small one."""
    begin = time.perf_counter()
    scenario = load_scenario()
    run_season(scenario.model_copy(update={"days": 1, "warm_up_days": 2}))
    return time.perf_counter() - begin


def ratings_a_second(raters: int = 2_000, notes: int = 4_000, hours: int = 24 * 30) -> float:
    """The crowd alone, hour by hour."""
    crowd = Crowd(size=raters, seed=np.random.SeedSequence(1))
    rng = np.random.default_rng(1)
    reading = Reading("…", [("https://office.example", Source.OFFICIAL)], claim_opinion_score=1.0)
    reach = crowd.parameters.attention.reference_reach * rng.lognormal(0.0, 1.5, notes)
    crowd.meet(
        [
            RatableNote(
                note_id=i,
                created_at_ms=i * hours // notes * HOUR_MS,
                reading=reading,
                matter=Matter(wanted=1, lean=float(rng.uniform(-1, 1)), divisiveness=0.5),
                post_text="",
                post_created_at_ms=i * hours // notes * HOUR_MS,
                reach=float(reach[i]),
            )
            for i in range(notes)
        ]
    )

    async def rate() -> int:
        return sum([len(await crowd.rate(h * HOUR_MS, (h + 1) * HOUR_MS)) for h in range(hours)])

    begin = time.perf_counter()
    return asyncio.run(rate()) / (time.perf_counter() - begin)


def stages_table(watch: Stopwatch, wall: float, cpu: float) -> Table:
    table = Table("stage", "wall s", "share", "processor s", "times", "ms each", title="Where the time goes")
    for column in table.columns[1:]:
        column.justify = "right"
    for stage in sorted(watch.wall, key=lambda stage: -watch.wall[stage]):
        seconds = watch.wall[stage]
        table.add_row(
            stage.value,
            f"{seconds:.2f}",
            f"{seconds / wall:.0%}",
            f"{watch.cpu[stage]:.2f}",
            f"{watch.entries[stage]:,}",
            f"{1000 * seconds / watch.entries[stage]:.1f}",
        )
    rest = wall - sum(watch.wall.values())
    table.add_row(
        "the rest", f"{rest:.2f}", f"{rest / wall:.0%}", f"{cpu - sum(watch.cpu.values()):.2f}", "", ""
    )
    table.add_section()
    table.add_row("all", f"{wall:.2f}", "", f"{cpu:.2f}", "", "")
    return table


def describe(result: SeasonResult, wall: float) -> str:
    admitted = [w.name for w in result.writers if w.admission.admitted_at_ms is not None]
    return (
        f"{result.days} days, {result.raters:,} raters, {len(result.writers)} writers "
        f"(admitted: {', '.join(admitted) or 'none'}), {result.ratings:,} ratings, "
        f"{result.scoring_rounds} scoring rounds: {wall:.1f} s "
        f"(goal for the default season: {GOAL_SECONDS:.0f} s)"
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("scenario", nargs="?", type=Path)
    parser.add_argument("--days", type=int)
    parser.add_argument("--seed", type=int)
    asked = parser.parse_args(arguments if arguments is not None else [])
    changes = {name: getattr(asked, name) for name in ("days", "seed") if getattr(asked, name) is not None}
    scenario = load_scenario(asked.scenario).model_copy(update=changes)

    console = wide_console()
    console.print(f"Loading and compiling: {warmed_up():.1f} s, once a machine")
    console.print(
        f"The crowd alone: {ratings_a_second():,.0f} ratings a second (goal {GOAL_RATINGS_A_SECOND:,})"
    )
    watch = Stopwatch()
    wall, cpu = time.perf_counter(), time.process_time()
    result = run_season(scenario, enter=watch.enter)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    console.print(stages_table(watch, wall, cpu))
    console.print(describe(result, wall))
    peak = peak_memory_bytes() / 2**20
    console.print(f"Peak memory: {peak:.0f} MiB (goal {GOAL_MEBIBYTES:.0f} MiB)")


if __name__ == "__main__":
    main(sys.argv[1:])
