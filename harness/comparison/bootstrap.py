"""How far a comparison's figures can be trusted: a paired bootstrap over posts.

Posts are drawn again with replacement, the same draw for every writer, so that what makes a post easy or
hard for all of them falls out of a difference between two. Intervals are BCa intervals, of ratios of sums
(B. Efron, "Better bootstrap confidence intervals", Journal of the American Statistical Association 82, 1987,
171–185).

A share of none or of all has the same value in every resample, which says nothing of how sure it is: it gets
the exact binomial interval of Clopper and Pearson (Biometrika 26, 1934, 404–413), and a difference
with it the interval that follows from those of its two sides (G. Y. Zou and A. Donner, "Construction of
confidence limits about effect measures", Statistics in Medicine 27, 2008, 1693–1702).

The intervals answer one question: how much hangs on which posts came by. Another season, with other raters
and other luck, differs by more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import hypot, isfinite
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 10_000
CONFIDENCE: Final = 0.95

_TAIL: Final = (1 - CONFIDENCE) / 2
_NORMAL: Final = NormalDist()

Floats = NDArray[np.float64]


class Method(StrEnum):
    """How an interval was made."""

    BCA = "bca"
    EXACT = "exact"
    """Clopper–Pearson: the share is 0 or 1."""
    FROM_SIDES = "from_sides"
    """Zou–Donner: one side of the difference is 0 or 1."""


class Ratio(NamedTuple):
    """A share: the sum of one column over posts divided by the sum of another, never smaller, one."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its interval."""

    part: int
    whole: int
    value: float
    low: float
    high: float
    method: Method

    @property
    def at_an_end(self) -> bool:
        return self.part in (0, self.whole)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first share less the second, with its interval."""

    value: float
    low: float
    high: float
    method: Method
    first_higher: float
    """Share of the resamples in which the first share is the higher one; a tie counts for half."""


class PairedBootstrap:
    """Resamples of posts.

    `counts` (posts, columns) are whole numbers ≥ 0. Posts alike in every column are drawn together, as one
    multinomial draw: exactly the bootstrap's distribution, at the cost of the distinct rows alone. The order
    of the posts makes no difference.
    """

    def __init__(self, counts: NDArray[np.int64], *, seed: int, resamples: int = RESAMPLES) -> None:
        rows, frequency = np.unique(counts, axis=0, return_counts=True)
        posts = len(counts)
        self._total = counts.sum(axis=0)
        self._frequency = frequency
        self._left_out = self._total - rows
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(posts, frequency / max(posts, 1), size=resamples)
        self._resampled = drawn @ rows

    def share(self, ratio: Ratio) -> Share | None:
        """The share; None where there is nothing it could be a share of."""
        part, whole = int(self._total[ratio.part]), int(self._total[ratio.whole])
        if not whole:
            return None
        value = part / whole
        if part in (0, whole):
            end = _TAIL ** (1 / whole)
            low, high = (0.0, 1 - end) if part == 0 else (end, 1.0)
            return Share(part, whole, value, low, high, Method.EXACT)
        low, high = self._bca(
            value, _divided(self._resampled, ratio), left_out=_divided(self._left_out, ratio)
        )
        return Share(part, whole, value, low, high, Method.BCA)

    def difference(self, first: Ratio, second: Ratio) -> Difference | None:
        """The difference of two shares; None where one of them is not there."""
        one, other = self.share(first), self.share(second)
        if one is None or other is None:
            return None
        value = one.value - other.value
        resampled = _divided(self._resampled, first) - _divided(self._resampled, second)
        known = resampled[np.isfinite(resampled)]
        higher = float(np.mean((known > 0) + 0.5 * (known == 0))) if len(known) else 0.5
        if one.at_an_end or other.at_an_end:
            low = value - hypot(one.value - one.low, other.high - other.value)
            high = value + hypot(one.high - one.value, other.value - other.low)
            return Difference(value, max(low, -1.0), min(high, 1.0), Method.FROM_SIDES, higher)
        left_out = _divided(self._left_out, first) - _divided(self._left_out, second)
        low, high = self._bca(value, resampled, left_out=left_out)
        return Difference(value, low, high, Method.BCA, higher)

    def _bca(self, value: float, resampled: Floats, *, left_out: Floats) -> tuple[float, float]:
        """The interval from values over resamples, and over the posts with one of each row left out."""
        values = resampled[np.isfinite(resampled)]
        below = float(np.mean((values < value) + 0.5 * (values == value)))
        bias = _NORMAL.inv_cdf(min(max(below, 1 / len(values)), 1 - 1 / len(values)))
        known = np.isfinite(left_out)
        weights = self._frequency[known]
        apart = np.average(left_out[known], weights=weights) - left_out[known]
        spread = float(weights @ apart**2)
        acceleration = float(weights @ apart**3) / (6 * spread**1.5) if spread else 0.0
        ends = [_adjusted(tail, bias, acceleration) for tail in (_TAIL, 1 - _TAIL)]
        low, high = np.quantile(values, ends)
        return float(low), float(high)


def _divided(sums: NDArray[np.int64], ratio: Ratio) -> Floats:
    """The ratio in each row; NaN where there is nothing to divide by."""
    whole = sums[:, ratio.whole].astype(np.float64)
    whole[whole == 0] = np.nan
    return np.asarray(sums[:, ratio.part] / whole)


def _adjusted(tail: float, bias: float, acceleration: float) -> float:
    """Which quantile of the resamples stands for a tail."""
    z = bias + _NORMAL.inv_cdf(tail)
    stretch = 1 - acceleration * z
    moved = bias + z / stretch if stretch > 0 else float("nan")
    return _NORMAL.cdf(moved) if isfinite(moved) else tail
