"""The fit and its measures against answers known beforehand, and the shipped models against real notes."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from harness.admission.claim_opinion import claim_opinion_model
from harness.admission.harassment_abuse import harassment_abuse_model
from harness.admission.text_model import LinearTextModel
from harness.admission.training import NO_NOTE_NEEDED, SPLIT, Notes, auc, auc_standard_error, fit_logistic
from writers.protocol.notes import ScoreBucket


def test_the_fit_finds_the_weights_that_made_the_labels() -> None:
    rng = np.random.default_rng(5)
    features = rng.normal(size=(40_000, 3)) * [1, 10, 0.1] + [0, 5, 2]
    truth = np.array([1.0, -0.05, 8.0])
    chance = 1 / (1 + np.exp(-(features @ truth - 15)))
    labels = (rng.random(len(chance)) < chance).astype(float)
    fit = fit_logistic(Notes(features, labels), penalty=1e-6)
    np.testing.assert_allclose(fit.weights, truth, rtol=0.1)
    assert fit.intercept == pytest.approx(-15, abs=0.7)


def test_the_fit_is_a_minimum_where_the_mean_of_labels_is_met() -> None:
    """With a free intercept the predicted chances average to the share of labels."""
    rng = np.random.default_rng(6)
    notes = Notes(rng.normal(size=(500, 4)), (rng.random(500) < 0.1).astype(float))
    fit = fit_logistic(notes)
    chance = 1 / (1 + np.exp(-(fit.intercept + notes.features @ fit.weights)))
    assert chance.mean() == pytest.approx(notes.labels.mean(), abs=1e-9)


def test_a_feature_that_never_varies_gets_no_weight() -> None:
    notes = Notes(np.column_stack([np.ones(40), np.arange(40.0)]), (np.arange(40) > 20).astype(float))
    assert fit_logistic(notes).weights[0] == 0


@pytest.mark.parametrize(
    ("labels", "scores", "area"),
    [([0, 0, 1, 1], [1, 2, 3, 4], 1.0), ([1, 1, 0, 0], [1, 2, 3, 4], 0.0), ([0, 1, 0, 1], [1, 1, 1, 1], 0.5),
     ([0, 1, 0, 1], [1, 2, 3, 4], 0.75), ([0, 1, 1], [2, 2, 3], 0.75)],
)  # fmt: skip
def test_area_under_the_curve(labels: list[float], scores: list[float], area: float) -> None:
    assert auc(np.array(labels, float), np.array(scores, float)) == area


def test_standard_error_of_the_published_example() -> None:
    """Area 0.893 from 51 abnormal and 58 normal images has error 0.032 (Hanley and McNeil 1982)."""
    assert auc_standard_error(0.893, 51, 58) == pytest.approx(0.032, abs=0.0006)


def test_thresholds_stand_where_the_named_population_puts_them(shared: Path) -> None:
    with gzip.open(shared / "data/posts/with-helpful-notes-2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["helpful_note"]["text"] for line in lines]
    opinion = Counter(claim_opinion_model().judge(text).bucket for text in texts)
    abuse = Counter(harassment_abuse_model().judge(text).bucket for text in texts)
    assert opinion[ScoreBucket.HIGH] / len(texts) == pytest.approx(0.75, abs=0.005)
    assert opinion[ScoreBucket.LOW] / len(texts) == pytest.approx(0.05, abs=0.005)
    assert abuse[ScoreBucket.HIGH] / len(texts) == pytest.approx(0.995, abs=0.002)


@pytest.mark.parametrize(
    ("labels", "shipped", "positives"),
    [
        ("opinion-llm-2022-2026", claim_opinion_model, 332),
        ("harassment-llm-strict-2022-2026", harassment_abuse_model, 52),
    ],
)
def test_the_areas_a_shipped_model_claims_are_those_it_reaches(
    shared: Path, labels: str, shipped: Callable[[], LinearTextModel], positives: int
) -> None:
    """On later notes, drawn thinner where they carry no label."""
    frame = pl.read_parquet(shared / f"data/labels/{labels}.parquet").drop_nulls(
        ["text", "label", "createdAt"]
    )
    late = frame.filter(pl.col("createdAt") >= SPLIT)
    if labels.startswith("opinion"):
        late = late.filter(~pl.col("text").str.contains(NO_NOTE_NEEDED))
    carrying = late.filter(pl.col("label") == 1)
    others = late.filter(pl.col("label") == 0).sample(1_000, seed=3)
    model = shipped()
    scores = [[model.judge(text).score for text in part["text"]] for part in (carrying, others)]
    area = auc(np.repeat([1.0, 0.0], [len(part) for part in scores]), -np.concatenate(scores))
    claimed = model.model.measured[0]
    assert claimed.positives == positives == len(carrying)
    assert area == pytest.approx(claimed.auc, abs=2 * claimed.standard_error)
    assert claimed.auc - 2 * claimed.standard_error > max(claimed.auc_of_words, claimed.auc_of_urls)
