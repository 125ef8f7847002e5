"""Measurements, not tests: each module's `main()` prints its figures next to a named rival or goal."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console

PIPE_WIDTH: Final = 140


def wide_console() -> Console:
    """A terminal as it is; in a pipe or a file, wide enough that no figure is cut."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
