"""From test notes to admission: evaluated by the real evaluator, judged by the real rules, drawn by seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.admission.evaluator import Evaluation, LocalEvaluator
from harness.eligibility import rules_at
from harness.rounds.admission import admission_verdict, hold_draw
from harness.rounds.evaluation import evaluate_pending
from harness.store import MasterKey, Store
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import sample_post, submission
from writers.clock import DAY_MS, MINUTE_MS
from writers.protocol.notes import EvaluatorType, NoteSubmission, ScoreBucket
from writers.protocol.posts import Post

NOW_MS = 1_790_000_000_000
RULES = rules_at(NOW_MS)
GOOD_NOTE = (
    "The port authority's annual report counts 3,412 crates of pears in 2025, not 12,000. "
    "https://port.example/figures"
)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.in_memory(MasterKey.from_seed(5)) as opened:
        opened.add_posts([sample_post(number, NOW_MS) for number in range(60)])
        yield opened


def write_notes(store: Store, writer_id: int, count: int, text: str) -> None:
    for number in range(count):
        body = submission(sample_post(number, NOW_MS).wire.id, text=text)
        store.create_note(writer_id, NoteSubmission.model_validate(body), now_ms=NOW_MS + number)


async def test_notes_wait_for_their_evaluation(store: Store) -> None:
    writer = store.add_writer("w", NOW_MS)
    write_notes(store, writer.writer_id, 3, GOOD_NOTE)
    evaluator = recorded_evaluator()

    async def at(now_ms: int) -> int:
        return (await evaluate_pending(store, evaluator, now_ms=now_ms, delay_ms=5 * MINUTE_MS)).evaluated

    assert [await at(NOW_MS), await at(NOW_MS + 5 * MINUTE_MS), await at(NOW_MS + 5 * MINUTE_MS + 2)] == [
        0,
        1,
        2,
    ]
    assert await at(NOW_MS + DAY_MS) == 0
    assert {b[EvaluatorType.URL_VALIDITY] for b in store.test_note_buckets(writer.writer_id, limit=50)} == {
        ScoreBucket.HIGH
    }


class BrokenAtFirst:
    """The real evaluator, which breaks on one note until it is mended."""

    link_checks = "a table"

    def __init__(self, inner: LocalEvaluator) -> None:
        self.inner = inner
        self.broken = True

    async def evaluate(self, post: Post, note_text: str) -> Evaluation:
        if self.broken and "bad" in note_text:
            raise RuntimeError("out of order")
        return await self.inner.evaluate(post, note_text)

    async def claim_opinion(self, post: Post, note_text: str) -> float:
        return await self.inner.claim_opinion(post, note_text)


async def test_a_broken_evaluation_waits_for_the_next_round(store: Store) -> None:
    writer = store.add_writer("w", NOW_MS)
    for number, text in enumerate(["fine https://a.example", "bad https://a.example"]):
        body = submission(sample_post(number, NOW_MS).wire.id, text=text)
        store.create_note(writer.writer_id, NoteSubmission.model_validate(body), now_ms=NOW_MS)
    evaluator = BrokenAtFirst(recorded_evaluator())
    first = await evaluate_pending(store, evaluator, now_ms=NOW_MS, delay_ms=0)
    evaluator.broken = False
    second = await evaluate_pending(store, evaluator, now_ms=NOW_MS, delay_ms=0)
    assert [(r.evaluated, r.failed) for r in (first, second)] == [(1, 1), (1, 0)]


async def test_the_good_are_drawn_and_the_bad_are_not(store: Store) -> None:
    good = store.add_writer("good", NOW_MS)
    invents_links = store.add_writer("invents links", NOW_MS)
    beginner = store.add_writer("beginner", NOW_MS)
    store.add_writer("reader", NOW_MS, note_writer=False)
    write_notes(store, good.writer_id, 50, GOOD_NOTE)
    write_notes(store, invents_links.writer_id, 50, GOOD_NOTE.replace("figures", "nowhere"))
    write_notes(store, beginner.writer_id, 49, GOOD_NOTE)
    await evaluate_pending(store, recorded_evaluator(), now_ms=NOW_MS, delay_ms=-DAY_MS)

    never = hold_draw(store, RULES, now_ms=NOW_MS, seed=1, probability=0)
    assert [candidate.admitted for candidate in never] == [False] * 3
    certain = hold_draw(store, RULES, now_ms=NOW_MS, seed=1, probability=1)
    assert {c.writer.name: (c.verdict.qualifies, c.admitted) for c in certain} == {
        "good": (True, True),
        "invents links": (False, False),
        "beginner": (False, False),
    }
    assert "UrlValidity" in admission_verdict(store, invents_links.writer_id, RULES).reasons[0]
    assert "49 of the 50" in admission_verdict(store, beginner.writer_id, RULES).reasons[0]
    account = store.writer(good.writer_id)
    assert account is not None
    assert account.admitted_at_ms == NOW_MS
    later = hold_draw(store, RULES, now_ms=NOW_MS + DAY_MS, seed=1, probability=1)
    assert [candidate.writer.name for candidate in later] == ["invents links", "beginner"]


async def days_until_admitted(seed: int) -> int:
    with Store.in_memory(MasterKey.from_seed(5)) as store:
        store.add_posts([sample_post(number, NOW_MS) for number in range(60)])
        writer = store.add_writer("good", NOW_MS)
        write_notes(store, writer.writer_id, 50, GOOD_NOTE)
        await evaluate_pending(store, recorded_evaluator(), now_ms=NOW_MS, delay_ms=-DAY_MS)
        for day in range(100):
            now_ms = NOW_MS + day * DAY_MS
            # Holding the draw twice on one day gives nobody a second chance.
            twice = [hold_draw(store, RULES, now_ms=now_ms, seed=seed, probability=0.3) for _ in range(2)]
            if any(candidate.admitted for draw in twice for candidate in draw):
                assert twice[0][0].admitted
                return day
        raise AssertionError("never admitted")


async def test_a_draw_can_be_repeated() -> None:
    first = [await days_until_admitted(seed) for seed in range(6)]
    again = [await days_until_admitted(seed) for seed in range(6)]
    assert first == again
    assert len(set(first)) > 1
