"""Threads for kernels that work on blocks of rows.

Blocks are cut by the ratings alone and their sums are added in the blocks' order, so a result has the same
bits on one thread or several.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")
Block = tuple[int, int]
"""First row, and the row beyond the last."""

WORTH_THREADS = 1_000_000
"""Ratings from which on a half-sweep is long enough to be shared."""

MOST_THREADS = 2
"""More gain little: half-sweeps wait for memory, and what lies between them runs on one thread."""


class Workers:
    """Runs a function on every block; on this thread, or on those of a pool."""

    def __init__(self, pool: ThreadPoolExecutor | None = None) -> None:
        self._pool = pool

    def on_blocks(self, work: Callable[[int, int], Result], blocks: list[Block]) -> list[Result]:
        """``work(first, beyond)`` of each block, in order."""
        if self._pool is None or len(blocks) == 1:
            return [work(first, beyond) for first, beyond in blocks]
        return list(self._pool.map(work, *zip(*blocks, strict=True)))


@contextmanager
def workers_for(ratings: int, threads: int | None = None) -> Iterator[Workers]:
    """Workers for fits of so many ratings; ``threads`` None leaves the number to them."""
    if threads is None:
        threads = min(os.cpu_count() or 1, MOST_THREADS) if ratings >= WORTH_THREADS else 1
    if threads == 1:
        yield Workers()
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="scoring") as pool:
        yield Workers(pool)
