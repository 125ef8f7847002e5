"""Posts and pages of a plugin's own, read from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from writers.contract import ask_writer, check_writer, read_pages, read_posts
from writers.discovery import load_checks
from writers.errors import BadInputError, PluginFailure
from writers.plugin import Abstain, Desk, Document, Draft
from writers.protocol.posts import Post

POST = {
    "id": "2028370000000000001",
    "text": "one\u2028two",
    "attachments": {"media_keys": ["7_1"]},
    "includes": {"media": [{"media_key": "7_1", "type": "video"}]},
    "recorded_at_ms": 1_772_437_000_000,
}


def test_a_recorded_post_is_read_as_a_writer_sees_it(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text("\n" + json.dumps(POST, ensure_ascii=False) + "\n", encoding="utf-8")
    (post,) = read_posts(file)
    assert (post.id, post.text) == (2028370000000000001, "one\u2028two")
    assert [media.type for media in post.media] == ["video"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no post"),
        (b"\n{", "line 2: not JSON"),
        (b"[]", "line 1: a post is a JSON object"),
        (b'{"id": "-1"}', "line 1, field 'id'"),
        (b'{"id": "1", "includes": {"media": [{}]}}', "field 'includes.media.0.media_key'"),
        (b"\xff", "save it as UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        read_posts(file)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for read in (read_posts, read_pages):
        with pytest.raises(BadInputError, match="there is no such file"):
            read(tmp_path / "none.jsonl")


class OneTrack:
    """Notes on its own post only, with a page it finds, or without one where it is told to invent."""

    name = "one_track"

    def __init__(self, *, invents: bool = False) -> None:
        self.invents = invents

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        if post.text != "own topic":
            return Abstain("not my topic")
        (page,) = await desk.retrieve(post, "topic")
        url = "https://made-up.example/" if self.invents else page.url
        return Draft(text=f"See {url}", sources=(url,))


OWN_POST = Post(id=1, text="own topic", created_at_ms=0, lang="en")
OWN_PAGE = Document(url="https://own.example/page", text="All about the topic.")


@pytest.mark.parametrize("invents", [True, False])
async def test_posts_of_ones_own_are_tried_with_their_pages(invents: bool) -> None:
    findings = await check_writer(OneTrack(invents=invents), posts=[OWN_POST], pages=[OWN_PAGE])
    broken = [finding for finding in findings if not finding.passed and "sources" not in finding.promise]
    # Without any page its unpacking fails, which another promise is about.
    assert [finding.promise for finding in broken if finding.detail.startswith("post 1: https://made")] == (
        ["no URL is invented"] if invents else []
    )
    assert findings[0].detail.endswith("1 notes, 25 abstentions")


async def test_a_writer_is_asked_about_one_post() -> None:
    answer = await ask_writer(OneTrack(), OWN_POST, pages=[OWN_PAGE], checks=load_checks())
    assert isinstance(answer, Draft)
    with pytest.raises(PluginFailure, match=r"made-up\.example.* came neither from the post"):
        await ask_writer(OneTrack(invents=True), OWN_POST, pages=[OWN_PAGE], checks=load_checks())
    with pytest.raises(PluginFailure, match="post 1: raised ValueError"):
        await ask_writer(OneTrack(), OWN_POST)
