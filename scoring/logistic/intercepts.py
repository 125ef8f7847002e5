"""The logistic model without raters: an intercept a note, and one for all."""

from __future__ import annotations

import math

import numpy as np

from scoring.logistic.kernels import Floats
from scoring.tables.arrays import Int64

_STEPS = 100
_SMALL = 1e-12
"""A Newton step that promises less than this share of the loss is the last."""


def intercepts_alone(given: Int64, total: Int64, tag_weight: float, ridge: float) -> tuple[Floats, float]:
    """The minimum of Σ_n given·w·log(1 + e^-(b_n + g)) + (total − given)·log(1 + e^(b_n + g)) + ridge·b_n².

    ``given`` of a note's ``total`` ratings have the tag, which weighs ``tag_weight``. Returns b by note, and
    g. Where all ratings or none have the tag there is no minimum; then all is 0. Newton's method with
    backtracking, on the notes that differ.
    """
    some = int(given.sum())
    if some in (0, int(total.sum())):
        return np.zeros(len(given)), 0.0
    key = given * (int(total.max()) + 1) + total
    _, example, kind, many = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    tagged = tag_weight * given[example]
    untagged = (total - given)[example].astype(np.float64)
    weight = tagged + untagged

    def loss(b: Floats, g: float) -> float:
        logit = b + g
        terms = tagged * np.logaddexp(0, -logit) + untagged * np.logaddexp(0, logit) + ridge * b * b
        return float(many @ terms)

    b = np.zeros(len(many))
    g = math.log((many @ tagged) / (many @ untagged))
    current = loss(b, g)
    for _ in range(_STEPS):
        share = 1.0 / (1.0 + np.exp(-(b + g)))
        slope = weight * share - tagged
        curvature = weight * share * (1.0 - share)
        full = curvature + 2.0 * ridge
        pull = slope + 2.0 * ridge * b
        g_step = -(many @ (slope - curvature * pull / full)) / (many @ (curvature - curvature**2 / full))
        b_step = -(pull + curvature * g_step) / full
        promise = -(many @ (pull * b_step) + (many @ slope) * g_step)
        if promise <= _SMALL * current:
            break
        length = 1.0
        while (lower := loss(b + length * b_step, g + length * g_step)) > current - 1e-4 * length * promise:
            length /= 2.0
            if length < _SMALL:
                return b[kind], g
        b, g, current = b + length * b_step, g + length * g_step, lower
    return b[kind], g
