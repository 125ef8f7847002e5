"""What a tape is, and the one that neither records nor replays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

PASS: Final = "pass"  # noqa: S105 - a pass over the feed
"""The stream of what a pass as a whole learns; each post has a stream of its own, named by its id."""


class Tape(Protocol):
    """Stands between a pass and the outside. Values are JSON.

    Posts are drafted at one time in no certain order, so order is kept within a stream, for each `what` and
    `key` by itself.
    """

    replaying: bool

    def read(self, stream: str, what: str, key: str, source: Callable[[], Any]) -> Any:
        """What `source` gives; in a replay what it gave."""
        ...

    async def ask(self, stream: str, what: str, key: str, source: Callable[[], Awaitable[Any]]) -> Any:
        """As `read`, of a coroutine; an error that it raises is recorded and raised again."""
        ...

    def note(self, stream: str, what: str, key: str, value: Any) -> None:
        """Record a fact of the pass; there is one for each key."""
        ...

    def noted(self, stream: str, what: str, key: str) -> Any | None:
        """In a replay, the fact that was recorded."""
        ...

    def notes(self, stream: str, what: str) -> list[Any]:
        """In a replay, every fact of a kind, in the order they were recorded."""
        ...

    def verify(self, stream: str) -> None:
        """Raise NotRecorded where the stream was asked for something it does not hold, even if whoever asked
        went on without it.
        """
        ...


class _Untaped:
    """Lets everything through."""

    replaying = False

    def read(self, stream: str, what: str, key: str, source: Callable[[], Any]) -> Any:
        return source()

    async def ask(self, stream: str, what: str, key: str, source: Callable[[], Awaitable[Any]]) -> Any:
        return await source()

    def note(self, stream: str, what: str, key: str, value: Any) -> None:
        pass

    def noted(self, stream: str, what: str, key: str) -> Any | None:
        return None

    def notes(self, stream: str, what: str) -> list[Any]:
        return []

    def verify(self, stream: str) -> None:
        pass


UNTAPED: Final[Tape] = _Untaped()
