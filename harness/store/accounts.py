"""Writers enrolled on this server, and what they sign in with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from harness.store.credentials import Credentials, token_digest
from harness.store.driver import Prepared
from harness.store.schema import user_tokens, writers
from harness.store.section import Section
from writers.errors import UserError
from writers.protocol.snowflakes import snowflake

MAX_NAME_LENGTH: Final = 100

READ: Final = "tweet.read"
WRITE: Final = "tweet.write"
SCOPES: Final = (READ, WRITE)
"""OAuth 2.0 scopes that Community Notes operations ask for (X's OpenAPI document 2.166)."""

_COLUMNS = (
    writers.c.writer_id,
    writers.c.name,
    writers.c.created_at_ms,
    writers.c.generation,
    writers.c.consumer_key,
    writers.c.access_token,
    writers.c.app_enrolled,
    writers.c.note_writer,
    writers.c.admitted_at_ms,
)
_BY_ACCESS_TOKEN = Prepared(select(*_COLUMNS).where(writers.c.access_token == bindparam("access_token")))
_BY_USER_TOKEN = Prepared(
    select(user_tokens.c.scopes, user_tokens.c.expires_at_ms, *_COLUMNS)
    .join(writers, writers.c.writer_id == user_tokens.c.writer_id)
    .where(user_tokens.c.sha256 == bindparam("digest"))
)
_BY_APP_TOKEN = Prepared(select(*_COLUMNS).where(writers.c.app_token_sha256 == bindparam("digest")))


@dataclass(frozen=True, slots=True)
class WriterAccount:
    """An enrolled writer, without any secret."""

    writer_id: int
    name: str
    created_at_ms: int
    generation: int
    consumer_key: str
    access_token: str
    app_enrolled: bool
    """Whether the writer's app has the Community Notes product."""
    note_writer: bool
    """Whether the user signed up as an AI note writer."""
    admitted_at_ms: int | None
    """Since when live notes may be written; None before admission."""


@dataclass(frozen=True, slots=True)
class UserToken:
    """What an OAuth 2.0 user token stands for."""

    account: WriterAccount
    scopes: frozenset[str]
    expires_at_ms: int | None
    """None for a token that does not expire."""

    def valid_at(self, now_ms: int) -> bool:
        return self.expires_at_ms is None or now_ms < self.expires_at_ms


class Accounts(Section):
    """The writers."""

    def add_writer(
        self, name: str, now_ms: int, *, app_enrolled: bool = True, note_writer: bool = True
    ) -> Credentials:
        """Enrol a writer. The credentials are told here and nowhere else.

        Raises:
            UserError: the name is taken, empty, too long, or not printable.
        """
        if not name.strip() or len(name) > MAX_NAME_LENGTH or not name.isprintable():
            raise UserError(
                f"'{name[:MAX_NAME_LENGTH]!s}' cannot be a writer's name; "
                f"choose 1 to {MAX_NAME_LENGTH} printable characters."
            )
        first_id = snowflake(now_ms, 0)
        try:
            with self._database.write() as connection:
                last_id = connection.scalar(select(func.max(writers.c.writer_id)))
                writer_id = first_id if last_id is None else max(first_id, last_id + 1)
                credentials = self._master_key.credentials(writer_id, 0)
                connection.execute(
                    writers.insert().values(
                        writer_id=writer_id,
                        name=name,
                        created_at_ms=now_ms,
                        app_enrolled=app_enrolled,
                        note_writer=note_writer,
                        **_kept(credentials, generation=0),
                    )
                )
                _keep_token(connection, writer_id, credentials.user_token, SCOPES)
        except IntegrityError:
            raise UserError(f"A writer named '{name}' is enrolled already; choose another name.") from None
        return credentials

    def renew_credentials(self, name: str) -> Credentials:
        """New credentials for a writer; the old ones are refused from now on.

        Raises:
            UserError: no writer has this name.
        """
        with self._database.write() as connection:
            row = connection.execute(
                select(writers.c.writer_id, writers.c.generation).where(writers.c.name == name)
            ).one_or_none()
            if row is None:
                raise _no_writer(name)
            generation = row.generation + 1
            credentials = self._master_key.credentials(row.writer_id, generation)
            connection.execute(
                update(writers)
                .where(writers.c.writer_id == row.writer_id)
                .values(**_kept(credentials, generation=generation))
            )
            connection.execute(delete(user_tokens).where(user_tokens.c.writer_id == row.writer_id))
            _keep_token(connection, row.writer_id, credentials.user_token, SCOPES)
        return credentials

    def issue_user_token(
        self, name: str, scopes: Collection[str], *, now_ms: int, lifetime_ms: int | None = None
    ) -> str:
        """A further OAuth 2.0 user token of a writer, told here and nowhere else; the others stay good.

        Args:
            name: The writer's name.
            scopes: Some of `SCOPES`.
            now_ms: When it is issued.
            lifetime_ms: How long it is good, milliseconds; X's own live two hours. None: until renewal.

        Raises:
            UserError: no writer has this name, or a scope is none that is known.
        """
        if unknown := sorted(set(scopes).difference(SCOPES)):
            raise UserError(f"'{unknown[0]}' is not a scope; choose from {', '.join(SCOPES)}.")
        if not scopes:
            raise UserError(f"A user token needs a scope; choose from {', '.join(SCOPES)}.")
        account = self.writer_named(name)
        if account is None:
            raise _no_writer(name)
        granted = tuple(scope for scope in SCOPES if scope in scopes)
        token = self._master_key.user_token(account.writer_id, account.generation, " ".join(granted), now_ms)
        expires_at_ms = None if lifetime_ms is None else now_ms + lifetime_ms
        with self._database.write() as connection:
            _keep_token(connection, account.writer_id, token, granted, expires_at_ms)
        return token

    def credentials_of(self, account: WriterAccount) -> Credentials:
        """A writer's present credentials, derived anew, to verify a signature with."""
        return self._master_key.credentials(account.writer_id, account.generation)

    def writers(self) -> list[WriterAccount]:
        """Every writer, in the order of enrolment."""
        with self._database.read() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(writers.c.writer_id)).mappings()
            return [WriterAccount(**row) for row in rows]

    def writer(self, writer_id: int) -> WriterAccount | None:
        return self._one(writers.c.writer_id == writer_id)

    def writer_named(self, name: str) -> WriterAccount | None:
        return self._one(writers.c.name == name)

    def writer_by_access_token(self, access_token: str) -> WriterAccount | None:
        """The writer an OAuth 1.0a access token belongs to."""
        return _account(self._database.rows(_BY_ACCESS_TOKEN, {"access_token": access_token}))

    def user_token(self, token: str) -> UserToken | None:
        """What an OAuth 2.0 user token stands for, expired or not."""
        rows = self._database.rows(_BY_USER_TOKEN, {"digest": token_digest(token)})
        if not rows:
            return None
        scopes, expires_at_ms, *account = rows[0]
        return UserToken(WriterAccount(*account), frozenset(scopes.split()), expires_at_ms)

    def writer_by_app_token(self, token: str) -> WriterAccount | None:
        """The writer whose app this app-only bearer token is of."""
        return _account(self._database.rows(_BY_APP_TOKEN, {"digest": token_digest(token)}))

    def admit(self, writer_id: int, now_ms: int) -> bool:
        """Allow live notes from now on; False where the writer is unknown or was admitted before."""
        with self._database.write() as connection:
            result = connection.execute(
                update(writers)
                .where(writers.c.writer_id == writer_id, writers.c.admitted_at_ms.is_(None))
                .values(admitted_at_ms=now_ms)
            )
            return result.rowcount == 1

    def _one(self, condition: ColumnElement[bool]) -> WriterAccount | None:
        with self._database.read() as connection:
            return _account(connection.execute(select(*_COLUMNS).where(condition)).all())


def _account(rows: Sequence[Sequence[Any]]) -> WriterAccount | None:
    """The account in the one row, whose cells are `_COLUMNS`: the fields in their order."""
    return WriterAccount(*rows[0]) if rows else None


def _keep_token(
    connection: Connection,
    writer_id: int,
    token: str,
    scopes: Sequence[str],
    expires_at_ms: int | None = None,
) -> None:
    row = {"writer_id": writer_id, "scopes": " ".join(scopes), "expires_at_ms": expires_at_ms}
    # The same scopes asked for twice in one millisecond are one token.
    connection.execute(
        user_tokens.insert().prefix_with("OR REPLACE").values(sha256=token_digest(token), **row)
    )


def _no_writer(name: str) -> UserError:
    return UserError(f"No writer is named '{name}'; enrol it, or name one that is enrolled.")


def _kept(credentials: Credentials, *, generation: int) -> dict[str, object]:
    """The columns that credentials leave in the database: identifiers and digests."""
    return {
        "generation": generation,
        "consumer_key": credentials.consumer_key,
        "access_token": credentials.access_token,
        "app_token_sha256": token_digest(credentials.app_token),
    }
