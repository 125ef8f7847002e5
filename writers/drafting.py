"""One post through one writer: a desk is laid, the writer drafts within bounds, the checks judge."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError

from writers.bounded import NO_ANSWER, within
from writers.clock import Clock
from writers.errors import PluginFailure
from writers.journal import Attempt, Evidence, Outcome
from writers.llm import ExchangeLog, ModelDesk
from writers.llm.model import NO_MODEL
from writers.plugin import Abstain, Check, Desk, Document, Draft, Fetch, OwnNote, Retriever, Writer
from writers.protocol.notes import NoteInfo, NoteSubmission
from writers.protocol.posts import Post, Received
from writers.tape import UNTAPED, NotesApi, Outside, Tape
from writers.tape.models import EXCHANGE, exchange_of

CLAIM_OPINION_SCORE: Final = "claim_opinion_score"
MAX_REASON_LENGTH: Final = 2_000
REPLAY_PATIENCE_S: Final = 60.0
SHOWN_MATCH: Final = "a note that matches the post's media is shown already"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that no check has seen yet, and what the checks look at."""

    attempt: Attempt
    draft: Draft
    post: Post
    desk: Desk


@dataclass(frozen=True, slots=True)
class Drafting:
    """What all posts of a pass have in common."""

    writer: Writer
    client: NotesApi
    clock: Clock
    test_mode: bool
    seconds_per_post: float
    retrievers: Mapping[str, Retriever]
    checks: Sequence[Check]
    web: Fetch
    exchange_log: ExchangeLog
    """The journal's."""
    own_notes: Sequence[OwnNote] = ()
    """The writer's notes of before the pass: the same for every draft, whichever is made first."""
    models: ModelDesk | None = None
    tape: Tape = UNTAPED

    async def attempt(self, received: Received) -> Attempt | Drafted:
        """The writer's attempt at a post, up to a draft for the checks: nothing is submitted or kept.

        Raises NotRecorded in a replay that needs something for it that was not recorded.
        """
        post = received.post
        outside = Outside(self.tape, str(post.id))
        clock = outside.clock(self.clock, "clock")
        began_ms = clock.now_ms()
        evidence: dict[str, Document] = {}
        scores: dict[str, float] = {}
        desk = self._desk(post, outside, began_ms, evidence, scores)
        draft: Draft | None = None
        outcome, reason = Outcome.DRAFTED, ""
        try:
            answer = await self._answer(post, desk, outside)
            if isinstance(answer, Abstain):
                outcome, reason = Outcome.ABSTAINED, answer.reason
            else:
                draft = answer
        except PluginFailure as failure:
            outcome, reason = Outcome.FAILED, str(failure)
        self.tape.verify(outside.stream)
        attempt = Attempt(
            writer=self.writer.name,
            test_mode=self.test_mode,
            post_id=post.id,
            outcome=outcome,
            reason=printable(reason),
            draft=draft,
            evidence=tuple(_kept(url, document) for url, document in sorted(evidence.items())),
            scores={CLAIM_OPINION_SCORE: scores[draft.text]} if draft and draft.text in scores else {},
            began_ms=began_ms,
            ended_ms=clock.now_ms(),
            post=received.wire,
        )
        return attempt if draft is None else Drafted(attempt, draft, post, desk)

    def judged(self, drafted: Drafted, own_notes: Sequence[OwnNote]) -> Attempt:
        """The attempt with what every check had to say. `own_notes` holds those of the running pass too."""
        desk = replace(drafted.desk, own_notes=own_notes)
        complaints: list[str] = []
        for check in self.checks:
            try:
                told = check.complaints(drafted.draft, drafted.post, desk)
                complaints += (printable(str(complaint)) for complaint in told)
            except Exception as error:
                reason = f"check '{check.name}' raised {type(error).__name__}: {error}"
                return replace(drafted.attempt, outcome=Outcome.FAILED, reason=printable(reason))
        if not complaints:
            return drafted.attempt
        return replace(drafted.attempt, outcome=Outcome.REFUSED, complaints=tuple(complaints))

    def _desk(
        self,
        post: Post,
        outside: Outside,
        began_ms: int,
        evidence: dict[str, Document],
        scores: dict[str, float],
    ) -> Desk:
        web = outside.fetch(self.web)
        deadline_ms = began_ms + round(self.seconds_per_post * 1000)

        async def fetch(url: str) -> Document | None:
            document = await web(url)
            if document is not None:
                evidence[url] = evidence[document.url] = document
            return document

        async def evaluate(text: str) -> float:
            scores[text] = await self.client.evaluate(post.id, text)
            return scores[text]

        return Desk(
            clock=outside.clock(self.clock, "clock of the desk"),
            deadline_ms=deadline_ms,
            fetch=fetch,
            retrievers=outside.retrievers(self.retrievers),
            evaluate=evaluate,
            log=logging.getLogger(f"notewright.writer.{self.writer.name}"),
            evidence=evidence,
            own_notes=self.own_notes,
            model=NO_MODEL if self.models is None else self.models.for_post(post.id, deadline_ms=deadline_ms),
        )

    async def _answer(self, post: Post, desk: Desk, outside: Outside) -> Draft | Abstain:
        if post.has_shown_media_match:
            return Abstain(SHOWN_MATCH)
        self._cut_off_again(desk, outside)
        try:
            coroutine = self.writer.draft(post, desk)
        except Exception as error:
            raise PluginFailure(f"raised {type(error).__name__}: {error}") from error
        try:
            answer = await within(coroutine, seconds=self._patience_s)
        except PluginFailure as failure:
            if str(failure).startswith(NO_ANSWER):
                outside.note_cut_off(str(failure), desk.evidence)
            raise
        match answer:
            case Abstain(reason=str()):
                return answer
            case Draft():
                submission(answer, post.id, self.test_mode)
                return answer
            case _:
                raise PluginFailure(f"answered {type(answer).__name__} where Draft or Abstain was due")

    @property
    def _patience_s(self) -> float:
        """A writer that answered in time when it was recorded does so again, however slow the machine is."""
        return max(self.seconds_per_post, REPLAY_PATIENCE_S) if self.tape.replaying else self.seconds_per_post

    def _cut_off_again(self, desk: Desk, outside: Outside) -> None:
        """A replay cannot be as slow as the writer was, so it takes up what that had come to."""
        cut_off = outside.cut_off()
        if cut_off is None:
            return
        reason, evidence = cut_off
        desk.evidence.update(evidence)
        for values in self.tape.notes(outside.stream, EXCHANGE):
            self.exchange_log.add(exchange_of(values))
        raise PluginFailure(reason)


def submission(draft: Draft, post_id: int, test_mode: bool) -> NoteSubmission:
    """The request that submits a draft. Raises PluginFailure where a field of the draft is of the wrong
    type.
    """
    try:
        if not all(isinstance(source, str) for source in draft.sources):
            raise PluginFailure("answered a draft whose 'sources' are not all texts")
        info = NoteInfo(
            text=draft.text,
            classification=draft.classification,
            misleading_tags=tuple(draft.misleading_tags),
            trustworthy_sources=draft.trustworthy_sources,
            is_media_note=draft.is_media_note or None,
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise PluginFailure(
            f"answered a draft whose '{first['loc'][0]}' cannot be sent: {first['msg']}"
        ) from None
    except TypeError as error:
        raise PluginFailure(f"answered a draft that cannot be sent: {error}") from None
    return NoteSubmission(test_mode=test_mode, post_id=str(post_id), info=info)


def _kept(url: str, document: Document) -> Evidence:
    return replace(
        Evidence.of(printable(url), document),
        title=printable(document.title),
        excerpt=printable(document.excerpt),
    )


def printable(text: str) -> str:
    """A plugin's or page's text as it can be kept: valid Unicode, of bounded length."""
    return text[:MAX_REASON_LENGTH].encode("utf-8", "replace").decode()
