"""A run that is recorded can be run again, offline, with the same answers, failures and record."""

from __future__ import annotations

import asyncio
import itertools
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model_server import Declined, Fail, Found, ModelServer, Say, json_answer, running
from tests.writers.conftest import PatientClock
from tests.writers.llm.conftest import ENVIRONMENT, GOOD, Verdict, question, settings
from writers.errors import BadInputError, UserError
from writers.llm import Budget, Citation, Exchange, ExchangeList, ModelDesk, Outcome, Recording, Usage
from writers.llm.errors import ModelError, NotRecorded
from writers.llm.exchange import Kind, Message

POSTS = range(1, 51)


def rules(server: ModelServer) -> None:
    """Answers, repairs, failures: a bit of everything."""
    server.on("post 7 of", Declined("not this one"))
    server.on("post 8 of", Fail(400, "too long"))
    server.on("post 9 of", Say("no answer"), times=1)
    server.on("post 10 of", Fail(500), times=2)
    server.on("question", Found("12 arches", (("https://stats.example.org/b", "Bridges"),)))
    server.on("post 1", json_answer(misleading=False, why="so it is"))
    server.on(reply=json_answer(**GOOD))


async def one_post(desk: ModelDesk, post_id: int, deadline_ms: int) -> list[str]:
    """What a writer gets to see of one post."""
    model = desk.for_post(post_id, deadline_ms=deadline_ms)
    seen = []
    for step in range(20):
        try:
            if step % 3 == 1:
                seen.append(repr(await model.search(f"question {post_id}")))
            else:
                asked = question(f"This is post {post_id} of 50.")
                seen.append(repr(await model.ask(stage="claim", prompt=asked, answer=Verdict)))
        except ModelError as error:
            seen.append(f"{type(error).__name__}: {error}")
            break
        finally:
            seen.append(repr(model.left()))
    return seen


async def whole_pass(desk: ModelDesk, clock: PatientClock, *, at_once: int = 8) -> list[list[str]]:
    slots = asyncio.Semaphore(at_once)
    deadline_ms = clock.now_ms() + 3_600_000

    async def attempt(post_id: int) -> list[str]:
        async with slots:
            return await one_post(desk, post_id, deadline_ms)

    return list(await asyncio.gather(*map(attempt, POSTS)))


async def test_fifty_posts_recorded_and_replayed_are_the_same_to_the_byte(
    tmp_path: Path, clock: PatientClock
) -> None:
    first, again = tmp_path / "first.jsonl", tmp_path / "again.jsonl"
    with running() as server:
        rules(server)
        made = settings(server, max_output_tokens=300, budget={"tokens_per_post": 60_000, "usd_per_post": 2})
        recording = Recording(first, repairs=made.repairs, budget=made.budget)
        with recording:
            async with ModelDesk.live(made, ENVIRONMENT, clock=clock, logs=[recording]) as desk:
                seen = await whole_pass(desk, clock)
        asked = len(server.requests)
    log = ExchangeList()
    recording = Recording(again, repairs=made.repairs, budget=made.budget)
    with recording:
        async with ModelDesk.replaying(first, clock=clock, logs=[recording, log]) as desk:
            replayed = await whole_pass(desk, clock, at_once=3)
    assert replayed == seen
    assert again.read_bytes() == first.read_bytes()
    assert {e.outcome for e in log.exchanges} >= {
        Outcome.ANSWERED,
        Outcome.DECLINED,
        Outcome.REJECTED,
        Outcome.MALFORMED,
        Outcome.POST_BUDGET,
    }
    assert sum(exchange.tries for exchange in log.exchanges) == asked
    assert sum(exchange.cost_usd or 0 for exchange in log.exchanges) == server.ledger.usd


async def test_the_same_question_asked_at_once_gets_its_own_answers_again(
    tmp_path: Path, model_server: ModelServer, clock: PatientClock
) -> None:
    counted = itertools.count()
    model_server.on(reply=lambda asked: json_answer(misleading=True, why=f"answer {next(counted)}"))

    async def drafts(desk: ModelDesk) -> list[str]:
        model = desk.for_post(7, deadline_ms=clock.now_ms() + 60_000)
        asked = [model.ask(stage="note", prompt=question(), answer=Verdict) for _ in range(8)]
        return [verdict.why for verdict in await asyncio.gather(*asked)]

    file = tmp_path / "run.jsonl"
    recording = Recording(file, repairs=2, budget=Budget())
    with recording:
        async with ModelDesk.live(settings(model_server), ENVIRONMENT, clock=clock, logs=[recording]) as desk:
            live = await drafts(desk)
    assert len(set(live)) == 8
    async with ModelDesk.replaying(file, clock=clock) as desk:
        assert await drafts(desk) == live


@pytest.fixture
async def recorded(tmp_path: Path, model_server: ModelServer, clock: PatientClock) -> Path:
    file = tmp_path / "run.jsonl"
    model_server.on(reply=json_answer(**GOOD))
    recording = Recording(file, repairs=2, budget=Budget())
    with recording:
        async with ModelDesk.live(settings(model_server), ENVIRONMENT, clock=clock, logs=[recording]) as desk:
            model = desk.for_post(7, deadline_ms=clock.now_ms() + 60_000)
            for sample in range(2):
                await model.ask(stage="note", prompt=question(), answer=Verdict, sample=sample)
    return file


async def test_what_was_not_recorded_is_named(recorded: Path, clock: PatientClock) -> None:
    async with ModelDesk.replaying(recorded, clock=clock) as desk:
        model = desk.for_post(7, deadline_ms=0)
        await model.ask(stage="note", prompt=question(), answer=Verdict)
        words = r"no exchange of the stage 'note' for post 7 with this prompt \(inline\.[0-9a-f]{8}\)"
        with pytest.raises(NotRecorded, match=words):
            await model.ask(stage="note", prompt=question(), answer=Verdict)
        with pytest.raises(NotRecorded, match="stage 'note' for post 7"):
            await model.ask(stage="note", prompt=question("Another text."), answer=Verdict, sample=1)
        other = desk.for_post(8, deadline_ms=0)
        with pytest.raises(NotRecorded, match="stage 'note' for post 8"):
            await other.ask(stage="note", prompt=question(), answer=Verdict, sample=1)
        await model.ask(stage="note", prompt=question(), answer=Verdict, sample=1)


def test_a_recording_is_not_written_over(recorded: Path) -> None:
    before = recorded.read_bytes()
    with pytest.raises(UserError, match="exists: name another file"):
        Recording(recorded, repairs=2, budget=Budget())
    with pytest.raises(UserError, match="cannot be written"):
        Recording(recorded / "inside", repairs=2, budget=Budget())
    assert recorded.read_bytes() == before


def cut_the_end(file: Path) -> None:
    file.write_text(file.read_text("utf-8")[:-20], "utf-8")


def drop_the_last_line(file: Path) -> None:
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")


async def test_a_recording_that_was_killed_holds_what_it_had(recorded: Path, clock: PatientClock) -> None:
    """A line cut in the middle is named; without it, the rest is good."""
    cut_the_end(recorded)
    with pytest.raises(BadInputError, match=r"run\.jsonl, line 3: it is no exchange .*remove the line"):
        ModelDesk.replaying(recorded, clock=clock)
    drop_the_last_line(recorded)
    async with ModelDesk.replaying(recorded, clock=clock) as desk:
        model = desk.for_post(7, deadline_ms=0)
        assert (await model.ask(stage="note", prompt=question(), answer=Verdict)).misleading


def test_lines_are_on_disk_while_the_run_goes_on(tmp_path: Path, sample: Exchange) -> None:
    file = tmp_path / "run.jsonl"
    with Recording(file, repairs=2, budget=Budget()) as recording:
        recording.add(sample)
        head, line = file.read_text("utf-8").splitlines()
        assert json.loads(head)["version"] == 1
        assert Exchange.from_line(line) == sample


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: it is no recording"),
        ('{"post_id": "7"}\n', "line 1: it is no recording"),
        ('{"format": "another", "version": 1, "repairs": 2, "budget": {}}\n', "no recording"),
        ('{"format": "notewright model exchanges", "version": 9, "repairs": 2, "budget": {}}', "version 9"),
        ("\x00\xff", "line 1: it is no recording"),
    ],
)
def test_what_is_no_recording_is_named(tmp_path: Path, clock: PatientClock, text: str, words: str) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInputError, match=words):
        ModelDesk.replaying(file, clock=clock)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInputError, match="UTF-8"):
        ModelDesk.replaying(file, clock=clock)


@pytest.fixture
def sample() -> Exchange:
    return exchange()


def exchange(text: str = "an answer", cost: Decimal | None = Decimal("0.0000001")) -> Exchange:
    return Exchange(
        post_id=2**62,
        stage="note",
        kind=Kind.ASK,
        prompt="note.v1",
        digest="0" * 64,
        repeat=0,
        host="api.example.org",
        model="small",
        messages=(Message("user", text),),
        images=("https://a.example/x.png",),
        began_ms=1,
        ended_ms=5,
        answer=text,
        citations=(Citation("https://a.example", text),),
        tries=1,
        usage=Usage(1, 2, 0, 3),
        cost_usd=cost,
    )


@given(st.text(), st.none() | st.decimals(0, 1_000, places=12))
def test_an_exchange_is_read_back_from_its_line(text: str, cost: Decimal | None) -> None:
    kept = exchange(text, cost)
    line = kept.line()
    assert "\n" not in line
    assert line.isascii()
    assert Exchange.from_line(line) == kept
    assert Exchange.from_line(line).line() == line
    assert kept.latency_ms == 4
