"""What every part of the store is made of."""

from __future__ import annotations

from harness.store.credentials import MasterKey
from harness.store.database import Database


class Section:
    """Methods over one database; the store is the sum of its sections."""

    def __init__(self, database: Database, master_key: MasterKey) -> None:
        self._database = database
        self._master_key = master_key
