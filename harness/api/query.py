"""Query parameters: read one by one, with X's sentences for what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import parse_qsl

from harness.api.problems import invalid
from writers.protocol.dialects import Dialect
from writers.protocol.problems import ProblemItem

MAX_PARAMETERS: Final = 50
MAX_COMPLAINTS: Final = 20
"""Complaints that one answer holds."""
MAX_SHOWN: Final = 100
"""Characters of a wrong value that an answer repeats."""

_BOOLEANS: Final = {"true": True, "True": True, "false": False, "False": False}
"""Clients written in Python send the capitalised forms."""


def parse_query(query_string: bytes) -> list[tuple[str, str]]:
    """Decoded names and values in order."""
    return parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)


class Query:
    """The parameters of one request. Complaints are collected; `finish` refuses the request for them."""

    def __init__(self, pairs: Iterable[tuple[str, str]], dialect: Dialect) -> None:
        self.dialect = dialect
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            if not name.startswith("oauth_"):
                self._values.setdefault(name, []).append(value)
        self._known: list[str] = []
        self._items: list[ProblemItem] = []

    def text(self, name: str) -> str | None:
        """A parameter as it stands; None where it is absent."""
        self._known.append(name)
        values = self._values.get(name)
        if values is not None and len(values) > 1:
            self.complain(name, f"The `{name}` query parameter can only be given once")
        return values[0] if values else None

    def boolean(self, name: str) -> bool:
        """A parameter that must be there; False where it is wrong."""
        value = self.text(name)
        if not value:
            self.complain(name, f"The `{name}` query parameter can not be empty")
        elif value not in _BOOLEANS:
            self.wrong(name, value, "is not one of [true,false]")
        return _BOOLEANS.get(value or "", False)

    def integer(self, name: str, *, lowest: int, highest: int, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 10 and lowest <= int(value) <= highest):
            self.wrong(name, value, f"is not between {lowest} and {highest}")
            return default
        return int(value)

    def choices(self, name: str, allowed: Collection[str]) -> tuple[str, ...] | None:
        """A comma separated list, in order and each value once; None where the parameter is absent."""
        self._known.append(name)
        if name not in self._values:
            return None
        chosen = dict.fromkeys(value.strip() for text in self._values[name] for value in text.split(","))
        if list(chosen) == [""]:
            self.complain(name, f"The `{name}` query parameter can not be empty")
            return None
        for value in chosen:
            if value not in allowed:
                self.wrong(name, value, f"is not one of [{','.join(allowed)}]")
        return tuple(chosen)

    def wrong(self, name: str, value: str, what: str) -> None:
        """Complain about a value in X's words."""
        self.complain(name, f"The `{name}` query parameter value [{_shown(value)}] {what}")

    def complain(self, name: str, sentence: str) -> None:
        if len(self._items) == MAX_COMPLAINTS:
            return
        values = [_shown(value) for value in self._values.get(name, ())]
        self._items.append(ProblemItem(message=sentence, parameters={_shown(name): values}))

    def finish(self) -> None:
        """Refuse the request where anything was wrong, or a parameter is none of those asked for."""
        if sum(map(len, self._values.values())) > MAX_PARAMETERS:
            raise invalid(self.dialect, [ProblemItem(message="There are too many query parameters")])
        for name in self._values:
            if name not in self._known:
                known = ",".join(self._known)
                self.complain(name, f"The query parameter [{_shown(name)}] is not one of [{known}]")
        if self._items:
            raise invalid(self.dialect, self._items)


def _shown(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
