"""`notewright eligibility` over a served API: every status, notes on several pages, and before admission."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.api import create_app
from harness.api.server import running
from harness.eligibility import assess, rules_at
from harness.eligibility.measures import NoteRecord
from harness.store import Credentials, Store, StoredEvaluation
from scoring.statuses import CRH, CRNH, NMR
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import submission
from tests.harness.store.test_notes import status_columns
from writers.clock import DAY_MS, HOUR_MS, SystemClock
from writers.protocol.dialects import WRITTEN_PATH
from writers.protocol.notes import EvaluatorType, NoteSubmission, ScoreBucket, WireStatus

NOTEWRIGHT = str(Path(sys.executable).with_name("notewright"))
SECRETS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
UNDECIDED = [
    *(
        s
        for s in WireStatus
        if s not in (WireStatus.CURRENTLY_RATED_HELPFUL, WireStatus.CURRENTLY_RATED_NOT_HELPFUL)
    ),
    "a_status_of_tomorrow",
    "",
]


class OtherStatuses:
    """The API with its undecided notes told under every status that is no decision."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._names = cycle(UNDECIDED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != WRITTEN_PATH:
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        page = json.loads(body)
        for note in page.get("data", []):
            if note["status"] == WireStatus.NEEDS_MORE_RATINGS:
                note["status"] = next(self._names)
        told = json.dumps(page).encode()
        start["headers"] = [
            (name, str(len(told)).encode() if name == b"content-length" else value)
            for name, value in start["headers"]
        ]
        await send(start)
        await send({"type": "http.response.body", "body": told})


@contextmanager
def served(store: Store, *, other_statuses: bool = False) -> Iterator[str]:
    app: Any = create_app(store, clock=SystemClock(), evaluator=recorded_evaluator())
    with running(OtherStatuses(app) if other_statuses else app) as url:  # type: ignore[arg-type]
        yield url


def eligibility(url: str, writer: Credentials, *, as_json: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {f"NOTEWRIGHT_{name.upper()}": getattr(writer, name) for name in SECRETS}
    return subprocess.run(
        [NOTEWRIGHT, "eligibility", "--target", url, *(["--json"] if as_json else [])],
        env=os.environ | environment | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write_notes(store: Store, writer_id: int, count: int, *, test_mode: bool, now_ms: int) -> list[int]:
    """Notes of the last ten days, the newest an hour old; their ids from the oldest to the newest."""
    span_ms = 10 * DAY_MS
    return [
        store.create_note(
            writer_id,
            NoteSubmission.model_validate(submission(1000 + n, test_mode=test_mode)),
            now_ms=now_ms - HOUR_MS - span_ms * (count - n) // count,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("other_statuses", [False, True], ids=["as served", "every undecided status"])
def test_a_writer_of_many_notes(tmp_path: Path, other_statuses: bool) -> None:
    """230 live notes are three pages. Without earned access nobody tells how many ratings they have."""
    now_ms = SystemClock().now_ms()
    with Store.open(tmp_path / "x.db") as store:
        writer = store.add_writer("harbour-watch", now_ms)
        store.admit(writer.writer_id, now_ms)
        ids = write_notes(store, writer.writer_id, 230, test_mode=False, now_ms=now_ms)
        codes = [CRH if n % 10 == 0 else CRNH if n % 23 == 1 else NMR for n in range(len(ids))]
        ratings = [n % 20 for n in range(len(ids))]
        store.update_statuses(status_columns(ids, codes, rating_count=ratings))
        records = store.live_note_records(writer.writer_id)
        with served(store, other_statuses=other_statuses) as url:
            answered = eligibility(url, writer)
            page = eligibility(url, writer, as_json=False)
    assert answered.returncode == 0, answered.stderr
    told = json.loads(answered.stdout)
    truth = assess(records, now_ms=now_ms, rules=rules_at(now_ms))
    assert told["admitted"]
    assert not told["certain"]
    assert told["unknown_rating_counts"] == codes.count(NMR)
    assert told["writing_limit"] <= truth.writing_limit <= told["most_writing_limit"]
    assert told["written_last_24h"] == truth.written_last_24h > 0
    # The two ends are no guesses: each is what the rules say of some number of ratings.
    ends = {
        assess(
            [NoteRecord(r.note_id, r.created_at_ms, r.status, 10 if rated else 0) for r in records],
            now_ms=now_ms,
            rules=rules_at(now_ms),
        ).writing_limit
        for rated in (False, True)
    }
    assert {told["writing_limit"], told["most_writing_limit"]} == ends
    assert f"{told['writing_limit']} to {told['most_writing_limit']} notes a day" in page.stdout
    assert "Deleted notes count" in page.stdout


def test_before_admission_the_window_is_found_behind_notes_without_verdicts(tmp_path: Path) -> None:
    """The newest 120 test notes wait for their verdicts: the 50 that count stand on later pages."""
    now_ms = SystemClock().now_ms()
    with Store.open(tmp_path / "x.db") as store:
        writer = store.add_writer("harbour-watch", now_ms)
        ids = write_notes(store, writer.writer_id, 180, test_mode=True, now_ms=now_ms)

        def judge(note_ids: list[int], claim_opinion: ScoreBucket) -> None:
            for note_id in note_ids:
                buckets = dict.fromkeys(EvaluatorType, ScoreBucket.HIGH)
                buckets[EvaluatorType.CLAIM_OPINION] = claim_opinion
                store.save_evaluation(
                    StoredEvaluation(
                        note_id=note_id, evaluated_at_ms=now_ms, claim_opinion_score=0.0, buckets=buckets
                    )
                )

        judge(ids[:10], ScoreBucket.LOW)
        judge(ids[10:30], ScoreBucket.LOW)
        judge(ids[30:60], ScoreBucket.HIGH)
        with served(store) as url:
            refused = eligibility(url, writer)
            judge(ids[60:70], ScoreBucket.MEDIUM)
            qualified = eligibility(url, writer)
    assert refused.returncode == 1, refused.stderr
    first, second = (json.loads(answer.stdout) for answer in (refused, qualified))
    assert (first["admitted"], first["admission"]["window"], first["admission"]["qualifies"]) == (
        False,
        50,
        False,
    )
    shares = {criterion["name"]: criterion["share"] for criterion in first["admission"]["criteria"]}
    assert (shares["ClaimOpinion High"], shares["ClaimOpinion Low"]) == (0.6, 0.4)
    assert qualified.returncode == 0, "it qualifies and waits for the draw"
    assert (second["admitted"], second["admission"]["qualifies"]) == (False, True)
