"""Full-batch Adam as the official scorer runs it: its rates, and when it stops.

Source: twitter/communitynotes 273c895, scoring/src/scoring/matrix_factorization/matrix_factorization.py and
reputation_matrix_factorization/reputation_matrix_factorization.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.logistic.kernels import BLOCK_RATINGS, Floats, Pointer, Singles, descend, descend_notes
from scoring.tables.arrays import Bool, Int32, Int64

_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Descent:
    """How long to go on, and how far at a time."""

    rate: float
    """Adam's learning rate."""
    tolerance: float
    """A loss that changed by less than this stops the descent."""
    period: int = 1
    """Epochs between two looks at the loss."""
    epochs: int = _NEVER
    """The most epochs."""
    rising_after: int = _NEVER
    """A loss that rises after so many steps stops the descent too."""
    largest_norm: float = math.inf
    """A longer gradient is shortened to this length."""


FACTORIZATION_DESCENT: Final = Descent(rate=2.0, tolerance=1e-7, rising_after=100, largest_norm=1.0)
"""tag_consensus.py trains the factorization with initLearningRate 2; the rest are its defaults."""

REPUTATION_DESCENT: Final = Descent(rate=0.2, tolerance=1e-5, period=5, epochs=301)
"""diligence_model.py: learning rate, convergence, stablePeriod and numEpochs."""


@dataclass(frozen=True, slots=True)
class Observations:
    """Labelled ratings, notes and raters numbered among themselves."""

    notes: Int64
    """The tables' rows of the notes, ascending; and of the raters."""
    raters: Int64
    pointer: Pointer
    """Ratings of note i are ``pointer[i]`` to ``pointer[i + 1]``."""
    note: Int32
    """By rating."""
    rater: Int32
    label: Bool
    """Whether the rating gives the tag."""

    @classmethod
    def build(cls, note: Int32, rater: Int32, label: Bool) -> Observations:
        """From at least one rating, in order of note."""
        begins = np.flatnonzero(np.r_[True, note[1:] != note[:-1]])
        pointer = np.append(begins, len(note)).astype(np.int64)
        present = np.zeros(int(rater.max()) + 1, np.bool_)
        present[rater] = True
        number = np.cumsum(present, dtype=np.int32) - np.int32(1)
        return cls(
            notes=note[begins].astype(np.int64),
            raters=np.flatnonzero(present).astype(np.int64),
            pointer=pointer,
            note=np.repeat(np.arange(len(begins), dtype=np.int32), np.diff(pointer)),
            rater=number[rater],
            label=label,
        )

    def __len__(self) -> int:
        return len(self.rater)

    @property
    def blocks(self) -> Pointer:
        """Boundaries between runs of notes that share the cache."""
        run = self.pointer[:-1] // BLOCK_RATINGS
        return np.append(np.flatnonzero(np.r_[True, run[1:] != run[:-1]]), len(run)).astype(np.int64)

    def signed(self, size: NDArray[np.floating]) -> Singles:
        """Weights of the ratings in a mean over all of them, negative where the label is given."""
        share = size / len(self)
        return np.where(self.label, -share, share).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Parts:
    """Something for each part of a rating's logit, ``a·p + c·q + b + g``."""

    note: NDArray[np.float64]
    """(…, 2): a, c."""
    rater: NDArray[np.float64]
    """(…, 3): p, q, b."""
    common: NDArray[np.float64]
    """(…, 1): g."""


@dataclass(frozen=True, slots=True)
class Ridges:
    """Weights of the squares in the loss, as means over the notes and over the raters."""

    note: tuple[float, float]
    rater: tuple[float, float, float]
    common: float = 0.0


@dataclass(frozen=True, slots=True)
class Free:
    """Which parts are fitted; the others stay."""

    note: tuple[bool, bool]
    rater: tuple[bool, bool, bool]


def fit_parts(
    observations: Observations,
    size: NDArray[np.floating],
    start: Parts,
    ridges: Ridges,
    free: Free,
    way: Descent,
) -> tuple[Parts, float]:
    """Where the descent from ``start`` stops, and the loss there; ``size`` is the ratings' weights. g is
    always fitted.
    """
    parts = Parts(start.note.copy(), start.rater.copy(), start.common.copy())
    loss, _ = descend(
        observations.pointer,
        observations.blocks,
        observations.rater,
        observations.signed(size),
        (parts.note, parts.rater, parts.common),
        (
            np.array(ridges.note) / len(observations.notes),
            np.array(ridges.rater) / len(observations.raters),
            np.array([ridges.common]),
        ),
        (np.array(free.note), np.array(free.rater), np.ones(1, np.bool_)),
        way.rate,
        way.largest_norm,
        way.tolerance,
        way.period,
        way.rising_after,
        way.epochs,
    )
    return parts, loss


def fit_notes_alone(
    observations: Observations,
    size: NDArray[np.floating],
    multiplier: Floats,
    base: Floats,
    ridge: float,
    way: Descent,
) -> Floats:
    """One value x a note, from 0, with ``x·multiplier + base`` the logit of a rating.

    ``size``, ``multiplier`` and ``base`` are by rating, ``ridge`` is the weight of each x².
    """
    value = np.zeros(len(observations.notes))
    descend_notes(
        observations.pointer,
        observations.blocks,
        multiplier.astype(np.float32),
        base.astype(np.float32),
        observations.signed(size),
        value,
        ridge,
        way.rate,
        way.tolerance,
        way.period,
        way.epochs,
    )
    return value
