"""Opening a database: what is ours, what is not, and what stays after a restart."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harness.store import Store
from harness.store.schema import SCHEMA_VERSION
from tests.harness.store.conftest import NOW_MS
from writers.errors import UserError


def test_what_was_stored_is_there_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.db") as store:
        credentials = store.add_writer("w", NOW_MS)
        store.admit(credentials.writer_id, NOW_MS + 5)
    with Store.open(f"sqlite:///{tmp_path / 'x.db'}") as store:
        account = store.writer_by_access_token(credentials.access_token)
        assert account is not None
        assert (account.name, account.admitted_at_ms) == ("w", NOW_MS + 5)
        assert store.credentials_of(account) == credentials


def test_files_are_written_durably(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.db") as store, store._database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    Store.open(database).close()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE notewright_schema SET version = 99")
    with pytest.raises(UserError) as refused:
        Store.open(database)
    assert str(refused.value) == (
        f"Database {database} has version 99, newer than this notewright's {SCHEMA_VERSION}; "
        "upgrade notewright or name another file."
    )


def test_an_older_version_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    Store.open(database).close()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE notewright_schema SET version = 1")
    with pytest.raises(UserError, match="has version 1, older than"):
        Store.open(database)


def make_text(path: Path) -> None:
    path.write_text("Dear diary, this is a text and not a database at all. " * 20)


def make_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE birds (name TEXT)")


def make_version_zero(path: Path) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE notewright_schema SET version = 0")


@pytest.mark.parametrize("make", [make_text, make_foreign, make_version_zero])
def test_files_that_are_not_ours_are_left_alone(tmp_path: Path, make: object) -> None:
    path = tmp_path / "thing"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(UserError, match="thing is not a database of notewright"):
        Store.open(path)
    assert path.read_bytes() == before


def test_places_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be opened"):
        Store.open(tmp_path / "nowhere" / "x.db")
    with pytest.raises(UserError, match="cannot be opened"):
        Store.open(tmp_path)
    with pytest.raises(UserError, match="postgresql database is not supported"):
        Store.open("postgresql://host/db")
    with pytest.raises(UserError, match="needs a file name"):
        Store.open(":memory:")


def test_without_its_key_a_database_with_writers_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    with Store.open(database) as store:
        store.add_writer("w", NOW_MS)
    key = tmp_path / "x.db.key"
    key.unlink()
    with pytest.raises(UserError, match=r"Key file .*x\.db\.key is missing"):
        Store.open(database)
    key.write_bytes(b"short")
    with pytest.raises(UserError, match="does not hold a key"):
        Store.open(database)


def test_without_writers_a_lost_key_is_made_anew(tmp_path: Path) -> None:
    Store.open(tmp_path / "x.db").close()
    (tmp_path / "x.db.key").unlink()
    Store.open(tmp_path / "x.db").close()
    assert sorted(path.name for path in tmp_path.iterdir() if "key" in path.name) == ["x.db.key"]
