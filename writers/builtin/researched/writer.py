"""The writer: the stages in their order, and the choice among drafts."""

from __future__ import annotations

import math
import re
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar

from writers.builtin.researched.case import Case, GivenUp
from writers.builtin.researched.claim import claim_of
from writers.builtin.researched.critic import Approved, Settles, criticized
from writers.builtin.researched.drafts import Dropped, Finding, Matter, Proposal, Written, propose, written
from writers.builtin.researched.evidence import evidence_on
from writers.builtin.researched.passages import passages_from
from writers.builtin.researched.questions import questions_on
from writers.builtin.researched.together import together
from writers.builtin.researched.wording import plain
from writers.errors import ApiError
from writers.llm.errors import ModelError, NotRecorded
from writers.plugin import Abstain, Desk, Draft
from writers.protocol.posts import Post

SECONDS_TO_READ: Final = 10.0
SECONDS_TO_WRITE: Final = 5.0
SECONDS_TO_CHOOSE: Final = 2.0
"""Less time than this, and a step is not begun: what is cut off in the middle leaves nothing."""

FINDINGS: Final = {
    Finding.BORNE_OUT: "the pages that were read bear the post out",
    Finding.UNDECIDED: "the pages that were read do not decide what the post says",
}


class ResearchedWriter:
    """Searches, writes, and has each sentence borne out by a page before it is proposed.

    drafts         notes written for a post that needs one; the best of them is proposed
    max_passages   parts of pages, of some 700 characters each, that models are shown
    languages      codes of the languages it serves, as X labels posts; none given: all
    web_searches   questions put to the provider's own web search for a post; 0 where there is none
    media_notes    whether the account may write media notes, which X grants late: a note on a claim that
                   a picture makes is then one
    stage_prefix   put before the names of its stages (claim, questions, search, draft, revise, critic), so
                   that two such writers can have models of their own in one settings file

    One draft is finished before others are begun, so that there is one when time or money run out.
    """

    def __init__(
        self,
        drafts: int = 2,
        max_passages: int = 12,
        languages: Sequence[str] = (),
        web_searches: int = 1,
        media_notes: bool = False,
        stage_prefix: str = "",
        name: str = "researched",
    ) -> None:
        if drafts < 1 or max_passages < 1 or web_searches < 0:
            raise ValueError("drafts and max_passages are at least 1, and web_searches at least 0")
        if stage_prefix and not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", stage_prefix):
            raise ValueError("stage_prefix is made of up to 32 small letters, digits and underscores")
        self.name = name
        self._drafts = drafts
        self._max_passages = max_passages
        self._languages = tuple(code.lower() for code in languages)
        self._web_searches = web_searches
        self._media_notes = media_notes
        self._stage_prefix = stage_prefix

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        case = Case(post, desk, self._stage_prefix)
        try:
            return await self._note(case)
        except GivenUp as given_up:
            return case.abstain(str(given_up))

    async def _note(self, case: Case) -> Draft:
        post = case.post
        if self._languages and (post.lang or "").lower() not in self._languages:
            raise GivenUp("the post is in a language that this writer does not serve")
        claim = await claim_of(case)
        case.need(SECONDS_TO_READ, "reading")
        questions = await questions_on(case, claim.claim)
        case.need(SECONDS_TO_READ, "reading")
        documents = await evidence_on(case, questions, web_searches=self._web_searches)
        passages = passages_from(case, documents, questions, most=self._max_passages)
        if not passages:
            raise GivenUp("the pages that were found have no words to rest a note on")
        is_media_note = self._media_notes and claim.in_picture and bool(post.media)
        approved = await self._approved(case, Matter(claim, passages, is_media_note))
        return await choice(case, approved)

    async def _approved(self, case: Case, matter: Matter) -> list[Approved]:
        """The drafts that passed, in the order they were asked for. Raises GivenUp where there are none."""
        case.need(SECONDS_TO_WRITE, "writing")
        began_s = case.desk.seconds_left()
        first = await propose(case, matter, 0)
        if first.finding is not Finding.MISLEADING:
            raise GivenUp(FINDINGS[first.finding])
        outcomes = await finished(case, matter, [first])
        if isinstance(outcomes[0], Exception):
            raise outcomes[0]
        left_s = case.desk.seconds_left()
        if left_s - SECONDS_TO_CHOOSE > began_s - left_s:
            samples = range(1, self._drafts)
            others = await together(caught(propose(case, matter, sample)) for sample in samples)
            outcomes += await finished(case, matter, [o for o in others if isinstance(o, Proposal)], [first])
        approved = [outcome for outcome in outcomes if isinstance(outcome, Approved)]
        if not approved:
            reasons = dict.fromkeys(o.reason for o in outcomes if isinstance(o, Dropped))
            raise GivenUp(f"no draft was good enough: {'; '.join(reasons)}")
        return approved


Failure = GivenUp | ModelError
"""What ends a draft without ending the others."""

Result = TypeVar("Result")


async def caught(work: Coroutine[Any, Any, Result]) -> Result | Failure:
    try:
        return await work
    except NotRecorded:
        raise
    except (GivenUp, ModelError) as failure:
        return failure


async def finished(
    case: Case, matter: Matter, proposals: Sequence[Proposal], earlier: Sequence[Proposal] = ()
) -> list[Approved | Dropped | Failure]:
    """What becomes of proposals that find the post misleading, of those that say the same of one."""
    known = {plain(proposal.note) for proposal in earlier}
    new = [p for p in proposals if p.finding is Finding.MISLEADING and plain(p.note) not in known]
    forms = await together(
        caught(written(case, matter, proposal)) for proposal in {plain(p.note): p for p in new}.values()
    )
    notes = {form.words: form for form in forms if isinstance(form, Written)}
    judged = await together(caught(criticized(case, matter, note)) for note in notes.values())
    return [*(form for form in forms if not isinstance(form, Written)), *judged]


async def choice(case: Case, approved: Sequence[Approved]) -> Draft:
    """What the critic finds clearest; among such drafts what the API's own evaluator likes best."""
    clearest = [one for one in approved if one.settles is Settles.CLEARLY] or list(approved)
    if len(clearest) == 1 or case.desk.seconds_left() < SECONDS_TO_CHOOSE:
        return clearest[0].draft
    scores = [await _score(case, one.draft) for one in clearest]
    # The first of equals: max() keeps the order in which drafts were asked for.
    best, _ = max(zip(clearest, scores, strict=True), key=lambda scored: scored[1])
    return best.draft


async def _score(case: Case, draft: Draft) -> float:
    """The API's opinion; of a draft that it does not give one on, the least there is."""
    try:
        return await case.desk.evaluate(draft.text)
    except ApiError as error:
        case.desk.log.warning("post %d: a draft was not evaluated: %s", case.post.id, error)
        return -math.inf
