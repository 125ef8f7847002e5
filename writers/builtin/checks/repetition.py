"""A note is not the writer's own earlier note over again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from writers.builtin.checks.wording import prose, words
from writers.plugin import Desk, Draft
from writers.protocol.posts import Post

MAX_SIMILARITY: Final = 0.8
"""Of two notes of forty words, what a change of two words leaves."""

WORDS_IN_A_ROW: Final = 3
CACHED_NOTES: Final = 8_192


class RepetitionCheck:
    """Not nearly the same words as an earlier note of this writer, on whatever post; URLs do not count.

    Similarity is the share of word triples that two notes have in common (Jaccard index, 0 to 1); from
    `max_similarity` on, notes count as the same.
    """

    name = "no_repetition"

    def __init__(self, max_similarity: float = MAX_SIMILARITY) -> None:
        if not 0 < max_similarity <= 1:
            raise ValueError(f"max_similarity is {max_similarity}: it must be above 0 and at most 1")
        self._max_similarity = max_similarity

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        said = _triples(draft.text)
        if not said:
            return []
        similar, earlier = max(
            ((similarity(draft.text, note.text), note) for note in desk.own_notes if note.post_id != post.id),
            key=lambda found: found[0],
            default=(0.0, None),
        )
        if earlier is None or similar < self._max_similarity:
            return []
        return [
            f"The note repeats the writer's own note on post {earlier.post_id} "
            f"({similar:.0%} the same): say what is particular to this post."
        ]


def similarity(one: str, other: str) -> float:
    """The share of word triples that two notes have in common, 0 to 1."""
    first, second = _triples(one), _triples(other)
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared) if shared else 0.0


@lru_cache(maxsize=CACHED_NOTES)
def _triples(note: str) -> frozenset[tuple[str, ...]]:
    found = words(prose(note))
    return frozenset(
        tuple(found[at : at + WORDS_IN_A_ROW]) for at in range(max(1, len(found) - WORDS_IN_A_ROW + 1))
    )
