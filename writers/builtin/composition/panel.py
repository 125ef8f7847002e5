"""The writers that a composition holds, and one turn of one of them."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

from writers.bounded import GRACE_S, NO_ANSWER, within
from writers.builtin.composition.ranking import Candidate
from writers.builtin.composition.share import part_of_time, shared_desk
from writers.discovery import load_check, load_checks, load_factory, load_writer
from writers.drafting import MAX_REASON_LENGTH, submission
from writers.errors import PluginError, PluginFailure
from writers.llm.errors import ModelError, OutOfTime
from writers.plugin import WRITERS, Abstain, Check, Desk, Draft, Writer
from writers.protocol.posts import Post

_in_the_making: ContextVar[tuple[Callable[..., Any], ...]] = ContextVar("in_the_making", default=())
"""What makes the writers that are being made, the outermost first: none may hold itself."""

OUT_OF_TIME: Final = "ran out of its share of the time"


@dataclass(frozen=True, slots=True)
class Declined:
    """Why a writer's turn brought no note."""

    writer: str
    reason: str
    failure: PluginFailure | None = None
    """Where it is not known whether there is a note to write."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Writers in their order, and the checks that judge what they draft."""

    writers: tuple[Writer, ...]
    checks: tuple[Check, ...]

    async def drafted(self, turn: int, post: Post, desk: Desk) -> Candidate | Declined:
        """What the writer at `turn` (from zero) makes of a post in its share of what is left."""
        writer, parts = self.writers[turn], len(self.writers) - turn
        share = part_of_time(desk, parts)
        if share <= 0:
            return Declined(writer.name, OUT_OF_TIME, PluginFailure(OUT_OF_TIME))
        # One that has to be cancelled puts its things in order within its own share.
        grace_s = min(GRACE_S, share / 10)
        seconds = share - grace_s
        own_desk = shared_desk(desk, writer.name, seconds=seconds, parts=parts)
        try:
            answer = await _answer(writer, post, own_desk, seconds=seconds, grace_s=grace_s)
        except PluginFailure as failure:
            desk.log.warning("the writer %s %s", writer.name, failure)
            return Declined(writer.name, _told(failure), failure)
        if isinstance(answer, Abstain):
            return Declined(writer.name, answer.reason)
        complaints = [told for check in self.checks for told in _complaints(check, answer, post, desk)]
        if complaints:
            return Declined(writer.name, f"refused: {' '.join(complaints)}")
        return Candidate(writer.name, answer)

    def nothing(self, declined: Sequence[Declined]) -> Abstain:
        """The abstention that tells every writer's reason. Raises PluginFailure where all of them failed."""
        room = MAX_REASON_LENGTH // len(declined) - len("; ")
        told = "; ".join(f"{each.writer}: {each.reason}"[:room] for each in declined)
        failures = [each.failure for each in declined if each.failure is not None]
        if len(failures) < len(declined):
            return Abstain(told)
        # A model that cannot be asked is nobody's mistake: it is the cause only where nothing else is.
        first = min(failures, key=lambda failure: isinstance(failure.__cause__, ModelError))
        raise PluginFailure(told) from first.__cause__


async def scored(candidate: Candidate, desk: Desk, *, seconds: float) -> Candidate | Declined:
    """A candidate with the evaluator's opinion of it, or why there is none."""

    async def evaluate() -> float:
        return await desk.evaluate(candidate.draft.text)

    try:
        score = await within(evaluate(), seconds=seconds)
        if not isinstance(score, int | float) or math.isnan(score):
            raise PluginFailure(f"gave {score!r} for a score")
    except PluginFailure as failure:
        desk.log.warning("the draft of %s has no score: the evaluator %s", candidate.writer, failure)
        return Declined(candidate.writer, f"has no score: the evaluator {failure}", failure)
    return replace(candidate, score=float(score))


def panel(name: str, writers: Sequence[str | Writer], checks: Sequence[str | Check] | None = None) -> Panel:
    """The panel of a composition called `name`. A writer is named as everywhere (an entry point, or
    path/to/file.py:Class), or given as an object, and so is a check; None is every installed check.

    Raises PluginError where one cannot be found, made, or told from another.
    """
    if isinstance(writers, str) or not writers:
        raise PluginError(f"The writer '{name}' is made of others: name them, as in writers=baseline,replay.")
    members = tuple(_writer(name, given) for given in writers)
    names = [member.name for member in members]
    for twice in names:
        if names.count(twice) > 1:
            raise PluginError(f"The writer '{name}' holds two that are called '{twice}': rename one of them.")
    judges = load_checks() if checks is None else tuple(_check(given) for given in checks)
    return Panel(members, judges)


def _writer(holder: str, given: str | Writer) -> Writer:
    if isinstance(given, str):
        return _named_writer(holder, given)
    if isinstance(given, type) or not isinstance(given, Writer):
        raise PluginError(
            f"The writer '{holder}' holds {given!r}, which is no writer: give a name or an object with 'name'"
            " and 'draft'."
        )
    return given


def _named_writer(holder: str, spec: str) -> Writer:
    factory = load_factory(WRITERS, spec)
    if factory in _in_the_making.get():
        raise PluginError(f"The writer '{spec}' holds itself: take it out of the writers of '{holder}'.")
    if needed := _needed_options(factory):
        raise PluginError(
            f"The writer '{holder}' cannot hold '{spec}' by its name, for that one needs the option"
            f" '{needed[0]}': make it in a file of your own, and name that as path/to/file.py:Class."
        )
    with _making(factory):
        return load_writer(spec)


def _check(given: str | Check) -> Check:
    return load_check(given) if isinstance(given, str) else given


def _needed_options(factory: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return []
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each.name for each in parameters if each.default is each.empty and each.kind not in variable]


@contextmanager
def _making(factory: Callable[..., Any]) -> Iterator[None]:
    token = _in_the_making.set((*_in_the_making.get(), factory))
    try:
        yield
    finally:
        _in_the_making.reset(token)


def _told(failure: PluginFailure) -> str:
    # In a replay a model's call that was cut off raises at once, where the writer once waited for it: both
    # are told alike.
    cut_off = str(failure).startswith(NO_ANSWER) or isinstance(failure.__cause__, OutOfTime)
    return OUT_OF_TIME if cut_off else str(failure)


async def _answer(
    writer: Writer, post: Post, desk: Desk, *, seconds: float, grace_s: float
) -> Draft | Abstain:
    """Raises PluginFailure where the writer gives none."""
    try:
        coroutine = writer.draft(post, desk)
    except Exception as error:
        raise PluginFailure(f"raised {type(error).__name__}: {error}") from error
    match await within(coroutine, seconds=seconds, grace_s=grace_s):
        case Abstain(reason=str()) as abstention:
            return abstention
        case Draft() as draft:
            submission(draft, post.id, test_mode=True)
            return draft
        case answer:
            raise PluginFailure(f"answered {type(answer).__name__} where Draft or Abstain was due")


def _complaints(check: Check, draft: Draft, post: Post, desk: Desk) -> list[str]:
    try:
        return [str(complaint) for complaint in check.complaints(draft, post, desk)]
    except Exception as error:
        return [f"The check '{check.name}' raised {type(error).__name__}: {error}."]
