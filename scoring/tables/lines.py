"""Whether every line of a text has the same number of fields, compiled by numba on first use."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_TAB = 9
_NEWLINE = 10


@njit(cache=True, nogil=True)
def all_lines_have(tabs: int, text: NDArray[np.uint8]) -> bool:
    """Whether each line holds exactly ``tabs`` tabs; a newline at the end of the text begins no further
    line.
    """
    found = 0
    for byte in text:
        if byte == _TAB:
            found += 1
        elif byte == _NEWLINE:
            if found != tabs:
                return False
            found = 0
    return found == tabs or (found == 0 and len(text) > 0 and text[-1] == _NEWLINE)
