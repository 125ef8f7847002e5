"""A server killed in the middle of its work: what it acknowledged is there, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from harness.store import Credentials, Store
from tests.harness.api.conftest import session_of
from tests.harness.api.running import server_process
from tests.harness.api.samples import sample_post, submission
from writers.clock import SystemClock

POSTS = 400


def test_acknowledged_notes_survive_kills(tmp_path: Path) -> None:
    database, log = tmp_path / "x.db", tmp_path / "server.log"
    now_ms = SystemClock().now_ms()
    arrivals = [sample_post(number, now_ms) for number in range(1, POSTS + 1)]
    with Store.open(database) as store:
        store.add_posts(arrivals)
        writers = [store.add_writer(f"writer {number}", now_ms) for number in range(3)]

    acknowledged: dict[int, dict[str, str]] = {writer.writer_id: {} for writer in writers}
    todo = {writer.writer_id: [arrival.wire.id for arrival in arrivals] for writer in writers}
    refused: list[str] = []
    for kill_after in (25, 60):
        reached = threading.Semaphore(0)
        with server_process(database, log) as (url, process), ThreadPoolExecutor(len(writers)) as pool:

            def write(writer: Credentials, url: str = url, reached: threading.Semaphore = reached) -> None:
                with session_of(writer) as bot:
                    for post_id in list(todo[writer.writer_id]):
                        try:
                            answer = bot.post(url + "/2/notes", json=submission(post_id), timeout=30)
                        except requests.RequestException:
                            return
                        finally:
                            todo[writer.writer_id].remove(post_id)
                        if answer.status_code == 201:
                            acknowledged[writer.writer_id][post_id] = answer.json()["data"]["id"]
                            reached.release()
                        else:
                            refused.append(answer.text)

            for writer in writers:
                pool.submit(write, writer)
            for _ in range(kill_after):
                assert reached.acquire(timeout=60)
            process.kill()

    assert not refused
    assert sum(map(len, acknowledged.values())) >= 85
    with server_process(database, log) as (url, _process):
        for writer in writers:
            listed = written(url, writer)
            assert len({note["post_id"] for note in listed}) == len(listed)
            found = {note["post_id"]: note["id"] for note in listed}
            known = acknowledged[writer.writer_id]
            assert {post_id: found.get(post_id) for post_id in known} == known
            # At most the one request that was under way at each kill was stored and not acknowledged.
            assert len(listed) <= len(known) + 2


def written(url: str, writer: Credentials) -> list[dict[str, str]]:
    notes: list[dict[str, str]] = []
    parameters = {"test_mode": "true", "max_results": "100"}
    with session_of(writer) as bot:
        while True:
            page = bot.get(url + "/2/notes/search/notes_written", params=parameters).json()
            notes += [{"id": n["id"], "post_id": n["info"]["post_id"]} for n in page.get("data", ())]
            if "next_token" not in page["meta"]:
                return notes
            parameters["pagination_token"] = page["meta"]["next_token"]


def test_secrets_are_in_no_file_and_no_log(tmp_path: Path) -> None:
    database, log = tmp_path / "x.db", tmp_path / "server.log"
    with Store.open(database) as store:
        writer = store.add_writer("w", SystemClock().now_ms())
        store.add_posts([sample_post(1, SystemClock().now_ms())])
    secrets = {
        name: getattr(writer, name)
        for name in ("consumer_secret", "access_token_secret", "user_token", "app_token")
    }
    with server_process(database, log) as (url, _process):
        feed = url + "/2/notes/search/posts_eligible_for_notes"
        with session_of(writer) as bot:
            assert bot.get(feed, params={"test_mode": "true"}).status_code == 200
            assert bot.get(feed, params={"test_mode": "banana"}).status_code == 400
        for token in (writer.user_token, writer.app_token):
            headers = {"Authorization": f"Bearer {token}"}
            requests.get(feed, params={"test_mode": "true"}, headers=headers, timeout=10)

    key = Path(f"{database}.key")
    assert key.stat().st_mode & 0o777 == 0o600
    secrets["key"] = key.read_bytes().hex()
    kept = [path for path in tmp_path.iterdir() if path != key]
    assert {database, log} <= set(kept)
    for path in kept:
        content = path.read_bytes()
        for name, secret in secrets.items():
            assert secret.encode() not in content, f"{name} is in {path.name}"
        assert key.read_bytes() not in content
        assert b"oauth_signature" not in content
    assert not [name for name, secret in secrets.items() if secret in repr(writer)]
