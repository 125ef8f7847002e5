"""The contract of raters: who they are, what they are shown, and the ratings they hand in.

Raters are published by an entry point in the group `notewright.raters`. The entry point names a callable that
makes them: `make(size=..., seed=..., **options) -> Raters`, where `options` are texts from a scenario file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from harness.raters.merit import Matter, Reading
from writers.protocol.notes import Status

RATERS: Final = "notewright.raters"
"""Entry-point group of raters."""


@dataclass(frozen=True, slots=True)
class Population:
    """Every rater, row i for rater i."""

    modeling_group: NDArray[np.int16]
    """The group whose models read a rater's ratings (twitter/communitynotes 273c895, constants.py)."""

    def __len__(self) -> int:
        return len(self.modeling_group)


@dataclass(frozen=True, slots=True)
class RatableNote:
    """A live note as raters meet it, with what stands behind it: how it reads, and what it is about."""

    note_id: int
    created_at_ms: int
    reading: Reading
    matter: Matter
    post_text: str
    post_created_at_ms: int
    reach: float
    """Expected impressions of the post."""
    author: int | None = None
    """The rater who wrote it, who may not rate it; None for an API writer's note."""


@dataclass(frozen=True, slots=True)
class NewRatings:
    """Ratings handed in, one array a column, in the order they were made."""

    note_id: NDArray[np.int64]
    rater: NDArray[np.int32]
    """Row number in the population."""
    created_at_ms: NDArray[np.int64]
    level: NDArray[np.uint8]
    """Codes of :class:`scoring.tables.HelpfulnessLevel`."""
    helpful_tags: NDArray[np.uint16]
    """Bits of :class:`scoring.tables.HelpfulTag`."""
    not_helpful_tags: NDArray[np.uint16]
    """Bits of :class:`scoring.tables.NotHelpfulTag`."""

    def __len__(self) -> int:
        return len(self.note_id)


@runtime_checkable
class Raters(Protocol):
    """A population that rates notes as time goes by."""

    name: str
    population: Population

    def meet(self, notes: Sequence[RatableNote]) -> None:
        """These notes can be rated from now on."""
        ...

    def told(self, statuses: Mapping[int, Status]) -> None:
        """These notes' statuses changed; a Helpful note is shown to everybody who sees its post."""
        ...

    async def rate(self, start_ms: int, end_ms: int) -> NewRatings:
        """The ratings made in `[start_ms, end_ms)`; at most one for a rater and a note, ever."""
        ...


MakeRaters = Callable[..., Raters]
"""`make(size: int, seed: numpy.random.SeedSequence, **options: str) -> Raters`."""
