"""What a fit minimises.

Source: twitter/communitynotes 273c895, scoring/src/scoring/matrix_factorization/matrix_factorization.py and
normalized_loss.py. The loss is

    mean over ratings of w·(rating − μ − i_u − i_n − f_u·f_n)²
    + the means over raters and over notes of their weighted squared parameters
    + diamond · mean over notes of |i_n·f_n|  +  global_intercept · μ²

with w = 1, unless ratings are weighed by who gave them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.matrix import RatingMatrix, Side


@dataclass(frozen=True, slots=True)
class Regularization:
    """Weights of the squared parameters: means over raters and over notes, and of μ².

    Defaults of the official model (matrix_factorization.py, MatrixFactorization.__init__). Raises ValueError
    where a weight would leave the minimum undetermined.
    """

    rater_intercept: float = 0.15
    """userInterceptLambda"""
    rater_factor: float = 0.03
    """userFactorLambda"""
    note_intercept: float = 0.15
    """noteInterceptLambda"""
    note_factor: float = 0.03
    """noteFactorLambda"""
    global_intercept: float = 0.15
    """globalInterceptLambda"""
    diamond: float = 0.0
    """diamondLambda: draws a note to be either liked by all or liked by one side, not both."""
    use_global_intercept: bool = True
    """useGlobalIntercept; without it μ is 0."""

    def __post_init__(self) -> None:
        ridges = (self.rater_intercept, self.rater_factor, self.note_intercept, self.note_factor)
        if min(ridges) <= 0 or min(self.global_intercept, self.diamond) < 0:
            raise ValueError(
                f"{self}: weights of intercepts and factors must be above 0, the other two not below"
            )


@dataclass(frozen=True, slots=True)
class Ridges:
    """The loss times the number of ratings: what it adds for each row's (intercept², factor²), |i_n·f_n|
    and μ².
    """

    raters: tuple[float, float]
    notes: tuple[float, float]
    diamond: float
    mean: float
    """Infinite where μ is left out."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The loss times the number of ratings, for given ratings."""

    by_note: Side
    by_rater: Side
    ridges: Ridges
    rater_weight: Floats | None = None
    """The weight of a rater's ratings; None where all weigh 1."""

    @classmethod
    def of(
        cls,
        matrix: RatingMatrix,
        weights: Regularization,
        *,
        ratings_per_note: float | None = None,
        rater_weight: Floats | None = None,
    ) -> Objective:
        """The loss takes means over entities, so a row's ridge is its weight times ratings per row.

        ``ratings_per_note`` (ratingPerNoteLossRatio) stands in for the matrix's own.
        """
        per_rater = matrix.count / len(matrix.raters)
        per_note = matrix.count / len(matrix.notes) if ratings_per_note is None else ratings_per_note
        ridges = Ridges(
            raters=(weights.rater_intercept * per_rater, weights.rater_factor * per_rater),
            notes=(weights.note_intercept * per_note, weights.note_factor * per_note),
            diamond=weights.diamond * per_note,
            mean=weights.global_intercept * matrix.count if weights.use_global_intercept else math.inf,
        )
        return cls(matrix.by_note, matrix.by_rater, ridges, rater_weight)

    @property
    def count(self) -> int:
        """How many ratings."""
        return len(self.by_note.entries)

    def of_notes(self, notes: Floats) -> float:
        """What the notes' parameters (n, 2) add."""
        intercept, factor = np.einsum("ij,ij->j", notes, notes)
        added = self.ridges.notes[0] * intercept + self.ridges.notes[1] * factor
        if self.ridges.diamond:
            added += self.ridges.diamond * np.sum(np.abs(notes[:, 0] * notes[:, 1]))
        return float(added)

    def of_raters(self, raters: Floats, mean: float) -> float:
        """What the raters' parameters (n, 2) and μ add."""
        intercept, factor = np.einsum("ij,ij->j", raters, raters)
        added = self.ridges.raters[0] * intercept + self.ridges.raters[1] * factor
        return float(added) + (self.ridges.mean * mean * mean if mean else 0.0)
