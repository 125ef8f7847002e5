"""Worlds that several tests look at, built once."""

from __future__ import annotations

import pytest

from harness.world import World, build_world

START_MS = 1_788_220_800_000
"""1 September 2026."""


@pytest.fixture(scope="session")
def world() -> World:
    """Six hundred posts of five days."""
    return build_world(11, start_ms=START_MS, days=5, posts_per_day=120)
