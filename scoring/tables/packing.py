"""Finding the public files and unpacking them, a block of lines at a time."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast

import numpy as np

from scoring.errors import InputError
from scoring.tables.arrays import Uint8
from scoring.tables.columns import Schema

BLOCK_BYTES: Final = 2 << 20
"""Text in memory at once: enough that what is done once a block costs nothing, little enough that it stays in
the processor's cache.
"""

_NEWLINE: Final = 10

_SUFFIXES: Final = (".tsv", ".tsv.gz", ".tsv.zip", ".zip", ".parquet")


_UNPACKING_ERRORS: Final = (
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    NotImplementedError,  # packed in a way that zipfile does not know
    RuntimeError,  # zipfile asks for a password
)


class _Stream(Protocol):
    def readinto(self, buffer: memoryview, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of one file, each ending in a newline. Good until the next block is asked for."""

    text: Uint8
    lines: int
    first_line: int
    """Number of its first line in the file, counted from 1."""
    cut_short: bool
    """The file does not end in a newline, and this block's last line is its last."""


def find_parts(folder: Path, schema: Schema) -> list[Path]:
    """The files of one table, in order of name: STEM-00000.tsv and so on, STEM.tsv, or all parts in a
    directory STEM.

    Each may be packed as .gz or .zip, or be Parquet. InputError where there is none.
    """
    if not folder.is_dir():
        raise InputError(
            "there is no such directory", remedy="name the directory that holds the public files", path=folder
        )
    inside = folder / schema.stem
    if inside.is_dir():
        parts = [path for path in inside.iterdir() if path.name.endswith(_SUFFIXES)]
    else:
        names = (f"{schema.stem}-", f"{schema.stem}.")
        parts = [
            path for path in folder.iterdir() if path.name.startswith(names) and path.name.endswith(_SUFFIXES)
        ]
    if not parts:
        raise InputError(
            f"there is no {schema.stem} table",
            remedy=f"add {schema.stem}-00000.tsv (or .tsv.gz, .zip, .parquet) "
            f"or a directory {schema.stem} of parts",
            path=folder,
        )
    return sorted(parts)


def text_blocks(path: Path) -> Iterator[Block]:
    """The lines of a file's text, of an archive's texts one after the other; a block whose first line is
    line 1 begins a text.

    An empty text is one empty block. Windows' line ends become newlines. Raises InputError where the file
    cannot be read to its end, once that is found out.
    """
    try:
        if path.name.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                names = sorted(name for name in archive.namelist() if name.endswith(".tsv"))
                if not names:
                    raise InputError("the archive holds no .tsv file", remedy="fetch it again", path=path)
                for name in names:
                    with archive.open(name) as stream:
                        yield from _blocks(cast("_Stream", stream))
        else:
            with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as stream:
                yield from _blocks(stream)
    except _UNPACKING_ERRORS as error:
        raise InputError(
            f"the compressed file is cut short or damaged ({error})", remedy="fetch it again", path=path
        ) from error
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror or error})", remedy="check its permissions", path=path
        ) from error


def _blocks(stream: _Stream) -> Iterator[Block]:
    # One buffer for all: fresh memory for each block would cost more than reading it.
    buffer = bytearray(BLOCK_BYTES)
    used, line = 0, 1
    while more := stream.readinto(memoryview(buffer)[used:]):
        used += more
        if used < len(buffer):
            continue
        end = buffer.rfind(b"\n") + 1
        if end:
            block = _block(buffer, end, line)
            yield block
            line += block.lines
        else:
            buffer = buffer + bytearray(len(buffer))
        buffer[: used - end] = buffer[end:used]
        used -= end
    if not used:
        if line == 1:
            yield _block(buffer, 0, line)
    elif buffer[used - 1] == _NEWLINE:
        yield _block(buffer, used, line)
    else:
        yield _block(buffer[:used] + b"\n", used + 1, line, cut_short=True)


def _block(buffer: bytearray, end: int, first_line: int, *, cut_short: bool = False) -> Block:
    if buffer.find(b"\r", 0, end) >= 0:
        buffer = buffer[:end].replace(b"\r\n", b"\n")
        end = len(buffer)
    text = np.frombuffer(buffer, np.uint8, end)
    return Block(text, int(np.count_nonzero(text == _NEWLINE)), first_line, cut_short)
