"""Checks judge in the feed's order, and know what the writer has said before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.writers.conftest import PatientClock
from tests.writers.fault_server import FaultServer
from writers.builtin.checks import RepetitionCheck
from writers.client import NotesClient
from writers.journal import Journal, Outcome
from writers.plugin import Desk, Document, Draft
from writers.protocol.posts import Post
from writers.run import run_pass
from writers.run_limits import RunLimits

URL = "https://example.org/page"


async def no_web(url: str) -> Document | None:
    return None


class Repeats:
    """Says the same about every post, about the first ones last; remembers what it was told it had said."""

    name = "repeats"

    def __init__(self) -> None:
        self.told: dict[int, list[int]] = {}

    async def draft(self, post: Post, desk: Desk) -> Draft:
        self.told[post.id] = [note.post_id for note in desk.own_notes]
        await asyncio.sleep(0.02 / post.id)
        return Draft(text=f"{post.text} {URL}", sources=(URL,))


class Remembers:
    """A check that complains of nothing and remembers the notes it was shown."""

    name = "remembers"

    def __init__(self) -> None:
        self.seen: dict[int, list[int]] = {}

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        self.seen[post.id] = [note.post_id for note in desk.own_notes]
        return []


@pytest.mark.parametrize("dry_run", [False, True], ids=["submitting", "dry run"])
@pytest.mark.parametrize("concurrency", [1, 5])
async def test_of_notes_that_say_the_same_the_first_in_the_feed_stays(
    server: FaultServer, client: NotesClient, clock: PatientClock, concurrency: int, dry_run: bool
) -> None:
    said = "the ferries of the port carried twelve passengers"
    server.add_posts(said, "another thing is said at some length here", said, f"{said} only", said)
    with Journal.in_memory() as journal:
        await run_pass(
            Repeats(),
            client,
            journal=journal,
            clock=clock,
            test_mode=True,
            web=no_web,
            limits=RunLimits(concurrency=concurrency),
            checks=[RepetitionCheck()],
            dry_run=dry_run,
        )
        outcomes = {attempt.post_id: attempt.outcome for attempt in journal.attempts()}
        complaints = [c for attempt in journal.attempts() for c in attempt.complaints]
    passed = Outcome.DRAFTED if dry_run else Outcome.SUBMITTED
    refused = Outcome.REFUSED
    assert outcomes == {1: passed, 2: passed, 3: refused, 4: refused, 5: refused}
    assert all("post 1" in complaint for complaint in complaints)


async def test_a_writer_knows_its_notes_of_before_the_pass_and_a_check_those_of_the_pass_too(
    server: FaultServer, client: NotesClient, clock: PatientClock
) -> None:
    writer, check = Repeats(), Remembers()
    with Journal.in_memory() as journal:
        for first in (1, 4):
            server.add_posts("one", "two", "three", first_id=first)
            await run_pass(
                writer, client, journal=journal, clock=clock, test_mode=True, web=no_web, checks=[check]
            )
        assert journal.own_notes(writer.name, False, limit=9) == []
        assert [note.post_id for note in journal.own_notes(writer.name, True, limit=2)] == [5, 6]
    assert writer.told == {1: [], 2: [], 3: [], 4: [1, 2, 3], 5: [1, 2, 3], 6: [1, 2, 3]}
    assert check.seen[3] == [1, 2]
    assert check.seen[6] == [1, 2, 3, 4, 5]
