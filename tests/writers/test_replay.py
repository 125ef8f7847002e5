from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.writers.test_checks import desk
from writers.builtin.checks import UrlFromEvidenceCheck
from writers.builtin.replay import NOT_IN_FILE, ReplayWriter
from writers.errors import BadInputError
from writers.plugin import Abstain, Draft
from writers.protocol.notes import Classification, MisleadingTag
from writers.protocol.posts import Post


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


async def test_drafts_are_those_of_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"post_id": "1", "text": "Old. https://a.example/"},
        {
            "post_id": 1,
            "text": "É new. https://a.example/ https://b.example/",
            "misleading_tags": ["factual_error"],
        },
        {
            "post_id": "2",
            "text": "Fine.",
            "classification": "not_misleading",
            "trustworthy_sources": False,
            "x": 1,
        },
        {"post_id": "3", "text": "Picture.", "is_media_note": True},
    )
    writer = ReplayWriter(path)
    answers = [await writer.draft(Post(id=n, text="", created_at_ms=0), desk()) for n in (1, 2, 3, 4)]
    assert answers == [
        Draft(
            text="É new. https://a.example/ https://b.example/",
            sources=("https://a.example/", "https://b.example/"),
            misleading_tags=(MisleadingTag.FACTUAL_ERROR,),
        ),
        Draft(
            text="Fine.",
            sources=(),
            classification=Classification.NOT_MISLEADING,
            misleading_tags=(),
            trustworthy_sources=False,
        ),
        Draft(text="Picture.", sources=(), misleading_tags=(MisleadingTag.OTHER,), is_media_note=True),
        Abstain(NOT_IN_FILE),
    ]


async def test_whoever_made_the_file_vouches_for_its_urls(tmp_path: Path) -> None:
    writer = ReplayWriter(written(tmp_path, {"post_id": 1, "text": "See https://a.example/."}))
    post, bench = Post(id=1, text="", created_at_ms=0), desk()
    draft = await writer.draft(post, bench)
    assert isinstance(draft, Draft)
    assert UrlFromEvidenceCheck().complaints(draft, post, bench) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"text": "no id"}, "line 2, field 'post_id'"),
        ({"post_id": "x", "text": "t"}, "line 2, field 'post_id'"),
        ({"post_id": -1, "text": "t"}, "line 2, field 'post_id'"),
        ({"post_id": 1, "text": 5}, "line 2, field 'text'"),
        ({"post_id": 1, "text": "t", "classification": "bad"}, "field 'classification'"),
        ({"post_id": 1, "text": "t", "misleading_tags": ["bad"]}, "field 'misleading_tags.0'"),
        ([1], "line 2"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: object, told: str) -> None:
    path = written(tmp_path, {"post_id": 1, "text": "t"}, line)
    with pytest.raises(BadInputError) as caught:
        ReplayWriter(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_cut_short_or_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl").write_bytes(b'{"post_id": 1, "te')
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    for name, told in (("cut.jsonl", "line 1"), ("binary.jsonl", "UTF-8"), ("none.jsonl", "cannot be read")):
        with pytest.raises(BadInputError, match=told):
            ReplayWriter(tmp_path / name)
