from __future__ import annotations

from urllib.parse import unquote

import httpx
import pytest
from oauthlib.oauth1 import RequestValidator, ResourceEndpoint

from tests.writers.fault_server import FaultServer
from writers.auth import BearerToken, OAuth1Credentials, credentials_from_environment
from writers.client import NotesClient
from writers.errors import CredentialsError

ALL_FOUR = {
    "NOTEWRIGHT_CONSUMER_KEY": "ck",
    "NOTEWRIGHT_CONSUMER_SECRET": "cs-hidden",
    "NOTEWRIGHT_ACCESS_TOKEN": "at-hidden",
    "NOTEWRIGHT_ACCESS_TOKEN_SECRET": "ats-hidden",
}
CUSTOMARY = dict(
    zip(
        ("X_API_KEY", "X_API_KEY_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_TOKEN_SECRET"),
        ALL_FOUR.values(),
        strict=True,
    )
)


class Verifier(RequestValidator):
    """oauthlib's own server side, knowing one client."""

    enforce_ssl = False
    client_key_length = access_token_length = (1, 64)
    nonce_length = (8, 64)
    dummy_client = dummy_access_token = "dummy"

    def check_client_key(self, client_key: str) -> bool:
        return True

    check_access_token = check_client_key

    def validate_client_key(self, client_key: str, request: object) -> bool:
        return client_key == "key"

    def validate_access_token(self, client_key: str, token: str, request: object) -> bool:
        return token == "token"

    def validate_timestamp_and_nonce(self, *arguments: object, **more: object) -> bool:
        return True

    def validate_realms(self, *arguments: object, **more: object) -> bool:
        return True

    def get_client_secret(self, client_key: str, request: object) -> str:
        return "secret-1"

    def get_access_token_secret(self, client_key: str, token: str, request: object) -> str:
        return "secret-2"


async def test_every_request_carries_a_signature_that_verifies(
    server: FaultServer, client: NotesClient
) -> None:
    server.add_posts("a")
    [post async for post in client.feed(test_mode=True, post_selection="feed_size: small, feed_lang: all")]
    await client.evaluate(1, "ünïcode & 100 % + https://example.org/?a=b&c=d")
    await client.delete(12)
    verifier = ResourceEndpoint(Verifier())
    for request in server.requests:
        uri = f"{server.address}{request.path}" + (f"?{request.query}" if request.query else "")
        headers = {"Authorization": request.headers["authorization"]}
        valid, _ = verifier.validate_protected_resource_request(uri, request.method, None, headers, [])
        assert valid
    assert len(server.requests) == 3


async def test_a_repeated_request_is_signed_anew(server: FaultServer, client: NotesClient) -> None:
    await client.evaluate(1, "text")
    await client.evaluate(1, "text")
    first, second = (unquote(request.headers["authorization"]) for request in server.requests)
    assert first != second


async def test_a_user_token_is_sent_as_it_is(server: FaultServer) -> None:
    async with NotesClient(server.address, BearerToken("hidden")) as client:
        await client.evaluate(1, "text")
    assert server.requests[0].headers["authorization"] == "Bearer hidden"


@pytest.mark.parametrize("auth", [BearerToken("hidden"), credentials_from_environment(ALL_FOUR)])
def test_secrets_stay_out_of_representations(auth: httpx.Auth) -> None:
    assert "hidden" not in f"{auth!r} {auth!s}"


@pytest.mark.parametrize("env", [ALL_FOUR, CUSTOMARY, {**CUSTOMARY, "NOTEWRIGHT_CONSUMER_KEY": " "}])
def test_four_values_make_oauth1(env: dict[str, str]) -> None:
    read = credentials_from_environment(env)
    assert isinstance(read, OAuth1Credentials)
    assert (read.consumer_key, read.access_token_secret) == ("ck", "ats-hidden")


def test_a_user_token_comes_first_and_is_stripped() -> None:
    read = credentials_from_environment({**ALL_FOUR, "NOTEWRIGHT_USER_TOKEN": " token\n"})
    assert read == BearerToken("token")


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "NOTEWRIGHT_USER_TOKEN"),
        ({**ALL_FOUR, "NOTEWRIGHT_ACCESS_TOKEN": ""}, "NOTEWRIGHT_ACCESS_TOKEN is missing"),
        ({"X_API_KEY": "ck-hidden"}, "X_API_KEY_SECRET is missing"),
        ({**ALL_FOUR, "NOTEWRIGHT_CONSUMER_SECRET": "“hidden”"}, "NOTEWRIGHT_CONSUMER_SECRET holds"),
        ({"NOTEWRIGHT_USER_TOKEN": "two hidden"}, "NOTEWRIGHT_USER_TOKEN holds"),
    ],
)
def test_what_is_missing_is_named_and_no_value_told(env: dict[str, str], told: str) -> None:
    with pytest.raises(CredentialsError, match=told) as caught:
        credentials_from_environment(env)
    assert "hidden" not in str(caught.value)
