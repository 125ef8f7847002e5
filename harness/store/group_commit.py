"""Writes of many coroutines in one transaction: the disk is waited for once, by all of them.

While one transaction is on its way to the disk, in a thread, the writes that come meanwhile gather for the
next; nobody is told of success before the transaction that holds the write has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from harness.store.driver import Driver, Drivers

T = TypeVar("T")

Work = Callable[[Driver], T]
"""Reads and changes in a transaction. It changes with its last statement only, so that where it raises it has
changed nothing, and the others' work stays."""


@dataclass(frozen=True, slots=True)
class _Write:
    work: Work[Any]
    durable: bool
    answer: asyncio.Future[Any]


class GroupCommit:
    """The writes of each event loop to one database file."""

    def __init__(self, durable: Drivers, brief: Drivers) -> None:
        self._durable, self._brief = durable, brief
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = WeakKeyDictionary()

    async def write(self, work: Work[T], *, durable: bool) -> T:
        """Do the work in a transaction shared with others; returns when it is committed.

        Raises:
            Exception: what the work raised; it changed nothing then.
            sqlite3.OperationalError: the transaction failed, with all that was in it.
        """
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop)
        if queue is None:
            queue = self._queues[loop] = _Queue(self._durable, self._brief)
        answer: asyncio.Future[T] = loop.create_future()
        queue.add(_Write(work, durable, answer))
        return await answer


class _Queue:
    def __init__(self, durable: Drivers, brief: Drivers) -> None:
        self._durable, self._brief = durable, brief
        self._waiting: list[_Write] = []
        self._under_way: asyncio.Task[None] | None = None

    def add(self, write: _Write) -> None:
        self._waiting.append(write)
        if self._under_way is None:
            # A task begins after the callbacks that are ready now: their writes come along.
            self._under_way = asyncio.get_running_loop().create_task(self._empty())

    async def _empty(self) -> None:
        try:
            while self._waiting:
                writes, self._waiting = self._waiting, []
                await self._commit(writes)
        finally:
            self._under_way = None

    async def _commit(self, writes: list[_Write]) -> None:
        durable = any(write.durable for write in writes)
        driver = (self._durable if durable else self._brief).mine()
        outcomes: list[tuple[Any, Exception | None]] = []
        try:
            driver.execute("BEGIN IMMEDIATE")
            outcomes = [_outcome(write.work, driver) for write in writes]
            if durable:
                await asyncio.to_thread(driver.execute, "COMMIT")
            else:
                driver.execute("COMMIT")
        except Exception as error:  # told to everybody whose write was lost
            outcomes = [(None, error)] * len(writes)
            if driver.in_transaction:
                driver.execute("ROLLBACK")
        for write, (value, failure) in zip(writes, outcomes, strict=True):
            if write.answer.done():
                continue
            if failure is None:
                write.answer.set_result(value)
            else:
                write.answer.set_exception(failure)


def _outcome(work: Work[Any], driver: Driver) -> tuple[Any, Exception | None]:
    try:
        return work(driver), None
    except Exception as error:  # its writer's to handle
        return None, error
