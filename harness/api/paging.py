"""`next_token`: where the next page starts, in the form that live clients decode.

Base64 of a JSON object whose `startAt.lkey[0]` is the negated time in milliseconds, which
xai-org/community-writer reads; the second key is the id, which tells apart what shares a millisecond.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Final, NamedTuple

MAX_TOKEN_LENGTH: Final = 256
_MAX = 2**63 - 1


class Position(NamedTuple):
    """The first item of a page: lists run from the newest to the oldest."""

    time_ms: int
    id: int


def encode(position: Position) -> str:
    """A token of letters and digits only, so that no client can spoil it by escaping."""
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
    try:
        negated, item = json.loads(base64.b64decode(token, validate=True))["startAt"]["lkey"]
    except (binascii.Error, UnicodeDecodeError, TypeError, KeyError, RecursionError) as error:
        raise ValueError("not a token") from error
    if type(negated) is not int or not isinstance(item, str) or not item.isascii() or not item.isdigit():
        raise ValueError("not a token")
    position = Position(-negated, int(item))
    if not (0 <= position.time_ms <= _MAX and position.id <= _MAX):
        raise ValueError("not a token")
    return position
