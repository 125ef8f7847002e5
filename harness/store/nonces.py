"""Signed requests seen, so that none is taken twice."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert

from harness.store.driver import Driver, Prepared
from harness.store.schema import nonces
from harness.store.section import Section

_EXPIRED = Prepared(delete(nonces).where(nonces.c.timestamp_s < bindparam("oldest_s")))
_SEEN = Prepared(
    insert(nonces)
    .prefix_with("OR IGNORE")
    .values(
        access_token=bindparam("access_token"),
        timestamp_s=bindparam("timestamp_s"),
        nonce=bindparam("nonce"),
    )
)


class Nonces(Section):
    """The requests signed lately."""

    async def remember_request(
        self, access_token: str, timestamp_s: int, nonce: str, *, oldest_s: int
    ) -> bool:
        """Note a signed request; False where it was seen before.

        Requests signed before `oldest_s` are refused by their timestamp, and forgotten here.
        """
        values = {"access_token": access_token, "timestamp_s": timestamp_s, "nonce": nonce}

        def remember(driver: Driver) -> bool:
            _EXPIRED.run(driver, {"oldest_s": oldest_s})
            return _SEEN.run(driver, values) == 1

        return await self._database.transact_together(remember, durable=False)
