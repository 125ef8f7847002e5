"""What may be spent on a post and in a pass: tokens and money, asked for before each call."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class Budget(BaseModel):
    """The bounds; None is no bound. Money is in US dollars."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens_per_post: int | None = Field(default=200_000, ge=0)
    tokens_per_pass: int | None = Field(default=None, ge=0)
    usd_per_post: Decimal | None = Field(default=None, ge=0)
    usd_per_pass: Decimal | None = Field(default=None, ge=0)

    @property
    def bounds_money(self) -> bool:
        return self.usd_per_post is not None or self.usd_per_pass is not None


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens and money; money is None where no price is known."""

    tokens: int
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left; None where there is no bound."""

    tokens: int | None
    usd: Decimal | None


class Account:
    """What a post, or a pass, has spent, and what calls under way may come to at worst."""

    def __init__(self, name: str, tokens: int | None, usd: Decimal | None) -> None:
        self._name = name
        self._tokens = tokens
        self._usd = usd
        self._spent_tokens = 0
        self._spent_usd = Decimal(0)
        self._held_tokens = 0
        self._held_usd = Decimal(0)

    def refusal(self, worst: Spending) -> str | None:
        """Why a call that may come to `worst` must not be made; None where it may."""
        tokens = self._spent_tokens + self._held_tokens + worst.tokens
        if self._tokens is not None and tokens > self._tokens:
            return (
                f"the call may take {worst.tokens} tokens, and {self._name} has"
                f" {max(0, self._tokens - self._spent_tokens - self._held_tokens)} of {self._tokens} left"
            )
        if self._usd is None:
            return None
        if worst.usd is None:
            return f"{self._name} has a budget in dollars, and the price of the call is not known"
        usd = self._spent_usd + self._held_usd + worst.usd
        if usd > self._usd:
            left = max(Decimal(0), self._usd - self._spent_usd - self._held_usd)
            return f"the call may cost ${worst.usd:f}, and {self._name} has ${left:f} of ${self._usd:f} left"
        return None

    def hold(self, worst: Spending) -> None:
        """Set aside what a call may come to."""
        self._held_tokens += worst.tokens
        self._held_usd += worst.usd or 0

    def settle(self, worst: Spending, actual: Spending | None) -> None:
        """Replace what was set aside by what the call came to; None where nobody knows: then it is taken
        for the worst.
        """
        self._held_tokens -= worst.tokens
        self._held_usd -= worst.usd or 0
        self.spend(worst if actual is None else actual)

    def spend(self, actual: Spending) -> None:
        self._spent_tokens += actual.tokens
        self._spent_usd += actual.usd or 0

    def left(self) -> Allowance:
        """What is left beside the calls that have ended."""
        return Allowance(
            tokens=None if self._tokens is None else max(0, self._tokens - self._spent_tokens),
            usd=None if self._usd is None else max(Decimal(0), self._usd - self._spent_usd),
        )
