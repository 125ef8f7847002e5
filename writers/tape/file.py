"""A recording as a file: JSON Lines, a head and then one line for each thing learned.

    {"format": "notewright pass", "version": 1}
    {"stream": "1700000000000000001", "what": "page", "key": "https://example.org/", "value": {…}}

Instead of `value` a line may have `raised` (an error), or `cancelled`: nobody waited for the answer.
Lines are written as things happen, so a pass that is killed leaves what it had.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO

from writers.errors import BadInputError, UserError
from writers.tape.raised import raised, rebuilt
from writers.tape.tape import PASS

FORMAT: Final = "notewright pass"
VERSION: Final = 1
SHOWN_KEY: Final = 100
"""Characters of a key in a sentence."""

_Place = tuple[str, str, str]


class NotRecorded(UserError):
    """The recording that is replayed does not hold what the pass asks for."""


class TapeWriter:
    """A tape that records into a new file; use it as a context manager.

    Raises UserError where the file is there already, or cannot be written.
    """

    replaying = False

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            raise UserError(f"The recording {path} exists: name another file or remove it.") from None
        except OSError as error:
            raise UserError(f"The recording {path} cannot be written ({error.strerror}).") from None
        self._noted: set[_Place] = set()
        self._write({"format": FORMAT, "version": VERSION})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, stream: str, what: str, key: str, source: Callable[[], Any]) -> Any:
        value = source()
        self._line(stream, what, key, value=value)
        return value

    async def ask(self, stream: str, what: str, key: str, source: Callable[[], Awaitable[Any]]) -> Any:
        try:
            value = await source()
        except asyncio.CancelledError:
            self._line(stream, what, key, cancelled=True)
            raise
        except Exception as error:
            self._line(stream, what, key, raised=raised(error))
            raise
        self._line(stream, what, key, value=value)
        return value

    def note(self, stream: str, what: str, key: str, value: Any) -> None:
        place = (stream, what, key)
        if place not in self._noted:
            self._noted.add(place)
            self._line(stream, what, key, value=value)

    def noted(self, stream: str, what: str, key: str) -> Any | None:
        return None

    def notes(self, stream: str, what: str) -> list[Any]:
        return []

    def verify(self, stream: str) -> None:
        """A recording is asked for nothing."""

    def _line(self, stream: str, what: str, key: str, **told: Any) -> None:
        if not self._file.closed:
            self._write({"stream": stream, "what": what, "key": key, **told})

    def _write(self, line: dict[str, Any]) -> None:
        # ASCII: half a surrogate pair in a stranger's text must not make the file unreadable.
        self._file.write(f"{json.dumps(line, separators=(',', ':'))}\n")
        self._file.flush()


class TapeReader:
    """A tape that replays a file and asks nobody. Raises BadInputError where the file is no recording."""

    replaying = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[_Place, deque[dict[str, Any]]] = defaultdict(deque)
        self._streams: dict[tuple[str, str], list[Any]] = defaultdict(list)
        self._missing: dict[str, NotRecorded] = {}
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"it cannot be read as UTF-8 text ({error})", file=path) from None
        for number, line in enumerate(text.splitlines() or [""], start=1):
            values = _parsed(path, number, line)
            if number == 1:
                _check_head(path, values)
                continue
            try:
                place = (values["stream"], values["what"], values["key"])
                self._lines[place].append(values)
                self._streams[place[:2]].append(values.get("value"))
            except (KeyError, TypeError):
                raise BadInputError(
                    "it is no line of a recording: record the pass again", file=path, line=number
                ) from None

    def read(self, stream: str, what: str, key: str, source: Callable[[], Any]) -> Any:
        return self._next(stream, what, key)["value"]

    async def ask(self, stream: str, what: str, key: str, source: Callable[[], Awaitable[Any]]) -> Any:
        line = self._next(stream, what, key)
        if line.get("cancelled"):
            # Whoever asked did not wait for the answer, and will not now.
            await asyncio.Event().wait()
        if "raised" in line:
            raise rebuilt(line["raised"])
        # As with a network, others have their turn meanwhile.
        await asyncio.sleep(0)
        return line["value"]

    def note(self, stream: str, what: str, key: str, value: Any) -> None:
        """The fact stands in the file."""

    def noted(self, stream: str, what: str, key: str) -> Any | None:
        lines = self._lines.get((stream, what, key))
        return lines[0]["value"] if lines else None

    def notes(self, stream: str, what: str) -> list[Any]:
        return self._streams.get((stream, what), [])

    def verify(self, stream: str) -> None:
        if stream in self._missing:
            raise self._missing[stream]

    def missing(self, stream: str, what: str, key: str) -> NotRecorded:
        """The error that something is not there; `verify` raises it too."""
        whose = "the pass" if stream == PASS else f"post {stream}"
        named = f" {key[:SHOWN_KEY]!r}" if key else ""
        error = NotRecorded(
            f"The recording {self._path} holds no {what}{named} for {whose}: it was cut off, or the writer "
            "or its surroundings changed since; record it again."
        )
        return self._missing.setdefault(stream, error)

    def _next(self, stream: str, what: str, key: str) -> dict[str, Any]:
        lines = self._lines.get((stream, what, key))
        if not lines:
            raise self.missing(stream, what, key)
        return lines.popleft()


def _parsed(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        what = "recording of a pass: name another" if number == 1 else "line of JSON: record the pass again"
        raise BadInputError(f"it is no {what}", file=path, line=number)
    return values


def _check_head(path: Path, head: dict[str, Any]) -> None:
    if head.get("format") != FORMAT:
        raise BadInputError("it is no recording of a pass: name another", file=path, line=1)
    if head.get("version") != VERSION:
        raise BadInputError(
            f"it has version {head.get('version')}, this program knows {VERSION}: record the pass again",
            file=path,
            line=1,
        )
