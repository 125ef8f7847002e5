"""The bounds of a pass, and what it came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

_ENDING: Final = ("stopped", "resume_at_ms")


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The bounds of a pass; None is no bound."""

    max_posts: int | None = None
    """Posts handed to the writer."""
    max_notes: int | None = None
    """Notes submitted (drafted, in a dry run)."""
    max_pages: int | None = None
    """Pages of the feed, of up to 100 posts each."""
    concurrency: int = 4
    """Drafts in the making at one time."""
    seconds_per_post: float = 60.0

    def __post_init__(self) -> None:
        for name in ("max_posts", "max_notes", "max_pages"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} is {value}: it must not be negative")
        if self.concurrency < 1 or self.seconds_per_post <= 0:
            raise ValueError("concurrency and seconds_per_post must be positive")


@dataclass(frozen=True, slots=True)
class PassSummary:
    """What a pass came to. Posts seen = skipped + drafted + abstained + refused + submitted + failed +
    unsure.
    """

    seen: int = 0
    """Posts of the feed that were looked at."""
    skipped: int = 0
    """Posts that this writer has attempted, or its account has noted, before."""
    drafted: int = 0
    abstained: int = 0
    refused: int = 0
    submitted: int = 0
    failed: int = 0
    unsure: int = 0
    """Notes that were sent without an answer: the next pass asks the API what became of them."""
    recovered: int = 0
    """Notes of an earlier pass that was cut off, which the API turned out to have."""
    stopped: str | None = None
    """Why the pass ended before its limits or the feed did."""
    resume_at_ms: int | None = None
    """Where the API asked to come back later: when, epoch milliseconds."""

    def and_then(self, later: PassSummary) -> PassSummary:
        """Both passes together; how the later one ended is how they ended."""
        counts = {
            name: value + getattr(later, name) for name, value in asdict(self).items() if name not in _ENDING
        }
        return PassSummary(**counts, stopped=later.stopped, resume_at_ms=later.resume_at_ms)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
