"""The topics, and the seed terms that mark a post's text as one of them.

Source: twitter/communitynotes 273c895, scoring/src/scoring/topic_model.py (``seedTerms``,
``_compile_regex``, ``_make_seed_labels``, ``_get_stop_words``) and enums.py (``Topics``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final

import numpy as np
import polars as pl

from scoring.tables.arrays import Bool


class Topic(IntEnum):
    """What a post is about, as far as topic models are concerned."""

    UNASSIGNED = 0
    UKRAINE_CONFLICT = 1
    GAZA_CONFLICT = 2
    MESSI_RONALDO = 3
    SCAMS = 4
    IN_DIMENSION_TWO = 5

    @property
    def published_name(self) -> str:
        """The name in the column noteTopic of the scored notes."""
        return "".join(word.capitalize() for word in self.name.split("_"))


SEED_TERMS: Final[dict[Topic, tuple[str, ...]]] = {
    Topic.UKRAINE_CONFLICT: ("ukrain", "russia", "kiev", "kyiv", "moscow", "zelensky", "putin"),
    Topic.GAZA_CONFLICT: ("israel", "palestin", "gaza", "jerusalem", r"\bhamas\b"),
    Topic.MESSI_RONALDO: (r"messi\b", "ronaldo"),
    Topic.SCAMS: (
        *("scam", r"undisclosed\sad", r"terms\sof\sservice", r"help\.x\.com", r"x\.com/tos"),
        *(r"engagement\sfarm", "spam", "gambling", "apostas", "apuestas", "dropship", r"drop\sship"),
        "promotion",
    ),
    Topic.IN_DIMENSION_TWO: (
        *(r"\bugc\b", r"\bgc\b", r"\bobc\b", r"\bsc\b", r"\bsc[,\s]+st\b", r"\bst[,\s]+sc\b"),
        "आरक्षण",
    ),
}
"""Regular expressions, searched in lower case. Official name ``seedTerms``.

``x.com/tos`` never occurs: slashes are blanks by the time terms are looked for. It is kept because it is
published, and because it also names a link whose text is left whole.
"""


# The official patterns run in Python's re. These run in the regex crate, in linear time whatever the text,
# and say in its words what \s and \b mean to re (but for letters too young for this Python's Unicode).
_BLANK: Final = r"[\s\x1c-\x1f]"
_NO_WORD: Final = r"[^\p{L}\p{N}_]"


def _pattern(term: str) -> str:
    """A term with what must stand around it. Addresses may follow anything; a term without a mark of its own
    must follow white space, though it need not end a word.
    """
    before = f"(?:^|{_BLANK})" if r"\." not in term else ""
    after = ""
    if term.startswith(r"\b"):
        before, term = f"(?:^|{_NO_WORD})", term.removeprefix(r"\b")
    if term.endswith(r"\b"):
        after, term = f"(?:$|{_NO_WORD})", term.removesuffix(r"\b")
    return before + term.replace(r"\s", _BLANK) + after


_PATTERNS: Final = {topic: "|".join(map(_pattern, terms)) for topic, terms in SEED_TERMS.items()}
_ANY_TOPIC: Final = "|".join(_PATTERNS.values())

BLOCKED_STRINGS: Final = tuple(
    sorted(
        {re.sub(r"\\[sb]", "", term) for terms in SEED_TERMS.values() for term in terms}
        | {re.sub(r"\\.", ".", term) for terms in SEED_TERMS.values() for term in terms}
    )
)
"""A word that contains one of these is hidden from the classifier, which would otherwise learn nothing but
the terms that its labels were made with. Each is a term without its markers; as in the official code the
terms of several words end up run together and hide nothing, and "sc" hides "describe".
"""


def seed_topics(texts: Sequence[str]) -> Bool:
    """Which topics' seed terms each text contains: texts × topics."""
    folded = pl.Series(map(_folded, texts), dtype=pl.String)
    rows = folded.str.contains(_ANY_TOPIC).arg_true()
    found = np.zeros((len(texts), len(Topic)), np.bool_)
    if not len(rows):
        return found
    candidates = folded.gather(rows)
    for topic, pattern in _PATTERNS.items():
        found[rows.to_numpy(), topic] = candidates.str.contains(pattern).to_numpy()
    return found


def contains_any(texts: Sequence[str], literals: Iterable[str]) -> Bool:
    """Whether each text contains one of the literals."""
    found: Bool = pl.Series(texts, dtype=pl.String).str.contains_any(list(literals)).to_numpy()
    return found


def _folded(text: str) -> str:
    """Lower case; with the two letters that are equal to ASCII ones only where case is ignored, as the
    official patterns ignore it in text that is lower case already.
    """
    return text.lower().replace("ı", "i").replace("ſ", "s")
