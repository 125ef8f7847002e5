"""A bare desk for tests of checks: no web, an indifferent evaluator, and the evidence they name."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from writers.clock import SystemClock
from writers.plugin import Desk, Document, OwnNote


async def no_web(url: str) -> Document | None:
    return None


def desk(*documents: Document | str, own_notes: Sequence[OwnNote] = ()) -> Desk:
    """A desk with these documents read; a URL alone stands for a page without words."""
    read = [Document(document, "") if isinstance(document, str) else document for document in documents]

    async def evaluate(text: str) -> float:
        return 0.0

    return Desk(
        clock=SystemClock(),
        deadline_ms=0,
        fetch=no_web,
        retrievers={},
        evaluate=evaluate,
        log=logging.getLogger("test"),
        evidence={document.url: document for document in read},
        own_notes=own_notes,
    )
