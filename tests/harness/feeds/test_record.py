"""Recording a served feed: what is saved, what a second recording adds, what an interruption leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.api import create_app
from harness.api.server import running
from harness.feeds.check import check_feed
from harness.feeds.file import FeedFile
from harness.feeds.lines import read_feed
from harness.feeds.pages import posts_of
from harness.feeds.record import record_feed
from harness.store import Store
from tests.harness.api.conftest import Served, served_with
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import sample_post
from writers.auth import OAuth1Credentials
from writers.client import NotesClient
from writers.clock import SystemClock
from writers.errors import Unauthorized
from writers.protocol.posts import RawFeedPage

NOTEWRIGHT = str(Path(sys.executable).with_name("notewright"))
ALL = "feed_lang:all"
SECRETS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    yield from served_with(tmp_path)


def client(served: Served) -> NotesClient:
    return NotesClient(served.url, OAuth1Credentials(**{n: getattr(served.writer, n) for n in SECRETS}))


def notewright(served: Served, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {f"NOTEWRIGHT_{name.upper()}": getattr(served.writer, name) for name in SECRETS}
    return subprocess.run(
        [NOTEWRIGHT, "feed", *map(str, arguments)],
        env=os.environ | environment | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_a_recording_keeps_all_that_the_feed_told(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    async with client(served) as api:
        with FeedFile.open(file, append=False) as feed:
            done = await record_feed(api, feed, test_mode=True, post_selection=ALL)
        [page] = [page async for page in api.raw_feed_pages(test_mode=True, post_selection=ALL)]
    assert (done.pages, done.new, done.known) == (1, 10, 0)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    beside = {"includes", "errors", "recorded_at_ms"}
    assert [{k: v for k, v in line.items() if k not in beside} for line in lines] == list(page.data)

    rich, orphan = lines[:2]
    assert [tweet["author_id"] for tweet in rich["includes"]["tweets"]] == ["502"]
    assert {user["username"] for user in rich["includes"]["users"]} == {"quillport", "ilse_bakes"}
    assert rich["includes"]["media"][0]["alt_text"] == "A crane"
    assert rich["suggested_source_links_with_counts"][0]["count"] == 3
    assert rich["note_request_suggestions"][0]["suggestion"] == "Check the figure"
    assert "errors" not in rich
    assert [error["value"] for error in orphan["errors"]] == ["1400000000000000002"]
    assert {user["username"] for user in orphan["includes"]["users"]} == {"quillport"}
    found = check_feed(file, now_ms=SystemClock().now_ms())
    assert found.sound, found.findings
    assert (found.languages, found.with_deleted_references) == ({"en": 9, "ja": 1}, 1)


@pytest.mark.parametrize("name", ["feed.jsonl", "feed.jsonl.gz"])
def test_the_command_appends_what_is_new(served: Served, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    arguments = ("record", "--target", served.url, "--output", file, "--feed", ALL, "--json")
    first = notewright(served, *arguments, "--max-posts", "4")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) | {"pages": 0} == {
        "file": str(file),
        "pages": 0,
        "new": 4,
        "known": 0,
        "posts": 4,
    }
    refused = notewright(served, *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--append" in refused.stderr

    served.store.add_posts([sample_post(0, SystemClock().now_ms())])
    second = json.loads(notewright(served, *arguments, "--append").stdout)
    assert (second["new"], second["known"], second["posts"]) == (7, 4, 11)
    assert len(read_feed(file)) == 11

    checked = notewright(served, "check", file, "--json")
    assert checked.returncode == 0
    assert json.loads(checked.stdout)["posts"] == 11
    assert "Nothing is wrong" in notewright(served, "check", file).stdout


def test_check_says_no_with_its_exit_status(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text('{"id": "1", "created_at": "2026-05-01T10:00:00Z"}\n{"id": "1"}\n', encoding="utf-8")
    checked = notewright(served, "check", file, "--json")
    assert checked.returncode == 1
    told = json.loads(checked.stdout)
    assert not told["sound"]
    assert [finding["field"] for finding in told["findings"]] == ["id", "created_at"]
    assert "line 2, field 'id'" in notewright(served, "check", file).stdout
    absent = notewright(served, "check", tmp_path / "absent.jsonl")
    assert (absent.returncode, absent.stdout) == (2, "")


async def test_refused_credentials_leave_no_file(served: Served, tmp_path: Path) -> None:
    wrong = replace(served, writer=replace(served.writer, consumer_secret="wrong"))
    with FeedFile.open(tmp_path / "feed.jsonl", append=False) as feed:
        async with client(wrong) as api:
            with pytest.raises(Unauthorized):
                await record_feed(api, feed, test_mode=True)
    assert not (tmp_path / "feed.jsonl").exists()


async def test_an_interrupted_recording_keeps_its_pages_and_goes_on(tmp_path: Path) -> None:
    """230 posts are three pages; the recording is stopped after the first, and taken up."""
    clock, file = SystemClock(), tmp_path / "feed.jsonl.gz"

    class Stop(Exception):
        pass

    def stop(_done: object) -> None:
        raise Stop

    with Store.in_memory() as store:
        store.add_posts([sample_post(number, clock.now_ms()) for number in range(230)])
        writer = store.add_writer("harbour-watch", clock.now_ms())
        app = create_app(store, clock=clock, evaluator=recorded_evaluator())
        with running(app) as url:
            served = Served(url, store, [], writer)
            async with client(served) as api:
                with FeedFile.open(file, append=False) as feed, pytest.raises(Stop):
                    await record_feed(api, feed, test_mode=True, on_page=stop)
                assert len(read_feed(file)) == 100
                with FeedFile.open(file, append=True) as feed:
                    done = await record_feed(api, feed, test_mode=True)
    assert (done.pages, done.new, done.known) == (3, 130, 100)
    assert len(read_feed(file)) == 230


def test_a_page_is_taken_apart_by_every_kind_of_name() -> None:
    page: dict[str, Any] = {
        "data": [
            {"id": "1", "geo": {"place_id": "p1"}, "attachments": {"poll_ids": ["q1"]}},
            {"id": "2", "entities": {"mentions": [{"username": "Quillport"}]}},
            {"id": "3", "referenced_tweets": [{"type": "quoted", "id": "30"}]},
        ],
        "includes": {
            "places": [{"id": "p1"}],
            "polls": [{"id": "q1"}],
            "users": [{"id": "50", "username": "quillport"}, {"id": "51"}],
            "media": [{"media_key": "3_1", "type": "photo"}],
            "tweets": [{"id": "30", "author_id": "51", "attachments": {"media_keys": ["3_1"]}}],
            "rings": [{"of": "nobody known"}],
        },
        "errors": [{"value": "3_2"}, {"detail": "the page is incomplete"}, {"resource_id": "1"}],
        "meta": {"result_count": 3},
    }
    lines = list(posts_of(RawFeedPage.model_validate(page), now_ms=9))
    nobodys = {"rings": [{"of": "nobody known"}]}
    assert [line["includes"] for line in lines] == [
        {"places": [{"id": "p1"}], "polls": [{"id": "q1"}]} | nobodys,
        {"users": [{"id": "50", "username": "quillport"}]} | nobodys,
        {"users": [{"id": "51"}], "media": page["includes"]["media"], "tweets": page["includes"]["tweets"]}
        | nobodys,
    ]
    everybodys = page["errors"][:2]
    assert [line["errors"] for line in lines] == [page["errors"], everybodys, everybodys]
    assert {line["recorded_at_ms"] for line in lines} == {9}
