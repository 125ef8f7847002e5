"""Fixtures for a plugin's own tests, there as soon as notewright is installed.

def test_contract(keeps_contract):
    keeps_contract(MyWriter())

def test_it_notes_a_wrong_figure(ask_writer):
    answer = ask_writer(MyWriter(), post, pages=[page])
    assert isinstance(answer, Draft)

Both are for tests that are no coroutines; inside one, await the functions of `writers.contract`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:  # Every run of pytest on this machine imports this module: it is to cost nothing.
    from writers.plugin import Abstain, Document, Draft, Writer
    from writers.protocol.posts import Post


class KeepsContract(Protocol):
    """What the fixture `keeps_contract` is."""

    def __call__(self, writer: Writer, *, posts: Sequence[Post] = (), pages: Sequence[Document] = ()) -> None:
        """Fail the test with every promise of the contract that the writer breaks.

        `posts` and `pages` of the writer's own topic are tried besides the kit's.
        """
        ...


class AskWriter(Protocol):
    """What the fixture `ask_writer` is."""

    def __call__(self, writer: Writer, post: Post, *, pages: Sequence[Document] = ()) -> Draft | Abstain:
        """The writer's answer to a post, with `pages` to be found and fetched and nothing else.

        Fails the test where there is no answer, or an installed check refuses the draft.
        """
        ...


@pytest.fixture
def keeps_contract() -> KeepsContract:
    """Fails the test with every promise of the contract that a writer does not keep."""
    from writers.contract import check_writer

    def check(writer: Writer, *, posts: Sequence[Post] = (), pages: Sequence[Document] = ()) -> None:
        findings = asyncio.run(check_writer(writer, posts=posts, pages=pages))
        broken = [finding for finding in findings if not finding.passed]
        if broken:
            told = "\n".join(f"{finding.promise}: {finding.detail}" for finding in broken)
            pytest.fail(f"'{writer.name}' breaks its contract\n{told}", pytrace=False)

    return check


@pytest.fixture
def ask_writer() -> AskWriter:
    """A writer's answer to one post; fails the test where a pass would submit nothing for a fault."""
    from writers.contract import ask_writer as ask_in_a_coroutine
    from writers.discovery import load_checks
    from writers.errors import PluginFailure

    def ask(writer: Writer, post: Post, *, pages: Sequence[Document] = ()) -> Draft | Abstain:
        try:
            return asyncio.run(ask_in_a_coroutine(writer, post, pages=pages, checks=load_checks()))
        except PluginFailure as failure:
            pytest.fail(f"'{writer.name}', {failure}", pytrace=False)

    return ask
