"""`best_of`: several writers draft, and the best draft is taken."""

from __future__ import annotations

from collections.abc import Sequence

from writers.builtin.composition.assembling import assembled
from writers.builtin.composition.panel import Declined, scored
from writers.builtin.composition.ranking import Candidate, best
from writers.builtin.composition.share import part_of_time
from writers.plugin import Abstain, Check, Desk, Draft, Writer
from writers.protocol.posts import Post


class BestOf:
    """Asks several writers, and takes the draft that passes the checks and that the API's evaluator scores
    highest.

    `writers` are named as everywhere (an entry point, or path/to/file.py:Class), or given as objects; of
    equal drafts the first writer's is taken. They draft one after the other, each in its share of the time
    and money that is left; one that raises or hangs does not keep the others from it. `checks` are those of
    a pass (every installed one), unless named. Where no draft is left it abstains with everyone's reason,
    and fails where all of them failed.
    """

    name = "best_of"

    def __init__(
        self,
        writers: Sequence[str | Writer],
        checks: Sequence[str | Check] | None = None,
        name: str = "best_of",
    ) -> None:
        self.name = name
        self._panel = assembled(name, writers, checks)

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        turns = range(len(self._panel.writers))
        answers = [await self._panel.drafted(turn, post, desk) for turn in turns]
        candidates = [answer for answer in answers if isinstance(answer, Candidate)]
        if not candidates:
            return self._panel.nothing([answer for answer in answers if isinstance(answer, Declined)])
        chosen = best(await _with_scores(candidates, desk))
        desk.log.info("%s: the draft of %s, score %s", self.name, chosen.writer, chosen.score)
        return chosen.draft


async def _with_scores(candidates: Sequence[Candidate], desk: Desk) -> list[Candidate]:
    """The candidates with their scores, each text evaluated once; a single text needs none."""
    first = {candidate.draft.text: candidate for candidate in reversed(candidates)}
    if len(first) == 1:
        return list(candidates)
    found: dict[str, float | None] = {}
    for candidate in candidates:
        if candidate.draft.text not in found:
            seconds = part_of_time(desk, len(first) - len(found))
            told = await scored(candidate, desk, seconds=seconds)
            found[candidate.draft.text] = told.score if isinstance(told, Candidate) else None
    return [Candidate(each.writer, each.draft, found[each.draft.text]) for each in candidates]
