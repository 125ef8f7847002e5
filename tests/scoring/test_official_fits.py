"""The factorization next to the official scorer's own fits of the same ratings."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.official_fits import SEEDS, cold_fits, free_fits, frozen_fits

ROUNDING = 1e-7
"""Official losses are float32."""


@pytest.mark.shared
@pytest.mark.parametrize(("fits", "count"), [(free_fits, 5), (frozen_fits, 3)])
def test_fits_inside_a_real_run(shared: Path, fits: object, count: int) -> None:
    """Never a higher loss, and as close as the official optimiser gets to its own minimum."""
    compared = list(fits(shared))  # type: ignore[operator]
    assert len(compared) == count
    for one in compared:
        assert one.loss <= one.official_loss * (1 + ROUNDING), one
        assert one.mean_difference <= 0.0035, one
        assert one.largest_difference <= 0.02, one
        assert one.same_side >= 0.995, one


@pytest.mark.shared
@pytest.mark.parametrize("name", SEEDS)
def test_no_cold_official_fit_is_better_and_the_exact_minimum_is_met(shared: Path, name: str) -> None:
    best, *others = cold_fits(shared, name)
    assert best.largest_difference <= 1e-4
    for one in [best, *others]:
        assert one.loss <= one.official_loss, one
        assert one.loss <= one.exact_loss * (1 + 1e-9), one
