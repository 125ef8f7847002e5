"""The two logistic models next to the official results, and next to the same descent in plain NumPy.

Run with ``python -m benchmarks.logistic_models``; the data are read from the folder named by
NOTEWRIGHT_SHARED (default ../shared), of which ``golden/synthetic-150k`` has the official prescoring's inputs
and outputs. The inputs of every fit here are the official ones, save for the note factors of the first round,
which the official scorer does not write: those are of our own fit. Where the official optimizer starts at
random, two official runs would differ by about as much as we do.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.table import Table

import scoring
from benchmarks import wide_console
from scoring.count_filter import count_filter
from scoring.logistic.descent import REPUTATION_DESCENT, Descent, Free, Observations, Parts, Ridges, fit_parts
from scoring.logistic.harassment import harassment_consensus
from scoring.logistic.low_diligence import (
    RIDGES,
    SECOND_ROUND,
    TAG_WEIGHT,
    THIRD_ROUND,
    LowDiligencePrescoring,
    final_low_diligence,
    gives_tag,
    last_weights,
    prescore_low_diligence,
)
from scoring.matrix_factorization.fit import fit
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.models.configurations import CORE, MODELS
from scoring.models.model import Model
from scoring.preparation import PreparedRatings, prepare
from scoring.tables import Tables
from scoring.tables.arrays import Bool, Ratings, taken

Result = TypeVar("Result")
Floats = NDArray[np.float64]

LOW_DILIGENCE_THRESHOLD = 0.263
HARASSMENT_THRESHOLD = 2.0
PENALTY = 10.0
AGREE_RATIO = 0.66
AUTHOR_RATIO = 0.0
AUTHOR_MEAN = 0.05


def plain_descent(
    observations: Observations, size: Floats, start: Parts, ridges: Ridges, free: Free, way: Descent
) -> tuple[Parts, float, int]:
    """What :func:`scoring.logistic.descent.fit_parts` does, written out in double precision."""
    values = [start.note.copy(), start.rater.copy(), start.common.copy()]
    weights = (
        np.array(ridges.note) / len(observations.notes),
        np.array(ridges.rater) / len(observations.raters),
        np.array([ridges.common]),
    )
    moving = (np.array(free.note), np.array(free.rater), np.array([True]))
    first = [np.zeros_like(value) for value in values]
    second = [np.zeros_like(value) for value in values]
    n, u, label = observations.note, observations.rater, observations.label
    loss, epoch = np.inf, 0
    for epoch in range(way.epochs):
        note, rater, common = values
        logit = note[n, 0] * rater[u, 0] + note[n, 1] * rater[u, 1] + rater[u, 2] + common[0, 0]
        if epoch % way.period == 0:
            before = loss
            loss = float(np.mean(size * (np.logaddexp(0, logit) - label * logit)))
            loss += sum(
                float(np.sum(weight * value**2)) for weight, value in zip(weights, values, strict=True)
            )
            if abs(before - loss) < way.tolerance or (epoch > way.rising_after and loss > before):
                break
        slope = size * (1 / (1 + np.exp(-logit)) - label) / len(observations)
        gradients = [
            np.stack([np.bincount(n, slope * rater[u, column], len(note)) for column in (0, 1)], axis=1),
            np.stack(
                [np.bincount(u, slope * factor, len(rater)) for factor in (note[n, 0], note[n, 1], 1.0)],
                axis=1,
            ),
            np.array([[slope.sum()]]),
        ]
        gradients = [
            (gradient + 2 * weight * value) * move
            for gradient, weight, value, move in zip(gradients, weights, values, moving, strict=True)
        ]
        norm = float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))
        for value, gradient, mean, square in zip(values, gradients, first, second, strict=True):
            clipped = gradient * min(1.0, way.largest_norm / norm) if norm > 0 else gradient
            mean += 0.1 * (clipped - mean)
            square += 0.001 * (clipped**2 - square)
            corrected = mean / (1 - 0.9 ** (epoch + 1))
            value -= way.rate * corrected / (np.sqrt(square / (1 - 0.999 ** (epoch + 1))) + 1e-8)
    else:
        epoch = way.epochs
    return Parts(*values), loss, epoch


@dataclass(frozen=True, slots=True)
class Official:
    """The official scorer's inputs and what its prescoring made of them."""

    tables: Tables
    prepared: PreparedRatings
    notes: pl.DataFrame
    raters: pl.DataFrame
    """Prescoring's tables, a row for each note or rater and scorer."""
    has_topic: Bool
    final_low_diligence: Floats
    """Of the Core model, by note."""

    @classmethod
    def read(cls, shared: Path) -> Official:
        """From the set that was run phase by phase."""
        folder = shared / "golden" / "synthetic-150k"
        expected = folder / "expected"
        tables = scoring.read_tables(folder / "input")
        scored = pl.read_parquet(expected / "scored_notes.parquet").with_columns(
            pl.col("noteTopic").fill_null("").cast(pl.String).ne("").cast(pl.Float64).alias("hasTopic")
        )
        auxiliary = pl.read_parquet(expected / "aux_note_info.parquet")
        return cls(
            tables=tables,
            prepared=prepare(tables, None),
            notes=pl.read_parquet(expected / "prescoring_note_model_output.parquet"),
            raters=pl.read_parquet(expected / "prescoring_rater_model_output.parquet"),
            has_topic=_by_note(tables, scored, "hasTopic") == 1,
            final_low_diligence=_by_note(tables, auxiliary, "lowDiligenceIntercept"),
        )

    def by_note(self, model: Model, column: str) -> Floats:
        """A prescoring column by note; NaN where there is nothing."""
        return _by_note(self.tables, self.notes.filter(pl.col("scorerName") == model.name), column)

    def by_rater(self, model: Model, column: str) -> Floats:
        """A prescoring column by participant; NaN where there is nothing."""
        frame = self.raters.filter(pl.col("scorerName") == model.name)
        number = {name: row for row, name in enumerate(self.tables.participant_ids)}
        rows = [number[name] for name in frame["raterParticipantId"]]
        return _spread(frame, column, rows, len(number))

    def in_scope(self, model: Model) -> Ratings:
        """Ratings of the notes the model looks at, by raters it hears, in order of note."""
        enrollment = self.tables.enrollment.extended(len(self.tables.participant_ids))
        ratings = self.prepared.ratings
        kept = model.hears(enrollment)[ratings.rater]
        if model.topics is not None:
            kept &= ~self.has_topic[ratings.note]
        return taken(ratings, kept)

    def training(self, model: Model) -> Ratings:
        """Those of them that prescoring's first round fits."""
        ratings = self.in_scope(model)
        notes, participants = len(self.tables.notes), len(self.tables.participant_ids)
        return taken(ratings, count_filter(ratings, notes, participants, 5, 10))

    def last_round(self, model: Model) -> Ratings:
        """Those of them that prescoring's last round fits."""
        ratings = self.training(model)
        return taken(ratings, self.by_rater(model, "aboveHelpfulnessThreshold")[ratings.rater] == 1)

    def unpenalized_round(self, model: Model) -> Ratings:
        """Those of the first round by raters who are above the threshold without regard to harassment."""
        ratings = self.training(model)
        difference = self.by_rater(model, "crhCrnhRatioDifference")
        mean = self.by_rater(model, "meanNoteScore")
        good = np.isnan(difference) | ((difference >= AUTHOR_RATIO) & (mean >= AUTHOR_MEAN))
        good &= self.by_rater(model, "raterAgreeRatio") >= AGREE_RATIO
        return taken(ratings, good[ratings.rater])

    def final_round(self, model: Model) -> Ratings:
        """Ratings that the final phase fits."""
        ratings = self.in_scope(model)
        enough = np.bincount(ratings.note, minlength=len(self.tables.notes)) >= 5
        known = ~np.isnan(self.by_rater(model, "internalRaterFactor1"))
        return taken(ratings, enough[ratings.note] & known[ratings.rater])

    def second_round(self, model: Model) -> tuple[Observations, Parts]:
        """The low-diligence model as the official second round leaves it, with the best g for it."""
        ratings = self.last_round(model)
        observations = Observations.build(ratings.note, ratings.rater, gives_tag(ratings.not_helpful_tags))
        note = [
            self.by_note(model, column)[observations.notes]
            for column in ("lowDiligenceNoteFactor1", "lowDiligenceNoteInterceptRound2")
        ]
        rater = [
            self.by_rater(model, column)[observations.raters]
            for column in (
                "lowDiligenceRaterFactor1",
                "lowDiligenceRaterReputation",
                "lowDiligenceRaterInterceptRound2",
            )
        ]
        parts = Parts(np.stack(note, axis=1), np.stack(rater, axis=1), np.zeros((1, 1)))
        return observations, replace(parts, common=np.array([[best_common(observations, parts)]]))

    def low_diligence(self, model: Model) -> LowDiligencePrescoring:
        """All that the official prescoring hands to the final phase."""
        observations, second = self.second_round(model)
        third = third_round(observations, second)
        return LowDiligencePrescoring(
            note_factor=self.by_note(model, "lowDiligenceNoteFactor1"),
            note_intercept_round2=self.by_note(model, "lowDiligenceNoteInterceptRound2"),
            note_intercept=self.by_note(model, "lowDiligenceNoteIntercept"),
            rater_factor=self.by_rater(model, "lowDiligenceRaterFactor1"),
            rater_reputation=self.by_rater(model, "lowDiligenceRaterReputation"),
            rater_intercept_round2=self.by_rater(model, "lowDiligenceRaterInterceptRound2"),
            rater_intercept=self.by_rater(model, "lowDiligenceRaterIntercept"),
            global_intercept_round1=np.nan,
            global_intercept_round2=float(second.common[0, 0]),
            global_intercept=float(third.common[0, 0]),
            ratings_per_note=len(observations) / len(observations.notes),
        )


def third_round(observations: Observations, second: Parts) -> Parts:
    """Our third round from where the second one ended."""
    weights = last_weights(observations, second.rater[:, 1])
    return fit_parts(observations, weights, second, RIDGES, THIRD_ROUND, REPUTATION_DESCENT)[0]


def best_common(observations: Observations, parts: Parts) -> float:
    """The g at which the second round's loss is lowest, the other parts being as they are."""
    n, u, label = observations.note, observations.rater, observations.label
    rest = np.sum(parts.note[n] * parts.rater[u, :2], axis=1) + parts.rater[u, 2]
    low, high = -30.0, 30.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        slope = np.where(label, TAG_WEIGHT, 1.0) * (1 / (1 + np.exp(-rest - middle)) - label)
        low, high = (low, middle) if slope.sum() > 0 else (middle, high)
    return (low + high) / 2


def first_note_factor(official: Official, model: Model) -> Floats:
    """Of our own fit of the first round, with the official sign."""
    ratings = official.training(model)
    matrix = RatingMatrix.build(ratings.note, ratings.rater, ratings.level)
    ours = fit(matrix)
    theirs = official.by_rater(model, "internalFirstRoundRaterFactor1")[matrix.raters]
    factor = np.full(len(official.tables.notes), np.nan)
    factor[matrix.notes] = ours.note_factor * np.sign(np.nansum(ours.rater_factor * theirs))
    return factor


def penalties(official: Official, model: Model, intercept: Floats) -> Floats:
    """By participant, what "helpful" ratings of harassing notes cost."""
    ratings = official.training(model)
    height = intercept[ratings.note]
    hit = (ratings.level == 2) & (height >= HARASSMENT_THRESHOLD)
    cost = PENALTY * height[hit] / HARASSMENT_THRESHOLD
    total = np.bincount(ratings.rater[hit], cost, minlength=len(official.tables.participant_ids))
    return total.astype(np.float64)


def _spread(frame: pl.DataFrame, column: str, rows: Any, size: int) -> Floats:
    values = np.full(size, np.nan)
    values[rows] = frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values


def _by_note(tables: Tables, frame: pl.DataFrame, column: str) -> Floats:
    number = {note: row for row, note in enumerate(tables.notes.note_id.tolist())}
    return _spread(frame, column, [number[note] for note in frame["noteId"]], len(number))


def distance(ours: Floats, theirs: Floats, threshold: float) -> tuple[str, str, str]:
    """Mean and largest difference, and the share of notes on the same side of a threshold."""
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    apart = np.abs(ours - theirs)[both]
    same = np.mean((ours > threshold)[both] == (theirs > threshold)[both])
    return f"{apart.mean():.5f}", f"{apart.max():.3f}", f"{same:.2%}"


def seconds(work: Callable[[], Result]) -> tuple[Result, float]:
    """The result, and the least processor time of three runs after the first, which may compile."""
    result = work()
    times = []
    for _ in range(3):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return result, min(times)


def main() -> None:
    """Print agreement and processor time, model by model."""
    console = wide_console()
    shared = Path(os.environ.get("NOTEWRIGHT_SHARED", "../shared")).resolve()
    if not (shared / "golden" / "synthetic-150k").is_dir():
        console.print(f"no official results at {shared}; set NOTEWRIGHT_SHARED to the folder that holds them")
        sys.exit(1)
    official = Official.read(shared)
    table = Table("model", "fit", "ratings", "notes", "mean diff.", "max", "same side", "CPU s")
    totals = {"prescoring": 0.0, "final": 0.0}
    for model in MODELS:
        last = official.last_round(model)
        intercepts = official.by_note(model, "lowDiligenceNoteIntercept")
        arguments = (
            last.note,
            last.rater,
            last.not_helpful_tags,
            official.by_rater(model, "internalRaterFactor1"),
            len(official.tables.notes),
        )
        prescored, spent = seconds(partial(prescore_low_diligence, *arguments))
        totals["prescoring"] += spent
        fitted = (model.name, "low diligence, prescoring", f"{len(last):,}")
        apart = distance(prescored.note_intercept, intercepts, LOW_DILIGENCE_THRESHOLD)
        table.add_row(*fitted, f"{np.isfinite(prescored.note_intercept).sum():,}", *apart, f"{spent:.3f}")

        observations, second = official.second_round(model)
        third = third_round(observations, second)
        apart = distance(third.note[:, 1], intercepts[observations.notes], LOW_DILIGENCE_THRESHOLD)
        table.add_row("", "… third round, from the official second", "", "", *apart, "")

        rated = official.final_round(model)
        tagged = (rated.note, rated.rater, rated.not_helpful_tags)
        final, spent = seconds(partial(final_low_diligence, *tagged, prescored, len(official.tables.notes)))
        totals["final"] += spent
        apart = ("", "", "")
        if model is CORE:
            apart = distance(final, official.final_low_diligence, LOW_DILIGENCE_THRESHOLD)
        table.add_row("", "low diligence, final", f"{len(rated):,}", "", *apart, f"{spent:.3f}")
        if model is CORE:
            theirs = official.low_diligence(model)
            from_official = final_low_diligence(*tagged, theirs, len(official.tables.notes))
            apart = distance(from_official, official.final_low_diligence, LOW_DILIGENCE_THRESHOLD)
            table.add_row("", "… from the official prescoring", "", "", *apart, "")

        unpenalized = official.unpenalized_round(model)
        factors = (
            first_note_factor(official, model),
            official.by_rater(model, "internalFirstRoundRaterFactor1"),
        )
        consensus, spent = seconds(partial(harassment_consensus, unpenalized, *factors))
        totals["prescoring"] += spent
        intercepts = official.by_note(model, "harassmentNoteIntercept")
        apart = distance(consensus.note_intercept, intercepts, HARASSMENT_THRESHOLD)
        count = f"{np.isfinite(consensus.note_intercept).sum():,}"
        table.add_row("", "harassment", f"{len(unpenalized):,}", count, *apart, f"{spent:.3f}")
        penalty = penalties(official, model, np.nan_to_num(consensus.note_intercept))
        expected = official.by_rater(model, "totalHelpfulHarassmentPenalty")
        apart = distance(penalty, expected, 0.0)
        table.add_row("", "… penalties of raters", "", "", *apart, "")
    console.print(table)
    console.print(
        f"All models: {totals['prescoring']:.2f} s of prescoring (goal: 1.2), {totals['final']:.2f} s of the "
        "final phase (goal: 0.2)"
    )

    observations, second = official.second_round(CORE)
    start = replace(second, note=np.zeros_like(second.note))
    size = np.where(observations.label, TAG_WEIGHT, 1.0)
    arguments_of_fit = (observations, size, start, RIDGES, SECOND_ROUND, REPUTATION_DESCENT)
    (ours, loss), fast = seconds(partial(fit_parts, *arguments_of_fit))
    (plain, plain_loss, epochs), slow = seconds(partial(plain_descent, *arguments_of_fit))
    console.print(
        f"One round of {len(observations):,} ratings, {epochs} epochs: {fast:.3f} s; plain NumPy "
        f"{slow:.2f} s, {slow / fast:.0f} times that; loss {loss:.6f} and {plain_loss:.6f}, largest "
        f"difference {np.max(np.abs(ours.rater - plain.rater)):.0e}"
    )


if __name__ == "__main__":
    main()
