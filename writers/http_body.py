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
_HEADER_BYTES: Final = 2
"""zlib's header: the method, and a checksum modulo 31 (RFC 1950, section 2.2)."""


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
    """What a coded stream unpacks to, in parts of bounded size. What follows the packed body is ignored."""

    def __init__(self, coding: str) -> None:
        if coding not in (*_WINDOWS, "identity", ""):
            raise httpx.DecodingError(f"the coding '{coding:.40}' was not asked for")
        self._may_be_raw = coding == "deflate"
        self._stream = zlib.decompressobj(_WINDOWS[coding]) if coding in _WINDOWS else None
        self._begin = b""
        """Of a body that may be raw: what came before it was clear."""

    def parts(self, chunk: bytes, max_bytes: int) -> Iterator[bytes]:
        if self._stream is None:
            yield chunk
            return
        if self._may_be_raw:
            chunk = self._decided(self._begin + chunk)
        while chunk and not self._stream.eof:
            yield self._stream.decompress(chunk, max_bytes + 1)
            chunk = self._stream.unconsumed_tail

    def _decided(self, begin: bytes) -> bytes:
        """`begin`, or nothing as long as it is too short to tell whether the body has zlib's header.

        Some servers send deflate without it, as browsers know (RFC 9110, section 8.4.1.2).
        """
        if len(begin) < _HEADER_BYTES:
            self._begin = begin
            return b""
        self._may_be_raw = False
        if begin[0] & 0x0F != zlib.DEFLATED or int.from_bytes(begin[:_HEADER_BYTES]) % 31:
            self._stream = zlib.decompressobj(_RAW_DEFLATE)
        return begin
