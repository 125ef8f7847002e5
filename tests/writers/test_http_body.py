from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from writers.http_body import Body, read_body


class Chunks(httpx.AsyncByteStream):
    """A body as the network brings it."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = list(chunks)
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            self.taken += len(chunk)
            yield chunk


def in_chunks(content: bytes, size: int) -> Chunks:
    return Chunks(content[at : at + size] for at in range(0, len(content), size))


def packed(content: bytes, coding: str) -> bytes:
    match coding:
        case "gzip":
            return gzip.compress(content)
        case "gzip and more":
            return gzip.compress(content) + b"\x00 ignored"
        case "deflate":
            return zlib.compress(content)
        case "raw":
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            return packer.compress(content) + packer.flush()
        case _:
            return content


HEADERS = {
    "gzip": "gzip",
    "gzip and more": "GZip ",
    "deflate": "deflate",
    "raw": "deflate",
    "plain": "identity",
}


@given(
    content=st.binary(max_size=2_000),
    coding=st.sampled_from(sorted(HEADERS)),
    size=st.integers(1, 700),
    bound=st.integers(0, 2_500),
)
async def test_a_body_is_unpacked_up_to_the_bound(content: bytes, coding: str, size: int, bound: int) -> None:
    stream = in_chunks(packed(content, coding), size)
    response = httpx.Response(200, headers={"content-encoding": HEADERS[coding]}, stream=stream)
    assert await read_body(response, bound) == Body(content[:bound], cut=len(content) > bound)


async def test_no_more_is_taken_from_the_network_than_is_needed() -> None:
    stream = Chunks(b"x" * 100 for _ in range(1_000))
    await read_body(httpx.Response(200, stream=stream), 450)
    assert stream.taken == 500


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
async def test_what_was_not_asked_for_is_not_unpacked(coding: str) -> None:
    response = httpx.Response(200, headers={"content-encoding": coding}, stream=Chunks([b"x"]))
    with pytest.raises(httpx.DecodingError, match="not asked for"):
        await read_body(response, 10)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_body_that_is_not_what_its_coding_says_is_an_error(coding: str) -> None:
    response = httpx.Response(200, headers={"content-encoding": coding}, stream=Chunks([b"plain words"]))
    with pytest.raises(httpx.DecodingError, match="not what its coding says"):
        await read_body(response, 100)


async def test_of_a_packed_body_that_is_cut_short_what_came_is_read() -> None:
    words = " ".join(map(str, range(3_000))).encode()
    whole = gzip.compress(words)
    response = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Chunks([whole[:-100]]))
    body = await read_body(response, 100_000)
    assert words.startswith(body.content)
    assert len(body.content) > len(words) // 2
    assert not body.cut


async def test_an_answer_from_inside_the_process_is_there_already() -> None:
    assert await read_body(httpx.Response(200, content=b"12345"), 3) == Body(b"123", cut=True)
    assert await read_body(httpx.Response(200, content=b"12345"), 5) == Body(b"12345", cut=False)
