"""What is true about a post: machine-readable, and never on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ClaimKind(StrEnum):
    CORRECT = "correct"
    WRONG_NUMBER = "wrong_number"
    WRONG_DATE = "wrong_date"
    WRONG_ATTRIBUTION = "wrong_attribution"
    OUTDATED = "outdated"
    OUT_OF_CONTEXT = "out_of_context"
    SATIRE = "satire"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class PostTruth:
    """One post's truth.

    `misleading` is True where a reader would come away with something false; a satirical outlet's own post is
    of kind satire and misleads nobody.
    """

    kind: ClaimKind
    misleading: bool
    wrong: str | None
    """What the post says that is not so, as it says it; None where nothing is."""
    right_values: tuple[str, ...]
    """Every spelling of what is so, the post's own language first; empty where there is nothing to decide."""
    decisive_urls: tuple[str, ...]
    """Pages that state a right value; empty where no page decides."""
    divisiveness: float
    """0 (all sides rate alike) to 1."""
    lean: float
    """The author's side, −1 to 1."""
    reach: float
    """Expected impressions over the post's life."""
    topic: str
    explanation: str | None = None
    """What is so, in one sentence for people; None where nobody wrote one."""

    def states_right_value(self, text: str) -> bool:
        """Whether `text` holds one of the right values, not merely inside a longer number or word."""
        return any(holds(text, value) for value in self.right_values)


def holds(text: str, value: str) -> bool:
    """Whether `value` stands in `text` on its own, whatever the letters' case."""
    text, value = text.casefold(), value.casefold()
    at = text.find(value) if value else -1
    while at >= 0:
        end = at + len(value)
        if not _joins(text[:at][-1:]) and not _joins(text[end : end + 1]) and not _goes_on(text, end):
            return True
        at = text.find(value, at + 1)
    return False


def _joins(character: str) -> bool:
    return character.isalnum() or character == "_"


def _goes_on(text: str, end: int) -> bool:
    """Whether a decimal or thousands mark and a digit follow: then a longer number stands here."""
    return text[end : end + 1] in (".", ",") and text[end + 1 : end + 2].isdigit()
