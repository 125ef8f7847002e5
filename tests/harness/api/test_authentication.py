"""Signatures: the forms clients send, and what is refused."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client
from starlette.datastructures import Headers

from harness.api.authentication import SignedRequest, request_signature
from harness.store import Credentials
from tests.harness.api.conftest import Served
from tests.harness.api.samples import submission
from writers.clock import SystemClock

FEED = "/2/notes/search/posts_eligible_for_notes"


def signed(
    credentials: Credentials, url: str, method: str = "GET", **changes: Any
) -> tuple[str, dict[str, str]]:
    options: dict[str, Any] = {
        "client_secret": credentials.consumer_secret,
        "resource_owner_key": credentials.access_token,
        "resource_owner_secret": credentials.access_token_secret,
        **changes,
    }
    client = Client(options.pop("client_key", credentials.consumer_key), **options)
    sent_url, headers, _ = client.sign(url, method)
    return sent_url, headers


def get(credentials: Credentials, url: str, **changes: Any) -> requests.Response:
    sent_url, headers = signed(credentials, url, **changes)
    return requests.get(sent_url, headers=headers, timeout=10)


def test_the_published_example() -> None:
    """X's guide "Creating a signature" (docs.x.com, OAuth 1.0a)."""
    parameters = [
        ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
        ("include_entities", "true"),
        ("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"),
        ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1318622958"),
        ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
        ("oauth_version", "1.0"),
    ]
    request = SignedRequest("POST", "https://api.twitter.com/1.1/statuses/update.json", parameters, Headers())
    found = request_signature(
        request,
        parameters,
        "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    assert found == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


@pytest.mark.parametrize(
    "query",
    [
        "test_mode=true&expansions=author_id,referenced_tweets.id",
        "test_mode=true&expansions=author_id%2Creferenced_tweets.id",
        "test_mode=true&post_selection=feed_size:small,feed_lang:all",
        "test_mode=true&post_selection=feed_size%3A%20small%2C%20feed_lang%3A+all",
        "test_mode=True&post_selection=feed_size%3a+small",
        "test_mode=true&&max_results=5",
    ],
)
def test_spellings_of_the_query(unchanged: Served, query: str) -> None:
    answer = get(unchanged.writer, f"{unchanged.url}{FEED}?{query}")
    assert answer.status_code == 200, answer.text


def test_parameters_in_the_query(unchanged: Served) -> None:
    answer = get(
        unchanged.writer, f"{unchanged.url}{FEED}?test_mode=true", signature_type=SIGNATURE_TYPE_QUERY
    )
    assert answer.status_code == 200
    assert "oauth_signature=" in str(answer.request.url)


@pytest.mark.parametrize("where", [{}, {"signature_type": SIGNATURE_TYPE_QUERY}])
def test_a_replay_is_refused(unchanged: Served, where: dict[str, str]) -> None:
    url, headers = signed(unchanged.writer, f"{unchanged.url}{FEED}?test_mode=true", **where)
    answers = [requests.get(url, headers=headers, timeout=10).status_code for _ in range(3)]
    assert answers == [200, 401, 401]


def test_a_replayed_create_stores_nothing(served: Served) -> None:
    url = served.url + "/2/notes"
    _, headers = signed(served.writer, url, "POST")
    statuses = [
        requests.post(url, json=submission(post_id), headers=headers, timeout=10).status_code
        for post_id in served.post_ids[5:8]
    ]
    assert statuses == [201, 401, 401]
    assert len(served.store.written(served.writer.writer_id, test_mode=True, limit=9)) == 1


def test_one_nonce_may_serve_two_writers(served: Served) -> None:
    other = served.store.add_writer("other", SystemClock().now_ms())
    now = str(int(time.time()))
    for writer in (served.writer, other):
        answer = get(writer, f"{served.url}{FEED}?test_mode=true", nonce="same", timestamp=now)
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "wrong"},
        {"resource_owner_secret": "wrong"},
        {"resource_owner_secret": None},
        {"client_key": "wrong"},
        {"resource_owner_key": "1-wrong"},
        {"resource_owner_key": None},
        {"timestamp": "1700000000"},
        {"timestamp": str(2**62)},
        {"timestamp": "soon"},
        {"nonce": "n" * 300},
        {"signature_method": SIGNATURE_HMAC_SHA256},
    ],
)
def test_signatures_that_are_refused(unchanged: Served, changes: dict[str, Any]) -> None:
    answer = get(unchanged.writer, f"{unchanged.url}{FEED}?test_mode=true", **changes)
    assert answer.status_code == 401


def test_every_part_of_the_request_is_signed(unchanged: Served) -> None:
    url, headers = signed(unchanged.writer, f"{unchanged.url}{FEED}?test_mode=true")
    tampered = [
        ("GET", f"{url}&max_results=100"),
        ("GET", url.replace("true", "false")),
        ("GET", url.replace("posts_eligible_for_notes", "notes_written")),
        ("DELETE", url),
    ]
    for method, changed in tampered:
        assert requests.request(method, changed, headers=headers, timeout=10).status_code in (401, 405)
    assert requests.get(url, headers={**headers, "Host": "api.x.com"}, timeout=10).status_code == 401
    assert requests.get(url, headers=headers, timeout=10).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "OAuth",
        "OAuth ,,,=,",
        'OAuth oauth_token="x", oauth_token="y"',
        "OAuth realm=x",
        "Basic eDp5",
        "OAuth " + ",".join(f'oauth_{n}="1"' for n in range(2000)),
        'OAuth oauth_consumer_key="%ff", oauth_token="%00", oauth_nonce="\\", oauth_timestamp="1"',
    ],
)
def test_headers_that_are_nonsense(unchanged: Served, header: str) -> None:
    answer = requests.get(unchanged.url + FEED, headers={"Authorization": header}, timeout=10)
    assert answer.status_code == 401


def test_a_host_that_is_none(unchanged: Served) -> None:
    url, headers = signed(unchanged.writer, f"{unchanged.url}{FEED}?test_mode=true")
    for host in ("a b", "[::1", "x:99999", "é"):
        answer = requests.get(url, headers={**headers, "Host": host.encode("latin-1")}, timeout=10)
        assert answer.status_code in (400, 401)


def test_renewed_credentials_replace_the_old(served: Served) -> None:
    renewed = served.store.renew_credentials("harbour-watch")
    url = f"{served.url}{FEED}?test_mode=true"
    assert get(served.writer, url).status_code == 401
    assert get(renewed, url).status_code == 200
    for token, status in ((served.writer.user_token, 401), (renewed.user_token, 200)):
        headers = {"Authorization": f"bearer {quote(token)}"}
        assert requests.get(url, headers=headers, timeout=10).status_code == status
