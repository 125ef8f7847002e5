"""The draw: reproducible, independent between writers and days, and as likely as told."""

from __future__ import annotations

import pytest

from harness.admission.draw import drawn


def test_the_same_draw_twice() -> None:
    first, again = ([drawn("baseline", day, seed=7, probability=0.3) for day in range(200)] for _ in range(2))
    assert first == again


@pytest.mark.parametrize("other", [{"writer": "baselinf"}, {"seed": 8}])
def test_writer_and_seed_each_have_their_own_luck(other: dict[str, object]) -> None:
    def days(writer: str = "baseline", seed: int = 7) -> list[bool]:
        return [drawn(writer, day, seed=seed, probability=0.5) for day in range(100)]

    assert days() != days(**other)  # type: ignore[arg-type]


def test_as_likely_as_told() -> None:
    share = sum(drawn(f"writer {n}", n % 30, seed=1, probability=0.25) for n in range(4_000)) / 4_000
    assert 0.22 < share < 0.28


def test_certain_and_impossible() -> None:
    assert all(drawn("w", day, seed=0, probability=1) for day in range(50))
    assert not any(drawn("w", day, seed=0, probability=0) for day in range(50))


def test_a_name_of_any_script_and_an_empty_one() -> None:
    assert drawn("ライター", 0, seed=0, probability=1)
    assert drawn("", 0, seed=0, probability=1)


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_is_one(probability: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        drawn("w", 0, seed=0, probability=probability)
