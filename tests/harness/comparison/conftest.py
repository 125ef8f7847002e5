"""One comparison on real parts, for all tests that look at what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from harness.comparison.contestants import read_contestants
from harness.comparison.document import Comparison
from harness.comparison.run import compare
from harness.settings import parse_settings
from harness.simulation.models import SeasonModels
from harness.simulation.scenario import Scenario
from tests.harness.comparison import plugins

WORLD = """
name = "small"
seed = 5
days = {days}
warm_up_days = {warm_up_days}
[posts]
per_day = {posts}
[people]
notes_per_day = {people}
[raters]
size = {raters}
[scoring]
every_hours = {hours}
[[writers]]
name = "unused"
plugin = "baseline"
"""


def world(days: int = 1) -> Scenario:
    """One day is enough for drafts and test notes; longer seasons have more posts, ratings and statuses."""
    if days == 1:
        text = WORLD.format(days=days, warm_up_days=0, posts=60, people=20, raters=80, hours=24)
    else:
        text = WORLD.format(days=days, warm_up_days=2, posts=250, people=150, raters=300, hours=6)
    return parse_settings(Scenario, text, Path("small.toml"))


def steps(pause_s: float) -> Callable[[], float]:
    """A clock that moves on by `pause_s` whenever it is asked."""
    readings = iter(range(10_000_000))
    return lambda: next(readings) * pause_s


def run(*specs: str, days: int = 1, pause_s: float = 0.002, models: SeasonModels | None = None) -> Comparison:
    named = [spec.replace("@", f"{plugins.FILE}:") for spec in specs]
    return compare(world(days), read_contestants(named), seconds=steps(pause_s), models=models)


def names(comparison: Comparison) -> Sequence[str]:
    return [writer.season.name for writer in comparison.writers]


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the writers of `comparison` write down what they are shown."""
    return tmp_path_factory.mktemp("shown")


@pytest.fixture(scope="session")
def comparison(shown: Path) -> Comparison:
    """Two that are alike, one that is refused, one that raises; long enough for live notes."""
    return run(
        f"one=@Quoting?shown={shown / 'one'}",
        f"two=@Quoting?shown={shown / 'two'}",
        "@Invents",
        "@Raises",
        days=3,
    )
