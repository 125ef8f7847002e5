"""Snowflake ids: clients decode the time of creation from a note's or post's id."""

from __future__ import annotations

from typing import Final

EPOCH_MS: Final = 1_288_834_974_657
"""Zero of snowflake time, milliseconds since 1970 (read off xai-org/community-writer)."""

SEQUENCE_BITS: Final = 22
"""Bits below the milliseconds: worker and sequence number."""


def snowflake(created_at_ms: int, sequence: int) -> int:
    """The id of something created at a time; `sequence` (0 to 2^22 − 1) tells apart one millisecond's ids."""
    if created_at_ms < EPOCH_MS:
        raise ValueError(f"{created_at_ms} ms is before snowflake time began")
    if not 0 <= sequence < 1 << SEQUENCE_BITS:
        raise ValueError(f"sequence {sequence} does not fit {SEQUENCE_BITS} bits")
    return (created_at_ms - EPOCH_MS) << SEQUENCE_BITS | sequence


def created_at_ms(snowflake_id: int) -> int:
    """When a snowflake was made, milliseconds since 1970."""
    return (snowflake_id >> SEQUENCE_BITS) + EPOCH_MS
