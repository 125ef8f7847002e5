"""Fits the text models that ship, and measures them on later notes.

    python -m harness.admission.training DATA FOLDER

DATA is a folder of public notes with labels (`labels/*.parquet` with columns text, createdAt, label, and
`posts/with-helpful-notes-2026.jsonl.gz`); FOLDER receives one JSON file a model. The fit is logistic
regression with an L2 penalty, solved by Newton's method. Everything later than the split is only measured on,
and the model that is measured is the model that is written.
"""

from __future__ import annotations

import gzip
import json
import logging
import sys
from dataclasses import dataclass
from datetime import datetime
from math import log, sqrt
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from harness.admission.text_features import feature_names, text_features
from harness.admission.text_model import LinearTextModel, Measurement, ModelFile, Thresholds, Weight

Floats = NDArray[np.float64]

SPLIT: Final = datetime(2025, 7, 1)  # noqa: DTZ001  the data's own times carry no zone; they are UTC
"""Language-model labels from here on are only measured on."""

TAGGED_SHARE: Final = 0.75
"""The earliest share of the rater-tagged notes of 2021 is fitted on, the rest is measured on."""

PENALTY: Final = 30.0
"""L2 penalty on standardised weights; the area under the curve is flat from 1 to 100."""

NO_NOTE_NEEDED: Final = r"(?i)\bnnn\b|no note|not needed"
"""Half of the notes labelled opinion argue against another note, which a note of an AI writer never does."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notes:
    """Features (notes × features) and labels (1 is what the score speaks against)."""

    features: Floats
    labels: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """log-odds of label 1 = intercept + features · weights."""

    intercept: float
    weights: Floats


def feature_matrix(texts: list[str]) -> Floats:
    """Notes × features, columns in the order of `feature_names`."""
    return np.array([list(text_features(text).values()) for text in texts], dtype=np.float64)


def fit_logistic(notes: Notes, *, penalty: float = PENALTY) -> Fit:
    """Minimises the log-loss plus penalty/2 · Σ (standardised weight)²; the intercept is free."""
    mean, spread = notes.features.mean(axis=0), notes.features.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(notes.labels)), (notes.features - mean) / spread])
    ridge = np.diag(np.r_[0.0, np.full(design.shape[1] - 1, penalty)])
    solution = np.zeros(design.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-design @ solution))
        gradient = design.T @ (chance - notes.labels) + ridge @ solution
        curvature = (design.T * (chance * (1 - chance))) @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        solution -= step
        if np.abs(step).max() < 1e-9:
            break
    weights = solution[1:] / spread
    return Fit(float(solution[0] - weights @ mean), weights)


def auc(labels: Floats, scores: Floats) -> float:
    """Chance that a note of label 1 scores above one of label 0, ties counted half (Mann–Whitney)."""
    _, position, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[position]
    positives = labels.sum()
    negatives = len(labels) - positives
    return float((rank[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auc_standard_error(area: float, positives: int, negatives: int) -> float:
    """Standard error of an area under the curve (Hanley and McNeil 1982, Radiology 143:29)."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return sqrt(spread / (positives * negatives))


def train(data: Path) -> tuple[ModelFile, ModelFile]:
    """ClaimOpinion and HarassmentAbuse from a folder of labelled public notes."""
    helpful = feature_matrix(_helpful_notes(data / "posts" / "with-helpful-notes-2026.jsonl.gz"))
    return _claim_opinion(data / "labels", helpful), _harassment_abuse(data / "labels", helpful)


def _claim_opinion(labels: Path, helpful: Floats) -> ModelFile:
    labelled = _read(labels / "opinion-llm-2022-2026.parquet").filter(
        ~pl.col("text").str.contains(NO_NOTE_NEEDED)
    )
    tagged = _read(labels / "opinion-2021.parquet")
    early, late = _split_at_date(labelled)
    tagged_early, tagged_late = _split_by_share(tagged)
    fitted = _joined(early, tagged_early)
    fit = fit_logistic(fitted)
    scores = _evidence(fit, fitted, helpful)
    return _model_file(
        "ClaimOpinion",
        "Log-odds, at equal base rates, that a note is not opinion or speculation. Our model, not X's.",
        fit,
        fitted,
        thresholds=Thresholds(
            high=_percentile(scores, 25),
            low=_percentile(scores, 5),
            population="595 human notes on posts of 2026 that became Helpful: 25th and 5th percentile",
        ),
        measured=(
            _measure("language-model labels from July 2025 on", fit, late),
            _measure("rater tags, the last quarter of the notes of early 2021", fit, tagged_late),
        ),
    )


def _harassment_abuse(labels: Path, helpful: Floats) -> ModelFile:
    labelled = _read(labels / "harassment-llm-strict-2022-2026.parquet")
    tagged = _read(labels / "harassment-2021-two-raters.parquet")
    early, late = _split_at_date(labelled)
    tagged_early, tagged_late = _split_by_share(tagged)
    fitted = _joined(early, tagged_early)
    fit = fit_logistic(fitted)
    harassing = _evidence(fit, fitted, fitted.features[fitted.labels == 1])
    return _model_file(
        "HarassmentAbuse",
        "Log-odds, at equal base rates, that a note does not harass. Our model, not X's.",
        fit,
        fitted,
        thresholds=Thresholds(
            high=_percentile(_evidence(fit, fitted, helpful), 0.5),
            low=_percentile(harassing, 25),
            population="595 human notes on posts of 2026 that became Helpful: 0.5th percentile (High); "
            "notes labelled harassing that were fitted on: 25th percentile (Low)",
        ),
        measured=(
            _measure("language-model labels from July 2025 on", fit, late),
            _measure("tags by two raters or more, the last quarter of the notes of 2021", fit, tagged_late),
        ),
    )


def _evidence(fit: Fit, fitted: Notes, features: Floats) -> Floats:
    """Log-odds against the label with the base rate of the fitted notes taken out."""
    return _base_log_odds(fitted) - fit.intercept - features @ fit.weights


def _base_log_odds(fitted: Notes) -> float:
    rate = float(fitted.labels.mean())
    return log(rate / (1 - rate))


def _model_file(
    evaluator: str,
    about: str,
    fit: Fit,
    fitted: Notes,
    *,
    thresholds: Thresholds,
    measured: tuple[Measurement, ...],
) -> ModelFile:
    means = fitted.features.mean(axis=0)
    return ModelFile(
        evaluator=evaluator,
        about=about,
        fitted_on=f"{len(fitted.labels)} English notes, {int(fitted.labels.sum())} with the label: "
        f"language-model labels before {SPLIT.date()}, "
        f"and the first {TAGGED_SHARE:.0%} of the rater-tagged notes of 2021",
        intercept=round(_base_log_odds(fitted) - fit.intercept, 6),
        weights={
            name: Weight(weight=round(-float(weight), 6), mean=round(float(mean), 6))
            for name, weight, mean in zip(feature_names(), fit.weights, means, strict=True)
        },
        thresholds=thresholds,
        measured=measured,
    )


def _measure(about: str, fit: Fit, notes: Notes) -> Measurement:
    positives = int(notes.labels.sum())
    area = auc(notes.labels, notes.features @ fit.weights)
    error = auc_standard_error(area, positives, len(notes.labels) - positives)
    return Measurement(
        notes=about,
        positives=positives,
        total=len(notes.labels),
        auc=round(area, 3),
        standard_error=round(error, 3),
        auc_of_words=_auc_alone("words", notes),
        auc_of_urls=_auc_alone("urls", notes),
    )


def _auc_alone(feature: str, notes: Notes) -> float:
    area = auc(notes.labels, notes.features[:, feature_names().index(feature)])
    return round(max(area, 1 - area), 3)


def _percentile(scores: Floats, percent: float) -> float:
    return round(float(np.percentile(scores, percent)), 3)


def _read(file: Path) -> pl.DataFrame:
    return (
        pl.read_parquet(file, columns=["text", "createdAt", "label"]).drop_nulls().sort("createdAt", "text")
    )


def _split_at_date(frame: pl.DataFrame) -> tuple[Notes, Notes]:
    early = pl.col("createdAt") < SPLIT
    return _notes(frame.filter(early)), _notes(frame.filter(~early))


def _split_by_share(frame: pl.DataFrame) -> tuple[Notes, Notes]:
    first = int(len(frame) * TAGGED_SHARE)
    return _notes(frame[:first]), _notes(frame[first:])


def _notes(frame: pl.DataFrame) -> Notes:
    return Notes(feature_matrix(frame["text"].to_list()), frame["label"].to_numpy().astype(np.float64))


def _joined(first: Notes, second: Notes) -> Notes:
    return Notes(
        np.concatenate([first.features, second.features]), np.concatenate([first.labels, second.labels])
    )


def _helpful_notes(file: Path) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["helpful_note"]["text"] for line in lines]


def main(data: Path, folder: Path) -> None:
    """Writes `claim_opinion.json` and `harassment_abuse.json` into a folder."""
    for name, model in zip(("claim_opinion", "harassment_abuse"), train(data), strict=True):
        file = folder / f"{name}.json"
        file.write_text(model.model_dump_json(indent=2) + "\n", encoding="utf-8")
        LinearTextModel.read(file)
        for measured in model.measured:
            _log.info(
                "%s: AUC %.3f ± %.3f (words alone %.3f, URLs alone %.3f) on %s",
                name,
                measured.auc,
                measured.standard_error,
                measured.auc_of_words,
                measured.auc_of_urls,
                measured.notes,
            )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
