"""Numbers as people read them."""

from __future__ import annotations

from fractions import Fraction
from math import floor


def decimal(value: Fraction | int) -> str:
    """At most four decimals and no trailing zeros; cut, not rounded, so that 0.09999 never reads as 0.1."""
    whole, rest = divmod(abs(Fraction(value)), 1)
    digits = f"{whole}.{floor(rest * 10_000):04d}".rstrip("0").rstrip(".")
    return f"−{digits}" if value < 0 and digits != "0" else digits


def counted(number: int, noun: str) -> str:
    """ "1 note", "2 notes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
