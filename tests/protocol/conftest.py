"""The same tests on a local server and on X: where they are sent, and what they may do there.

`--target x` (or a base URL) sends them to X with the credentials in the environment. There they read,
evaluate, and submit test notes that must be refused. With `--write` they also create and delete a test note.
No live note is ever written. What they find where X is not known is told at the end, by the setting's name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from harness.api import ServerSettings
from harness.cli.options import base_url
from tests.harness.api.conftest import served_with
from writers.auth import BearerToken, OAuth1Credentials, credentials_from_environment
from writers.errors import UserError
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, TWEET, WRITTEN_PATH
from writers.protocol.fields import EXPANSIONS, PUBLIC_MEDIA_FIELDS, PUBLIC_POST_FIELDS, PUBLIC_USER_FIELDS

LOCAL = "local"
TIMEOUT_S = 30.0


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("notewright protocol")
    group.addoption(
        "--target",
        default=LOCAL,
        help="Where the protocol tests go: 'local' (a server of their own), 'x', or a base URL. The last two "
        "take the credentials in the environment.",
    )
    group.addoption(
        "--write",
        action="store_true",
        help="On another target than 'local', let the protocol tests create and delete a test note.",
    )


@dataclass(frozen=True)
class Target:
    """A server that speaks the API, and a writer's client on it."""

    url: str
    auth: httpx.Auth = field(repr=False)
    client: httpx.Client = field(repr=False)
    may_write: bool

    def ask(
        self, method: str, path: str, *, params: dict[str, str] | None = None, body: Any = None
    ) -> httpx.Response:
        """One signed request."""
        return self.client.request(method, path, params=params, json=body, auth=self.auth)

    def ask_as(self, auth: httpx.Auth | None, path: str, params: dict[str, str]) -> httpx.Response:
        """One GET with other credentials, or none."""
        return self.client.get(path, params=params, auth=auth)

    def feed(self, **params: str) -> httpx.Response:
        return self.ask("GET", FEED_PATH, params={"test_mode": "true", **params})

    def written(self, **params: str) -> httpx.Response:
        return self.ask("GET", WRITTEN_PATH, params={"test_mode": "true", **params})

    def submit_bad(self, body: dict[str, Any]) -> httpx.Response:
        """Submit a test note that must be refused. One that is taken all the same is deleted at once."""
        response = self.ask("POST", NOTES_PATH, body=body)
        if response.is_success:
            self.ask("DELETE", f"{NOTES_PATH}/{response.json()['data']['id']}")
        return response

    def evaluate(self, body: Any) -> httpx.Response:
        return self.ask("POST", TWEET.evaluate_path, body=body)

    @property
    def broken_auth(self) -> httpx.Auth:
        """The writer's credentials with a secret that is not theirs."""
        if isinstance(self.auth, OAuth1Credentials):
            return OAuth1Credentials("unknown-app", "wrong", "unknown-user", "wrong")
        return BearerToken("unknown-token")


_observed = pytest.StashKey[dict[str, Any]]()


@pytest.fixture(scope="session")
def observe(pytestconfig: pytest.Config) -> Callable[[str, Any], None]:
    """Tell what a server does where X is not known: the setting of ours that does the same, and its value.

    A server of our own must do what its settings say.
    """
    seen = pytestconfig.stash.setdefault(_observed, {})

    def tell(setting: str, value: Any) -> None:
        settings = ServerSettings.model_validate({setting: value})
        seen[setting] = getattr(settings, setting)
        if pytestconfig.getoption("--target", default=LOCAL) == LOCAL:
            assert settings == ServerSettings(), f"{setting} is told as {value!r}"

    return tell


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    chosen = config.getoption("--target", default=LOCAL)
    seen = config.stash.get(_observed, {})
    if chosen == LOCAL or not seen:
        return
    terminalreporter.section(f"observed on {chosen}")
    defaults = ServerSettings()
    for setting, value in sorted(seen.items()):
        default = getattr(defaults, setting)
        verdict = "as by default" if value == default else f"the default is {default!r}"
        terminalreporter.line(f"{setting} = {value!r}  ({verdict})")


@contextmanager
def _somewhere(
    config: pytest.Config, factory: pytest.TempPathFactory
) -> Iterator[tuple[str, httpx.Auth, bool]]:
    chosen = config.getoption("--target", default=LOCAL)
    if chosen == LOCAL:
        with contextmanager(served_with)(factory.mktemp("protocol")) as served:
            writer = served.writer
            auth = OAuth1Credentials(
                writer.consumer_key, writer.consumer_secret, writer.access_token, writer.access_token_secret
            )
            yield served.url, auth, True
        return
    try:
        url, elsewhere = base_url(chosen), credentials_from_environment(os.environ)
    except UserError as error:
        pytest.exit(f"--target {chosen}: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
    yield url, elsewhere, config.getoption("--write", default=False)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with (
        _somewhere(pytestconfig, tmp_path_factory) as (url, auth, may_write),
        httpx.Client(base_url=url, timeout=TIMEOUT_S) as client,
    ):
        yield Target(url, auth, client, may_write)


@pytest.fixture(scope="session")
def writing(target: Target) -> Target:
    """The target, for a test that creates or deletes a test note."""
    if not target.may_write:
        pytest.skip(f"it would write a test note on {target.url}; --write allows it")
    return target


@pytest.fixture(scope="session")
def page(target: Target) -> dict[str, Any]:
    """A full page of the feed in all languages, with every public field and expansion."""
    response = target.feed(
        **{
            "max_results": "100",
            "post_selection": "feed_lang:all",
            "tweet.fields": ",".join(PUBLIC_POST_FIELDS),
            "expansions": ",".join(EXPANSIONS),
            "media.fields": ",".join(PUBLIC_MEDIA_FIELDS),
            "user.fields": ",".join(PUBLIC_USER_FIELDS),
        }
    )
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


@pytest.fixture(scope="session")
def post_id(page: dict[str, Any]) -> str:
    """A post of the feed that a note may be written on: no media note is shown on it."""
    for post in page.get("data", ()):
        matches = post.get("matched_media_notes", ())
        if all(match["match_status"] != "matched_and_shown" for match in matches):
            return str(post["id"])
    pytest.skip("the feed holds no post that a note may be written on")
