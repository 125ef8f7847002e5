"""A fit in which both camps of raters, and rare and frequent raters, weigh more alike.

Source: twitter/communitynotes 273c895, scoring/src/scoring/matrix_factorization/normalized_loss.py (settings
globalSignNorm and raterNormExp) and matrix_factorization.py, ``run_mf``: an ordinary fit tells the camps
apart, then the ratings are weighed by it and fitted again. The official weights differ by rating in form
only; all ratings of a rater weigh the same, so here a rater has a weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.matrix_factorization.fit import Fit, cold_starts, fit, lowest, with_stable_sign
from scoring.matrix_factorization.kernels import Floats
from scoring.matrix_factorization.loss import Objective, Regularization
from scoring.matrix_factorization.matrix import RatingMatrix
from scoring.matrix_factorization.solver import Tolerance, notes_for_raters
from scoring.matrix_factorization.workers import workers_for

EXPANDED_CONSENSUS = Regularization(
    note_intercept=0.9,
    rater_intercept=0.15,
    global_intercept=0.15,
    note_factor=0.01,
    rater_factor=0.0075,
    diamond=0.75,
)
"""Of group 14 (run_scoring.py, ``_get_scorers``): 30, 5, 5, ⅓, ¼ and 25 times 0.03."""

RATER_EXPONENT = -0.25
"""raterNormExp: a rater's ratings weigh by this power of what they weigh together."""

FEWEST_RANDOM_STARTS = 4
MOST_RANDOM_STARTS = 24
RATINGS_TO_START_WITH = 1_000_000
"""Under the diamond penalty few notes make many minima far apart, and many notes make them alike: so many
ratings' worth of random starts, within these bounds."""

UNWEIGHTED_START = "unweighted fit"
RATERS_START = "given raters"


@dataclass(frozen=True, slots=True)
class NormalizedFit:
    """Both fits; the second is the result."""

    unweighted: Fit
    weighted: Fit


def rater_weights(matrix: RatingMatrix, rater_factor: Floats, exponent: float = RATER_EXPONENT) -> Floats:
    """How much each rating of a rater weighs, in the matrix's order of raters.

    Ratings by raters with positive factors come to weigh as much in all as the others, the total kept; then
    a rater's weight is multiplied by a power of the rater's total. Where one camp gave no rating, there is
    nothing to balance.
    """
    ratings = matrix.by_rater.ratings
    positive = rater_factor > 0
    above = int(np.sum(ratings[positive]))
    below = matrix.count - above
    weight = np.ones(len(ratings))
    if above and below:
        weight = np.where(positive, matrix.count / (2 * above), matrix.count / (2 * below))
    scaled: Floats = weight * (weight * ratings) ** exponent
    return scaled


def fit_normalized(
    matrix: RatingMatrix,
    *,
    raters: Floats | None = None,
    weights: Regularization = EXPANDED_CONSENSUS,
    tolerance: Tolerance | None = None,
    seed: int = 0,
    random_starts: int | None = None,
    threads: int | None = None,
) -> NormalizedFit:
    """Both fits of a prescoring round; ``raters`` (n, 2) is another start, in the matrix's order.

    The second fit's lowest minimum is looked for from the ratings alone, from the first fit, and from
    ``raters``. ``random_starts`` None leaves their number to the number of ratings. Signs are told apart as
    in :func:`.fit.fit`. At least one rating.
    """
    if random_starts is None:
        affordable = RATINGS_TO_START_WITH // matrix.count
        random_starts = min(max(affordable, FEWEST_RANDOM_STARTS), MOST_RANDOM_STARTS)
    with workers_for(matrix.count, threads) as workers:
        given = {}
        if raters is not None:
            given[RATERS_START] = notes_for_raters(Objective.of(matrix, weights), raters, workers)
        first = fit(
            matrix,
            starts=given,
            weights=weights,
            tolerance=tolerance,
            seed=seed,
            random_starts=random_starts,
            threads=threads,
        )
        objective = Objective.of(matrix, weights, rater_weight=rater_weights(matrix, first.rater_factor))
        starts = cold_starts(objective, workers, seed=seed, random_starts=random_starts)
        starts[UNWEIGHTED_START] = np.stack([first.note_intercept, first.note_factor], axis=1)
        if raters is not None:
            starts[RATERS_START] = notes_for_raters(objective, raters, workers)
        second = lowest(objective, starts, tolerance, workers)
    return NormalizedFit(first, with_stable_sign(second))


def refit_normalized(
    matrix: RatingMatrix,
    raters: Floats,
    ratings_per_note: float,
    *,
    weights: Regularization = EXPANDED_CONSENSUS,
    tolerance: Tolerance | None = None,
    threads: int | None = None,
) -> Fit:
    """The second fit of the final phase, from prescored ``raters`` (n, 2) in the matrix's order.

    The official scorer rebuilds its model for this fit after freezing raters and μ, so all of them move;
    they start from the prescored raters alone and keep their signs, so that notes stay comparable to the
    prescoring's. The first fit, with raters held fast, would tell of raters only what is given here: their
    signs. ``ratings_per_note`` (ratingPerNoteLossRatio) is the prescoring's.
    """
    objective = Objective.of(
        matrix,
        weights,
        ratings_per_note=ratings_per_note,
        rater_weight=rater_weights(matrix, raters[:, 1]),
    )
    with workers_for(matrix.count, threads) as workers:
        starts = {RATERS_START: notes_for_raters(objective, raters, workers)}
        return lowest(objective, starts, tolerance, workers)
