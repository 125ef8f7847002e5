"""Many small seeded draws, cheaply: one numpy generator, drawn from in blocks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import cos, exp, log, pi, sqrt
from typing import Final, TypeVar

import numpy as np

T = TypeVar("T")

BLOCK: Final = 8_192
"""Uniform numbers fetched at a time: a scalar draw from numpy costs a hundred times a list access."""


class Dice:
    """Draws of all sorts from one seeded stream; the same seed and calls give the same draws."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._block: list[float] = []

    def uniform(self) -> float:
        """A number of [0, 1)."""
        if not self._block:
            self._block = self._generator.random(BLOCK).tolist()
        return self._block.pop()

    def chance(self, probability: float) -> bool:
        return self.uniform() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.uniform()

    def log_between(self, low: float, high: float) -> float:
        """Between two positive numbers, uniform in the logarithm."""
        return exp(self.between(log(low), log(high)))

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.uniform() * len(items))]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """Up to `count` different items, in random order."""
        pool = list(items)
        count = min(count, len(pool))
        for place in range(count):
            other = place + int(self.uniform() * (len(pool) - place))
            pool[place], pool[other] = pool[other], pool[place]
        return pool[:count]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """A key, with probability in proportion to its weight."""
        keys = list(weights)
        sums = list(accumulate(weights.values()))
        return keys[min(bisect_right(sums, self.uniform() * sums[-1]), len(keys) - 1)]

    def normal(self) -> float:
        """A standard normal number (Box and Muller 1958)."""
        return sqrt(-2.0 * log(1.0 - self.uniform())) * cos(2.0 * pi * self.uniform())

    def exponential(self, mean: float) -> float:
        return -mean * log(1.0 - self.uniform())

    def pareto(self, shape: float) -> float:
        """At least 1, heavy-tailed; the mean is finite for `shape` above 1."""
        return float((1.0 - self.uniform()) ** (-1.0 / shape))

    def normal_between(self, low: float, high: float) -> float:
        """Bell-shaped around the middle, cut at the ends."""
        spread = (self.uniform() + self.uniform() + self.uniform()) / 3
        return low + (high - low) * spread

    def arcsine(self) -> float:
        """−1 to 1, denser at the ends than in the middle."""
        share = self.uniform()
        return (1 if self.chance(0.5) else -1) * sqrt(share)


def streams(seed: int, *names: str) -> dict[str, Dice]:
    """One independent stream a name: drawing more in one stage leaves the next stage as it was."""
    children = np.random.SeedSequence(seed).spawn(len(names))
    return {name: Dice(np.random.default_rng(child)) for name, child in zip(names, children, strict=True)}
