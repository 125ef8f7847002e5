"""One copy of a writer on a journal at a time."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from writers.errors import NotewrightError, UserError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class AlreadyRunning(NotewrightError):
    """Another process runs this writer on this journal."""


@contextmanager
def only_copy(journal: Path, writer: str) -> Iterator[None]:
    """Hold a lock on a writer and a journal file. The system lets go of it when the process ends, however
    that may be; the file beside the journal stays, since a name that is gone cannot be locked.

    Raises AlreadyRunning where another process holds it.
    """
    digest = hashlib.sha256(writer.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    file = journal.with_name(f"{journal.name}.{digest}.lock")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UserError(
            f"The journal {journal} cannot be locked ({error.strerror}): name a file you may write."
        ) from None
    try:
        if not _locked(descriptor):
            raise AlreadyRunning(
                f"Another copy of '{writer}' is at work on the journal {journal}: let it end, or stop it."
            )
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
