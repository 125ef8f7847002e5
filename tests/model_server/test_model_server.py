"""The model server, as the real `openai` client meets it without anything of ours in between."""

from __future__ import annotations

import json
from collections.abc import Iterator

import openai
import pytest
from pydantic import BaseModel

from tests.model_server import KEY, CutOff, Filtered, Found, ModelServer, Say, running


class Verdict(BaseModel):
    misleading: bool
    why: str


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running() as server:
        yield server


def client(server: ModelServer, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key=key, max_retries=0, timeout=5)


USER = [{"role": "user", "content": "Is it so?"}]


def test_the_clients_own_structured_output_is_answered(server: ModelServer) -> None:
    with client(server) as api:
        done = api.chat.completions.parse(model="small", messages=USER, response_format=Verdict)
        parsed = done.choices[0].message.parsed
    assert parsed == Verdict(misleading=False, why="words")
    assert done.usage is not None
    assert done.usage.total_tokens == server.ledger.tokens


def test_what_the_real_one_refuses_is_refused(server: ModelServer) -> None:
    with client(server) as api:
        with pytest.raises(openai.NotFoundError, match="does not exist"):
            api.chat.completions.create(model="none", messages=USER)
        loose = {"name": "x", "strict": True, "schema": {"type": "object", "properties": {"a": {}}}}
        form = {"type": "json_schema", "json_schema": loose}
        with pytest.raises(openai.BadRequestError, match="additionalProperties"):
            api.chat.completions.create(model="small", messages=USER, response_format=form)
        with pytest.raises(openai.BadRequestError, match="must contain the word 'json'"):
            api.chat.completions.create(model="small", messages=USER, response_format={"type": "json_object"})
        picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,???"}}
        with pytest.raises(openai.BadRequestError, match="unsupported image"):
            api.chat.completions.create(model="small", messages=[{"role": "user", "content": [picture]}])
    with client(server, key="sk-wrong") as api, pytest.raises(openai.AuthenticationError) as told:
        api.chat.completions.create(model="small", messages=USER)
    assert told.value.code == "invalid_api_key"
    assert "sk-wrong" not in str(told.value)
    assert server.ledger.charges == []


def test_an_answer_comes_in_a_stream_and_a_stream_can_break(server: ModelServer) -> None:
    server.on("whole", Say("one two three"))
    server.on("broken", CutOff(Say("one two three four")))

    def streamed(text: str) -> str:
        with client(server) as api:
            parts = api.chat.completions.create(
                model="small", messages=[{"role": "user", "content": text}], stream=True
            )
            return "".join(part.choices[0].delta.content or "" for part in parts)

    assert streamed("whole").split() == ["one", "two", "three"]
    with pytest.raises(openai.APIConnectionError):
        streamed("broken")


def test_web_search_answers_carry_citations_and_are_charged(server: ModelServer) -> None:
    server.on(reply=Found("12 arches", (("https://a.example/b", "Bridges"),), searches=2))
    with client(server) as api:
        answer = api.responses.create(model="small", input="How many?", tools=[{"type": "web_search"}])
    assert answer.output_text == "12 arches"
    message = answer.output[-1].model_dump()
    assert message["content"][0]["annotations"][0]["url"] == "https://a.example/b"
    assert server.ledger.charges[0].searches == 2
    assert server.ledger.usd > 2 * server.ledger.tariff.search / 10**9


def test_a_bound_and_a_filter_end_an_answer(server: ModelServer) -> None:
    server.on("filter", Filtered())
    server.on(reply=Say(json.dumps({"why": "one two three"})))
    with client(server) as api:
        cut = api.chat.completions.create(model="small", messages=USER, max_completion_tokens=4)
        filtered = api.chat.completions.create(
            model="small", messages=[{"role": "user", "content": "filter"}]
        )
    assert cut.choices[0].finish_reason == "length"
    assert cut.usage is not None
    assert cut.usage.completion_tokens == 4
    assert filtered.choices[0].finish_reason == "content_filter"


def test_rules_are_used_in_order_and_as_often_as_told(server: ModelServer) -> None:
    server.on("so", Say("first"), times=1)
    server.on(reply=lambda asked: Say(asked.text.upper()))
    with client(server) as api:
        said = [
            api.chat.completions.create(model="small", messages=USER).choices[0].message.content
            for _ in range(2)
        ]
    assert said == ["first", "IS IT SO?"]
