"""Bodies of answers from strangers: read up to a bound, however well they are packed.

A few kilobytes of gzip may hold a gigabyte. A chunk is unpacked no further than there is room for, and only
by the two codings that were asked for: others would be unpacked by whatever library is installed, at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import httpx

ACCEPTED_CODINGS: Final = "gzip, deflate"
"""For the header `Accept-Encoding` of every request whose answer is read here."""

_WINDOWS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_RAW_DEFLATE: Final = -15


class Body(NamedTuple):
    content: bytes
    cut: bool
    """Whether there was more."""


async def read_body(response: httpx.Response, max_bytes: int) -> Body:
    """The unpacked body of a streamed answer, up to `max_bytes`. Raises httpx.DecodingError."""
    if response.is_stream_consumed:
        # Answered inside this process: the body is there already, whole and unpacked.
        return Body(response.content[:max_bytes], cut=len(response.content) > max_bytes)
    body = bytearray()
    unpacked = _Unpacked(response.headers.get("content-encoding", "identity").strip().lower())
    try:
        async for chunk in response.aiter_raw():
            for part in unpacked.parts(chunk, max_bytes):
                body += part
                if len(body) > max_bytes:
                    return Body(bytes(body[:max_bytes]), cut=True)
    except zlib.error as error:
        raise httpx.DecodingError(f"the body is not what its coding says: {error}") from None
    return Body(bytes(body), cut=False)


class _Unpacked:
    """What a coded stream unpacks to, in parts of bounded size."""

    def __init__(self, coding: str) -> None:
        if coding not in (*_WINDOWS, "identity", ""):
            raise httpx.DecodingError(f"the coding '{coding:.40}' was not asked for")
        self._window = _WINDOWS.get(coding)
        self._stream = zlib.decompressobj(self._window) if self._window is not None else None
        self._begun = False

    def parts(self, chunk: bytes, max_bytes: int) -> Iterator[bytes]:
        if self._stream is None:
            yield chunk
            return
        while chunk:
            part = self._step(self._stream, chunk, max_bytes + 1)
            yield part
            if self._stream.eof:
                # A gzip file may be several, one after the other.
                chunk = self._stream.unused_data.lstrip(b"\x00")
                assert self._window is not None
                self._stream = zlib.decompressobj(self._window)
            else:
                chunk = self._stream.unconsumed_tail

    def _step(self, stream: zlib._Decompress, chunk: bytes, room: int) -> bytes:
        try:
            part = stream.decompress(chunk, room)
        except zlib.error:
            if self._begun or self._window != _WINDOWS["deflate"]:
                raise
            # Some servers send deflate without its wrapping, as browsers know.
            self._window = _RAW_DEFLATE
            self._stream = zlib.decompressobj(_RAW_DEFLATE)
            part = self._stream.decompress(chunk, room)
        self._begun = True
        return part
