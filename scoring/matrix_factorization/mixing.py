"""Anderson mixing: a fixed-point iteration extrapolated from its last few steps.

Walker and Ni, Anderson acceleration for fixed-point iterations, SIAM J. Numer. Anal. 49 (2011).
"""

from __future__ import annotations

import numpy as np

from scoring.matrix_factorization.kernels import Floats, combine, record_step

_DEPTH = 8
"""Differences of steps that are looked back on."""

_NO_STEP = 1e-200
"""Squared length below which a step is none: lengths are divided by, and must not vanish."""


class AndersonMixing:
    """Remembers the last points of an iteration on (n, 2) tables, and where each was mapped to."""

    def __init__(self, scale: Floats) -> None:
        """``scale`` (n,) says how much a row's step counts."""
        self._scale = scale
        self._steps = np.zeros((_DEPTH + 1, len(scale), 2))
        self._images = np.zeros_like(self._steps)
        self._products = np.zeros((_DEPTH + 1, _DEPTH + 1))
        self._recorded = 0

    @property
    def extrapolating(self) -> bool:
        """Whether the last point given was more than the last image."""
        return self._recorded > 1

    def clear(self) -> None:
        """Forget all steps."""
        self._recorded = 0

    def record(self, point: Floats, image: Floats) -> float:
        """Remember that ``point`` is mapped to ``image``; gives the largest step of an intercept."""
        slot = self._recorded % len(self._steps)
        self._recorded += 1
        self._images[slot] = image
        products = np.empty(len(self._steps))
        largest = record_step(point, image, self._scale, self._steps, slot, products)
        self._products[slot, :] = self._products[:, slot] = products
        return float(largest)

    def next_point(self) -> Floats:
        """The mixture of images whose mixture of steps is the shortest; a fixed point, if one was found."""
        known = min(self._recorded, len(self._steps))
        products = self._products[:known, :known]
        still = np.flatnonzero(np.diag(products) < _NO_STEP)
        if len(still):
            arrived: Floats = self._images[still[0]].copy()
            return arrived
        size = np.sqrt(np.diag(products))
        shares = np.linalg.lstsq(products / np.outer(size, size), 1 / size, rcond=1e-14)[0] / size
        mixed: Floats = np.empty_like(self._images[0])
        combine(self._images[:known], shares / np.sum(shares), mixed)
        return mixed
