"""Memory: how much a writer keeps from round to round, and how much a process takes."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

ROUNDS: Final = 3


async def growth_a_round(once: Callable[[], Awaitable[None]]) -> int:
    """Bytes of Python objects that are kept by each further round, at least; caches fill in the first.

    The least of several rounds counts, so that a table which doubles once in a while is no leak.
    """
    tracing_already = tracemalloc.is_tracing()
    if not tracing_already:
        tracemalloc.start()
    # What others collect of a log, a test runner for one, is none of the writer's memory.
    disabled_before = logging.root.manager.disable
    logging.disable()
    try:
        sizes = []
        for _ in range(ROUNDS):
            await once()
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        logging.disable(disabled_before)
        if not tracing_already:
            tracemalloc.stop()
    return min(after - before for before, after in pairwise(sizes))


def resident_bytes(pid: int) -> int | None:
    """Memory that a process takes; None where that cannot be told, or the process is over."""
    if sys.platform == "linux":
        try:
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _page_bytes()
        except (OSError, IndexError):
            return None
    if sys.platform == "win32":
        return None
    asked = subprocess.run(  # noqa: S603 - a fixed command and a number
        ["/bin/ps", "-o", "rss=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return int(asked.stdout) * 1024 if asked.stdout.strip().isdigit() else None


def _page_bytes() -> int:
    import resource

    return resource.getpagesize()
