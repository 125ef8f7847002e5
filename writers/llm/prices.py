"""What a call costs: prices are data with a date; a model that is not listed has no known cost."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from writers.llm.exchange import Usage

MILLION: Final = 1_000_000
FILE: Final = "prices.toml"


class Price(BaseModel):
    """US dollars for a million tokens, and for one web search."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_input: Decimal | None = Field(default=None, ge=0)
    """For input the provider had in its cache; None: as other input."""
    search: Decimal | None = Field(default=None, ge=0)
    """For one web search; None: not known."""

    def cost_usd(self, usage: Usage) -> Decimal | None:
        """The exact cost; None where there were searches of unknown price."""
        if usage.searches and self.search is None:
            return None
        cached = self.input if self.cached_input is None else self.cached_input
        tokens = (
            (usage.input_tokens - usage.cached_input_tokens) * self.input
            + usage.cached_input_tokens * cached
            + usage.output_tokens * self.output
        )
        return tokens / MILLION + usage.searches * (self.search or 0)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices by host and model, as they were on a day."""

    date: date
    source: str
    prices: Mapping[tuple[str, str], Price]

    def price(self, host: str, model: str) -> Price | None:
        """The price under exactly this name: a dated or a renamed model may cost otherwise."""
        return self.prices.get((host, model))


@cache
def price_list() -> PriceList:
    """The list that comes with this package."""
    text = files("writers.llm").joinpath(FILE).read_text(encoding="utf-8")
    values = tomllib.loads(text, parse_float=Decimal)
    return PriceList(
        date=values["date"],
        source=values["source"],
        prices={
            (host, model): Price.model_validate(price)
            for host, models in values["hosts"].items()
            for model, price in models.items()
        },
    )
