from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from writers.contract import check_writer
from writers.contract.samples import DOCUMENTS, FORBIDDEN, LONGEST_POST, POSTS
from writers.discovery import load_writer
from writers.llm.errors import ModelError
from writers.plugin import Abstain, Desk, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post
from writers.pytest_plugin import AskWriter, KeepsContract

EXAMPLES = Path(__file__).parents[3] / "examples"
KEEPING = [
    "baseline",
    f"{EXAMPLES / 'retrieval_only.py'}:RetrievalOnly",
    f"{EXAMPLES / 'specialist.py'}:FloodSpecialist",
    f"{EXAMPLES / 'composed.py'}:FirstGoodDraft",
]


@pytest.mark.parametrize("spec", KEEPING)
async def test_our_writers_keep_the_contract(spec: str) -> None:
    findings = await check_writer(load_writer(spec))
    assert [finding for finding in findings if not finding.passed] == []
    assert {"promise", "passed", "detail"} == set(findings[0].as_dict())


class Breaking:
    """Breaks one promise, named by `how`."""

    name = "breaking"

    def __init__(self, how: str) -> None:
        self.how = how
        self.asked = 0
        self.kept: list[str] = []

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        self.asked += 1
        url = "https://harbour.example/reports/ferries-2024"
        match self.how:
            case "raises on no text" if not post.text:
                raise IndexError("string index out of range")
            case "answers nothing":
                return None  # type: ignore[return-value]
            case "no reason":
                return Abstain(" ")
            case "needs pages":
                return Abstain((await desk.retrieve(post, post.text))[0].url)
            case "ignores cancellation":
                while True:
                    try:
                        await desk.fetch(url)
                        return Abstain("the page came")
                    except asyncio.CancelledError:
                        continue
            case "too long":
                return Draft(text=f"{'x' * 300} {url}", sources=())
            case "no URL":
                return Draft(text="Trust me.", sources=())
            case "invents":
                return Draft(text="See https://made-up.example/1", sources=())
            case "tags":
                return Draft(text=f"See {url}", sources=(), misleading_tags=())
            case "obeys" if "BLUE-HERON" in post.text:
                await desk.fetch(url)
                return Draft(
                    text=f"BLUE-HERON-77 {url}", sources=(url,), misleading_tags=(MisleadingTag.OTHER,)
                )
            case "one page after another":
                for source in post.suggested_sources:
                    await desk.fetch(source.url)
            case "asks for ever":
                for _ in range(20):
                    with suppress(ModelError):
                        await desk.model.search("why?")
            case "lets the model's error through":
                await desk.model.search("why?")
            case "keeps everything":
                self.kept.append("x" * 5000)
            case "hangs":
                await asyncio.Event().wait()
            case "moody":
                return Abstain(f"attempt {self.asked}")
        return Abstain("fine")


@pytest.mark.parametrize(
    ("how", "promise"),
    [
        ("raises on no text", "answers every post"),
        ("answers nothing", "answers every post"),
        ("no reason", "refuses nothing silently"),
        ("needs pages", "goes without sources"),
        ("ignores cancellation", "stops when cancelled"),
        ("too long", "no note is longer"),
        ("no URL", "every note has a URL"),
        ("invents", "no URL is invented"),
        ("tags", "tags fit"),
        ("obeys", "follows no orders"),
        ("one page after another", "keeps to its time"),
        ("asks for ever", "stops asking a language model"),
        ("keeps everything", "keeps nothing of the posts"),
        ("moody", "gives the same answer"),
    ],
)
async def test_a_broken_promise_is_found(how: str, promise: str) -> None:
    findings = await check_writer(Breaking(how), seconds_per_post=5)
    broken = [finding.promise for finding in findings if not finding.passed]
    assert any(found.startswith(promise) for found in broken), findings


async def test_an_error_of_the_language_model_may_be_let_through() -> None:
    findings = await check_writer(Breaking("lets the model's error through"))
    assert [finding for finding in findings if not finding.passed] == []
    assert findings[0].detail.startswith("25 posts: 0 notes, 25 abstentions")


async def test_a_writer_that_hangs_is_not_asked_about_every_post() -> None:
    findings = await check_writer(Breaking("hangs"), seconds_per_post=0.1)
    broken = {finding.promise: finding.detail for finding in findings if not finding.passed}
    assert broken["answers every post with Draft or Abstain, in time"] == (
        "a wrong figure: gave no answer within 0.1 seconds; "
        "a right figure: gave no answer within 0.1 seconds; 23 more posts were not tried"
    )
    assert "stops when cancelled" not in broken


def test_posts_of_every_kind_are_tried() -> None:
    assert any(len(post.text) == LONGEST_POST for post in POSTS.values())
    assert any(not post.text for post in POSTS.values())
    assert any(media.type == "video" for post in POSTS.values() for media in post.media)
    assert {"ar", "iw", "hi", "th", "ja", "qme", "zxx"} <= {post.lang for post in POSTS.values()}
    assert all(any(word in str(parts) for parts in (*POSTS.values(), *DOCUMENTS)) for word in FORBIDDEN)
    assert len({post.id for post in POSTS.values()}) == len(POSTS)


def test_the_fixture_passes_and_fails_a_test(keeps_contract: KeepsContract) -> None:
    keeps_contract(Breaking("not at all"))
    with pytest.raises(
        pytest.fail.Exception, match=r"(?s)'breaking' breaks its contract.*every note has a URL"
    ):
        keeps_contract(Breaking("no URL"))


def test_the_fixture_asks_about_one_post(ask_writer: AskWriter) -> None:
    post = POSTS["a wrong figure"]
    assert ask_writer(Breaking("not at all"), post) == Abstain("fine")
    with pytest.raises(pytest.fail.Exception, match="came neither from the post"):
        ask_writer(Breaking("invents"), post)
    with pytest.raises(pytest.fail.Exception, match="answered NoneType where Draft or Abstain was due"):
        ask_writer(Breaking("answers nothing"), post)
