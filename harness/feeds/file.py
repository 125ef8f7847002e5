"""The file a feed is recorded in: it grows by whole lines, and what was written once stays."""

from __future__ import annotations

import gzip
import json
import os
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from harness.feeds.lines import is_compressed
from writers.errors import BadInputError, UserError

if sys.platform != "win32":
    import fcntl

_CHUNK_BYTES: Final = 1 << 20
_GZIP: Final = 16 + zlib.MAX_WBITS


class FeedFile:
    """A recorded feed open for more posts; `known` holds the ids it has. Use it as a context manager.

    Each addition is on the disk when `add` returns. One that was interrupted half-way leaves an unfinished
    end, which the next opening cuts off. Where nothing was recorded no file is left.
    """

    def __init__(self, file: Path, stream: BinaryIO, known: set[str]) -> None:
        self.file = file
        self.known = known
        self._stream = stream

    @classmethod
    def open(cls, file: Path, *, append: bool) -> Self:
        """Open a new file, or with `append` one that may be there already.

        Raises:
            UserError: the file is there and `append` is not said, another process records in it, or it cannot
                be opened.
            BadInputError: the file holds something else than recorded posts; it is left as it was.
        """
        if file.exists() and not append:
            raise UserError(f"{file} is there already; say --append to add to it, or name another.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            stream = file.open("r+b" if file.exists() else "xb", buffering=0)
        except OSError as error:
            raise UserError(f"{file} cannot be written ({error.strerror}); name another file.") from None
        opened = cls(file, stream, set())
        try:
            _lock(stream, file)
            if append:
                opened._take_up()
        except BaseException:
            stream.close()
            raise
        return opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        nothing_recorded = self._stream.seek(0, os.SEEK_END) == 0
        self._stream.close()
        if nothing_recorded:
            self.file.unlink(missing_ok=True)

    def add(self, posts: Sequence[Mapping[str, Any]]) -> None:
        """Write posts that are not known yet, each one line."""
        if posts:
            self._write("".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts))
            self.known.update(str(post["id"]) for post in posts)

    def _take_up(self) -> None:
        """Read what is there, cut off an unfinished end, and stand behind it."""
        contents = _read(self.file)
        self.known = contents.known
        self._stream.truncate(contents.finished_bytes)
        self._stream.seek(0, os.SEEK_END)
        if contents.lacks_line_end:
            self._write("\n")

    def _write(self, text: str) -> None:
        # Half a surrogate pair has no UTF-8; with a backslash it is the escape that JSON has for it.
        content = text.encode("utf-8", "backslashreplace")
        # Compressed, each addition is a member of its own: readers take them as one.
        waiting = memoryview(gzip.compress(content) if is_compressed(self.file) else content)
        while waiting:
            waiting = waiting[self._stream.write(waiting) :]
        os.fsync(self._stream.fileno())


def _lock(stream: BinaryIO, file: Path) -> None:
    """Until the file is closed, or the process ends, nobody else records in it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{file} is being recorded in by another process; wait for its end.") from None


@dataclass(slots=True)
class _Contents:
    """What a file held when it was opened."""

    known: set[str] = field(default_factory=set)
    finished_bytes: int = 0
    """Where whole posts end; an interrupted one follows."""
    lacks_line_end: bool = False


def _read(file: Path) -> _Contents:
    contents = _Contents()
    compressed = is_compressed(file)
    number, end, rest = 0, 0, b""
    for text, end in _members(file) if compressed else _lines(file):
        *lines, rest = (rest + text).split(b"\n")
        for line in lines:
            number += 1
            if line.strip():
                contents.known.add(_id(line, file, number))
        if not rest:
            contents.finished_bytes = end
    if rest:
        try:
            contents.known.add(_id(rest, file, number + 1))
        except BadInputError:
            if compressed or not rest.startswith(b"{"):
                raise
        else:
            contents.finished_bytes, contents.lacks_line_end = end, True
    return contents


def _id(line: bytes, file: Path, number: int) -> str:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadInputError(
            "it is no recorded post; name a file that `feed record` made", file=file, line=number
        ) from None


def _lines(file: Path) -> Iterator[tuple[bytes, int]]:
    """Each line, and where in the file it ends."""
    end = 0
    with file.open("rb") as stream:
        for line in stream:
            end += len(line)
            yield line, end


def _members(file: Path) -> Iterator[tuple[bytes, int]]:
    """The content of each whole gzip member, and where in the file it ends."""
    position, whole = 0, 0
    member, content = zlib.decompressobj(_GZIP), b""
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            position += len(chunk)
            while chunk:
                try:
                    content += member.decompress(chunk)
                except zlib.error as error:
                    raise BadInputError(f"it is no gzip file ({error}); name another", file=file) from None
                chunk = member.unused_data
                if member.eof:
                    yield content, position - len(chunk)
                    whole += 1
                    member, content = zlib.decompressobj(_GZIP), b""
    if content and not whole:
        raise BadInputError("it is cut short before anything in it is whole; name another", file=file)
