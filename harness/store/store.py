"""Everything the local X remembers."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from harness.store.accounts import Accounts
from harness.store.credentials import MasterKey
from harness.store.database import Database
from harness.store.evaluations import Evaluations
from harness.store.nonces import Nonces
from harness.store.notes import Notes
from harness.store.posts import Posts
from harness.store.ratings import Ratings
from harness.store.records import Records
from harness.store.statuses import Statuses


class Store(Accounts, Posts, Notes, Records, Evaluations, Statuses, Ratings, Nonces):
    """Writers, posts, notes, evaluations, ratings and statuses in one database.

    What a method that changes something has returned from survives a kill of the process (files only).
    """

    @classmethod
    def open(cls, location: str | Path) -> Self:
        """The store in a database file (a path or `sqlite:///PATH`), made where there is none.

        The key that writers' credentials are derived from is kept in the file `<database>.key`, mode 0600.

        Raises:
            UserError: the file cannot be used: not allowed, not ours, a newer version's, or without its key.
        """
        database = Database.open(location)
        assert database.path is not None
        try:
            enrolled = Accounts(database, MasterKey.random()).writers()
            return cls(database, MasterKey.beside(database.path, make=not enrolled))
        except BaseException:
            database.close()
            raise

    @classmethod
    def in_memory(cls, master_key: MasterKey | None = None) -> Self:
        """A store that ends with the process; `master_key` makes its credentials reproducible."""
        return cls(Database.in_memory(), master_key or MasterKey.random())

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
