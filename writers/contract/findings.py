"""What the kit has to say about a promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

MAX_COMPLAINTS: Final = 5
MAX_COMPLAINT_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise of the contract, and whether it was kept."""

    promise: str
    passed: bool
    detail: str
    """What was seen."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def judged(promise: str, complaints: Sequence[str], seen: str) -> Finding:
    """A promise that is kept where nobody complains; `seen` says what it was tried on."""
    told = [
        complaint if len(complaint) <= MAX_COMPLAINT_LENGTH else f"{complaint[:MAX_COMPLAINT_LENGTH]}…"
        for complaint in complaints[:MAX_COMPLAINTS]
    ]
    if len(complaints) > MAX_COMPLAINTS:
        told.append(f"and {len(complaints) - MAX_COMPLAINTS} more")
    detail = "; ".join(told) or seen
    # A plugin's own words are in there: half a surrogate pair can be neither printed nor sent.
    return Finding(promise, not complaints, detail.encode("utf-8", "replace").decode())
