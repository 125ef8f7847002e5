"""Note statuses, as small integers in arrays and by their published names in files."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

StatusArray = NDArray[np.int8]


class Status(IntEnum):
    """The three public statuses and the two that exist only inside a model."""

    NONE = -1
    """No status: the note is outside a model's reach, has never been scored, or is not locked."""
    NEEDS_MORE_RATINGS = 0
    CURRENTLY_RATED_HELPFUL = 1
    CURRENTLY_RATED_NOT_HELPFUL = 2
    NEEDS_YOUR_HELP = 3
    """Would be Helpful but for too few net helpful ratings on one side."""
    FIRM_REJECT = 4
    """Held back so firmly that a wider model may not promote the note."""


NONE: Final = Status.NONE.value
NMR: Final = Status.NEEDS_MORE_RATINGS.value
CRH: Final = Status.CURRENTLY_RATED_HELPFUL.value
CRNH: Final = Status.CURRENTLY_RATED_NOT_HELPFUL.value
NYH: Final = Status.NEEDS_YOUR_HELP.value
FIRM_REJECT: Final = Status.FIRM_REJECT.value


def status_name(code: int) -> str:
    """The published name of a status code; empty for :attr:`Status.NONE`."""
    return "" if code == NONE else Status(code).name
