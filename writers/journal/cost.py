"""What language models have cost, by stage, model, day, or writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from writers.journal.exchanges import Spent

KINDS: Final[Mapping[str, Callable[[Spent], str]]] = {
    "writer": lambda spent: spent.writer,
    "stage": lambda spent: spent.stage,
    "model": lambda spent: f"{spent.model} at {spent.host}",
    "day": lambda spent: f"{datetime.fromtimestamp(spent.began_ms / 1000, tz=UTC):%Y-%m-%d}",
    "prompt": lambda spent: spent.prompt,
}
"""What costs can be told by; days are UTC."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What some exchanges came to."""

    by: tuple[str, ...] = ()
    """The values of the kinds they were told by."""
    exchanges: int = 0
    requests: int = 0
    """HTTP requests, retries among them."""
    input_tokens: int = 0
    output_tokens: int = 0
    usd: Decimal = Decimal(0)
    """As far as it is known."""
    unknown: int = 0
    """Exchanges that were sent and whose cost is not known: they are not in `usd`."""

    def plus(self, spent: Spent) -> Cost:
        return replace(
            self,
            exchanges=self.exchanges + 1,
            requests=self.requests + spent.tries,
            input_tokens=self.input_tokens + (spent.input_tokens or 0),
            output_tokens=self.output_tokens + (spent.output_tokens or 0),
            usd=self.usd + (spent.cost_usd or 0),
            unknown=self.unknown + spent.unknown_cost,
        )

    def as_dict(self, kinds: Sequence[str]) -> dict[str, Any]:
        """For `--json`: money is a decimal string."""
        values = asdict(self)
        del values["by"]
        return {**dict(zip(kinds, self.by, strict=True)), **values, "usd": format(self.usd, "f")}


def costs(spent: Iterable[Spent], kinds: Sequence[str]) -> list[Cost]:
    """Costs by each combination of values of `kinds` (keys of KINDS), in their order; by none, the total."""
    found: dict[tuple[str, ...], Cost] = {} if kinds else {(): Cost()}
    for one in spent:
        by = tuple(KINDS[kind](one) for kind in kinds)
        found[by] = found.get(by, Cost(by)).plus(one)
    return [found[by] for by in sorted(found)]
