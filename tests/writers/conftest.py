"""Fixtures of the writers' tests: a server that can fail, a client that asks it, a clock that does not
wait.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.writers import fault_server
from tests.writers.fault_server import FaultServer
from writers.auth import OAuth1Credentials
from writers.client import NotesClient
from writers.clock import SystemClock


class PatientClock(SystemClock):
    """The machine's time, except that a wait is over at once: the clock is set forward by it."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def now_ms(self) -> int:
        return super().now_ms() + round(sum(self.waits) * 1000)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server.running() as server:
        yield server


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock()


@pytest.fixture
def credentials() -> OAuth1Credentials:
    return OAuth1Credentials("key", "secret-1", "token", "secret-2")


@pytest.fixture
async def client(
    server: FaultServer, clock: PatientClock, credentials: OAuth1Credentials
) -> AsyncIterator[NotesClient]:
    async with NotesClient(server.address, credentials, clock=clock) as client:
        yield client
