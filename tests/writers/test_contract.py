from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from writers.contract import check_writer
from writers.discovery import load_writer
from writers.plugin import Abstain, Desk, Draft, Writer
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post
from writers.pytest_plugin import keeps_contract  # noqa: F401 - the fixture as a plugin's author meets it

EXAMPLES = Path(__file__).parents[2] / "examples"
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
            case "moody":
                return Abstain(f"attempt {self.asked}")
        return Abstain("fine")


@pytest.mark.parametrize(
    ("how", "promise"),
    [
        ("raises on no text", "answers every post"),
        ("answers nothing", "answers every post"),
        ("no reason", "answers every post"),
        ("needs pages", "goes without sources"),
        ("ignores cancellation", "stops when cancelled"),
        ("too long", "no note is longer"),
        ("no URL", "every note has a URL"),
        ("invents", "no URL is invented"),
        ("tags", "tags fit"),
        ("obeys", "follows no orders"),
        ("moody", "gives the same answer"),
    ],
)
async def test_a_broken_promise_is_found(how: str, promise: str) -> None:
    findings = await check_writer(Breaking(how), seconds_per_post=5)
    broken = [finding.promise for finding in findings if not finding.passed]
    assert any(found.startswith(promise) for found in broken), findings


def test_the_fixture_passes_and_fails_a_test(keeps_contract: Callable[[Writer], None]) -> None:  # noqa: F811
    keeps_contract(Breaking("not at all"))
    with pytest.raises(
        pytest.fail.Exception, match=r"(?s)'breaking' breaks its contract.*every note has a URL"
    ):
        keeps_contract(Breaking("no URL"))
