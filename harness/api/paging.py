"""`next_token`: where the next page starts, in the form that live clients decode.

Base64 of a JSON object whose `startAt.lkey[0]` is the negated time in milliseconds, which
xai-org/community-writer reads; the second key is the id, which tells apart what shares a millisecond.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
from typing import Final, Literal, NamedTuple

MAX_TOKEN_LENGTH: Final = 256
_MAX = 2**63 - 1
_PACKED: Final = ">QQ"
# Sixteen bytes in base 32, the alphabet of X's older tokens: two bits of the last digit are always unset.
_OPAQUE: Final = re.compile("[0-9a-v]{25}[048cgkos]")

TokenForm = Literal["start_at", "opaque"]


class Position(NamedTuple):
    """The first item of a page: lists run from the newest to the oldest."""

    time_ms: int
    id: int


def encode(position: Position, form: TokenForm = "start_at") -> str:
    """A token of letters and digits only, so that no client can spoil it by escaping."""
    if form == "opaque":
        packed = struct.pack(_PACKED, *position)
        return base64.b32hexencode(packed).decode().rstrip("=").lower()
    text = json.dumps({"startAt": {"lkey": [-position.time_ms, str(position.id)]}}, separators=(",", ":"))
    # Blanks at the end make the length a multiple of three: base64 then needs no padding.
    return base64.b64encode(text.ljust(-(-len(text) // 3) * 3).encode()).decode()


def decode(token: str) -> Position:
    """The position in a token.

    Raises:
        ValueError: this is no token of ours.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise ValueError("too long")
    if _OPAQUE.fullmatch(token):
        return _checked(*struct.unpack(_PACKED, base64.b32hexdecode(token.upper() + "=" * 6)))
    try:
        negated, item = json.loads(base64.b64decode(token, validate=True))["startAt"]["lkey"]
    except (binascii.Error, UnicodeDecodeError, TypeError, KeyError, RecursionError) as error:
        raise ValueError("not a token") from error
    if type(negated) is not int or not isinstance(item, str) or not item.isascii() or not item.isdigit():
        raise ValueError("not a token")
    return _checked(-negated, int(item))


def _checked(time_ms: int, item: int) -> Position:
    if not (0 <= time_ms <= _MAX and item <= _MAX):
        raise ValueError("not a token")
    return Position(time_ms, item)
