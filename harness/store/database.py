"""One SQLite database: opening it, and the ways to read and write it.

What a durable write acknowledged survives a kill of the process and a loss of power (WAL, synchronous=FULL).
A brief write survives a kill of the process; it is for rows whose loss with the machine costs nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from harness.store.driver import Driver, Drivers, Prepared, Values, connector
from harness.store.group_commit import GroupCommit, T, Work
from harness.store.schema import SCHEMA_VERSION, metadata, schema
from writers.errors import UserError

BUSY_TIMEOUT_MS: Final = 10_000
"""How long a write waits for another process's write."""

_BEGIN: Final = "sqlite_begin"
_URL_PREFIX: Final = "sqlite:///"


class Database:
    """A SQLite database with our tables in it."""

    def __init__(self, engine: Engine, *, path: Path | None = None) -> None:
        self.path = path
        self._reads = engine
        self._writes = engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        durable, briefly = _connectors(engine, path)
        # A connection with a transaction under way serves nobody else, so each purpose has its own.
        self._drivers = [Drivers(connect) for connect in (durable, durable, durable, briefly)]
        self._readers, self._writers, *shared = self._drivers
        self._together = GroupCommit(*shared)
        # One connection is all there is of a database in memory: threads take turns.
        self._turn = nullcontext() if path is not None else threading.RLock()

    @classmethod
    def open(cls, location: str | Path) -> Database:
        """Open a database file, or make one with its tables.

        Raises:
            UserError: the place cannot be written, or the file is no database of ours, or another version's.
        """
        path = _path_of(location)
        url = URL.create("sqlite", database=str(path))
        durable = _engine(url, synchronous="FULL")
        try:
            database = cls(durable, path=path)
            database._prepare()
            with database.read() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            durable.dispose()
            raise UserError(
                f"Database {path} cannot be opened ({error.orig}); "
                "check that its folder exists and can be written."
            ) from None
        except DatabaseError:
            durable.dispose()
            raise UserError(
                f"{path} is not a database of notewright; name another file or move this one away."
            ) from None
        except UserError:
            durable.dispose()
            raise
        return database

    @classmethod
    def in_memory(cls) -> Database:
        """An empty database that ends with the process."""
        database = cls(_engine(URL.create("sqlite"), poolclass=StaticPool))
        database._prepare()
        return database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection on which each statement sees the newest committed state."""
        with self._turn, self._reads.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction alone at the database: committed and durable at the end, undone by an exception."""
        with self._turn, self._writes.begin() as connection:
            yield connection

    def rows(self, statement: Prepared, values: Values) -> list[tuple[Any, ...]]:
        """What a statement finds in the newest committed state."""
        with self._turn:
            return statement.rows(self._readers.mine(), values)

    def scalar(self, statement: Prepared, values: Values) -> Any:
        """The one cell a statement finds; None where it finds nothing."""
        with self._turn:
            return statement.scalar(self._readers.mine(), values)

    def consult(self, read: Work[T]) -> T:
        """What some statements find that all see the same state."""
        with self._turn:
            driver = self._readers.mine()
            driver.execute("BEGIN")
            try:
                return read(driver)
            finally:
                driver.execute("COMMIT")

    def transact(self, work: Work[T]) -> T:
        """Do the work in a transaction of its own, like `write`."""
        with self._turn:
            driver = self._writers.mine()
            driver.execute("BEGIN IMMEDIATE")
            try:
                value = work(driver)
                driver.execute("COMMIT")
            finally:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
            return value

    async def transact_together(self, work: Work[T], *, durable: bool = True) -> T:
        """Do the work in a transaction shared with other coroutines; returns once it is committed.

        Neither the disk nor this process's other coroutines hold up the event loop. What is not `durable`
        survives a kill of the process, and is on disk with the next durable write.
        """
        if self.path is None:
            return self.transact(work)
        return await self._together.write(work, durable=durable)

    def close(self) -> None:
        for drivers in self._drivers:
            drivers.close()
        self._reads.dispose()

    def _prepare(self) -> None:
        with self.write() as connection:
            tables = inspect(connection).get_table_names()
            if not tables:
                metadata.create_all(connection)
                connection.execute(schema.insert().values(version=SCHEMA_VERSION, status_updates=0))
                return
            version = connection.scalar(select(schema.c.version)) if schema.name in tables else None
        if version is None or version < 1:
            raise UserError(
                f"{self.path} is not a database of notewright; name another file or move this one away."
            )
        if version < SCHEMA_VERSION:
            raise UserError(
                f"Database {self.path} has version {version}, older than this notewright's {SCHEMA_VERSION}, "
                "and is from before the first release; start with a new file."
            )
        if version > SCHEMA_VERSION:
            raise UserError(
                f"Database {self.path} has version {version}, newer than this notewright's {SCHEMA_VERSION}; "
                "upgrade notewright or name another file."
            )


def _path_of(location: str | Path) -> Path:
    text = str(location)
    if text.startswith(_URL_PREFIX):
        text = text.removeprefix(_URL_PREFIX)
    elif "://" in text:
        scheme = text.partition("://")[0]
        raise UserError(f"A {scheme} database is not supported; give a file, or {_URL_PREFIX}FILE.")
    if not text or text == ":memory:":
        raise UserError("A database needs a file name; give the path of a file.")
    return Path(text)


def _connectors(engine: Engine, path: Path | None) -> tuple[Callable[[], Driver], Callable[[], Driver]]:
    """What opens the driver's connections, for durable writes and for brief ones."""
    if path is None:

        def the_one() -> Driver:
            driver = engine.raw_connection().driver_connection
            assert isinstance(driver, Driver)
            return driver

        return the_one, the_one
    durable, briefly = (
        connector(str(path), busy_timeout_ms=BUSY_TIMEOUT_MS, synchronous=level)
        for level in ("FULL", "NORMAL")
    )
    return durable, briefly


def _engine(url: URL, *, synchronous: str = "OFF", **options: Any) -> Engine:
    arguments = {"check_same_thread": False, "factory": Driver}
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver must not begin transactions on its own: `begin` below does, at once and for writing.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute(f"PRAGMA synchronous={synchronous}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get(_BEGIN):
            connection.exec_driver_sql(statement)

    return engine
