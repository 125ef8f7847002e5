"""The random draw: of the writers who qualify, some are admitted each day (documentation/api/overview.md)."""

from __future__ import annotations

import numpy as np


def drawn(writer: str, day: int, *, seed: int, probability: float) -> bool:
    """Whether a writer that qualifies is admitted on a day; the same arguments always give the same answer.

    `day` counts from wherever the caller counts, `seed` is not negative, and `probability` (0 to 1) is the
    chance on each day: X publishes none. Every writer and day has its own draw, so that one writer's luck
    does not depend on who else takes part.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"probability {probability} is not between 0 and 1")
    entropy = [seed, day, int.from_bytes(writer.encode(), "big")]
    return bool(np.random.default_rng(entropy).random() < probability)
