"""Credentials that can be verified without being stored.

Every secret is derived by HMAC-SHA256 from one master key, which is kept apart from the database, and from
public facts: what the secret is for, whose it is, and how often it was renewed. The database holds public
identifiers and, for tokens that are looked up by themselves, their SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from writers.errors import UserError

KEY_BYTES: Final = 32
KEPT_CREDENTIALS: Final = 1024
"""Writers whose derived credentials are kept in memory: deriving takes longer than checking a signature."""
APP_TOKEN_PREFIX: Final = "A" * 22
"""How X's app-only bearer tokens begin; they are refused on every Community Notes operation."""
USER_TOKEN_LENGTH: Final = 64

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a writer signs in with; shown once. Secrets stay out of its repr."""

    writer_id: int
    consumer_key: str
    access_token: str
    consumer_secret: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    user_token: str = field(repr=False)
    """OAuth 2.0 user token with every scope, which does not expire."""
    app_token: str = field(repr=False)
    """App-only bearer token, which these operations refuse: for testing how a client takes the refusal."""


class MasterKey:
    """The key that every credential is derived from."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"a master key has at least {KEY_BYTES} bytes")
        self._key = key
        self._derived: dict[tuple[int, int], Credentials] = {}

    def __repr__(self) -> str:
        return "MasterKey(…)"

    @classmethod
    def random(cls) -> MasterKey:
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: int) -> MasterKey:
        """A key that anyone can make again: for a season, whose server nobody else can reach."""
        return cls(hashlib.sha256(f"notewright season {seed}".encode()).digest())

    @classmethod
    def beside(cls, database: Path, *, make: bool) -> MasterKey:
        """The key in the file `<database>.key`, made (mode 0600) where `make` allows and there is none.

        Raises:
            UserError: the file is missing, unreadable, or too short to be a key.
        """
        path = database.with_name(database.name + ".key")
        try:
            if make:
                _create(path)
            key = path.read_bytes()
        except FileNotFoundError:
            raise UserError(
                f"Key file {path} is missing, so no writer's credentials can be verified; restore it, "
                "or start with a new database file."
            ) from None
        except OSError as error:
            raise UserError(
                f"Key file {path} cannot be used ({error.strerror}); check its permissions."
            ) from None
        if len(key) != KEY_BYTES:
            raise UserError(f"Key file {path} does not hold a key of {KEY_BYTES} bytes; restore it.")
        return cls(key)

    def credentials(self, writer_id: int, generation: int) -> Credentials:
        """The credentials of a writer; each renewal has the next `generation`."""
        known = self._derived.get((writer_id, generation))
        if known is None:
            if len(self._derived) >= KEPT_CREDENTIALS:
                self._derived.clear()
            known = self._derived[writer_id, generation] = self._credentials(writer_id, generation)
        return known

    def _credentials(self, writer_id: int, generation: int) -> Credentials:
        def derive(purpose: str, length: int) -> str:
            return self._derive(f"{purpose}:{writer_id}:{generation}", length)

        return Credentials(
            writer_id=writer_id,
            consumer_key=derive("consumer key", 25),
            consumer_secret=derive("consumer secret", 50),
            access_token=f"{writer_id}-{derive('access token', 40)}",
            access_token_secret=derive("access token secret", 45),
            user_token=derive("user token", USER_TOKEN_LENGTH),
            app_token=APP_TOKEN_PREFIX + derive("app token", 90),
        )

    def user_token(self, writer_id: int, generation: int, scopes: str, issued_at_ms: int) -> str:
        """A further OAuth 2.0 user token of a writer, for some scopes only."""
        return self._derive(f"user token:{writer_id}:{generation}:{scopes}:{issued_at_ms}", USER_TOKEN_LENGTH)

    def _derive(self, purpose: str, length: int) -> str:
        # A number of 16 bytes more than the text needs, so that the remainders by 62 show no bias.
        size = length + 16
        stream = b"".join(
            hmac.digest(self._key, f"{purpose}:{block}".encode(), "sha256") for block in range(-(-size // 32))
        )
        number, characters = int.from_bytes(stream[:size], "big"), []
        for _ in range(length):
            number, index = divmod(number, len(_ALPHABET))
            characters.append(_ALPHABET[index])
        return "".join(characters)


def token_digest(token: str) -> bytes:
    """What the database keeps of a token that is looked up by itself."""
    return hashlib.sha256(token.encode()).digest()


def _create(path: Path) -> None:
    """Make the key file whole or not at all; another process's file wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
