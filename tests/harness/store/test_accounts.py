"""Writers and their credentials."""

from __future__ import annotations

import string

import pytest

from harness.store import MasterKey, Store
from harness.store.accounts import READ, SCOPES, WRITE, UserToken
from tests.harness.store.conftest import NOW_MS
from writers.errors import UserError
from writers.protocol.snowflakes import created_at_ms


def test_credentials_find_their_writer(store: Store) -> None:
    credentials = [store.add_writer(name, NOW_MS) for name in ("a", "b")]
    assert [writer.name for writer in store.writers()] == ["a", "b"]
    for name, issued in zip("ab", credentials, strict=True):
        account = store.writer_by_access_token(issued.access_token)
        assert account is not None
        assert account.name == name
        assert created_at_ms(account.writer_id) == NOW_MS
        assert store.user_token(issued.user_token) == UserToken(account, frozenset(SCOPES), None)
        assert store.credentials_of(account) == issued
        assert store.writer_by_app_token(issued.app_token) == account
        assert store.writer_by_app_token(issued.user_token) is None
    assert store.user_token(credentials[0].app_token) is None
    assert store.writer_by_access_token("") is None


def test_credentials_differ_in_every_part() -> None:
    key, other = MasterKey.from_seed(1), MasterKey.from_seed(2)
    issued = [key.credentials(1, 0), key.credentials(1, 1), key.credentials(2, 0), other.credentials(1, 0)]
    secrets = [
        getattr(credentials, name)
        for credentials in issued
        for name in ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "user_token")
    ]
    assert len(set(secrets)) == len(secrets)
    letters = set(string.ascii_letters + string.digits + "-")
    assert all(set(secret) <= letters for secret in secrets)


def test_a_seeded_key_gives_the_same_credentials_again() -> None:
    first, second = (Store.in_memory(MasterKey.from_seed(7)).add_writer("w", NOW_MS) for _ in range(2))
    assert first == second
    assert Store.in_memory().add_writer("w", NOW_MS) != first


def test_renewing_refuses_the_old_credentials(store: Store) -> None:
    old = store.add_writer("w", NOW_MS)
    further = store.issue_user_token("w", [READ], now_ms=NOW_MS)
    new = store.renew_credentials("w")
    assert store.writer_by_access_token(old.access_token) is None
    for token in (old.user_token, further):
        assert store.user_token(token) is None
    assert store.user_token(new.user_token) is not None
    account = store.writer_by_access_token(new.access_token)
    assert account is not None
    assert (account.writer_id, account.generation) == (old.writer_id, 1)
    with pytest.raises(UserError, match="No writer is named 'x'"):
        store.renew_credentials("x")


def test_tokens_for_some_scopes(store: Store) -> None:
    writer = store.add_writer("w", NOW_MS)
    token = store.issue_user_token("w", [READ], now_ms=NOW_MS, lifetime_ms=1000)
    known = store.user_token(token)
    assert known is not None
    assert (known.account.writer_id, known.scopes) == (writer.writer_id, {READ})
    assert known.valid_at(NOW_MS + 999)
    assert not known.valid_at(NOW_MS + 1000)
    assert store.user_token(writer.user_token) is not None
    again = store.issue_user_token("w", [READ], now_ms=NOW_MS)
    assert again == token
    assert store.issue_user_token("w", [READ], now_ms=NOW_MS + 1) != token
    both = store.user_token(store.issue_user_token("w", [WRITE, READ, READ], now_ms=NOW_MS))
    assert both is not None
    assert both.scopes == {READ, WRITE}


@pytest.mark.parametrize(
    ("name", "scopes", "sentence"),
    [
        ("x", [READ], "No writer is named 'x'"),
        ("w", ["users.read"], "'users.read' is not a scope; choose from tweet.read, tweet.write."),
        ("w", [], "A user token needs a scope"),
    ],
)
def test_tokens_that_are_not_issued(store: Store, name: str, scopes: list[str], sentence: str) -> None:
    store.add_writer("w", NOW_MS)
    with pytest.raises(UserError, match=sentence):
        store.issue_user_token(name, scopes, now_ms=NOW_MS)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "\x00"])
def test_names_that_are_refused(store: Store, name: str) -> None:
    with pytest.raises(UserError, match="cannot be a writer's name"):
        store.add_writer(name, NOW_MS)


def test_a_name_is_taken_once(store: Store) -> None:
    store.add_writer("w", NOW_MS)
    with pytest.raises(UserError, match="'w' is enrolled already"):
        store.add_writer("w", NOW_MS)


def test_admission_is_once(store: Store) -> None:
    writer = store.add_writer("w", NOW_MS)
    assert store.admit(writer.writer_id, NOW_MS + 1)
    assert not store.admit(writer.writer_id, NOW_MS + 2)
    assert not store.admit(5, NOW_MS)
    account = store.writer(writer.writer_id)
    assert account is not None
    assert account == store.writer_named("w")
    assert account.admitted_at_ms == NOW_MS + 1


async def test_a_request_is_new_once(store: Store) -> None:
    assert await store.remember_request("t", 1000, "n", oldest_s=900)
    assert not await store.remember_request("t", 1000, "n", oldest_s=900)
    assert await store.remember_request("t", 1000, "m", oldest_s=900)
    assert await store.remember_request("u", 1000, "n", oldest_s=900)
    # Forgotten only once its timestamp is too old to be accepted.
    assert await store.remember_request("t", 1300, "x", oldest_s=1000)
    assert not await store.remember_request("t", 1000, "n", oldest_s=1000)
    assert await store.remember_request("t", 1400, "y", oldest_s=1001)
    assert await store.remember_request("t", 1000, "n", oldest_s=1001)
