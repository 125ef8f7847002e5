"""What became of notes is asked of the API and kept with its time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.writers.conftest import PatientClock
from tests.writers.fault_server import FaultServer
from tests.writers.test_run import Scripted, no_web, notes_everything
from writers.client import NotesClient
from writers.clock import DAY_MS
from writers.following import FOLLOWED_MS, follow_notes
from writers.journal import Journal
from writers.protocol.dialects import WRITTEN_PATH
from writers.run import run_pass

VERDICTS = {
    "evaluation_outcome": [
        {"evaluator_type": "ClaimOpinion", "evaluator_score_bucket": "High"},
        {"evaluator_type": "UrlValidity", "evaluator_score_bucket": "Low"},
        {"evaluator_type": "OfTheFuture", "evaluator_score_bucket": "High"},
    ]
}


@pytest.mark.parametrize("test_mode", [True, False])
async def test_a_notes_history(
    server: FaultServer, client: NotesClient, clock: PatientClock, test_mode: bool
) -> None:
    server.add_posts("a", "b")
    with Journal.in_memory() as journal:

        async def follow(**told: Any) -> int:
            await clock.sleep(60)
            server.notes[0] |= told
            return await follow_notes(client, journal, "scripted", test_mode=test_mode, now_ms=clock.now_ms())

        assert await follow_notes(client, journal, "scripted", test_mode=test_mode, now_ms=0) == 0
        assert server.asked(WRITTEN_PATH) == []
        writer = Scripted(notes_everything)
        await run_pass(writer, client, journal=journal, clock=clock, test_mode=test_mode, web=no_web)
        assert await follow() == 0, "nothing is told yet"
        if test_mode:
            assert await follow(test_result=VERDICTS) == 1
        else:
            assert await follow(status="needs_more_ratings") == 1
            assert await follow() == 0, "nothing new"
            assert await follow(status="currently_rated_helpful") == 1
            assert await follow(status="needs_more_ratings") == 1
        note_id = int(server.notes[0]["id"])
        history = journal.statuses("scripted", test_mode, note_id)
        assert [(seen.status, dict(seen.verdicts)) for seen in history] == (
            [("", {"ClaimOpinion": "High", "UrlValidity": "Low"})]
            if test_mode
            else [
                (f"{word}", {})
                for word in ("needs_more_ratings", "currently_rated_helpful", "needs_more_ratings")
            ]
        )
        times = [seen.at_ms for seen in history]
        assert times == sorted(set(times))


async def test_old_notes_and_judged_test_notes_are_not_asked_about(
    server: FaultServer, client: NotesClient, clock: PatientClock
) -> None:
    server.add_posts("a")
    with Journal.in_memory() as journal:
        writer = Scripted(notes_everything)
        await run_pass(writer, client, journal=journal, clock=clock, test_mode=True, web=no_web)
        asked = len(server.asked(WRITTEN_PATH))
        late_ms = clock.now_ms() + FOLLOWED_MS + DAY_MS
        assert await follow_notes(client, journal, "scripted", test_mode=True, now_ms=late_ms) == 0
        assert len(server.asked(WRITTEN_PATH)) == asked
        server.notes[0]["test_result"] = VERDICTS
        for change in (1, 0):
            now_ms = clock.now_ms()
            assert await follow_notes(client, journal, "scripted", test_mode=True, now_ms=now_ms) == change
            assert len(server.asked(WRITTEN_PATH)) == asked + 1


async def test_notes_of_another_writer_of_the_account_are_not_its_own(
    server: FaultServer, client: NotesClient, clock: PatientClock
) -> None:
    server.add_posts("a")
    with Journal.in_memory() as journal, Journal.in_memory() as elsewhere:
        writer = Scripted(notes_everything)
        await run_pass(writer, client, journal=elsewhere, clock=clock, test_mode=False, web=no_web)
        server.add_posts("b", first_id=2)
        await run_pass(writer, client, journal=journal, clock=clock, test_mode=False, web=no_web)
        for note in server.notes:
            note["status"] = "needs_more_ratings"
        now_ms = clock.now_ms()
        assert await follow_notes(client, journal, "scripted", test_mode=False, now_ms=now_ms) == 1
