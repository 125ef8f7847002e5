"""What was said of many attempts, told once each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from harness.comparison.document import Reason, Reasons
from writers.protocol.text import find_urls

TOLD: Final = 12
"""Different reasons told of one writer; all others are counted."""

MAX_LENGTH: Final = 300
ELLIPSIS: Final = "…"

_LONG_NUMBER: Final = re.compile(r"\d{9,}")


def most_frequent(texts: Iterable[str]) -> Reasons:
    """The reasons by how often they were given, then by their words.

    Addresses, ids and white space do not make it another reason.
    """
    counts = Counter(_kind(text) for text in texts)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Reasons(
        told=tuple(Reason(text=text, times=times) for text, times in ranked[:TOLD]),
        rarer=sum(times for _, times in ranked[TOLD:]),
    )


def _kind(text: str) -> str:
    for span in reversed(find_urls(text)):
        text = text[: span.start] + ELLIPSIS + text[span.end :]
    return " ".join(_LONG_NUMBER.sub(ELLIPSIS, text).split())[:MAX_LENGTH]
