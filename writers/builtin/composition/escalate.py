"""`escalate`: cheap writers first, the next only where those before have no good draft."""

from __future__ import annotations

import math
from collections.abc import Sequence

from writers.builtin.composition.assembling import assembled
from writers.builtin.composition.panel import Declined, scored
from writers.builtin.composition.share import part_of_time
from writers.errors import PluginError
from writers.plugin import Abstain, Check, Desk, Draft, Writer
from writers.protocol.posts import Post


class Escalate:
    """Asks one writer after the other, and takes the first draft that passes the checks and that the API's
    evaluator scores at least `least_score`.

    So put the cheap ones first: the next is asked only where those before abstain, fail, are refused by a
    check, or score lower. `least_score` is a claim_opinion_score, an unbounded logit. `writers` are named as
    everywhere (an entry point, or path/to/file.py:Class), or given as objects; each has its share of the
    time and money that is left. `checks` are those of a pass (every installed one), unless named. Where no
    draft is taken it abstains with everyone's reason, and fails where all of them failed.
    """

    name = "escalate"

    def __init__(
        self,
        writers: Sequence[str | Writer],
        least_score: float = 0.0,
        checks: Sequence[str | Check] | None = None,
        name: str = "escalate",
    ) -> None:
        if not math.isfinite(least_score):
            raise PluginError(
                f"The writer '{name}' cannot use {least_score} for 'least_score': give a number."
            )
        self.name = name
        self.least_score = least_score
        self._panel = assembled(name, writers, checks)

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        declined: list[Declined] = []
        writers = len(self._panel.writers)
        for turn in range(writers):
            answer = await self._panel.drafted(turn, post, desk)
            if not isinstance(answer, Declined):
                # One part for the evaluation itself, and one for each writer to come.
                seconds = part_of_time(desk, writers - turn)
                answer = await scored(answer, desk, seconds=seconds)
            if isinstance(answer, Declined):
                declined.append(answer)
            elif answer.score is not None and answer.score >= self.least_score:
                desk.log.info("%s: the draft of %s, score %s", self.name, answer.writer, answer.score)
                return answer.draft
            else:
                told = f"scored {answer.score:g}, under {self.least_score:g}"
                declined.append(Declined(answer.writer, told))
        return self._panel.nothing(declined)
