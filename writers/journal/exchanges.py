"""Exchanges with language models: what was asked and answered for each attempt, and at what price."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

from writers.llm.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Spent:
    """What one exchange took, without its words."""

    writer: str
    test_mode: bool
    post_id: int
    stage: str
    prompt: str
    host: str
    model: str
    outcome: str
    began_ms: int
    ended_ms: int
    tries: int
    input_tokens: int | None
    """None where nothing was sent, or the endpoint did not tell."""
    output_tokens: int | None
    cost_usd: Decimal | None
    """None where it is not known."""

    @property
    def unknown_cost(self) -> bool:
        """Something was sent, and nobody can say what it cost."""
        return self.cost_usd is None and self.tries > 0


_SPENT: Final = tuple(field.name for field in fields(Spent))


@dataclass(frozen=True, slots=True)
class AttemptLog:
    """Writes a writer's exchanges into the journal (a `writers.llm.ExchangeLog`)."""

    connection: sqlite3.Connection
    writer: str
    test_mode: bool

    def add(self, exchange: Exchange) -> None:
        usage = exchange.usage
        # Lost with the machine at worst, never with the process: not worth waiting for the disk.
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute(
            "INSERT INTO exchanges (writer, test_mode, post_id, stage, prompt, host, model, outcome,"
            " began_ms, ended_ms, tries, input_tokens, output_tokens, cost_usd, line)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.writer,
                self.test_mode,
                exchange.post_id,
                exchange.stage,
                exchange.prompt,
                exchange.host,
                exchange.model,
                exchange.outcome.value,
                exchange.began_ms,
                exchange.ended_ms,
                exchange.tries,
                None if usage is None else usage.input_tokens,
                None if usage is None else usage.output_tokens,
                None if exchange.cost_usd is None else format(exchange.cost_usd, "f"),
                exchange.line(),
            ),
        )
        self.connection.execute("PRAGMA synchronous = FULL")


def of_attempt(connection: sqlite3.Connection, writer: str, test_mode: bool, post_id: int) -> list[Exchange]:
    """Every exchange for a post, those of attempts that were cut off among them, by time."""
    rows = connection.execute(
        "SELECT line FROM exchanges WHERE writer = ? AND test_mode = ? AND post_id = ?"
        " ORDER BY began_ms, ended_ms, line",
        (writer, test_mode, post_id),
    )
    return [Exchange.from_line(line) for (line,) in rows]


def spent(connection: sqlite3.Connection, writer: str | None, since_ms: int | None) -> Iterator[Spent]:
    """What the exchanges took, in the order they were written, narrowed by what is given."""
    rows = connection.execute(
        f"SELECT {', '.join(_SPENT)} FROM exchanges"  # noqa: S608 - names of fields
        " WHERE (?1 IS NULL OR writer = ?1) AND (?2 IS NULL OR began_ms >= ?2) ORDER BY id",
        (writer, since_ms),
    )
    for row in rows:
        values = dict(zip(_SPENT, row, strict=True))
        cost = values["cost_usd"]
        values |= {
            "test_mode": bool(values["test_mode"]),
            "cost_usd": None if cost is None else Decimal(cost),
        }
        yield Spent(**values)
