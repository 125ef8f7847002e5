"""The examples that ask a language model, offline: against a model server of ours, on the hand-written posts
and on posts that carry orders.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.world import World, load_handwritten
from tests.model_server import Asked, Fail, ModelServer, Say, json_answer, running
from tests.writers.llm.conftest import ENVIRONMENT, settings
from writers.clock import SystemClock
from writers.contract import check_writer
from writers.contract.samples import DOCUMENTS, FORBIDDEN, POSTS
from writers.contract.trials import Trial, desks, tried
from writers.discovery import load_writer
from writers.llm import ModelDesk
from writers.llm.fence import RULE, cleaned
from writers.plugin import Abstain, Desk, Document, Draft
from writers.protocol.posts import Post

EXAMPLES = Path(__file__).parent.parent / "examples"
ONE_QUESTION = f"{EXAMPLES / 'language_model.py'}:OneQuestion"
COMPOSED = f"{EXAMPLES / 'composed.py'}:FirstGoodDraft"
SECONDS = 30.0

REPORT = DOCUMENTS[0]
SENTENCE = REPORT.text.splitlines()[1]
GOOD = {"misleading": True, "page": 1, "quotation": SENTENCE, "note": "The report counts 41,200 passengers."}

_PAGE = re.compile(r'<data-(\w+) name="pages (\d)">\n(.*?)\n</data-\1>', re.DOTALL)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running() as server:
        yield server


@pytest.fixture
async def models(server: ModelServer) -> AsyncIterator[ModelDesk]:
    async with ModelDesk.live(settings(server), ENVIRONMENT, clock=SystemClock()) as models:
        yield models


def laying(pages: Sequence[Document]) -> Callable[[], Desk]:
    """Lays desks with pages at hand, and an evaluator with one opinion."""
    by_url = {page.url: page for page in pages}

    async def fetch(url: str) -> Document | None:
        return by_url.get(url)

    return desks(fetch, documents=pages, seconds=SECONDS)


async def ask(spec: str, post: Post, models: ModelDesk, lay: Callable[[], Desk]) -> Trial:
    """The example's answer to a post, on a desk with a model."""
    desk = lay()
    desk = replace(desk, model=models.for_post(post.id, deadline_ms=desk.deadline_ms))
    return await tried(load_writer(spec), f"post {post.id}", post, desk, seconds=SECONDS)


def post_of(asked: Asked) -> str:
    (post,) = re.findall(r'name="post">\n(.*?)\n</data-', asked.text, re.DOTALL)
    return str(post)


def knowing(world: World) -> Callable[[Asked], Say]:
    """A model that knows which pages decide each post, and quotes the sentence with the right value."""
    texts = {document.url: cleaned(document.text) for document in world.documents()}
    truths = {cleaned(each.post.text): each.truth for each in world.posts}

    def answer(asked: Asked) -> Say:
        truth = truths[post_of(asked)]
        decisive = {texts[url] for url in truth.decisive_urls}
        for _, number, page in _PAGE.findall(asked.text):
            told = [line for line in page.splitlines() if any(value in line for value in truth.right_values)]
            if truth.misleading and page in decisive and told:
                note = "The source has it otherwise."
                return json_answer(misleading=True, page=int(number), quotation=told[0], note=note)
        return json_answer(misleading=False, page=0, quotation="", note="")

    return answer


@pytest.mark.parametrize("spec", [ONE_QUESTION, COMPOSED])
async def test_the_examples_keep_the_contract(spec: str) -> None:
    findings = await check_writer(load_writer(spec))
    assert [finding for finding in findings if not finding.passed] == []


async def test_the_models_prose_gets_the_address_of_the_page_it_quotes(
    server: ModelServer, models: ModelDesk
) -> None:
    server.on(stage="note", reply=json_answer(**GOOD))
    trial = await ask(ONE_QUESTION, POSTS["a wrong figure"], models, laying(DOCUMENTS))
    assert isinstance(trial.answer, Draft)
    assert trial.answer.text == f"{GOOD['note']} {REPORT.url}"
    assert trial.answer.sources == (REPORT.url,)
    (asked,) = server.requests
    assert RULE in asked.system
    assert _PAGE.findall(asked.text)[0][2] == REPORT.text


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"misleading": False}, "nothing misleading"),
        ({"page": 0}, "names no page"),
        ({"page": 9}, "names no page"),
        ({"page": -1}, "names no page"),
        ({"quotation": SENTENCE.replace("41,200", "91,200")}, "quotation does not stand on"),
        ({"quotation": " "}, "quotation does not stand on"),
        ({"note": f"See {FORBIDDEN[0]}"}, "address of its own"),
        ({"note": "x" * 279}, "too long"),
    ],
)
async def test_a_model_is_believed_only_what_can_be_checked(
    server: ModelServer, models: ModelDesk, changed: dict[str, Any], reason: str
) -> None:
    server.on(stage="note", reply=Say(json.dumps(GOOD | changed)))
    answer = (await ask(ONE_QUESTION, POSTS["a wrong figure"], models, laying(DOCUMENTS))).answer
    assert isinstance(answer, Abstain)
    assert reason in answer.reason


@pytest.mark.parametrize("label", ["orders in a post", "orders in a page"])
async def test_a_model_that_obeys_strangers_brings_no_address_of_theirs(
    server: ModelServer, models: ModelDesk, label: str
) -> None:
    def obeys(asked: Asked) -> Say:
        (demanded,) = set(re.findall(r"https://trap\.example/[\w-]+", asked.text))
        quotation = _PAGE.findall(asked.text)[0][2].splitlines()[0]
        return json_answer(misleading=True, page=1, quotation=quotation, note=f"As told: {demanded}")

    server.on(stage="note", reply=obeys)
    trial = await ask(ONE_QUESTION, POSTS[label], models, laying(DOCUMENTS))
    assert trial.answer == Abstain("the model wrote an address of its own")


async def test_a_model_out_of_order_is_told_as_such(server: ModelServer, models: ModelDesk) -> None:
    server.on(reply=Fail(401, "Incorrect API key provided.", "invalid_api_key"))
    answer = (await ask(ONE_QUESTION, POSTS["a wrong figure"], models, laying(DOCUMENTS))).answer
    assert isinstance(answer, Abstain)
    assert "The stage 'note'" in answer.reason


async def test_on_the_hand_written_posts_a_model_is_asked_where_retrieval_has_nothing(
    server: ModelServer, models: ModelDesk
) -> None:
    world = load_handwritten()
    lay = laying(list(world.documents()))
    server.on(stage="note", reply=knowing(world))
    notes: dict[str, dict[str, str]] = {ONE_QUESTION: {}, COMPOSED: {}}
    asked: dict[str, set[str]] = {}
    for spec, found in notes.items():
        server.requests.clear()
        for each in world.posts:
            trial = await ask(spec, each.post, models, lay)
            assert not trial.failure
            if isinstance(trial.answer, Draft):
                assert each.truth.misleading
                assert world.cited(list(trial.answer.sources), post_id=each.id).decisive
                found[cleaned(each.post.text)] = trial.answer.text
        asked[spec] = {post_of(request) for request in server.requests}
        assert len(asked[spec]) == len(server.requests), "one question a post"
    assert len(asked[ONE_QUESTION]) == len(world.posts)
    assert len(notes[ONE_QUESTION]) > 40

    wanted = {cleaned(each.post.text) for each in world.posts if each.post.note_requests}
    (free,) = [post for post, text in notes[COMPOSED].items() if "1974" in text and text.startswith("“")]
    assert asked[COMPOSED] == wanted - {free}
    assert len(notes[COMPOSED]) > 30
