"""One pass of a writer over the feed: draft, check, submit; bounded, resumable, the same whatever the
concurrency.

Drafts are made concurrently, but journalled and submitted one after the other in the feed's order, and
what was drafted beyond the point where a pass stops is dropped. So a pass over one feed has one outcome.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, NoReturn

from writers.client.notes_client import UNSURE
from writers.clock import Clock
from writers.drafting import Drafted, Drafting, submission
from writers.errors import (
    ApiError,
    ApiProblem,
    DailyLimitReached,
    DuplicateNote,
    Forbidden,
    InvalidRequest,
    NotAdmitted,
    RateLimited,
    Unauthorized,
)
from writers.feed_reading import FeedReading
from writers.journal import OWN_NOTE, Attempt, Journal, Outcome
from writers.llm import ModelDesk
from writers.plugin import Check, Fetch, OwnNote, Retriever, Writer
from writers.protocol.posts import Received
from writers.run_limits import PassSummary, RunLimits
from writers.settling import NOT_STORED, OWN_NOTES_KEPT, own_notes, settled
from writers.stopping import Stopping
from writers.tape import UNTAPED, NotesApi, Outside, Tape, TapedApi
from writers.tape.tape import PASS

DRY_RUN: Final = "dry run"
ASKED_TO_STOP: Final = "asked to"
MAX_UNSURE_IN_A_ROW: Final = 3
"""Submissions that may fail one after the other, each after every retry, before the API counts as down."""

_log = logging.getLogger(__name__)


async def run_pass(
    writer: Writer,
    client: NotesApi,
    *,
    journal: Journal,
    clock: Clock,
    test_mode: bool,
    web: Fetch,
    limits: RunLimits | None = None,
    retrievers: Sequence[Retriever] = (),
    checks: Sequence[Check] = (),
    post_selection: str | None = None,
    dry_run: bool = False,
    on_attempt: Callable[[Attempt], None] | None = None,
    models: ModelDesk | None = None,
    tape: Tape = UNTAPED,
    stop: asyncio.Event | None = None,
) -> PassSummary:
    """Take a writer over the eligible feed once.

    `checks` judge each draft: `writers.discovery.load_checks` gives the installed ones. `on_attempt` is
    told each attempt when it is in the journal. `models` should log to the journal (`Journal.exchange_log`).
    A pass that may be cancelled or killed at any moment can be run again with the same journal: no post is
    attempted twice, and no note that the API has is lost. Once `stop` is set, a note on its way is seen
    through, and the pass ends. `tape` records the pass, or replays one: then give it a journal of its own.

    Raises NotAdmitted where live notes are not allowed, other ApiErrors where the feed cannot be read or
    the account may not write, and NotRecorded where a replay needs what was not recorded.
    """
    limits = limits or RunLimits()
    if tape is not UNTAPED:
        client = TapedApi(tape, client)
    drafting = Drafting(
        writer=writer,
        client=client,
        clock=clock,
        test_mode=test_mode,
        seconds_per_post=limits.seconds_per_post,
        retrievers={retriever.name: retriever for retriever in retrievers},
        checks=checks,
        web=web,
        own_notes=own_notes(journal, writer.name, test_mode, tape=tape),
        exchange_log=journal.exchange_log(writer.name, test_mode),
        models=models,
        tape=tape,
    )
    running = _Pass(drafting, journal, limits, post_selection, dry_run, on_attempt, Stopping(tape, stop))
    try:
        await running.settle_earlier_pass()
        await running.go()
    except (Forbidden, InvalidRequest) as error:
        _explain(error, test_mode, post_selection)
    return running.summary()


class _Handed(NamedTuple):
    """A post's attempt in the making, or None for the feed's end."""

    received: Received | None
    draft: asyncio.Task[Attempt | Drafted] | None
    skipped_before: int


class _Pass:
    """A pass under way."""

    def __init__(
        self,
        drafting: Drafting,
        journal: Journal,
        limits: RunLimits,
        post_selection: str | None,
        dry_run: bool,
        on_attempt: Callable[[Attempt], None] | None,
        stopping: Stopping,
    ) -> None:
        self.drafting = drafting
        self.journal = journal
        self.limits = limits
        self.dry_run = dry_run
        self.on_attempt = on_attempt
        self.name = drafting.writer.name
        self.test_mode = drafting.test_mode
        self.client = drafting.client
        self.tape = drafting.tape
        self.clock = Outside(drafting.tape, PASS).clock(drafting.clock, "clock")
        self.stopping = stopping
        self.reading = FeedReading(
            self.client,
            journal,
            self.name,
            self.test_mode,
            post_selection,
            limits.max_pages,
            self.tape,
            stopping,
        )
        self.own_notes = deque(drafting.own_notes, maxlen=OWN_NOTES_KEPT)
        self.slots = asyncio.Semaphore(limits.concurrency)
        self.tally: Counter[Outcome] = Counter()
        self.skipped = 0
        self.recovered = 0
        self.unsure_in_a_row = 0
        self.stopped: str | None = None
        self.resume_at_ms: int | None = None

    def summary(self) -> PassSummary:
        counts = {o.value: self.tally[o] for o in Outcome if o is not Outcome.SUBMITTING}
        return PassSummary(
            seen=self.skipped + self.tally.total(),
            skipped=self.skipped,
            unsure=self.tally[Outcome.SUBMITTING],
            recovered=self.recovered,
            stopped=self.stopped or (ASKED_TO_STOP if self.stopping.asked else None),
            resume_at_ms=self.resume_at_ms,
            **counts,
        )

    async def settle_earlier_pass(self) -> None:
        """Find out what became of notes that were sent without an answer."""
        attempts = await self.stopping.unless_asked(
            "settling",
            settled(self.journal, self.client, self.name, self.test_mode, tape=self.tape, clock=self.clock),
        )
        for attempt in attempts or ():
            self.recovered += attempt.outcome is Outcome.SUBMITTED
            self._keep(attempt)

    async def go(self) -> None:
        limits = self.limits
        posts = self.reading.posts()
        drafts: deque[_Handed] = deque()
        handed_out, more = 0, True
        try:
            while self.stopped is None and not self.stopping.asked and not self._has_notes_enough():
                more = more and (limits.max_posts is None or handed_out < limits.max_posts)
                if more and len(drafts) < 2 * limits.concurrency:
                    found = await anext(posts)
                    more = found.received is not None
                    handed_out += more
                    draft = asyncio.create_task(self._draft(found.received)) if found.received else None
                    drafts.append(_Handed(found.received, draft, found.skipped_before))
                elif drafts:
                    await self._finish(drafts.popleft())
                else:
                    return
        finally:
            tasks = [handed.draft for handed in drafts if handed.draft is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await posts.aclose()

    def _has_notes_enough(self) -> bool:
        made = self.tally[Outcome.DRAFTED if self.dry_run else Outcome.SUBMITTED]
        return self.limits.max_notes is not None and made >= self.limits.max_notes

    async def _draft(self, received: Received) -> Attempt | Drafted:
        """A fresh attempt, or the draft that an earlier pass could not get through to the API."""
        kept = self.journal.attempt(self.name, self.test_mode, received.post.id)
        if kept is not None and kept.draft is not None and kept.reason != DRY_RUN and not self.dry_run:
            return kept
        async with self.slots:
            return await self.drafting.attempt(received)

    async def _finish(self, handed: _Handed) -> None:
        """Judge and submit what is to be submitted, and write down how the attempt ended."""
        self.skipped += handed.skipped_before
        if handed.received is None or handed.draft is None:
            return
        attempt = await self.stopping.unless_asked(f"post {handed.received.post.id}", handed.draft)
        if attempt is None:
            return
        if isinstance(attempt, Drafted):
            attempt = self.drafting.judged(attempt, tuple(self.own_notes))
        if attempt.outcome is Outcome.DRAFTED and not self.dry_run:
            await self._submit(attempt)
        elif attempt.outcome is Outcome.DRAFTED:
            self._conclude(replace(attempt, reason=DRY_RUN))
        else:
            self._conclude(attempt)

    async def _submit(self, attempt: Attempt) -> None:
        assert attempt.draft is not None
        sending = replace(attempt, outcome=Outcome.SUBMITTING, ended_ms=self.clock.now_ms())
        if not self.journal.claim(sending):
            self.skipped += 1
            return
        try:
            note_id = await self.client.create(submission(attempt.draft, attempt.post_id, self.test_mode))
        except UNSURE as error:
            self.unsure_in_a_row += 1
            if self.unsure_in_a_row == MAX_UNSURE_IN_A_ROW:
                self.stopped = f"the API failed {MAX_UNSURE_IN_A_ROW} times in a row: {error}"
            self._conclude(replace(sending, reason=str(error)))
            return
        except ApiError as error:
            self._conclude(self._not_taken(attempt, error))
            if isinstance(error, Unauthorized | Forbidden) and not isinstance(error, DailyLimitReached):
                raise
            return
        self.unsure_in_a_row = 0
        self._conclude(replace(sending, outcome=Outcome.SUBMITTED, reason="", note_id=note_id))

    def _not_taken(self, attempt: Attempt, error: ApiError) -> Attempt:
        """How an attempt ends whose note the API said no to."""
        if isinstance(error, DuplicateNote) and error.note_id is not None:
            if attempt.reason == NOT_STORED:
                return replace(attempt, outcome=Outcome.SUBMITTED, reason="", note_id=error.note_id)
            known = {attempt.post_id: error.note_id}
            self.journal.reconcile(
                self.name, self.test_mode, known, now_ms=self.clock.now_ms(), complete=False
            )
        if isinstance(error, DailyLimitReached):
            self.stopped = "the writing limit of the last 24 hours is used up"
        elif isinstance(error, RateLimited):
            self.stopped = "the API asks to come back later"
            self.resume_at_ms = error.reset_at_ms
        its_own_fault = isinstance(error, ApiProblem) and error.status not in (401, 403, 429)
        return replace(
            attempt, outcome=Outcome.FAILED if its_own_fault else Outcome.DRAFTED, reason=str(error)
        )

    def _conclude(self, attempt: Attempt) -> None:
        self.tally[attempt.outcome] += 1
        if attempt.draft is not None and (attempt.outcome in OWN_NOTE or attempt.reason == DRY_RUN):
            self.own_notes.append(OwnNote(attempt.post_id, attempt.draft.text))
        self._keep(replace(attempt, ended_ms=self.clock.now_ms()))

    def _keep(self, attempt: Attempt) -> None:
        self.journal.record(attempt)
        _log.info("post %d: %s %s", attempt.post_id, attempt.outcome, attempt.reason)
        if self.on_attempt is not None:
            self.on_attempt(attempt)


def _explain(error: ApiProblem, test_mode: bool, post_selection: str | None) -> NoReturn:
    """Raise NotAdmitted where that is what the API's answer to a live request means, else the error
    itself.
    """
    problem = error.problem
    about_the_account = problem.says("must be an API Note Writer") or problem.says("Client Forbidden")
    about_the_mode = isinstance(error, Forbidden) or problem.says("test_mode")
    if test_mode or about_the_account or not about_the_mode:
        raise error
    size = f", or the feed '{post_selection}' is not open to it" if post_selection else ""
    raise NotAdmitted(
        f"The API refused live notes ({problem.summary()}): this writer is not admitted yet{size}. "
        "Run it in test mode until it is."
    ) from error
