"""Tells when kernels are being compiled: seconds, once, before their machine code is cached on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from numba.core.event import Event, Listener, install_listener


@contextmanager
def on_first_compilation(tell: Callable[[], None]) -> Iterator[None]:
    """Within this context, ``tell`` is called once, on the compiling thread, as soon as a kernel must be
    compiled; never where all kernels used come from the cache.

    It hangs on numba's own event of a compilation that begins, so it knows every kernel and signature, also
    when a change of source or processor has made the cache stale.
    """
    with install_listener("numba:compile", _Once(tell)):
        yield


class _Once(Listener):
    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._told = False

    def on_start(self, event: Event) -> None:
        if not self._told:
            self._told = True
            self._tell()

    def on_end(self, event: Event) -> None:
        """What comes after is of no interest."""
