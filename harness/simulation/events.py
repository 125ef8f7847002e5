"""What went wrong in a season and was survived, told once each however often it happened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ID: Final = re.compile(r"\d{9,}")


@dataclass(slots=True)
class _Told:
    first_day: int
    times: int = 0


class Events:
    """A season's mishaps in the order they first happened."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], _Told] = {}

    def add(self, day: int, who: str, what: str) -> None:
        """`what` happened to `who` on a day of the season; ids in it do not make it another mishap."""
        self._told.setdefault((who, _ID.sub("…", what)), _Told(day)).times += 1

    def sentences(self) -> tuple[str, ...]:
        """One sentence each."""
        return tuple(
            f"{who}: {what} ({'once' if told.times == 1 else f'{told.times} times'}, "
            f"{'' if told.times == 1 else 'first '}on day {told.first_day})."
            for (who, what), told in self._told.items()
        )
