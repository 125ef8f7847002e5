"""The writers of a composition taking turns at a post."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from writers.bounded import GRACE_S, NO_ANSWER, within
from writers.builtin.composition.ranking import Candidate
from writers.builtin.composition.share import part_of_time, shared_desk
from writers.drafting import MAX_REASON_LENGTH, submission
from writers.errors import PluginFailure
from writers.llm.errors import ModelError, OutOfTime
from writers.plugin import Abstain, Check, Desk, Draft, Writer
from writers.protocol.posts import Post

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
            desk.log.info("the writer %s %s", writer.name, failure)
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
