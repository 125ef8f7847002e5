"""An attempt in full, as `notewright journal show --post` and `journal export` tell it.

A line of an export is one JSON object; ids and money are decimal strings, times epoch milliseconds:

    format       "notewright attempt"
    version      1; another shape would have another number
    writer, test_mode, post_id, outcome, reason, complaints, scores, note_id, began_ms, ended_ms
                 as in `writers.journal.Attempt`
    post         the feed's page with the post and what it refers to, as the API told it, or null
    draft        text, sources, classification, misleading_tags, trustworthy_sources, is_media_note, or null
    evidence     [{url, title, excerpt, sha256, fetched_ms}], by URL; `text` besides where texts are asked for
    exchanges    [with language models: `writers.llm.Exchange`], by time, those of attempts cut off among them
    cost         {usd, unknown}: what the exchanges cost as far as is known, and how many of unknown cost
    statuses     [{at_ms, status, verdicts}]: what the API told of the note, from when it was first seen so

Two exports of the same attempts are the same to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from writers.journal.attempt import Attempt
from writers.journal.store import Journal
from writers.llm.exchange import Exchange

FORMAT: Final = "notewright attempt"
VERSION: Final = 1


def document(journal: Journal, attempt: Attempt, *, texts: bool = False) -> dict[str, Any]:
    """Everything the journal holds about an attempt; `texts` with those of its evidence."""
    exchanges = journal.exchanges(attempt.writer, attempt.test_mode, attempt.post_id)
    told = attempt.as_dict()
    if texts:
        for page in told["evidence"]:
            page["text"] = journal.text(page["sha256"]) if page["sha256"] else None
    return {
        "format": FORMAT,
        "version": VERSION,
        **told,
        "exchanges": [json.loads(exchange.line()) for exchange in exchanges],
        "cost": _cost(exchanges),
        "statuses": [
            status.as_dict()
            for status in journal.statuses(attempt.writer, attempt.test_mode, attempt.note_id)
        ],
    }


def exported(
    journal: Journal, writer: str | None = None, *, since_ms: int | None = None, texts: bool = False
) -> Iterator[str]:
    """The lines of an export, without their ends, in the order the attempts were first written."""
    for attempt in journal.attempts(writer, since_ms=since_ms):
        yield json.dumps(
            document(journal, attempt, texts=texts), ensure_ascii=True, sort_keys=True, separators=(",", ":")
        )


def _cost(exchanges: list[Exchange]) -> dict[str, Any]:
    known = sum((e.cost_usd for e in exchanges if e.cost_usd is not None), start=Decimal(0))
    unknown = sum(exchange.cost_usd is None and exchange.tries > 0 for exchange in exchanges)
    return {"usd": format(known, "f"), "unknown": unknown}
