"""Signed requests seen, so that none is taken twice."""

from __future__ import annotations

from sqlalchemy import bindparam, delete

from harness.store.schema import nonces
from harness.store.section import Section

_EXPIRED = delete(nonces).where(nonces.c.timestamp_s < bindparam("oldest_s"))
_INSERT = "INSERT OR IGNORE INTO nonces (access_token, timestamp_s, nonce) VALUES (?, ?, ?)"


class Nonces(Section):
    """The requests signed lately."""

    def remember_request(self, access_token: str, timestamp_s: int, nonce: str, *, oldest_s: int) -> bool:
        """Note a signed request; False where it was seen before.

        Requests signed before `oldest_s` are refused by their timestamp, and forgotten here.
        """
        with self._database.write_briefly() as connection:
            result = connection.exec_driver_sql(_INSERT, (access_token, timestamp_s, nonce))
            connection.execute(_EXPIRED, {"oldest_s": oldest_s})
            return result.rowcount == 1
