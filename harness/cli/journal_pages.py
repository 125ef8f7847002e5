"""A journal's attempts and costs as a terminal shows them. What strangers wrote is text, never markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from writers.journal import Attempt
from writers.journal.cost import Cost
from writers.protocol.notes import STATUS_OF_WIRE

_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_TURNING: Final = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
"""Bidirectional embeddings, overrides and isolates."""

SHOWN_ANSWER: Final = 600
"""Characters of a model's answer; `--json` has the whole."""


def attempts_table(attempts: Sequence[Attempt]) -> RenderableType:
    """One line an attempt."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("when", "mode", "post", "outcome", "note", "why, or the draft"):
        table.add_column(heading, overflow="fold")
    for attempt in attempts:
        told = "; ".join(attempt.complaints) or attempt.reason
        table.add_row(
            _when(attempt.began_ms),
            _mode(attempt.test_mode),
            str(attempt.post_id),
            attempt.outcome,
            str(attempt.note_id or ""),
            Text(harmless(told or (attempt.draft.text if attempt.draft else ""))),
        )
    return table


def attempt_page(told: dict[str, Any]) -> RenderableType:
    """One attempt in full, from what `writers.journal.export.document` tells."""
    took = (told["ended_ms"] - told["began_ms"]) / 1000
    parts: list[RenderableType] = [
        Text(f"Post {told['post_id']}, {_mode(told['test_mode'])} note: {told['outcome']}", style="bold"),
        Text(f"{_when(told['began_ms'])}, {took:.1f} seconds, by {harmless(told['writer'])}"),
    ]
    if told["post"]:
        parts.append(_section("The post", [_text_of(told["post"])]))
    if told["reason"]:
        parts.append(_section("Why", [told["reason"]]))
    if draft := told["draft"]:
        tags = ", ".join(draft["misleading_tags"])
        parts.append(_section("The draft", [draft["text"], f"{draft['classification']}: {tags}"]))
    parts.append(_section("Complaints of the checks", told["complaints"]))
    parts.append(_section("Scores", [f"{name} {value:g}" for name, value in told["scores"].items()]))
    parts.append(_section("Evidence", [_evidence(page) for page in told["evidence"]]))
    parts += [
        _section(_exchange(exchange), [_shortened(exchange["answer"]), exchange["detail"]])
        for exchange in told["exchanges"]
    ]
    cost = told["cost"]
    if told["exchanges"]:
        parts.append(Text(f"\n{_dollars(cost['usd'], cost['unknown'])}", style="bold"))
    history = [f"{_when(status['at_ms'])}  {_status(status)}" for status in told["statuses"]]
    if told["note_id"]:
        parts.append(_section(f"Note {told['note_id']}", history or ["no status was told yet"]))
    return Group(*parts)


def cost_page(kinds: Sequence[str], rows: Sequence[Cost], total: Cost) -> RenderableType:
    """Costs as a table, and in a sentence what is not known."""
    if not total.exchanges:
        return Text("No language model was asked.")
    table = Table(box=box.SIMPLE_HEAD)
    for kind in kinds:
        table.add_column(kind, overflow="fold")
    for heading in ("exchanges", "requests", "tokens in", "tokens out", "US $", "cost unknown"):
        table.add_column(heading, justify="right")
    for row in (*rows, total):
        names = row.by if row is not total else ("total", *[""] * (len(kinds) - 1))
        table.add_row(
            *map(Text, names),
            f"{row.exchanges:,}",
            f"{row.requests:,}",
            f"{row.input_tokens:,}",
            f"{row.output_tokens:,}",
            f"{row.usd:.4f}",
            f"{row.unknown:,}" if row.unknown else "",
        )
    if not total.unknown:
        return table
    return Group(
        table, Text(f"{_dollars(f'{total.usd:.4f}', total.unknown)}: no price, or no usage, was told.")
    )


def _section(title: str, lines: Sequence[str]) -> RenderableType:
    told = "".join(f"\n  {harmless(line)}" for line in lines if line)
    return Text("\n").append(harmless(title), style="bold").append(told) if told else Text(end="")


def harmless(text: str) -> str:
    """A stranger's text without what would steer a terminal, or turn round what it shows."""
    return "".join(_REPLACEMENT if _steers(character) else character for character in text)


def _steers(character: str) -> bool:
    return (unicodedata.category(character) == "Cc" and character != "\n") or character in _TURNING


def _when(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=UTC):%Y-%m-%d %H:%M:%S}"


def _mode(test_mode: bool) -> str:
    return "test" if test_mode else "live"


def _text_of(page: dict[str, Any]) -> str:
    post = page["data"][0]
    text: str = (post.get("note_tweet") or post).get("text", "")
    return text


def _evidence(page: dict[str, Any]) -> str:
    told = [page["url"], page["title"], page["excerpt"]]
    if page["fetched_ms"] is not None:
        told.append(f"read {_when(page['fetched_ms'])}")
    if page["sha256"]:
        told.append(f"sha256 {page['sha256'][:12]}…")
    return ", ".join(part for part in told if part)


def _exchange(exchange: dict[str, Any]) -> str:
    usage = exchange["usage"]
    tokens = f"{usage['input_tokens']} tokens in, {usage['output_tokens']} out" if usage else "no tokens told"
    seconds = (exchange["ended_ms"] - exchange["began_ms"]) / 1000
    cost = "cost unknown" if exchange["cost_usd"] is None else f"${exchange['cost_usd']}"
    return (
        f"{exchange['stage']} ({exchange['prompt']}), {exchange['model']} at {exchange['host']}:"
        f" {exchange['outcome']}, {tokens}, {cost}, {seconds:.1f} s"
    )


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_ANSWER else f"{text[:SHOWN_ANSWER]}…"


def _dollars(usd: str, unknown: int) -> str:
    exchanges = "exchange" if unknown == 1 else "exchanges"
    return f"${usd}" + (f", and {unknown} {exchanges} of unknown cost" if unknown else "")


def _status(status: dict[str, Any]) -> str:
    verdicts = ", ".join(f"{name} {bucket}" for name, bucket in status["verdicts"].items())
    public = STATUS_OF_WIRE.get(status["status"])
    told = status["status"].replace("_", " ")
    return f"{public.label} ({told})" if public else verdicts or told
