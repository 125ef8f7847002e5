"""A store in memory and one in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.store import MasterKey, Store

NOW_MS = 1_790_000_000_000


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = (
        Store.in_memory(MasterKey.from_seed(1))
        if request.param == "memory"
        else Store.open(tmp_path / "x.db")
    )
    with opened:
        yield opened
