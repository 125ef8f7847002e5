from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.writers.conftest import PatientClock
from tests.writers.fault_server import Fault, FaultServer
from writers.auth import BearerToken
from writers.builtin.checks import LengthCheck, UrlFromEvidenceCheck
from writers.client import NotesClient, RetryPolicy
from writers.drafting import SHOWN_MATCH
from writers.errors import Forbidden, NotAdmitted, Unauthorized
from writers.journal import Attempt, Journal, Outcome
from writers.plugin import Abstain, Desk, Document, Draft
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, WRITTEN_PATH
from writers.protocol.posts import Post
from writers.protocol.problems import NOT_A_WRITER, forbidden
from writers.run import run_pass
from writers.run_limits import PassSummary, RunLimits

PAGE = Document(url="https://example.org/page", text="The count was 12.")


async def no_web(url: str) -> Document | None:
    return PAGE if url == PAGE.url else None


class Scripted:
    """A writer whose answer to each post is a function of the test's."""

    name = "scripted"

    def __init__(self, answer: Callable[[Post, Desk], Awaitable[Any]]) -> None:
        self.answer = answer
        self.asked: list[int] = []

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        self.asked.append(post.id)
        answer: Draft | Abstain = await self.answer(post, desk)
        return answer


def a_note(post: Post) -> Draft:
    return Draft(text=f"Post {post.id}: the count was 12. {PAGE.url}", sources=(PAGE.url,))


async def notes_everything(post: Post, desk: Desk) -> Draft:
    return a_note(post)


@pytest.fixture
def journal() -> Journal:
    return Journal.in_memory()


@pytest.fixture
def go(client: NotesClient, journal: Journal, clock: PatientClock) -> Callable[..., Awaitable[PassSummary]]:
    async def run(answer: Callable[[Post, Desk], Awaitable[Any]], **more: Any) -> PassSummary:
        settings = {"journal": journal, "clock": clock, "test_mode": True, "web": no_web, **more}
        return await run_pass(Scripted(answer), settings.pop("client", client), **settings)

    return run


def outcomes(journal: Journal) -> dict[int, Outcome]:
    return {attempt.post_id: attempt.outcome for attempt in journal.attempts()}


async def test_a_pass_notes_abstains_refuses_and_survives(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts(
        "note", "abstain", "raise", "hang", "wrong type", "too long", "invented", "bad field", "note"
    )

    async def answer(post: Post, desk: Desk) -> Any:
        match post.text:
            case "abstain":
                return Abstain("nothing to say \ud800")
            case "raise":
                raise ZeroDivisionError("oh")
            case "hang":
                await asyncio.Event().wait()
            case "wrong type":
                return {"text": "a dict"}
            case "too long":
                return Draft(text="x" * 3000 + f" {PAGE.url}", sources=())
            case "invented":
                return Draft(text="See https://nowhere.example/x", sources=())
            case "bad field":
                return Draft(text=None, sources=())  # type: ignore[arg-type]
        await desk.fetch(PAGE.url)
        return a_note(post)

    summary = await go(
        answer,
        limits=RunLimits(seconds_per_post=0.05),
        checks=[LengthCheck(), UrlFromEvidenceCheck()],
    )
    assert summary == PassSummary(seen=9, submitted=2, abstained=1, refused=2, failed=4)
    rows = {attempt.post_id: attempt for attempt in journal.attempts()}
    assert list(rows) == list(range(1, 10))
    assert "raised ZeroDivisionError: oh" in rows[3].reason
    assert "gave no answer within 0.05 seconds" in rows[4].reason
    assert "answered dict where Draft or Abstain was due" in rows[5].reason
    assert "at most 280" in rows[6].complaints[0]
    assert len(rows[6].complaints) == 2
    assert "https://nowhere.example/x" in rows[7].complaints[0]
    assert "'text'" in rows[8].reason
    assert rows[9].note_id == int(server.notes_of(9)[0]["id"])
    assert [page.url for page in rows[9].evidence] == [PAGE.url]
    assert rows[2].reason == "nothing to say ?"


async def test_a_second_pass_attempts_nothing_twice(
    server: FaultServer, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a", "b")
    await go(notes_everything)
    server.add_posts("c", first_id=3)
    assert await go(notes_everything) == PassSummary(seen=3, skipped=2, submitted=1)
    assert [len(server.notes_of(post_id)) for post_id in (1, 2, 3)] == [1, 1, 1]


async def test_posts_noted_from_elsewhere_are_skipped(
    server: FaultServer, client: NotesClient, clock: PatientClock, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a", "b")
    with Journal.in_memory() as elsewhere:
        await go(notes_everything, journal=elsewhere, limits=RunLimits(max_notes=1))
    assert await go(notes_everything) == PassSummary(seen=2, skipped=1, submitted=1)


async def test_a_note_made_meanwhile_elsewhere_is_a_failure_that_is_remembered(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a")

    async def overtaken(post: Post, desk: Desk) -> Draft:
        with Journal.in_memory() as elsewhere:
            await go(notes_everything, journal=elsewhere)
        return a_note(post)

    assert (await go(overtaken)).failed == 1
    (row,) = journal.attempts()
    assert server.notes_of(1)[0]["id"] in row.reason


@pytest.mark.parametrize("concurrency", [1, 2, 7])
async def test_concurrency_changes_no_outcome(
    server: FaultServer, concurrency: int, go: Callable[..., Awaitable[PassSummary]], journal: Journal
) -> None:
    server.add_posts(*[f"post {n}" for n in range(1, 41)])
    server.page_size = 7
    server.daily_limit = 12
    with Journal.in_memory() as earlier:
        await go(notes_everything, journal=earlier, limits=RunLimits(max_notes=3))

    async def answer(post: Post, desk: Desk) -> Any:
        await asyncio.sleep(
            (post.id * 37 % 11) / 1000
        )  # answers come in another order than they are asked for
        return Abstain("odd") if post.id % 2 else a_note(post)

    summary = await go(answer, limits=RunLimits(concurrency=concurrency))
    assert summary == PassSummary(
        seen=22, skipped=3, drafted=1, abstained=9, submitted=9, stopped=summary.stopped
    )
    assert "writing limit" in str(summary.stopped)
    assert [attempt.post_id for attempt in journal.attempts()] == list(range(4, 23))


async def test_limits_end_a_pass_and_its_paging(
    server: FaultServer, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts(*[f"post {n}" for n in range(1, 41)])
    server.page_size = 10
    assert await go(notes_everything, limits=RunLimits(max_posts=4)) == PassSummary(seen=4, submitted=4)
    assert len(server.asked(FEED_PATH)) == 1
    assert await go(notes_everything, limits=RunLimits(max_notes=2)) == PassSummary(
        seen=6, skipped=4, submitted=2
    )
    assert await go(notes_everything, limits=RunLimits(max_pages=1)) == PassSummary(
        seen=10, skipped=6, submitted=4
    )
    assert await go(notes_everything, limits=RunLimits(max_pages=0)) == PassSummary()


async def test_a_draft_beyond_the_daily_limit_is_kept_and_sent_later_as_it_was(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a", "b")
    server.daily_limit = 1
    summary = await go(notes_everything)
    assert (summary.submitted, summary.drafted) == (1, 1)
    server.daily_limit = None

    async def must_not_be_asked(post: Post, desk: Desk) -> Draft:
        raise AssertionError("the draft is there already")

    assert await go(must_not_be_asked) == PassSummary(seen=2, skipped=1, submitted=1)
    assert server.notes_of(2)[0]["info"]["text"].startswith("Post 2")


async def test_a_dry_run_submits_nothing_and_drafts_anew_later(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a")
    assert await go(notes_everything, dry_run=True) == PassSummary(seen=1, drafted=1)
    assert server.notes == []

    async def abstains(post: Post, desk: Desk) -> Abstain:
        return Abstain("on second thoughts")

    assert await go(abstains) == PassSummary(seen=1, abstained=1)


async def test_a_shown_media_match_is_left_alone(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.posts = [
        {"id": "1", "matched_media_notes": [{"note_id": "9", "match_status": "matched_and_shown"}]}
    ]
    assert (await go(notes_everything)).abstained == 1
    assert next(journal.attempts()).reason == SHOWN_MATCH


async def test_the_evaluators_score_of_the_draft_is_kept(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a")

    async def evaluated(post: Post, desk: Desk) -> Draft:
        await desk.evaluate("another text")
        server.evaluation = 1.25
        await desk.evaluate(a_note(post).text)
        return a_note(post)

    await go(evaluated)
    assert next(journal.attempts()).scores == {"claim_opinion_score": 1.25}


async def test_live_notes_of_a_writer_not_admitted_are_a_clear_error(
    server: FaultServer, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.admitted = False
    with pytest.raises(NotAdmitted, match="not admitted yet, or the feed 'feed_size: xl'"):
        await go(notes_everything, test_mode=False, post_selection="feed_size: xl")


async def test_an_account_that_is_no_writer_is_told_so_in_the_apis_words(
    server: FaultServer, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    body = forbidden(NOT_A_WRITER.format(user_id=7)).model_dump_json().encode()
    server.faults.append(Fault(WRITTEN_PATH, 403, body=body))
    with pytest.raises(Forbidden, match="must be an API Note Writer"):
        await go(notes_everything, test_mode=False)


async def test_credentials_refused_in_the_middle_lose_no_draft(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a", "b")
    server.faults.append(Fault(NOTES_PATH, 401))
    with pytest.raises(Unauthorized):
        await go(notes_everything)
    assert outcomes(journal) == {1: Outcome.DRAFTED}


async def test_an_api_that_is_down_stops_the_pass_and_is_asked_later(
    server: FaultServer, journal: Journal, clock: PatientClock, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a", "b", "c", "d")
    for n in range(3):
        server.faults.append(Fault(NOTES_PATH, 503, after=n == 1))
        server.faults.append(Fault(WRITTEN_PATH, 200, body=b"{}"))
    async with NotesClient(
        server.address, BearerToken("t"), clock=clock, retry=RetryPolicy(attempts=1)
    ) as client:
        summary = await go(notes_everything, client=client)
    assert (summary.unsure, summary.submitted) == (3, 0)
    assert "failed 3 times in a row" in str(summary.stopped)
    summary = await go(notes_everything)
    assert summary == PassSummary(seen=4, skipped=1, submitted=3, recovered=1)
    assert [len(server.notes_of(n)) for n in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert set(outcomes(journal).values()) == {Outcome.SUBMITTED}


async def test_each_attempt_is_told_when_it_is_written(
    server: FaultServer, journal: Journal, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    server.add_posts("a", "b")
    told: list[Attempt] = []
    await go(notes_everything, on_attempt=told.append)
    assert told == list(journal.attempts())


KILLED_PASS = """
import asyncio, sys
from tests.writers.test_run import Scripted, no_web, notes_everything
from writers.auth import BearerToken
from writers.client import NotesClient
from writers.clock import SystemClock
from writers.journal import Journal
from writers.run import run_pass

async def main():
    with Journal.open(sys.argv[2]) as journal:
        async with NotesClient(sys.argv[1], BearerToken("t")) as client:
            await run_pass(Scripted(notes_everything), client, journal=journal, clock=SystemClock(),
                           test_mode=True, web=no_web)

asyncio.run(main())
"""


@pytest.mark.parametrize("notes_before_the_kill", [1, 4, 11])
async def test_a_killed_pass_is_resumed_without_loss_or_repetition(
    server: FaultServer,
    tmp_path: Path,
    notes_before_the_kill: int,
    go: Callable[..., Awaitable[PassSummary]],
) -> None:
    posts = 40
    server.add_posts(*[f"post {n}" for n in range(posts)])
    path = tmp_path / "journal.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_PASS, server.address, str(path)
    )
    while len(server.notes) < notes_before_the_kill:
        assert process.returncode is None
        await asyncio.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL
    stored = len(server.notes)
    assert stored < posts
    with Journal.open(path) as journal:
        summary = await go(notes_everything, journal=journal)
        assert summary.submitted + stored == posts
        assert set(outcomes(journal).values()) == {Outcome.SUBMITTED}
        noted = {a.post_id: a.note_id for a in journal.attempts()}
    assert noted == {int(n["info"]["post_id"]): int(n["id"]) for n in server.notes}
    assert len(server.notes) == posts


async def test_a_kill_between_request_and_answer_is_settled_by_asking(
    server: FaultServer, tmp_path: Path, go: Callable[..., Awaitable[PassSummary]]
) -> None:
    """The note is stored, its answer held back for ever: the process dies while it waits."""
    server.add_posts("a")
    server.hold_answers_to = NOTES_PATH
    path = tmp_path / "journal.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_PASS, server.address, str(path)
    )
    while not server.notes:
        assert process.returncode is None
        await asyncio.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    server.hold_answers_to = None
    with Journal.open(path) as journal:
        assert outcomes(journal) == {1: Outcome.SUBMITTING}
        assert await go(notes_everything, journal=journal) == PassSummary(seen=1, skipped=1, recovered=1)
        assert next(journal.attempts()).note_id == int(server.notes[0]["id"])
    assert len(server.asked(NOTES_PATH, "POST")) == 1


def test_limits_that_make_no_sense_are_refused() -> None:
    for wrong in ({"max_posts": -1}, {"concurrency": 0}, {"seconds_per_post": 0}):
        with pytest.raises(ValueError, match="must"):
            RunLimits(**wrong)  # type: ignore[arg-type]
