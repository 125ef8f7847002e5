"""Who is asking: OAuth 1.0a signatures (RFC 5849, HMAC-SHA1) and OAuth 2.0 user tokens, really verified."""

from __future__ import annotations

import base64
import functools
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from oauthlib.oauth1.rfc5849 import signature
from starlette.datastructures import Headers

from harness.api.problems import app_not_enrolled, app_only, not_a_writer, not_authenticated, scope_missing
from harness.store import Store, WriterAccount
from harness.store.accounts import READ, SCOPES, WRITE
from writers.protocol.dialects import Dialect

MAX_NONCE_LENGTH: Final = 256

READ_ONLY: Final = "read"
READ_WRITE: Final = "read-write"

_REQUIRED: Final = ("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp", "oauth_signature")
_SIGNATURE: Final = "oauth_signature"
_EVERY_SCOPE: Final = frozenset(SCOPES)
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")

_base_string_uri = functools.lru_cache(maxsize=64)(signature.base_string_uri)

Pairs = Sequence[tuple[str, str]]


class SignedRequest(NamedTuple):
    """What a signature is over."""

    method: str
    url: str
    """Scheme, host and path as the client sent them, without the query."""
    query: Pairs
    """Decoded query parameters."""
    headers: Headers


class Caller(NamedTuple):
    """Who sent a request, and in what capacity."""

    account: WriterAccount
    scopes: frozenset[str]
    app_only: bool = False
    """Whether the writer's app asks for itself."""

    @property
    def access_level(self) -> str:
        """The value of the header `x-access-level`."""
        return READ_WRITE if WRITE in self.scopes else READ_ONLY


class Authenticator:
    """Finds the writer behind a request, or refuses it."""

    def __init__(self, store: Store, *, tolerance_ms: int) -> None:
        self._store = store
        self._tolerance_ms = tolerance_ms

    async def caller(self, request: SignedRequest, *, now_ms: int) -> Caller:
        """Who signed the request, or whose token it carries.

        Raises:
            Refusal: 401 where the credentials are missing, wrong or expired, or the request was sent before.
        """
        scheme, _, credentials = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(credentials.strip(), now_ms)
        oauth = _header_parameters(credentials) if scheme.lower() == "oauth" else []
        return Caller(await self._by_signature(request, oauth, now_ms), _EVERY_SCOPE)

    def _by_token(self, token: str, now_ms: int) -> Caller:
        if known := self._store.user_token(token):
            if known.valid_at(now_ms):
                return Caller(known.account, known.scopes)
        elif account := self._store.writer_by_app_token(token):
            return Caller(account, frozenset((READ,)), app_only=True)
        raise not_authenticated()

    async def _by_signature(self, request: SignedRequest, header: Pairs, now_ms: int) -> WriterAccount:
        """`header` holds the parameters of the Authorization header; without one they are in the query."""
        parameters = [*request.query, *header]
        oauth = {name: value for name, value in parameters if name.startswith("oauth_")}
        if sum(name.startswith("oauth_") for name, _ in parameters) != len(oauth):
            raise not_authenticated()
        if not _well_formed(oauth):
            raise not_authenticated()
        timestamp_s, tolerance_ms = int(oauth["oauth_timestamp"]), self._tolerance_ms
        if abs(now_ms - timestamp_s * 1000) > tolerance_ms:
            raise not_authenticated()
        account = self._store.writer_by_access_token(oauth["oauth_token"])
        if account is None or not _same(account.consumer_key, oauth["oauth_consumer_key"]):
            raise not_authenticated()
        known = self._store.credentials_of(account)
        expected = request_signature(request, parameters, known.consumer_secret, known.access_token_secret)
        if expected is None or not _same(expected, oauth["oauth_signature"]):
            raise not_authenticated()
        # Only a request whose signature holds is remembered: nobody else can use up a writer's nonces.
        first_time = await self._store.remember_request(
            account.access_token,
            timestamp_s,
            oauth["oauth_nonce"],
            oldest_s=(now_ms - tolerance_ms) // 1000,
        )
        if not first_time:
            raise not_authenticated()
        return account


def required_scope(method: str) -> str:
    """The scope that a user token needs: every operation that is no GET writes, evaluating too."""
    return READ if method == "GET" else WRITE


def require_access(caller: Caller, method: str, dialect: Dialect) -> None:
    """Refuse an app that asks for itself or lacks the product, a token for less, and a user who is no writer.

    Raises:
        Refusal: 403.
    """
    account = caller.account
    if caller.app_only:
        raise app_only(dialect)
    if not account.app_enrolled:
        raise app_not_enrolled(dialect, account.consumer_key)
    if required_scope(method) not in caller.scopes:
        raise scope_missing()
    if not account.note_writer:
        raise not_a_writer(account.writer_id)


def _header_parameters(text: str) -> list[tuple[str, str]]:
    """The parameters of an `OAuth` Authorization header, without the realm (RFC 5849 §3.5.1)."""
    parameters = []
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        if name and name != "realm":
            parameters.append((unquote(name), unquote(value.strip('"'))))
    return parameters


def _well_formed(oauth: Mapping[str, str]) -> bool:
    return (
        all(oauth.get(name) for name in _REQUIRED)
        and oauth.get("oauth_signature_method") == "HMAC-SHA1"
        and oauth.get("oauth_version", "1.0") == "1.0"
        and len(oauth["oauth_nonce"]) <= MAX_NONCE_LENGTH
        and _TIMESTAMP.fullmatch(oauth["oauth_timestamp"]) is not None
    )


def request_signature(
    request: SignedRequest, parameters: Pairs, consumer_secret: str, token_secret: str
) -> str | None:
    """The signature the request should bear; None where its address is none that can be signed."""
    try:
        uri = _base_string_uri(request.url)
        pairs = sorted(
            (quote(name, ""), quote(value, "")) for name, value in parameters if name != _SIGNATURE
        )
    except ValueError:
        return None
    normalized = "&".join(f"{name}={value}" for name, value in pairs)
    base = f"{request.method.upper()}&{quote(uri, '')}&{_quoted_again(normalized)}"
    # Our secrets are letters and digits: escaping would not change them.
    key = f"{consumer_secret}&{token_secret}".encode()
    return base64.b64encode(hmac.digest(key, base.encode(), "sha1")).decode()


def _quoted_again(text: str) -> str:
    """`quote` for a text of which only the separators, and the signs of its first quoting, need it."""
    return text.replace("%", "%25").replace("=", "%3D").replace("&", "%26")


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
