"""The file of a recording: whatever interrupts it, whole posts stay and none stands twice."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.feeds.file import FeedFile
from harness.feeds.lines import read_feed
from writers.errors import BadInputError, UserError

NAMES = ("feed.jsonl", "feed.jsonl.gz")


def post(number: int) -> dict[str, Any]:
    return {"id": str(number), "text": f"Pears\u2028{number} \ud83d\n梨"}


def ids(file: Path) -> list[str]:
    return [found.wire.id for found in read_feed(file)]


@pytest.mark.parametrize("name", NAMES)
def test_it_grows_and_is_taken_up_again(tmp_path: Path, name: str) -> None:
    file = tmp_path / "new" / "folder" / name
    with FeedFile.open(file, append=False) as feed:
        feed.add([post(1), post(2)])
        assert ids(file) == ["1", "2"], "on the disk at once"
        feed.add([])
        feed.add([post(3)])
    with FeedFile.open(file, append=True) as feed:
        assert feed.known == {"1", "2", "3"}
        feed.add([post(4)])
    assert ids(file) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_cut_anywhere_it_goes_on(tmp_path_factory: pytest.TempPathFactory, name: str, data: Any) -> None:
    file = tmp_path_factory.mktemp("cut") / name
    with FeedFile.open(file, append=False) as feed:
        for number in range(1, 5):
            feed.add([post(number)])
            if number == 2:
                kept = file.stat().st_size
    content = file.read_bytes()
    file.write_bytes(content[: data.draw(st.integers(kept, len(content)))])
    with FeedFile.open(file, append=True) as feed:
        assert {"1", "2"} <= feed.known
        feed.add([post(number) for number in range(1, 5) if str(number) not in feed.known])
    assert ids(file) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("name", NAMES)
def test_a_last_line_without_its_end_is_a_post_all_the_same(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    text = json.dumps(post(1)).encode()
    file.write_bytes(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    with FeedFile.open(file, append=True) as feed:
        feed.add([post(2)])
    assert ids(file) == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("feed.jsonl", b"# Notes\n\nMy only copy"),
        ("feed.jsonl", b'{"id": "1"}\nMy only copy'),
        ("feed.jsonl.gz", b"plain text"),
        ("feed.jsonl.gz", gzip.compress(b'{"id": "1"}\n' * 9, mtime=0)[:-9]),
        ("feed.jsonl.gz", gzip.compress(b'{"id": "1"}\nMy only copy', mtime=0)),
    ],
)
def test_what_is_no_recorded_feed_is_refused_and_left_alone(
    tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(BadInputError):
        FeedFile.open(file, append=True)
    assert file.read_bytes() == content


def test_nothing_is_overwritten_and_nothing_empty_left(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    with FeedFile.open(file, append=False) as feed:
        pass
    assert not file.exists()
    with FeedFile.open(file, append=True) as feed:
        feed.add([post(1)])
    with pytest.raises(UserError, match="--append"):
        FeedFile.open(file, append=False)
    with pytest.raises(UserError, match="cannot be written"):
        FeedFile.open(file / "below.jsonl", append=False)


def test_two_do_not_record_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    with FeedFile.open(file, append=False) as feed:
        feed.add([post(1)])
        with pytest.raises(UserError, match="another process"):
            FeedFile.open(file, append=True)
        feed.add([post(2)])
    with FeedFile.open(file, append=True) as feed:
        assert feed.known == {"1", "2"}
