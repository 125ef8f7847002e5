"""Who is asking: OAuth 1.0a user context and OAuth 2.0 user tokens, as httpx authentication.

X accepts both on the Community Notes endpoints, and no app-only token (Community Notes documentation,
api/overview.md, 2026-03-05). Secrets are kept out of every representation of these objects.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx
from oauthlib import oauth1

from writers.clock import Clock, SystemClock
from writers.errors import CredentialsError

USER_TOKEN_VARIABLE: Final = "NOTEWRIGHT_USER_TOKEN"  # noqa: S105 - the name of a variable, not its value
OAUTH1_VARIABLES: Final = (
    "NOTEWRIGHT_CONSUMER_KEY",
    "NOTEWRIGHT_CONSUMER_SECRET",
    "NOTEWRIGHT_ACCESS_TOKEN",
    "NOTEWRIGHT_ACCESS_TOKEN_SECRET",
)
CUSTOMARY_OAUTH1_VARIABLES: Final = (
    "X_API_KEY",
    "X_API_KEY_SECRET",
    "X_ACCESS_TOKEN",
    "X_ACCESS_TOKEN_SECRET",
)
"""The names that X's own samples and most bots use; read where none of ours is set."""


@dataclass(frozen=True, slots=True)
class OAuth1Credentials(httpx.Auth):
    """OAuth 1.0a user context: every request is signed by HMAC-SHA1 with a nonce of its own (RFC 5849)."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    clock: Clock = field(default_factory=SystemClock, repr=False, compare=False)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        signer = oauth1.Client(
            self.consumer_key,
            client_secret=self.consumer_secret,
            resource_owner_key=self.access_token,
            resource_owner_secret=self.access_token_secret,
            nonce=secrets.token_hex(16),
            timestamp=str(self.clock.now_ms() // 1000),
        )
        # A JSON body takes no part in the signature (RFC 5849 §3.4.1.3.1), so it is not handed over.
        _, headers, _ = signer.sign(str(request.url), request.method)
        request.headers["Authorization"] = headers["Authorization"]
        yield request


@dataclass(frozen=True, slots=True)
class BearerToken(httpx.Auth):
    """An OAuth 2.0 user token with the scopes `tweet.read` and `tweet.write`."""

    token: str = field(repr=False)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def credentials_from_environment(env: Mapping[str, str]) -> OAuth1Credentials | BearerToken:
    """The credentials that the environment names: a user token first, then the four values of OAuth 1.0a.

    Raises CredentialsError, naming the variables that are missing or unusable, never their values.
    """
    if USER_TOKEN_VARIABLE in env:
        return BearerToken(_value(env, USER_TOKEN_VARIABLE))
    for names in (OAUTH1_VARIABLES, CUSTOMARY_OAUTH1_VARIABLES):
        if any(env.get(name, "").strip() for name in names):
            key, secret, token, token_secret = (_value(env, name) for name in names)
            return OAuth1Credentials(key, secret, token, token_secret)
    raise CredentialsError(
        f"No credentials in the environment: set {USER_TOKEN_VARIABLE}, or {', '.join(OAUTH1_VARIABLES)}."
    )


def _value(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise CredentialsError(f"The environment variable {name} is missing or empty: set it.")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise CredentialsError(
            f"The environment variable {name} holds characters no credential has: copy it again."
        )
    return value
