"""Measurements, not tests: each module's `main()` prints its figures next to a named rival or goal."""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

PIPE_WIDTH: Final = 140


def wide_console() -> Console:
    """A terminal as it is; in a pipe or a file, wide enough that no figure is cut."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)


def peak_memory_bytes() -> int:
    """The most that this process has held since its program began.

    The kernel's figure for a child counts what its parent held when it was forked, so where /proc tells the
    peak of the program itself, that is taken.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name == "VmHWM":
                return int(value.split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
