"""Writes of coroutines that share a transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.store import NoteExists, Store
from harness.store.database import Database
from harness.store.driver import Driver
from harness.store.group_commit import Work
from tests.harness.store.conftest import NOW_MS
from tests.harness.store.test_notes import note


async def test_of_many_coroutines_for_one_post_one_wins_and_the_others_are_told_of_it(store: Store) -> None:
    async def create(post: int) -> int:
        try:
            return await store.create_note_together(1, note(post), now_ms=NOW_MS)
        except NoteExists as error:
            return -error.note_id

    found = await asyncio.gather(*(create(number % 10) for number in range(50)))
    winners = sorted(number for number in found if number > 0)
    assert len(set(winners)) == len(winners) == 10
    assert sorted(-number for number in found if number < 0) == sorted(winners * 4)
    assert sorted(stored.note_id for stored in store.written(1, test_mode=True, limit=99)) == winners


async def test_writers_of_several_loops_and_threads_share_a_file(store: Store) -> None:
    def in_a_loop_of_its_own(author: int) -> list[int]:
        async def create() -> list[int]:
            return await asyncio.gather(
                *(store.create_note_together(author, note(post), now_ms=NOW_MS) for post in range(20))
            )

        return asyncio.run(create())

    of_threads = await asyncio.gather(
        *(asyncio.to_thread(in_a_loop_of_its_own, author) for author in (1, 2, 3)),
    )
    alone = [store.create_note(4, note(post), now_ms=NOW_MS) for post in range(20)]
    ids = [note_id for ids in of_threads for note_id in ids] + alone
    assert len(set(ids)) == 80
    assert {stored.note_id for stored in store.notes()} == set(ids)


async def test_what_is_answered_is_on_disk(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.db") as store, Store.open(tmp_path / "x.db") as other:

        async def create(post: int) -> None:
            note_id = await store.create_note_together(1, note(post), now_ms=NOW_MS)
            found = other.note(note_id)
            assert found is not None
            assert found.post_id == post
            assert await store.delete_note_together(1, note_id, now_ms=NOW_MS + 1)
            assert not await store.delete_note_together(1, note_id, now_ms=NOW_MS + 1)
            found = other.note(note_id)
            assert found is not None
            assert found.deleted_at_ms == NOW_MS + 1

        await asyncio.gather(*(create(post) for post in range(30)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "x.db")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY)")
    yield database
    database.close()


def insert(x: int, *, then: type[Exception] | None = None) -> Work[int]:
    def work(driver: Driver) -> int:
        if then is not None:
            raise then
        driver.execute("INSERT INTO t VALUES (?)", (x,))
        return x

    return work


def stored(database: Database) -> list[int]:
    with database.read() as connection:
        return [x for (x,) in connection.exec_driver_sql("SELECT x FROM t ORDER BY x")]


async def test_one_that_fails_leaves_the_others_in_peace(database: Database) -> None:
    works = [insert(1), insert(2, then=KeyError), insert(1), insert(3)]
    found = await asyncio.gather(
        *(database.transact_together(work) for work in works),
        return_exceptions=True,
    )
    assert (found[0], found[3]) == (1, 3)
    assert isinstance(found[1], KeyError)
    assert isinstance(found[2], sqlite3.IntegrityError)
    assert stored(database) == [1, 3]


async def test_nobody_is_told_of_success_where_the_transaction_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.store.database.BUSY_TIMEOUT_MS", 1)
    hasty = Database.open(database.path or "")
    blocker = sqlite3.connect(database.path or "", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    found = await asyncio.gather(
        *(hasty.transact_together(insert(x)) for x in range(3)),
        return_exceptions=True,
    )
    assert all(isinstance(error, sqlite3.OperationalError) for error in found)
    blocker.execute("ROLLBACK")
    assert stored(database) == []
    assert await hasty.transact_together(insert(9)) == 9
    hasty.close()
    blocker.close()
    assert stored(database) == [9]


async def test_one_who_no_longer_waits_holds_up_nobody(database: Database) -> None:
    tasks = [asyncio.create_task(database.transact_together(insert(x))) for x in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[1], asyncio.CancelledError)
    assert [found[0], found[2], found[3]] == [0, 2, 3]


async def test_the_loop_goes_on_while_the_disk_is_waited_for(database: Database) -> None:
    """Other coroutines take their turns between the write and its answer."""
    running = asyncio.create_task(database.transact_together(insert(1)))
    steps = 0
    while not running.done():
        await asyncio.sleep(0)
        steps += 1
    assert steps > 1
    assert stored(database) == [1]
