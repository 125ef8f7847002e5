"""Statements handed to the SQLite driver itself, for what every request does.

A statement is written with SQLAlchemy like any other and compiled once; running it costs a tenth of what it
costs through an SQLAlchemy connection.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.dialects import sqlite

Values = Mapping[str, Any]

_DIALECT: Final = sqlite.dialect(paramstyle="named")


class Driver(sqlite3.Connection):
    """A connection of the driver's that can be found again, and closed, as long as somebody holds it."""


class Prepared:
    """A statement as SQL text, with the conversions its columns need."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = compiled.string
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._conversions = []
        if isinstance(statement, Select):
            for place, column in enumerate(statement.selected_columns):
                convert = column.type.result_processor(_DIALECT, None)
                if convert is not None:
                    self._conversions.append((place, convert))

    def rows(self, driver: Driver, values: Values) -> list[tuple[Any, ...]]:
        """Every row, each as a tuple."""
        found = driver.execute(self.sql, self._with_constants(values)).fetchall()
        if not self._conversions:
            return found
        converted = []
        for row in found:
            cells = list(row)
            for place, convert in self._conversions:
                cells[place] = convert(cells[place])
            converted.append(tuple(cells))
        return converted

    def scalar(self, driver: Driver, values: Values) -> Any:
        """The first cell of the first row; None where there is none."""
        rows = self.rows(driver, values)
        return rows[0][0] if rows else None

    def run(self, driver: Driver, values: Values) -> int:
        """Execute; returns how many rows it changed."""
        return driver.execute(self.sql, self._with_constants(values)).rowcount

    def _with_constants(self, values: Values) -> Values:
        return {**self._constants, **values} if self._constants else values


class Drivers:
    """The driver's connections of one purpose, one for each thread that asks."""

    def __init__(self, connect: Callable[[], Driver]) -> None:
        self._connect = connect
        self._mine = threading.local()
        self._all: WeakSet[Driver] = WeakSet()

    def mine(self) -> Driver:
        """This thread's connection. It is in no transaction between two uses."""
        driver: Driver | None = getattr(self._mine, "driver", None)
        if driver is None:
            driver = self._mine.driver = self._connect()
            self._all.add(driver)
        return driver

    def close(self) -> None:
        """Close them all; asked again, new ones are opened."""
        for driver in list(self._all):
            driver.close()
        self._all = WeakSet()
        self._mine = threading.local()


def connector(path: str, *, busy_timeout_ms: int, synchronous: str) -> Callable[[], Driver]:
    """What opens connections to a database file; transactions begin only where they are told to."""

    def connect() -> Driver:
        driver = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Driver)
        driver.execute(f"PRAGMA busy_timeout={busy_timeout_ms}")
        driver.execute(f"PRAGMA synchronous={synchronous}")
        return driver

    return connect
