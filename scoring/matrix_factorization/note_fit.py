"""The final phase's fit: with raters and μ held fast, every note is a ridge regression of its own.

Derived from the loss of twitter/communitynotes 273c895, matrix_factorization.py; pseudo-raters from
pseudo_raters.py of the same commit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.solver import Regularization


@dataclass(frozen=True, slots=True)
class NoteSums:
    """Sums over each note's final-round ratings; f is a rater's factor, y = rating − μ − rater intercept."""

    count: Floats
    factor: Floats
    """Σf"""
    factor_squared: Floats
    """Σf²"""
    residual: Floats
    """Σy"""
    factor_residual: Floats
    """Σf·y"""


def fit_notes(sums: NoteSums, weights: Regularization, ratings_per_note: float) -> tuple[Floats, Floats]:
    """Intercept and factor of each note; NaN where it has no rating.

    ``ratings_per_note`` (ρ) is the density of the prescoring round; it sets how strongly a note is drawn
    to zero, so that a note's result does not depend on the other notes scored with it.
    """
    h00 = sums.count + weights.note_intercept * ratings_per_note
    h11 = sums.factor_squared + weights.note_factor * ratings_per_note
    with np.errstate(divide="ignore", invalid="ignore"):
        determinant = h00 * h11 - sums.factor**2
        intercept = (h11 * sums.residual - sums.factor * sums.factor_residual) / determinant
        factor = (h00 * sums.factor_residual - sums.factor * sums.residual) / determinant
    unrated = sums.count == 0
    intercept[unrated] = np.nan
    factor[unrated] = np.nan
    return intercept, factor


@dataclass(frozen=True, slots=True)
class PseudoRaters:
    """The extreme raters of a run, each imagined to call every note helpful."""

    intercept: float
    """The lowest intercept of the run's raters: their "helpful" weighs the most."""
    factors: tuple[float, float, float]
    """The lowest factor, zero, the highest factor."""
    global_intercept: float

    @classmethod
    def of(cls, rater_intercept: Floats, rater_factor: Floats, global_intercept: float) -> PseudoRaters:
        """From the parameters of the run's raters; at least one."""
        return cls(
            float(np.min(rater_intercept)),
            (float(np.min(rater_factor)), 0.0, float(np.max(rater_factor))),
            global_intercept,
        )


def intercept_bounds(
    sums: NoteSums, weights: Regularization, pseudo_raters: PseudoRaters
) -> tuple[Floats, Floats]:
    """The lowest and highest intercept of each note over four fits: as rated, and with each pseudo-rater
    added.

    These fits draw notes to zero by their own density of ratings, as the official ones do, not by the
    prescoring's.
    """
    rated = sums.count > 0
    density = float(np.sum(sums.count)) / max(int(np.count_nonzero(rated)), 1)
    lowest, _ = fit_notes(sums, weights, density)
    highest = lowest.copy()
    residual = 1.0 - pseudo_raters.global_intercept - pseudo_raters.intercept
    for factor in pseudo_raters.factors:
        with_one_more = NoteSums(
            count=sums.count + rated,
            factor=sums.factor + factor,
            factor_squared=sums.factor_squared + factor * factor,
            residual=sums.residual + residual,
            factor_residual=sums.factor_residual + factor * residual,
        )
        intercept, _ = fit_notes(with_one_more, weights, density + 1.0)
        lowest = np.fmin(lowest, intercept)
        highest = np.fmax(highest, intercept)
    return lowest, highest
