"""The local evaluator: three verdicts together."""

from __future__ import annotations

from harness.admission.evaluator import LocalEvaluator, NoteEvaluator
from harness.admission.links import RecordedLinks, WebLinks
from tests.harness.admission.webs import FictionalWeb, HandClock
from writers.protocol.notes import EvaluatorType, ScoreBucket
from writers.protocol.posts import Post

POST = Post(id=1, text="The bridge opened in 1978.", created_at_ms=0)
NOTE = "The bridge opened in 1987, not 1978, according to official records. https://transport.example/7"


async def test_three_verdicts_with_their_reasons() -> None:
    web = FictionalWeb({"https://transport.example/7": 200})
    evaluator: NoteEvaluator = LocalEvaluator(WebLinks(web, clock=HandClock(), source="the world's web"))
    evaluation = await evaluator.evaluate(POST, NOTE)
    assert evaluation.buckets == dict.fromkeys(EvaluatorType, ScoreBucket.HIGH)
    assert set(evaluation.reasons) == set(EvaluatorType)
    assert evaluation.claim_opinion_score == await evaluator.claim_opinion(POST, NOTE)
    assert evaluator.link_checks == "the world's web"


async def test_the_score_alone_asks_no_web() -> None:
    web = FictionalWeb({})
    await LocalEvaluator(WebLinks(web, clock=HandClock())).claim_opinion(POST, NOTE)
    assert web.asked == []


async def test_verdicts_are_independent() -> None:
    evaluator = LocalEvaluator(RecordedLinks({}, source="an empty table"))
    dead_link = await evaluator.evaluate(POST, NOTE)
    assert dead_link.buckets[EvaluatorType.URL_VALIDITY] is ScoreBucket.LOW
    assert dead_link.buckets[EvaluatorType.CLAIM_OPINION] is ScoreBucket.HIGH
    insult = await evaluator.evaluate(POST, "You are an idiot and a liar, shut up you clown.")
    assert insult.buckets[EvaluatorType.HARASSMENT_ABUSE] is ScoreBucket.LOW
    assert insult.reasons[EvaluatorType.URL_VALIDITY] == "the note has no URL"
