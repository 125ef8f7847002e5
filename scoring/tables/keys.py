"""Numbers for ids, by hash tables compiled by numba on first use.

Two ids are the same only if they are equal to the last byte: the hash decides where to look, never what is
found.
"""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from scoring.tables.arrays import Int32, Int64, Uint8

Uint64 = NDArray[np.uint64]
Number = TypeVar("Number", np.uint8, np.uint64, np.int64)

_FREE: Final = -1
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ divided by the golden ratio, odd: a product's upper bits depend on all of the other factor's."""

_HALF: Final = np.uint64(32)
_BYTE: Final = np.uint64(8)
_NEWLINE: Final = 10
_AT_ONCE: Final = 256


class Texts:
    """Distinct texts without newlines, numbered in order of first appearance."""

    def __init__(self) -> None:
        self._slots = np.full(1 << 16, _FREE, np.int32)
        self._hashes = np.empty(1 << 15, np.uint64)
        self._starts = np.zeros((1 << 15) + 1, np.int64)
        self._bytes = np.empty(1 << 21, np.uint8)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def numbers(self, text: Uint8, begin: Int64, end: Int64) -> Int32:
        """The numbers of the texts from ``begin`` to ``end`` in some bytes; new ones are taken in."""
        self._make_room(len(begin), int((end - begin).sum()) + len(begin))
        numbers = np.empty(len(begin), np.int32)
        self._count = _number_texts(
            text, begin, end, numbers, self._slots, self._hashes, self._starts, self._bytes, self._count
        )
        return numbers

    def ranked(self) -> tuple[list[str], Int32]:
        """The texts in order of their characters, and each number's place among them."""
        if not self._count:
            return [], np.zeros(0, np.int32)
        lines = self._bytes[: self._starts[self._count] - 1].tobytes().decode()
        texts = pl.Series([lines]).str.split("\n").explode()
        order = texts.arg_sort().to_numpy()
        rank = np.empty(self._count, np.int32)
        rank[order] = np.arange(self._count, dtype=np.int32)
        return texts[order].to_list(), rank

    def numbers_of(self, texts: pl.Series) -> Int32:
        """The numbers of some texts, none of them null."""
        end = np.cumsum(texts.str.len_bytes().to_numpy(), dtype=np.int64)
        begin = np.zeros_like(end)
        begin[1:] = end[:-1]
        return self.numbers(np.frombuffer(bytearray("".join(texts.to_list()).encode()), np.uint8), begin, end)

    def _make_room(self, texts: int, size: int) -> None:
        count, used = self._count, int(self._starts[self._count])
        if used + size > len(self._bytes):
            self._bytes = _copied(self._bytes, used, max(used + size, 2 * len(self._bytes)))
        if count + texts > len(self._hashes):
            room = 1 << (count + texts - 1).bit_length()
            self._hashes = _copied(self._hashes, count, room)
            self._starts = _copied(self._starts, count + 1, room + 1)
            self._slots = np.full(2 * room, _FREE, np.int32)
            _fill_slots(self._slots, self._hashes[:count])


class Numbers:
    """The rows of distinct int64 ids."""

    def __init__(self, ids: Int64) -> None:
        self._ids = ids
        self._slots = np.full(2 << max(len(ids) - 1, 1).bit_length(), _FREE, np.int32)
        _fill_slots(self._slots, ids.view(np.uint64) * _FACTOR)

    def rows(self, wanted: Int64) -> Int32:
        """Each id's row; -1 where it has none."""
        rows = np.empty(len(wanted), np.int32)
        _find_numbers(self._ids, self._slots, wanted, rows)
        return rows


def _copied(values: NDArray[Number], used: int, room: int) -> NDArray[Number]:
    larger = np.empty(room, values.dtype)
    larger[:used] = values[:used]
    return larger


@njit(cache=True, nogil=True)
def _fill_slots(slots: Int32, hashes: Uint64) -> None:
    """Put each row into the first free slot from the one that its hash names."""
    last = np.uint64(len(slots) - 1)
    for row in range(len(hashes)):
        slot = (hashes[row] >> _HALF) & last
        while slots[slot] != _FREE:
            slot = (slot + np.uint64(1)) & last
        slots[slot] = row


@njit(cache=True, nogil=True)
def _find_numbers(ids: Int64, slots: Int32, wanted: Int64, rows: Int32) -> None:
    last = np.uint64(len(slots) - 1)
    for position in range(len(wanted)):
        number = wanted[position]
        slot = ((np.uint64(number) * _FACTOR) >> _HALF) & last
        row = slots[slot]
        while row != _FREE and ids[row] != number:
            slot = (slot + np.uint64(1)) & last
            row = slots[slot]
        rows[position] = row


@njit(inline="always")
def _hash(text, at, beyond):  # type: ignore[no-untyped-def]
    found = beyond - at
    while at + _BYTE <= beyond:
        word = np.uint64(text[at])
        word |= np.uint64(text[at + np.uint64(1)]) << np.uint64(8)
        word |= np.uint64(text[at + np.uint64(2)]) << np.uint64(16)
        word |= np.uint64(text[at + np.uint64(3)]) << np.uint64(24)
        word |= np.uint64(text[at + np.uint64(4)]) << np.uint64(32)
        word |= np.uint64(text[at + np.uint64(5)]) << np.uint64(40)
        word |= np.uint64(text[at + np.uint64(6)]) << np.uint64(48)
        word |= np.uint64(text[at + np.uint64(7)]) << np.uint64(56)
        found = (found ^ word) * _FACTOR
        found ^= found >> _HALF
        at += _BYTE
    while at < beyond:
        found = (found ^ np.uint64(text[at])) * _FACTOR
        found ^= found >> _HALF
        at += np.uint64(1)
    return found * _FACTOR


@njit(inline="always")
def _same(text, first, kept, start, length):  # type: ignore[no-untyped-def]
    different = np.uint8(0)
    for offset in range(length):
        different |= kept[start + offset] ^ text[first + offset]
    return different == 0


@njit(cache=True, nogil=True)
def _number_texts(
    text: Uint8,
    begin: Int64,
    end: Int64,
    numbers: Int32,
    slots: Int32,
    hashes: Uint64,
    starts: Int64,
    kept: Uint8,
    count: int,
) -> int:
    """Number texts, taking new ones in; gives how many there are then.

    Text i begins at ``starts[i]`` in ``kept``; a newline follows it, then the next.
    """
    last = np.uint64(len(slots) - 1)
    wanted = np.empty(_AT_ONCE, np.uint64)
    held = np.empty(_AT_ONCE, np.uint64)
    start = np.empty(_AT_ONCE, np.uint64)
    length = np.empty(_AT_ONCE, np.uint64)
    for low in range(0, len(begin), _AT_ONCE):
        some = min(_AT_ONCE, len(begin) - low)
        for each in range(some):
            wanted[each] = _hash(text, np.uint64(begin[low + each]), np.uint64(end[low + each]))
        # What each finds first, in loops of their own: memory then answers many questions at a time.
        for each in range(some):
            numbers[low + each] = slots[(wanted[each] >> _HALF) & last]
        for each in range(some):
            row = max(numbers[low + each], 0)
            held[each] = hashes[row]
            start[each] = starts[row]
            length[each] = starts[row + 1] - starts[row] - 1
        for each in range(some):
            first = np.uint64(begin[low + each])
            size = np.uint64(end[low + each]) - first
            if (
                numbers[low + each] != _FREE
                and held[each] == wanted[each]
                and length[each] == size
                and _same(text, first, kept, start[each], size)
            ):
                continue
            slot = (wanted[each] >> _HALF) & last
            while True:
                row = slots[slot]
                if row == _FREE:
                    slots[slot] = row = count
                    hashes[row] = wanted[each]
                    at = np.uint64(starts[row])
                    for offset in range(size):
                        kept[at + offset] = text[first + offset]
                    kept[at + size] = _NEWLINE
                    count += 1
                    starts[count] = at + size + np.uint64(1)
                    break
                if (
                    hashes[row] == wanted[each]
                    and np.uint64(starts[row + 1] - starts[row] - 1) == size
                    and _same(text, first, kept, np.uint64(starts[row]), size)
                ):
                    break
                slot = (slot + np.uint64(1)) & last
            numbers[low + each] = row
    return count
