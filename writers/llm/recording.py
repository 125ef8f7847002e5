"""Record and replay: every exchange of a run in one file, and models that answer from it without a network.

The file is JSON Lines: a head that says under which bounds the run was made, then one line an exchange.
While a run is recorded, lines are added as exchanges end, so a run that is killed leaves what it had; at its
end they are put in order of post and time. A replayed run meets every answer and every failure that the
recorded one met, whatever the settings and keys of the machine; recording it again gives the same file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from writers.errors import BadInputError, UserError
from writers.llm.budget import Account, Allowance, Budget, Spending
from writers.llm.errors import NotRecorded
from writers.llm.exchange import Exchange, Request

FORMAT: Final = "notewright model exchanges"
VERSION: Final = 1

_Order = tuple[int, int, str, int]
"""Post, beginning, digest and repetition of an exchange: what its place in the file follows from."""

_Key = tuple[int, str, int]
"""Post, digest and repetition of a request: what its exchange is found by."""


class Head(BaseModel):
    """First line of a recording: what a replay needs to know beside the exchanges."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = FORMAT
    version: int = VERSION
    repairs: int
    budget: Budget


class Recording:
    """An `ExchangeLog` that writes a new file; use it as a context manager. Raises UserError where the file
    is there already, or cannot be written.
    """

    def __init__(self, path: Path, *, repairs: int, budget: Budget) -> None:
        self._path = path
        self._lines: list[tuple[_Order, int, int]] = []
        """Order, beginning and length of each line in the file."""
        self._end = 0
        try:
            self._file: BinaryIO = path.open("x+b")
        except FileExistsError:
            raise UserError(f"The recording {path} exists: name another file or remove it.") from None
        except OSError as error:
            raise UserError(f"The recording {path} cannot be written ({error.strerror}).") from None
        self._write((-1, 0, "", 0), Head(repairs=repairs, budget=budget).model_dump_json())

    def add(self, exchange: Exchange) -> None:
        self._write((exchange.post_id, exchange.began_ms, exchange.digest, exchange.repeat), exchange.line())

    def _write(self, order: _Order, line: str) -> None:
        written = f"{line}\n".encode()
        self._file.write(written)
        self._file.flush()
        self._lines.append((order, self._end, len(written)))
        self._end += len(written)

    def close(self) -> None:
        """Put the lines in order. Also after a failure: what was recorded is worth having."""
        ordered = self._path.with_name(f"{self._path.name}.part")
        with self._file, ordered.open("wb") as file:
            for _, beginning, length in sorted(self._lines):
                self._file.seek(beginning)
                file.write(self._file.read(length))
        ordered.replace(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class RecordedModels:
    """Models that answer what they answered when the file was recorded. Raises BadInputError where it is no
    recording.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._exchanges: dict[_Key, Exchange] = {}
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"it cannot be read as UTF-8 text ({error})", file=path) from None
        first, *lines = text.split("\n")
        if lines and not lines[-1]:
            lines.pop()
        self.head = _head(path, first)
        for number, line in enumerate(lines, start=2):
            exchange = _exchange(path, number, line)
            self._exchanges[exchange.post_id, exchange.digest, exchange.repeat] = exchange

    async def close(self) -> None:
        """Nothing is open."""

    def open_post(self, post_id: int, *, deadline_ms: int) -> RecordedPost:
        """Time is not looked at: whether it ran out stands in the recording."""
        budget = self.head.budget
        account = Account(f"post {post_id}", budget.tokens_per_post, budget.usd_per_post)
        return RecordedPost(self._path, self._exchanges, account)


@dataclass(frozen=True, slots=True)
class RecordedPost:
    """The recorded models for one post."""

    path: Path
    exchanges: Mapping[_Key, Exchange]
    account: Account

    def left(self) -> Allowance:
        return self.account.left()

    def begin(self, request: Request) -> Exchange:
        """The recorded exchange of a request. Raises NotRecorded."""
        recorded = self.exchanges.get((request.post_id, request.digest, request.repeat))
        if recorded is None:
            raise NotRecorded(
                f"The recording {self.path} holds no exchange of the stage '{request.stage}' for post"
                f" {request.post_id} with this prompt ({request.prompt.identity}): the writer, its prompts or"
                " the post changed since; record it again."
            )
        return recorded

    async def finish(self, request: Request, exchange: Exchange) -> Exchange:
        if exchange.usage is not None:
            self.account.spend(Spending(exchange.usage.tokens, exchange.cost_usd))
        return exchange


def _head(path: Path, line: str) -> Head:
    try:
        head = Head.model_validate_json(line)
    except ValidationError:
        raise BadInputError(
            "it is no recording of model exchanges: name another", file=path, line=1
        ) from None
    if head.format != FORMAT:
        raise BadInputError("it is no recording of model exchanges: name another", file=path, line=1)
    if head.version != VERSION:
        raise BadInputError(
            f"it has version {head.version}, this program knows {VERSION}: record it again", file=path, line=1
        )
    return head


def _exchange(path: Path, number: int, line: str) -> Exchange:
    try:
        return Exchange.from_line(line)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise BadInputError(
            f"it is no exchange ({type(error).__name__}): remove the line, or record again",
            file=path,
            line=number,
        ) from None
