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

from scoring.tables.arrays import Bool, Int8, Uint8


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


def _anchored(term: str) -> str:
    # Addresses may follow anything and terms with a boundary bring their own; every other term starts a
    # stretch of text between white space, though it need not end one.
    return term if r"\." in term or term.startswith(r"\b") else rf"(?<!\S){term}"


def _first_literal(term: str) -> str:
    """The stretch of plain letters a match starts with."""
    plain = term.replace(r"\b", "").replace(r"\.", ".")
    return re.split(r"\\s|\[", plain)[0]


_PATTERNS: Final = {topic: re.compile("|".join(map(_anchored, terms))) for topic, terms in SEED_TERMS.items()}
_LITERALS: Final = {topic: sorted(set(map(_first_literal, terms))) for topic, terms in SEED_TERMS.items()}

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


def seed_topics(texts: Sequence[str]) -> Uint8:
    """Which topics' seed terms each text contains: bit t is set for topic t."""
    folded = [_folded(text) for text in texts]
    found = np.zeros(len(texts), np.uint8)
    for topic, pattern in _PATTERNS.items():
        for row in np.flatnonzero(contains_any(folded, _LITERALS[topic])).tolist():
            if pattern.search(folded[row]):
                found[row] |= 1 << topic
    return found


def has_topic(seeds: Uint8) -> Bool:
    """What :func:`seed_topics` found as a table, posts × topics."""
    return (seeds[:, np.newaxis] >> np.arange(len(Topic), dtype=np.uint8) & 1).astype(np.bool_)


def seed_labels(seeds: Uint8) -> tuple[Int8, Bool]:
    """The topic each post is labelled with, and whether its terms conflict by naming several."""
    table = has_topic(seeds)
    conflicted = table.sum(axis=1) > 1
    return np.where(conflicted, Topic.UNASSIGNED, table.argmax(axis=1)).astype(np.int8), conflicted


def contains_any(texts: Sequence[str], literals: Iterable[str]) -> Bool:
    """Whether each text contains one of the literals."""
    found: Bool = pl.Series(texts, dtype=pl.String).str.contains_any(list(literals)).to_numpy()
    return found


def _folded(text: str) -> str:
    """Lower case; with the two letters that are equal to ASCII ones only where case is ignored, as the
    official patterns ignore it in text that is lower case already.
    """
    return text.lower().replace("ı", "i").replace("ſ", "s")
