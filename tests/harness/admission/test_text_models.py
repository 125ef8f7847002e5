"""The text models that ship: what they tell apart, fairness between languages, and broken model files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.admission.claim_opinion import claim_opinion_model
from harness.admission.harassment_abuse import harassment_abuse_model
from harness.admission.text_features import feature_names, text_features
from harness.admission.text_model import LinearTextModel
from writers.errors import BadInputError
from writers.protocol.notes import ScoreBucket

SHIPPED = Path(str(files("harness.admission") / "models" / "claim_opinion.json"))

FACTUAL = {
    "en": "The bridge opened in 1987, not 1978, according to the transport agency's records. "
    "https://transport.example/bridges/7",
    "es": "El puente se inauguró en 1987, no en 1978, según los datos oficiales de la agencia de transporte. "
    "https://transport.example/bridges/7",
    "de": "Die Brücke wurde laut den Daten der Verkehrsbehörde 1987 eröffnet, nicht 1978. "
    "https://transport.example/bridges/7",
}
OPINIONATED = {
    "en": "I think this is just ridiculous, everyone should know the minister is corrupt and the worst ever!",
    "es": "Creo que es ridículo, todos deberían saber que el ministro es corrupto y obviamente el peor!",
    "de": "Ich finde das lächerlich, natürlich sollte jeder wissen, dass der Minister korrupt ist. Unsinn!",
}
INSULTING = {
    "en": "You are an idiot and a liar, shut up you clown.",
    "es": "Eres un idiota y un mentiroso, usted es un payaso.",
    "de": "Ihr seid dumm, du Lügner, du Dummkopf, so ein Abschaum.",
}


@pytest.mark.parametrize("lang", FACTUAL)
def test_a_sourced_correction_is_high_in_every_language(lang: str) -> None:
    assert claim_opinion_model().judge(FACTUAL[lang]).bucket is ScoreBucket.HIGH
    assert harassment_abuse_model().judge(FACTUAL[lang]).bucket is ScoreBucket.HIGH


@pytest.mark.parametrize("lang", OPINIONATED)
def test_an_opinion_without_a_source_is_low_in_every_language(lang: str) -> None:
    assert claim_opinion_model().judge(OPINIONATED[lang]).bucket is ScoreBucket.LOW


@pytest.mark.parametrize("lang", INSULTING)
def test_insults_are_low_in_every_language(lang: str) -> None:
    assert harassment_abuse_model().judge(INSULTING[lang]).bucket is ScoreBucket.LOW


@pytest.mark.parametrize(
    "text",
    [
        "Der Rat befasst sich nach den Ferien damit. https://bote.example/3",
        "The US and the EU signed it in May. https://press.example/3",
        "El Mar del Plata u Oeste. https://prensa.example/3",
    ],
)
def test_a_plain_sentence_is_no_insult_by_a_false_friend(text: str) -> None:
    features = text_features(text)
    assert (features["insult"], features["first_person"], features["hedge"], features["second_person"]) == (
        0,
    ) * 4
    assert harassment_abuse_model().judge(text).bucket is ScoreBucket.HIGH


def test_a_reason_names_score_bucket_and_what_it_rests_on() -> None:
    reason = harassment_abuse_model().judge(INSULTING["en"]).reason
    assert " is Low: " in reason
    assert "lowered by insult (high)" in reason


@pytest.mark.parametrize("shipped", [claim_opinion_model, harassment_abuse_model])
def test_buckets_begin_exactly_at_their_thresholds(shipped: Callable[[], LinearTextModel]) -> None:
    model = shipped()
    thresholds = model.model.thresholds
    at = {
        score: LinearTextModel(
            model.model.model_copy(
                update={
                    "intercept": score,
                    "weights": {
                        name: weight.model_copy(update={"weight": 0.0})
                        for name, weight in model.model.weights.items()
                    },
                }
            )
        )
        .judge("")
        .bucket
        for score in (
            thresholds.high,
            math.nextafter(thresholds.high, -math.inf),
            thresholds.low,
            math.nextafter(thresholds.low, -math.inf),
        )
    }
    assert list(at.values()) == [ScoreBucket.HIGH, ScoreBucket.MEDIUM, ScoreBucket.MEDIUM, ScoreBucket.LOW]


@given(st.text(max_size=400))
def test_any_text_has_finite_features_and_a_score(text: str) -> None:
    features = text_features(text)
    assert tuple(features) == feature_names()
    assert all(math.isfinite(value) and value >= 0 for value in features.values())
    assert math.isfinite(claim_opinion_model().judge(text).score)


@pytest.mark.parametrize(
    "text", ["", " ", "x" * 10_000, "https://a.example " * 1_000, "!" * 10_000, "\u202e\x00"]
)
def test_odd_texts_are_judged(text: str) -> None:
    assert claim_opinion_model().judge(text).bucket in ScoreBucket


def test_what_features_count() -> None:
    found = text_features(
        'In 2021 he said: "12.5 % of $300m"!! WRONG — you liars... https://x.com/a https://b.gov/c'
    )
    once, twice = math.log(2), math.log(3)
    expected = {
        "has_url": 1.0,
        "urls": twice,
        "social_urls": once,
        "reference_urls": once,
        "years": once,
        "numbers": math.log(4),
        "quotations": twice,
        "exclamations": twice,
        "ellipses": once,
        "shouted_words": once,
        "second_person": once,
        "insult": once,
        "attribution": once,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_phrases_count_beside_words() -> None:
    assert text_features("There is no evidence of this.")["correction"] == math.log(2)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m.pop("intercept"), "field 'intercept'"),
        (lambda m: m.update(colour="red"), "field 'colour'"),
        (lambda m: m["weights"].pop("urls"), "other features than this version computes"),
        (lambda m: m["weights"].update(smell={"weight": 1, "mean": 0}), "smell"),
        (lambda m: m["thresholds"].update(low=9), "low must not exceed high"),
    ],
)
def test_a_model_file_that_does_not_fit_is_told(tmp_path: Path, change: object, told: str) -> None:
    model = json.loads(SHIPPED.read_text(encoding="utf-8"))
    change(model)  # type: ignore[operator]
    file = tmp_path / "model.json"
    file.write_text(json.dumps(model), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"model\.json") as caught:
        LinearTextModel.read(file)
    assert told in str(caught.value)


def test_a_model_file_cut_short_is_told(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text(SHIPPED.read_text(encoding="utf-8")[:500], encoding="utf-8")
    with pytest.raises(BadInputError, match="is not a model file"):
        LinearTextModel.read(file)
    with pytest.raises(BadInputError, match="cannot be read as a model"):
        LinearTextModel.read(tmp_path / "none.json")
