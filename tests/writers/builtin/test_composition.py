"""Writers made of writers: which draft is taken, who is asked, and what one may cost the others."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model_server import Hang, json_answer, running
from tests.writers import desks
from tests.writers.conftest import PatientClock
from tests.writers.fault_server import FaultServer
from tests.writers.llm.conftest import ENVIRONMENT, GOOD, Verdict, question, settings
from writers.bounded import GRACE_S
from writers.builtin.checks import LengthCheck, UrlFromEvidenceCheck, UrlPresentCheck
from writers.builtin.composition import BestOf, Escalate
from writers.builtin.composition.ranking import Candidate, best
from writers.client import NotesClient
from writers.clock import SystemClock
from writers.contract import check_writer
from writers.discovery import load_writer
from writers.errors import ConnectionFailed, PluginError, PluginFailure
from writers.journal import Journal
from writers.journal.export import exported
from writers.llm import NO_MODEL, ExchangeLog, ModelDesk
from writers.llm.errors import ModelError, NoModel, PostBudgetSpent
from writers.plugin import Abstain, Check, Desk, Document, Draft, Writer
from writers.protocol.posts import Post
from writers.run import run_pass
from writers.run_limits import RunLimits
from writers.tape import OFFLINE, TapeLog, TapeReader, TapeWriter, note_models, noted_models

POST = Post(id=5, text="The bridge has 12 arches.", created_at_ms=0)
PAGE = Document("https://pages.example/bridge", "The bridge has 11 arches.")
FILES = Path(sys.modules[BestOf.__module__].__file__ or "").parent

Answer = Draft | Abstain


def note(words: str, url: str = PAGE.url) -> Draft:
    return Draft(text=f"{words} {url}", sources=(url,))


@dataclass
class Fixed:
    """A writer with one answer, or one thing that goes wrong."""

    name: str
    does: object
    desks: list[Desk] = field(default_factory=list)

    async def draft(self, post: Post, desk: Desk) -> Answer:
        self.desks.append(desk)
        if isinstance(self.does, BaseException):
            raise self.does
        if callable(self.does):
            return await self.does(post, desk)  # type: ignore[no-any-return]
        return self.does  # type: ignore[return-value]


class Evaluator:
    """Scores texts by the words they begin with; a word without a score cannot be evaluated."""

    def __init__(self, **scores: float) -> None:
        self.scores = scores
        self.asked: list[str] = []

    async def __call__(self, text: str) -> float:
        word = text.split()[0]
        self.asked.append(word)
        if word not in self.scores:
            raise ConnectionFailed("the API is down")
        return self.scores[word]


def desk(
    evaluate: Callable[[str], Awaitable[float]] | None = None, *, seconds: float = 30, **more: Any
) -> Desk:
    clock = more.setdefault("clock", SystemClock())
    deadline_ms = clock.now_ms() + round(seconds * 1000)
    return replace(desks.desk(PAGE), evaluate=evaluate or Evaluator(), deadline_ms=deadline_ms, **more)


CHECKS: Sequence[Check] = (LengthCheck(), UrlPresentCheck(), UrlFromEvidenceCheck())
EXAMPLES = Path(__file__).parents[3] / "examples"
Composition = Callable[..., BestOf | Escalate]
both = pytest.mark.parametrize("made_of", [BestOf, Escalate])


def made(composition: Composition, *writers: Writer, **more: Any) -> BestOf | Escalate:
    return composition(writers, checks=CHECKS, **more)


scores = st.none() | st.floats(allow_nan=False)


@given(st.lists(scores, min_size=1, max_size=6))
def test_the_best_has_the_highest_score_and_of_equals_the_first_is_taken(told: list[float | None]) -> None:
    candidates = [Candidate(str(n), note("x"), score) for n, score in enumerate(told)]
    chosen = best(candidates)
    known = [score for score in told if score is not None]
    assert chosen.score == (max(known) if known else None)
    assert chosen.writer == str(told.index(chosen.score))


async def test_best_of_takes_the_draft_that_the_evaluator_scores_highest() -> None:
    evaluator = Evaluator(Low=-1.5, High=2.0, Middle=0.0)
    writers = [Fixed(word.lower(), note(word)) for word in ("Low", "High", "Middle")]
    assert await made(BestOf, *writers).draft(POST, desk(evaluator)) == note("High")
    assert evaluator.asked == ["Low", "High", "Middle"]


async def test_of_drafts_that_score_alike_the_first_is_taken() -> None:
    first, second = note("One"), note("Two")
    evaluator = Evaluator(One=1.0, Two=1.0)
    assert await made(BestOf, Fixed("b", second), Fixed("a", first)).draft(POST, desk(evaluator)) == second


async def test_a_refused_draft_is_not_even_evaluated() -> None:
    evaluator = Evaluator(Good=-3.0, Fair=-4.0, Invented=9.0)
    invented = note("Invented", "https://made-up.example/1")
    writers = [Fixed("liar", invented), Fixed("good", note("Good")), Fixed("fair", note("Fair"))]
    assert await made(BestOf, *writers).draft(POST, desk(evaluator)) == note("Good")
    assert evaluator.asked == ["Good", "Fair"]


async def test_where_one_text_is_left_there_is_nothing_to_evaluate() -> None:
    evaluator = Evaluator()
    same = replace(note("Same"), trustworthy_sources=False)
    writers = [Fixed("a", note("Same")), Fixed("b", same), Fixed("c", Abstain("no source"))]
    assert await made(BestOf, *writers).draft(POST, desk(evaluator)) == note("Same")
    assert evaluator.asked == []


async def test_the_same_text_is_evaluated_once() -> None:
    evaluator = Evaluator(Same=1.0, Other=0.0)
    writers = [Fixed(str(n), note(word)) for n, word in enumerate(("Same", "Other", "Same"))]
    assert await made(BestOf, *writers).draft(POST, desk(evaluator)) == note("Same")
    assert evaluator.asked == ["Same", "Other"]


async def test_a_draft_that_could_not_be_evaluated_comes_after_all_that_were() -> None:
    writers = [Fixed("a", note("Unknown")), Fixed("b", note("Bad")), Fixed("c", note("Odd"))]
    evaluator = Evaluator(Bad=float("-inf"), Odd=float("nan"))
    assert await made(BestOf, *writers).draft(POST, desk(evaluator)) == note("Bad")
    assert await made(BestOf, *writers).draft(POST, desk(Evaluator())) == note("Unknown")


async def test_escalate_takes_the_first_draft_that_is_good_enough_and_asks_no_further() -> None:
    evaluator = Evaluator(Low=0.49, Enough=0.5, Better=3.0)
    last = Fixed("last", note("Better"))
    writers = [Fixed("low", note("Low")), Fixed("enough", note("Enough")), last]
    assert await made(Escalate, *writers, least_score=0.5).draft(POST, desk(evaluator)) == note("Enough")
    assert evaluator.asked == ["Low", "Enough"]
    assert last.desks == []


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (Abstain("no source"), "cheap: no source"),
        (note("Low"), "cheap: scored -1, under 0"),
        (note("Unknown"), "cheap: has no score: the evaluator raised ConnectionFailed: the API is down"),
        (note("Odd"), "cheap: has no score: the evaluator gave nan for a score"),
        (note("x" * 300), "cheap: refused: The note has"),
        (Draft(text="Trust me.", sources=()), "cheap: refused: The note has no URL"),
        (ZeroDivisionError("at once"), "cheap: raised ZeroDivisionError: at once"),
    ],
)
async def test_escalate_goes_on_where_the_cheap_one_has_no_good_draft(first: object, told: str) -> None:
    evaluator = Evaluator(Low=-1.0, Good=1.0, Odd=float("nan"))
    cheap = Fixed("cheap", first)
    answer = await made(Escalate, cheap, Fixed("dear", note("Good"))).draft(POST, desk(evaluator))
    assert answer == note("Good")
    answer = await made(Escalate, cheap, Fixed("dear", Abstain("nor do I"))).draft(POST, desk(evaluator))
    assert isinstance(answer, Abstain)
    assert answer.reason.startswith(told)
    assert answer.reason.endswith("; dear: nor do I")


@both
async def test_where_all_abstain_every_reason_is_told(made_of: Composition) -> None:
    writers = [Fixed("a", Abstain("no source")), Fixed("b", Abstain("an opinion"))]
    assert await made(made_of, *writers).draft(POST, desk()) == Abstain("a: no source; b: an opinion")


@both
async def test_a_long_reason_leaves_room_for_the_others(made_of: Composition) -> None:
    writers = [Fixed("a", Abstain("x" * 9000)), Fixed("b", Abstain("an opinion"))]
    answer = await made(made_of, *writers).draft(POST, desk())
    assert isinstance(answer, Abstain)
    assert len(answer.reason) <= 2000
    assert answer.reason.endswith("b: an opinion")


@both
async def test_where_all_fail_it_fails_and_says_how(made_of: Composition) -> None:
    writers = [Fixed("a", NoModel("none is configured")), Fixed("b", ZeroDivisionError("oh"))]
    with pytest.raises(PluginFailure) as caught:
        await made(made_of, *writers).draft(POST, desk())
    assert str(caught.value) == "a: raised NoModel: none is configured; b: raised ZeroDivisionError: oh"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(PluginFailure) as caught:
        await made(made_of, writers[0], Fixed("b", PostBudgetSpent("spent"))).draft(POST, desk())
    assert isinstance(caught.value.__cause__, ModelError), "a model that cannot be asked is no broken writer"


async def hangs(post: Post, desk: Desk) -> Answer:
    await asyncio.Event().wait()
    return Abstain("never")


async def ignores_its_cancellation(post: Post, desk: Desk) -> Answer:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


class NoCoroutine:
    name = "bad"

    def draft(self, post: Post, desk: Desk) -> Answer:
        return note("Sudden")


class RaisesAtOnce:
    name = "bad"

    def draft(self, post: Post, desk: Desk) -> Any:
        raise LookupError("before the first await")


@both
@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (Fixed("bad", hangs), "ran out of its share of the time"),
        (Fixed("bad", ignores_its_cancellation), "ran out of its share of the time"),
        (Fixed("bad", ValueError("broken")), "raised ValueError: broken"),
        (Fixed("bad", SystemExit(3)), "tried to exit the program with status 3"),
        (Fixed("bad", asyncio.CancelledError()), "cancelled itself"),
        (Fixed("bad", None), "answered NoneType where Draft or Abstain was due"),
        (Fixed("bad", Abstain(reason=7)), "answered Abstain where Draft or Abstain was due"),  # type: ignore[arg-type]
        (Fixed("bad", Draft(text=5, sources=())), "answered a draft whose 'text' cannot be sent"),  # type: ignore[arg-type]
        (NoCoroutine(), "answered Draft where a coroutine was due"),
        (RaisesAtOnce(), "raised LookupError: before the first await"),
    ],
)
async def test_a_writer_that_goes_wrong_does_not_stop_the_others(
    made_of: Composition, bad: Writer, told: str
) -> None:
    evaluator = Evaluator(Good=1.0)
    assert await made(made_of, bad, Fixed("good", note("Good"))).draft(
        POST, desk(evaluator, seconds=0.3)
    ) == (note("Good"))
    answer = await made(made_of, bad, Fixed("good", Abstain("none"))).draft(POST, desk(seconds=0.3))
    assert isinstance(answer, Abstain)
    assert answer.reason.startswith(f"bad: {told}")
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


@both
async def test_who_has_no_time_left_is_not_asked(made_of: Composition) -> None:
    late = Fixed("late", note("Late"))
    with pytest.raises(PluginFailure, match="late: ran out of its share of the time"):
        await made(made_of, late).draft(POST, desk(seconds=0))
    assert late.desks == []


@both
async def test_cancelling_a_composition_ends_whoever_has_the_turn(made_of: Composition) -> None:
    last = Fixed("last", note("Last"))
    began = asyncio.Event()

    async def waits(post: Post, desk: Desk) -> Answer:
        began.set()
        return await hangs(post, desk)

    composition = made(made_of, Fixed("waiting", waits), last)

    async def drafting() -> Answer:
        return await composition.draft(POST, desk())

    task = asyncio.create_task(drafting())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert last.desks == []
    assert len(asyncio.all_tasks()) == 1


@both
async def test_an_evaluator_that_never_answers_does_not_take_the_others_time(made_of: Composition) -> None:
    async def never(text: str) -> float:
        await asyncio.Event().wait()
        return 0.0

    writers = [Fixed("a", note("One")), Fixed("b", note("Two"))]
    composition, laid = made(made_of, *writers), desk(never, seconds=0.3)
    if made_of is BestOf:
        assert await composition.draft(POST, laid) == note("One")
    else:
        with pytest.raises(PluginFailure, match=r"a: has no score.*; b: has no score"):
            await composition.draft(POST, laid)
    assert writers[1].desks


async def test_a_check_that_raises_refuses() -> None:
    class Broken:
        name = "broken"

        def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
            raise KeyError("draft")

    answer = await BestOf([Fixed("a", note("One"))], checks=[Broken()]).draft(POST, desk())
    assert answer == Abstain("a: refused: The check 'broken' raised KeyError: 'draft'.")


@both
async def test_unless_named_the_checks_are_those_that_are_installed(made_of: Composition) -> None:
    answer = await made_of([Fixed("a", Draft(text="Trust me.", sources=()))]).draft(POST, desk())
    assert isinstance(answer, Abstain)
    assert answer.reason.startswith("a: refused: The note has no URL")


async def test_each_logs_under_its_own_name() -> None:
    writers = [Fixed(name, Abstain("nothing")) for name in ("a", "b")]
    laid = desk()
    await made(BestOf, *writers).draft(POST, laid)
    assert [each.desks[0].log.name for each in writers] == [f"{laid.log.name}.a", f"{laid.log.name}.b"]


@both
async def test_what_one_has_read_another_may_cite(made_of: Composition) -> None:
    found = Document("https://pages.example/found", "Found by the first.")

    async def reads(post: Post, desk: Desk) -> Answer:
        desk.evidence[found.url] = found
        return Abstain("read it, and cannot say")

    writers = [Fixed("reader", reads), Fixed("writer", note("Cited", found.url))]
    laid = desk(Evaluator(Cited=1.0))
    assert await made(made_of, *writers).draft(POST, laid) == note("Cited", found.url)
    assert found.url in laid.evidence


class HandClock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def now_ms(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@both
@given(used=st.lists(st.floats(0, 1), min_size=1, max_size=5))
async def test_each_has_its_part_of_the_time_and_what_it_leaves_goes_to_the_next(
    made_of: Composition, used: list[float]
) -> None:
    clock = HandClock()
    told: list[float] = []

    def taking(share: float) -> Callable[[Post, Desk], Awaitable[Answer]]:
        async def draft(post: Post, desk: Desk) -> Answer:
            told.append(desk.seconds_left())
            await desk.clock.sleep(share * desk.seconds_left())
            return Abstain("done")

        return draft

    laid = desk(clock=clock, seconds=60)
    await made(made_of, *(Fixed(str(n), taking(share)) for n, share in enumerate(used))).draft(POST, laid)
    left = 60.0
    for turn, (seconds, share) in enumerate(zip(told, used, strict=True)):
        part = left / (len(used) - turn + 1)
        assert seconds == pytest.approx(part - min(GRACE_S, part / 10), abs=0.01)
        left -= share * seconds
    assert laid.seconds_left() >= 60 / (len(used) + 1) - 0.01, "a part is kept for the composition"


@both
async def test_each_has_its_part_of_the_money(made_of: Composition) -> None:
    async def spends(post: Post, desk: Desk) -> Answer:
        had = desk.model.left().tokens
        try:
            for sample in range(1000):
                await desk.model.ask(stage="claim", prompt=question(), answer=Verdict, sample=sample)
        except PostBudgetSpent as error:
            with pytest.raises(PostBudgetSpent, match="'spender' has spent its share"):
                await desk.model.search("how many arches?")
            return Abstain(f"had {had}, has {desk.model.left().tokens}: {error}")
        return Abstain("it could go on and on")

    async def asks(post: Post, desk: Desk) -> Answer:
        await desk.model.ask(stage="claim", prompt=question(), answer=Verdict)
        return Abstain("asked")

    clock = SystemClock()
    with running() as server:
        server.on(reply=json_answer(**GOOD))
        bounds = settings(server, budget={"tokens_per_post": 6000}, max_output_tokens=500)
        async with ModelDesk.live(bounds, ENVIRONMENT, clock=clock) as models:
            model = models.for_post(POST.id, deadline_ms=clock.now_ms() + 30_000)
            writers = [Fixed("spender", spends), Fixed("careful", asks)]
            answer = await made(made_of, *writers).draft(POST, desk(clock=clock, model=model))
    told = "The writer 'spender' has spent its share; the rest is for others."
    assert answer == Abstain(f"spender: had 3000, has 0: {told}; careful: asked")
    assert 1 < len(server.requests) < 100


@both
async def test_dollars_are_divided_as_tokens_are(made_of: Composition) -> None:
    async def looks(post: Post, desk: Desk) -> Answer:
        left = desk.model.left()
        return Abstain(f"{left.usd} and {left.tokens}")

    clock = SystemClock()
    with running() as server:
        bounds = settings(server, budget={"usd_per_post": "0.6", "tokens_per_post": None})
        async with ModelDesk.live(bounds, ENVIRONMENT, clock=clock) as models:
            model = models.for_post(POST.id, deadline_ms=clock.now_ms() + 30_000)
            writers = [Fixed(name, looks) for name in "abc"]
            answer = await made(made_of, *writers).draft(POST, desk(clock=clock, model=model))
    assert answer == Abstain("a: 0.2 and None; b: 0.3 and None; c: 0.6 and None")


async def test_without_a_model_each_is_told_so() -> None:
    async def asks(post: Post, desk: Desk) -> Answer:
        await desk.model.ask(stage="claim", prompt=question(), answer=Verdict)
        return Abstain("asked")

    with pytest.raises(PluginFailure, match=r"a: raised NoModel: .* none is configured.*; b: raised NoModel"):
        await made(BestOf, Fixed("a", asks), Fixed("b", asks)).draft(POST, desk(model=NO_MODEL))


@pytest.mark.parametrize("spec", ["best_of.py:BestOf", "escalate.py:Escalate"])
async def test_a_composition_keeps_the_contract(spec: str) -> None:
    options = {"writers": f"baseline, {EXAMPLES / 'retrieval_only.py'}:RetrievalOnly", "name": "two"}
    writer = load_writer(f"{FILES / spec}", options)
    assert writer.name == "two"
    findings = await check_writer(writer)
    assert [finding for finding in findings if not finding.passed] == []


def test_options_may_all_be_texts() -> None:
    options = {"writers": "baseline", "checks": "length,url_present", "least_score": "-0.25"}
    writer = load_writer(f"{FILES / 'escalate.py'}:Escalate", options)
    assert writer.name == "escalate"
    assert writer.least_score == -0.25  # type: ignore[attr-defined]
    for checks in ("none", ""):
        load_writer(f"{FILES / 'best_of.py'}:BestOf", {"writers": "baseline", "checks": checks})


@pytest.mark.parametrize(
    ("writers", "told"),
    [
        ([], "'best_of' is made of others: name them"),
        ("baseline", "'best_of' is made of others: name them"),
        (["baselin"], "did you mean 'baseline'"),
        (["replay"], "cannot hold 'replay' by its name, for that one needs the option 'drafts'"),
        ([f"{FILES / 'best_of.py'}:BestOf"], "needs the option 'writers'"),
        (["nowhere.py:Writer"], "there is no file nowhere.py"),
        (["baseline", "baseline"], "holds two that are called 'baseline': rename one"),
        ([Fixed("same", None), Fixed("same", None)], "holds two that are called 'same': rename one"),
        ([NoCoroutine], "which is no writer"),
        ([LengthCheck()], "which is no writer"),
        ([None], "holds None, which is no writer"),
    ],
)
def test_what_cannot_be_composed_is_one_sentence(writers: Any, told: str) -> None:
    with pytest.raises(PluginError) as caught:
        BestOf(writers)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("least", ["nan", "inf", "-inf"])
def test_a_score_that_no_draft_can_be_held_against_is_refused(least: str) -> None:
    options = {"writers": "baseline", "least_score": least}
    with pytest.raises(PluginError, match=f"cannot use {least} for 'least_score': give a number"):
        load_writer(f"{FILES / 'escalate.py'}:Escalate", options)


@pytest.mark.parametrize(
    ("first", "second"),
    [("first.py", "./first.py"), ("second.py", "first.py")],
    ids=["itself", "in a circle"],
)
def test_a_writer_that_holds_itself_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for file, held in (("first.py", first), ("second.py", second)):
        Path(file).write_text(
            "from writers.builtin.composition import BestOf\n"
            "class Mine(BestOf):\n"
            "    def __init__(self):\n"
            f"        super().__init__(['baseline', '{held}:Mine'], name='mine')\n"
        )
    with pytest.raises(
        PluginError, match=r"^The writer '\S*(first|second)\.py:Mine' holds itself: take it out of"
    ):
        load_writer(f"{tmp_path}/first.py:Mine")


async def test_compositions_may_hold_compositions() -> None:
    evaluator = Evaluator(Cheap=-1.0, Good=1.0, Better=2.0)
    inner = made(BestOf, Fixed("good", note("Good")), Fixed("better", note("Better")))
    outer = made(Escalate, Fixed("cheap", note("Cheap")), inner)
    assert await outer.draft(POST, desk(evaluator)) == note("Better")


async def test_a_pass_with_a_writer_that_hangs_is_replayed_to_the_byte(
    server: FaultServer, client: NotesClient, clock: PatientClock, tmp_path: Path
) -> None:
    """One writer waits for its model until its share is over; another drafts all the same."""
    server.add_posts("The bridge has 12 arches.", "The tower has 3 bells.")
    tape = tmp_path / "pass.jsonl"

    async def waits(post: Post, desk: Desk) -> Answer:
        await desk.model.ask(stage="claim", prompt=question(post.text), answer=Verdict)
        return Abstain("an answer came")

    async def reads(post: Post, desk: Desk) -> Answer:
        page = await desk.fetch(PAGE.url)
        assert page is not None
        return note("Eleven." if "bridge" in post.text else "x" * 300, page.url)

    async def web(url: str) -> Document | None:
        return PAGE

    async def nowhere(url: str) -> Document | None:
        raise AssertionError("a replay fetches nothing")

    async def go(api: Any, journal: Journal, **more: Any) -> Any:
        writer = made(BestOf, Fixed("waits", waits), Fixed("reads", reads))
        limits = RunLimits(seconds_per_post=0.6, concurrency=1)
        return await run_pass(writer, api, journal=journal, test_mode=True, limits=limits, **more)

    with Journal.in_memory() as first, Journal.in_memory() as second:
        with running() as model_server, TapeWriter(tape) as recorder:
            model_server.on(reply=Hang())
            asked = settings(model_server)
            note_models(recorder, repairs=asked.repairs, budget=asked.budget)
            logs: list[ExchangeLog] = [first.exchange_log("best_of", True), TapeLog(recorder)]
            async with ModelDesk.live(asked, ENVIRONMENT, clock=clock, logs=logs) as models:
                summary = await go(client, first, clock=clock, web=web, models=models, tape=recorder)
        assert (summary.submitted, summary.abstained) == (1, 1)
        reader, later = TapeReader(tape), PatientClock()
        logs = [second.exchange_log("best_of", True)]
        again = noted_models(reader, clock=later, logs=logs)
        assert await go(OFFLINE, second, clock=later, web=nowhere, models=again, tape=reader) == summary
        lines = list(exported(first, texts=True))
        assert list(exported(second, texts=True)) == lines
    told = [attempt for attempt in lines if "waits: ran out of its share of the time" in attempt]
    assert len(told) == 1
    assert "reads: refused: The note has" in told[0]
