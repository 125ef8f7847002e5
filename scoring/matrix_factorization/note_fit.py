"""The final phase's fit: with raters and μ held fast, every note is a ridge regression of its own.

Derived from the loss of twitter/communitynotes 273c895, matrix_factorization.py; pseudo-raters from
pseudo_raters.py of the same commit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.loss import Regularization


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
    with np.errstate(divide="ignore", invalid="ignore"):
        intercept, factor = minimize_notes(
            sums,
            weights.note_intercept * ratings_per_note,
            weights.note_factor * ratings_per_note,
            weights.diamond * ratings_per_note,
        )
    unrated = sums.count == 0
    intercept[unrated] = np.nan
    factor[unrated] = np.nan
    return intercept, factor


def minimize_notes(
    sums: NoteSums, intercept_ridge: float, factor_ridge: float, diamond: float
) -> tuple[Floats, Floats]:
    """The intercept b and factor g of each note that minimise its squared errors + ridges·(b², g²) +
    diamond·|b·g|.

    With ``diamond`` the minimum is the lowest of four points: the optimum of the smooth problem with b·g in
    place of its size, if it lies where b·g is positive; that with −b·g, where b·g is negative; and the optima
    with one of the two zero.
    """
    h00, h11 = sums.count + intercept_ridge, sums.factor_squared + factor_ridge
    if diamond == 0:
        return _stationary(sums, h00, h11, sums.factor)[:2]
    zero = np.zeros_like(h00)
    alone = (
        (sums.residual / h00, zero, -(sums.residual**2) / h00),
        (zero, sums.factor_residual / h11, -(sums.factor_residual**2) / h11),
    )
    candidates = []
    for sign in (1.0, -1.0):
        cross = sums.factor + sign * diamond / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            b, g, value = _stationary(sums, h00, h11, cross)
        valid = (h00 * h11 > cross**2) & (sign * b * g > 0)
        candidates.append((b, g, np.where(valid, value, np.inf)))
    intercepts, factors, values = (np.stack(parts) for parts in zip(*candidates, *alone, strict=True))
    best = np.argmin(values, axis=0)[None]
    return np.take_along_axis(intercepts, best, axis=0)[0], np.take_along_axis(factors, best, axis=0)[0]


def _stationary(sums: NoteSums, h00: Floats, h11: Floats, cross: Floats) -> tuple[Floats, Floats, Floats]:
    """Where h00·b² + 2·cross·b·g + h11·g² − 2·(b·Σy + g·Σf·y) is level, and its value there."""
    scale = 1.0 / (h00 * h11 - cross**2)
    b = (h11 * sums.residual - cross * sums.factor_residual) * scale
    g = (h00 * sums.factor_residual - cross * sums.residual) * scale
    return b, g, -(b * sums.residual + g * sums.factor_residual)


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

    As the official ones, these fits draw notes to zero by their own density of ratings, not by the
    prescoring's, and leave out the diamond penalty.
    """
    weights = replace(weights, diamond=0.0)
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
