"""Record and replay: every exchange of a run in one file, and models that answer from it without a network.

The file is JSON Lines: a head that says under which bounds the run was made, then one line an exchange.
While a run is recorded, lines are added as exchanges end, so a run that is killed leaves what it had; at its
end they are put in order of post and time. A replayed run meets every answer and every failure that the
recorded one met, whatever the settings and keys of the machine; recording it again gives the same file.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TextIO

from pydantic import BaseModel, ConfigDict, ValidationError

from writers.errors import BadInputError, UserError
from writers.llm.budget import Account, Allowance, Budget, Spending
from writers.llm.errors import NotRecorded
from writers.llm.exchange import Exchange, Request

FORMAT: Final = "notewright model exchanges"
VERSION: Final = 1


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
        self._head = Head(repairs=repairs, budget=budget).model_dump_json()
        self._lines: list[tuple[int, int, str]] = []
        try:
            self._file: TextIO = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            raise UserError(f"The recording {path} exists: name another file or remove it.") from None
        except OSError as error:
            raise UserError(f"The recording {path} cannot be written ({error.strerror}).") from None
        self._write(self._head)

    def add(self, exchange: Exchange) -> None:
        line = exchange.line()
        self._lines.append((exchange.post_id, exchange.began_ms, line))
        self._write(line)

    def _write(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()

    def close(self) -> None:
        """Put the lines in order. Also after a failure: what was recorded is worth having."""
        self._file.close()
        ordered = self._path.with_name(f"{self._path.name}.part")
        lines = [self._head, *(line for *_, line in sorted(self._lines))]
        ordered.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
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
        self._exchanges: defaultdict[tuple[int, str], deque[Exchange]] = defaultdict(deque)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"it cannot be read as UTF-8 text ({error})", file=path) from None
        first, *lines = text.splitlines() or [""]
        self.head = _head(path, first)
        recorded = [
            _exchange(path, number, line) for number, line in enumerate(lines, start=2) if line.strip()
        ]
        for exchange in sorted(recorded, key=lambda exchange: exchange.began_ms):
            self._exchanges[exchange.post_id, exchange.digest].append(exchange)

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
    exchanges: Mapping[tuple[int, str], deque[Exchange]]
    account: Account

    def left(self) -> Allowance:
        return self.account.left()

    def begin(self, request: Request) -> Exchange:
        """The recorded exchange of a request; the same request asked again gets the next one recorded.

        Raises NotRecorded.
        """
        waiting = self.exchanges.get((request.post_id, request.digest))
        if not waiting:
            raise NotRecorded(
                f"The recording {self.path} holds no exchange of the stage '{request.stage}' for post"
                f" {request.post_id} with this prompt ({request.prompt.identity}): the writer, its prompts or"
                " the post changed since; record it again."
            )
        return waiting.popleft()

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
    except (ValueError, KeyError, TypeError, ArithmeticError, json.JSONDecodeError) as error:
        raise BadInputError(
            f"it is no exchange ({type(error).__name__}): remove the line, or record again",
            file=path,
            line=number,
        ) from None
