"""The server's own count of requests, tokens and money, independent of its clients'."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

TOKENS_OF_AN_IMAGE = 765
TOKENS_OF_A_SEARCH = 8_000
CACHED_FROM = 1_024
"""Tokens of a system text from which on a second request finds it cached."""

NANODOLLARS = 10**9


def count(text: str) -> int:
    """Tokens of a text: words and signs."""
    return len(re.findall(r"\w+|[^\w\s]", text))


@dataclass(frozen=True)
class Tariff:
    """Nanodollars for one token, and for one search."""

    input: int = 250
    cached: int = 25
    output: int = 2_000
    search: int = 10_000_000


@dataclass(frozen=True)
class Charge:
    """What one answer came to."""

    model: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    searches: int
    nanodollars: int


@dataclass
class Ledger:
    tariff: Tariff = field(default_factory=Tariff)
    charges: list[Charge] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def charge(self, model: str, system: str, text: str, images: int, answer: str, searches: int) -> Charge:
        paid = count(text) + images * TOKENS_OF_AN_IMAGE + searches * TOKENS_OF_A_SEARCH
        first = count(system)
        cached = first if system in self._seen and first >= CACHED_FROM else 0
        self._seen.add(system)
        written = count(answer)
        cost = (paid - cached) * self.tariff.input + cached * self.tariff.cached
        cost += written * self.tariff.output + searches * self.tariff.search
        charge = Charge(model, paid, cached, written, searches, cost)
        self.charges.append(charge)
        return charge

    @property
    def tokens(self) -> int:
        return sum(charge.input_tokens + charge.output_tokens for charge in self.charges)

    @property
    def usd(self) -> Decimal:
        return Decimal(sum(charge.nanodollars for charge in self.charges)) / NANODOLLARS
