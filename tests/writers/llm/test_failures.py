"""When an endpoint is out of order, refuses, or takes its time; when money, tokens or time run out."""

from __future__ import annotations

import asyncio
import logging
import traceback
from decimal import Decimal

import pytest
from pydantic import SecretStr

from tests.model_server import (
    KEY,
    CutOff,
    Fail,
    Filtered,
    Found,
    Garbage,
    Hang,
    ModelServer,
    Reply,
    Say,
    Trickle,
    json_answer,
)
from tests.writers.conftest import PatientClock
from tests.writers.llm.conftest import ENVIRONMENT, GOOD, PRICE, Opener, Verdict, question, settings
from writers.bounded import within
from writers.clock import SystemClock
from writers.errors import PluginFailure
from writers.llm import ExchangeList, ModelDesk, Outcome, PostModel
from writers.llm.endpoint import CallFailed, Endpoint
from writers.llm.errors import (
    AccessRefused,
    ModelError,
    ModelUnavailable,
    ModelUnusable,
    OutOfTime,
    PassBudgetSpent,
    PostBudgetSpent,
    RequestRejected,
    UnknownModel,
)


async def ask(model: PostModel, text: str = "The bridge has 12 arches.", *, stage: str = "claim") -> Verdict:
    return await model.ask(stage=stage, prompt=question(text), answer=Verdict)


@pytest.mark.parametrize(
    "reply",
    [
        Fail(500),
        Fail(503),
        Fail(529),
        Fail(408),
        Fail(409),
        Garbage(),
        Garbage(b'{"choices": []}'),
        Garbage(b'{"error": {"message": "upstream is busy"}}'),
    ],
)
async def test_a_passing_failure_is_tried_again(
    model_server: ModelServer, model: PostModel, clock: PatientClock, log: ExchangeList, reply: Reply
) -> None:
    model_server.on(reply=reply, times=2)
    model_server.on(reply=json_answer(**GOOD))
    assert (await ask(model)).misleading
    assert len(clock.waits) == 2
    assert 0.375 <= clock.waits[0] <= 0.5
    assert 0.75 <= clock.waits[1] <= 1
    assert log.exchanges[0].tries == 3


async def test_an_answer_cut_off_on_the_way_is_asked_for_again_and_taken_for_paid(
    model_server: ModelServer, opened: Opener, log: ExchangeList
) -> None:
    model_server.on(reply=CutOff(json_answer(**GOOD)), times=1)
    model_server.on(reply=json_answer(**GOOD))
    model = await opened.post(budget={"usd_per_post": 1})
    assert (await ask(model)).misleading
    left = model.left().usd
    assert left is not None
    assert log.exchanges[0].cost_usd == model_server.ledger.usd / 2
    assert 1 - left > model_server.ledger.usd, "the lost answer counts as the worst it can have been"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "upstream is busy"}}', "no choice: upstream is busy"),
        (b'{"choices": [{"message": {"content": 5}}]}', r"choices\.0\.message\.content"),
        (b"<html>", "Invalid JSON"),
    ],
)
async def test_what_is_no_answer_is_told(
    model_server: ModelServer, opened: Opener, body: bytes, words: str
) -> None:
    model_server.on(reply=Garbage(body))
    with pytest.raises(ModelUnavailable, match=words):
        await ask(await opened.post(attempts=2))


async def test_a_search_that_failed_on_the_way_is_tried_again(
    model_server: ModelServer, model: PostModel
) -> None:
    failed = b'{"status": "failed", "output": [], "error": {"code": "server_error", "message": "oops"}}'
    model_server.on(reply=Garbage(failed), times=1)
    model_server.on(reply=Found("12 arches"))
    assert (await model.search("How many?")).text == "12 arches"


async def test_a_lasting_failure_is_told_after_so_many_tries(
    model_server: ModelServer, opened: Opener, log: ExchangeList
) -> None:
    model_server.on(reply=Fail(500))
    model = await opened.post(attempts=3)
    with pytest.raises(ModelUnavailable, match="HTTP 500: The server had an error"):
        await ask(model)
    assert len(model_server.requests) == 3
    assert log.exchanges[0].outcome is Outcome.UNAVAILABLE
    assert log.exchanges[0].tries == 3
    assert model_server.ledger.charges == []


async def test_a_rate_limit_is_waited_for_as_long_as_told(
    model_server: ModelServer, model: PostModel, clock: PatientClock
) -> None:
    model_server.on(reply=Fail(429, "slow down", headers={"retry-after": "42"}), times=1)
    model_server.on(reply=json_answer(**GOOD))
    await ask(model)
    assert 42 <= sum(clock.waits) <= 43.5


async def test_a_rate_limit_that_outlasts_the_post_is_not_waited_for(
    model_server: ModelServer, opened: Opener, clock: PatientClock
) -> None:
    model_server.on(reply=Fail(429, "slow down", headers={"retry-after": "42"}))
    model = await opened.post(seconds=30)
    with pytest.raises(ModelUnavailable, match="429"):
        await ask(model)
    assert clock.waits == []
    with pytest.raises(ModelUnavailable, match="asks to come back after"):
        await ask(model)
    assert len(model_server.requests) == 1


async def test_a_rate_limit_that_one_call_met_holds_for_all(
    model_server: ModelServer, opened: Opener, clock: PatientClock
) -> None:
    model_server.on("first", Fail(429, "slow down", headers={"retry-after": "42"}), times=1)
    model_server.on(reply=json_answer(**GOOD))
    desk = await opened.desk(attempts=1)
    deadline_ms = clock.now_ms() + 600_000
    with pytest.raises(ModelUnavailable):
        await ask(desk.for_post(1, deadline_ms=deadline_ms), "first")
    await ask(desk.for_post(2, deadline_ms=deadline_ms), "second")
    assert 42 <= sum(clock.waits) <= 43.5


async def test_a_rate_limit_of_one_model_does_not_hold_for_another(
    model_server: ModelServer, opened: Opener, clock: PatientClock
) -> None:
    model_server.on("first", Fail(429, "come back tomorrow", headers={"retry-after": "86400"}))
    model = await opened.post(models={"critic": {"model": "large"}})
    with pytest.raises(ModelUnavailable):
        await ask(model, "first")
    await ask(model, "second", stage="critic")
    assert clock.waits == []


async def test_an_endpoint_without_web_search_is_told(model_server: ModelServer, model: PostModel) -> None:
    model_server.features.responses = False
    with pytest.raises(UnknownModel, match="a web search needs an endpoint with the Responses API"):
        await model.search("How many?")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Fail(401, "no such key", "invalid_api_key"), AccessRefused),
        (Fail(403, "your country is not supported"), AccessRefused),
        (Fail(402, "payment required"), AccessRefused),
        (Fail(429, "You exceeded your current quota", "insufficient_quota"), AccessRefused),
        (Fail(404, "no such model", "model_not_found"), UnknownModel),
    ],
)
async def test_what_will_not_get_better_is_told_at_once_and_as_such(
    model_server: ModelServer, model: PostModel, reply: Fail, error: type[ModelUnusable]
) -> None:
    model_server.on(reply=reply)
    with pytest.raises(error, match=reply.message):
        await ask(model)
    assert issubclass(error, ModelUnusable)
    assert len(model_server.requests) == 1


async def test_a_request_that_is_not_taken_is_not_repeated(
    model_server: ModelServer, model: PostModel
) -> None:
    model_server.on(reply=Fail(400, "This model's maximum context length is 8192 tokens."))
    with pytest.raises(RequestRejected, match="maximum context length"):
        await ask(model)
    assert len(model_server.requests) == 1


async def test_a_redirect_is_not_followed(model_server: ModelServer, model: PostModel) -> None:
    model_server.on(reply=Fail(307, "moved", headers={"location": f"{model_server.base_url}/elsewhere"}))
    with pytest.raises(RequestRejected, match="307"):
        await ask(model)
    assert len(model_server.requests) == 1


async def test_nobody_listens(opened: Opener) -> None:
    model = await opened.post(base_url="http://127.0.0.1:9/v1", attempts=2)
    with pytest.raises(ModelUnavailable, match="connection: ConnectError"):
        await ask(model)


@pytest.mark.parametrize("reply", [Hang(), Trickle()])
async def test_a_request_has_its_time(model_server: ModelServer, opened: Opener, reply: Reply) -> None:
    model_server.on(reply=reply, times=1)
    model_server.on(reply=json_answer(**GOOD))
    model = await opened.post(timeout_s=0.2)
    assert (await ask(model)).misleading
    assert len(model_server.requests) == 2


async def test_a_post_has_its_time(model_server: ModelServer, log: ExchangeList) -> None:
    model_server.on(reply=Hang())
    clock = SystemClock()
    async with ModelDesk.live(settings(model_server), ENVIRONMENT, clock=clock, logs=[log]) as desk:
        model = desk.for_post(7, deadline_ms=clock.now_ms() + 500)
        with pytest.raises(OutOfTime):
            await ask(model)
        assert clock.now_ms() < log.exchanges[0].began_ms + 500, "the writer has time left to say so"
        with pytest.raises(OutOfTime, match=r"time for the post (is|was) over"):
            await ask(desk.for_post(8, deadline_ms=clock.now_ms() - 1))
    assert [exchange.outcome for exchange in log.exchanges] == [Outcome.OUT_OF_TIME] * 2
    assert len(model_server.requests) == 1


async def test_calls_work_where_writers_run(model_server: ModelServer, opened: Opener) -> None:
    """`within` takes a writer's steps itself: timeouts, retries and slots must come through."""
    model_server.on(reply=Hang(), times=1)
    model_server.on(reply=json_answer(**GOOD))
    model = await opened.post(timeout_s=0.1)
    assert await within(ask(model), seconds=30) == Verdict.model_validate(GOOD)
    model_server.rules.clear()
    model_server.on(reply=Hang())
    with pytest.raises(PluginFailure, match="gave no answer within"):
        await within(ask(await opened.post(timeout_s=60)), seconds=0.2)
    model_server.rules.clear()
    assert not (await ask(model)).misleading, "the slot is free again"


async def test_a_cancelled_call_ends_and_is_kept(
    model_server: ModelServer, opened: Opener, log: ExchangeList
) -> None:
    model_server.on("hang", Hang())
    model = await opened.post(concurrency=1, budget={"tokens_per_post": 50_000})
    task = asyncio.create_task(ask(model, "hang"))
    while not model_server.requests:  # noqa: ASYNC110 - they come in on another thread
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [exchange.outcome for exchange in log.exchanges] == [Outcome.CANCELLED]
    left = model.left().tokens
    assert left is not None
    assert left < 50_000 - 4_096
    await ask(model)


async def test_no_more_calls_are_under_way_than_allowed(model_server: ModelServer, opened: Opener) -> None:
    model_server.delay_s = 0.02
    desk = await opened.desk(concurrency=3)
    deadline_ms = opened.clock.now_ms() + 600_000
    await asyncio.gather(*(ask(desk.for_post(n, deadline_ms=deadline_ms)) for n in range(12)))
    assert model_server.most_under_way == 3


async def test_a_post_spends_no_more_than_its_budget(
    model_server: ModelServer, opened: Opener, log: ExchangeList
) -> None:
    model = await opened.post(max_output_tokens=100, budget={"tokens_per_post": 2_500})
    with pytest.raises(PostBudgetSpent, match=r"the call may take \d+ tokens, and post 7 has \d+ of 2500"):
        await _ask_for_ever(model)
    assert 0 < model_server.ledger.tokens <= 2_500
    assert log.exchanges[-1].outcome is Outcome.POST_BUDGET
    assert log.exchanges[-1].tries == 0
    left = model.left().tokens
    assert left == 2_500 - model_server.ledger.tokens


async def test_a_pass_spends_no_more_than_its_budget_however_many_posts_at_once(
    model_server: ModelServer, opened: Opener
) -> None:
    model_server.on(reply=json_answer(misleading=True, why="word " * 20))
    desk = await opened.desk(max_output_tokens=200, budget={"usd_per_pass": "0.005"}, concurrency=8)
    deadline_ms = opened.clock.now_ms() + 600_000
    results = await asyncio.gather(
        *(ask(desk.for_post(n, deadline_ms=deadline_ms)) for n in range(60)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, PassBudgetSpent)]
    assert refused
    assert "the pass has $" in str(refused[0])
    assert isinstance(refused[0], ModelUnusable)
    assert 0 < model_server.ledger.usd <= Decimal("0.005")
    assert len(refused) + len(model_server.ledger.charges) == 60


async def test_the_ledger_adds_up_to_the_servers_own_count(
    model_server: ModelServer, opened: Opener, log: ExchangeList
) -> None:
    model_server.on("fail 3", Fail(500), times=2)
    model_server.on("fail 5", Say("not an answer"), times=1)
    model_server.on("fail 8", Filtered(question=True))
    desk = await opened.desk()
    deadline_ms = opened.clock.now_ms() + 600_000
    await asyncio.gather(
        *(ask(desk.for_post(n, deadline_ms=deadline_ms), f"fail {n}.") for n in range(12)),
        *(desk.for_post(n, deadline_ms=deadline_ms).search(f"question {n}") for n in range(4)),
        return_exceptions=True,
    )
    costs = [exchange.cost_usd for exchange in log.exchanges if exchange.cost_usd is not None]
    assert sum(costs) == model_server.ledger.usd
    tokens = sum(exchange.usage.tokens for exchange in log.exchanges if exchange.usage)
    assert tokens == model_server.ledger.tokens
    assert sum(exchange.tries for exchange in log.exchanges) == len(model_server.requests)


async def _ask_for_ever(model: PostModel) -> None:
    while True:
        await ask(model)


LEAKS: list[Reply] = [
    Fail(401, f"Incorrect API key provided: {KEY}. You gave 'Bearer {KEY}'."),
    Fail(400, f"bad request, authorization: Bearer {KEY}"),
    Fail(500, f"upstream said: {KEY}"),
    Fail(429, "limit for sk-other-key-0000 reached"),
    Garbage(KEY.encode()),
    Hang(),
    CutOff(),
]


@pytest.mark.parametrize("reply", LEAKS)
async def test_no_key_in_errors_logs_or_records(
    model_server: ModelServer,
    opened: Opener,
    log: ExchangeList,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
) -> None:
    caplog.set_level(logging.DEBUG)
    model_server.on(reply=reply)
    model = await opened.post(attempts=2, timeout_s=0.1)
    with pytest.raises(ModelError) as told:
        await ask(model)
    everything = "".join(traceback.format_exception(told.value)) + caplog.text + repr(model)
    everything += "".join(exchange.line() for exchange in log.exchanges)
    everything += repr([vars(error) for error in _chain(told.value)])
    for secret in (KEY, KEY[3:], "Bearer", "sk-other-key"):
        assert secret not in everything
    assert not any("openai" in type(error).__module__ for error in _chain(told.value))


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and everything it came of, told or not."""
    return [error, *_chain(error.__cause__ or error.__context__)] if error is not None else []


async def test_a_key_of_any_shape_is_taken_out_of_what_an_endpoint_says(
    model_server: ModelServer, opened: Opener, log: ExchangeList
) -> None:
    key = model_server.key = "correct.horse.battery"
    model_server.on(reply=Fail(400, f"cannot use {key} for this"))
    made = ModelDesk.live(settings(model_server), {"TEST_KEY": key}, clock=opened.clock, logs=[log])
    desk = await opened.stack.enter_async_context(made)
    with pytest.raises(RequestRejected, match=r"cannot use \[key\] for this"):
        await ask(desk.for_post(7, deadline_ms=opened.clock.now_ms() + 60_000))
    assert key not in log.exchanges[0].line()


async def test_a_failed_call_does_not_hold_the_request(
    model_server: ModelServer, clock: PatientClock
) -> None:
    """Errors of the package hold the request, and that holds the key."""
    model_server.on(reply=Fail(500))
    endpoint = Endpoint(model_server.base_url, SecretStr(KEY), clock=clock, concurrency=1)
    with pytest.raises(CallFailed) as told:
        await endpoint.chat({"model": "small", "messages": []}, timeout_s=5)
    await endpoint.close()
    assert _chain(told.value) == [told.value]


async def test_what_belongs_to_openai_is_told_to_openai_alone(
    model_server: ModelServer, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-account")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    model_server.key = None
    desk = ModelDesk.live(settings(model_server, key_variable=None, price=PRICE), {}, clock=opened.clock)
    await opened.stack.enter_async_context(desk)
    await ask(desk.for_post(7, deadline_ms=opened.clock.now_ms() + 60_000))
    headers = model_server.requests[0].headers
    assert not {"authorization", "openai-organization", "openai-project"} & headers.keys()
