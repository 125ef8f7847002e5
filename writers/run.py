"""One pass of a writer over the feed: draft, check, submit; bounded, resumable, the same whatever the
concurrency.

Drafts are made concurrently, but journalled and submitted one after the other in the feed's order, and
what was drafted beyond the point where a pass stops is dropped. So a pass over one feed has one outcome.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple, NoReturn

from writers.client import NotesClient
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
from writers.journal import OWN_NOTE, Attempt, Journal, Outcome
from writers.plugin import Check, Fetch, OwnNote, Retriever, Writer
from writers.protocol.posts import Post

DRY_RUN: Final = "dry run"
NOT_STORED: Final = "sent by an earlier pass, not stored by the API"
MAX_UNSURE_IN_A_ROW: Final = 3
"""Submissions that may fail one after the other, each after every retry, before the API counts as down."""

OWN_NOTES_KEPT: Final = 300
"""Of the writer's latest notes, for checks that compare."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The bounds of a pass; None is no bound."""

    max_posts: int | None = None
    """Posts handed to the writer."""
    max_notes: int | None = None
    """Notes submitted (drafted, in a dry run)."""
    max_pages: int | None = None
    """Pages of the feed, of up to 100 posts each."""
    concurrency: int = 4
    """Drafts in the making at one time."""
    seconds_per_post: float = 60.0

    def __post_init__(self) -> None:
        for name in ("max_posts", "max_notes", "max_pages"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} is {value}: it must not be negative")
        if self.concurrency < 1 or self.seconds_per_post <= 0:
            raise ValueError("concurrency and seconds_per_post must be positive")


@dataclass(frozen=True, slots=True)
class PassSummary:
    """What a pass came to. Posts seen = skipped + drafted + abstained + refused + submitted + failed +
    unsure.
    """

    seen: int = 0
    """Posts of the feed that were looked at."""
    skipped: int = 0
    """Posts that this writer has attempted, or its account has noted, before."""
    drafted: int = 0
    abstained: int = 0
    refused: int = 0
    submitted: int = 0
    failed: int = 0
    unsure: int = 0
    """Notes that were sent without an answer: the next pass asks the API what became of them."""
    recovered: int = 0
    """Notes of an earlier pass that was cut off, which the API turned out to have."""
    stopped: str | None = None
    """Why the pass ended before its limits or the feed did."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def run_pass(
    writer: Writer,
    client: NotesClient,
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
) -> PassSummary:
    """Take a writer over the eligible feed once.

    `checks` judge each draft: `writers.discovery.load_checks` gives the installed ones. `on_attempt` is
    told each attempt when it is in the journal. A pass that may be cancelled or killed at any moment can
    be run again with the same journal: no post is attempted twice, and no note that the API has is lost.

    Raises NotAdmitted where live notes are not allowed, and other ApiErrors where the feed cannot be
    read or the account may not write.
    """
    limits = limits or RunLimits()
    drafting = Drafting(
        writer=writer,
        client=client,
        clock=clock,
        test_mode=test_mode,
        seconds_per_post=limits.seconds_per_post,
        retrievers={retriever.name: retriever for retriever in retrievers},
        checks=checks,
        web=web,
        own_notes=journal.own_notes(writer.name, test_mode, limit=OWN_NOTES_KEPT),
    )
    running = _Pass(drafting, journal, limits, post_selection, dry_run, on_attempt)
    try:
        await running.settle_earlier_pass()
        await running.go()
    except (Forbidden, InvalidRequest) as error:
        _explain(error, test_mode, post_selection)
    return running.summary()


class _Found(NamedTuple):
    """A post to attempt, or None for the feed's end; and how many before it needed no attempt."""

    post: Post | None
    skipped_before: int


class _Handed(NamedTuple):
    """A post's attempt in the making, or None for the feed's end."""

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
    ) -> None:
        self.drafting = drafting
        self.journal = journal
        self.limits = limits
        self.post_selection = post_selection
        self.dry_run = dry_run
        self.on_attempt = on_attempt
        self.name = drafting.writer.name
        self.test_mode = drafting.test_mode
        self.client = drafting.client
        self.clock = drafting.clock
        self.own_notes = deque(drafting.own_notes, maxlen=OWN_NOTES_KEPT)
        self.slots = asyncio.Semaphore(limits.concurrency)
        self.tally: Counter[Outcome] = Counter()
        self.skipped = 0
        self.recovered = 0
        self.unsure_in_a_row = 0
        self.stopped: str | None = None

    def summary(self) -> PassSummary:
        counts = {o.value: self.tally[o] for o in Outcome if o is not Outcome.SUBMITTING}
        return PassSummary(
            seen=self.skipped + self.tally.total(),
            skipped=self.skipped,
            unsure=self.tally[Outcome.SUBMITTING],
            recovered=self.recovered,
            stopped=self.stopped,
            **counts,
        )

    async def settle_earlier_pass(self) -> None:
        """Ask the API what became of notes sent without an answer, and once, which notes the account has."""
        open_ended = list(
            self.journal.attempts(self.name, test_mode=self.test_mode, outcome=Outcome.SUBMITTING)
        )
        notes: dict[int, int] = {}
        if not self.journal.is_reconciled(self.name, self.test_mode):
            async for note in self.client.written(test_mode=self.test_mode):
                if note.info.post_id.isdecimal() and note.id.isdecimal():
                    notes[int(note.info.post_id)] = int(note.id)
            self.journal.reconcile(self.name, self.test_mode, notes, now_ms=self.clock.now_ms())
        elif open_ended:
            notes = await self.client.find_written(
                {attempt.post_id for attempt in open_ended},
                test_mode=self.test_mode,
                since_ms=min(attempt.began_ms for attempt in open_ended),
            )
        for attempt in open_ended:
            note_id = notes.get(attempt.post_id)
            if note_id is not None:
                self.recovered += 1
                settled = replace(attempt, outcome=Outcome.SUBMITTED, reason="", note_id=note_id)
            else:
                settled = replace(attempt, outcome=Outcome.DRAFTED, reason=NOT_STORED)
            self._keep(settled)

    async def go(self) -> None:
        limits = self.limits
        posts = self._posts()
        drafts: deque[_Handed] = deque()
        handed_out, more = 0, True
        try:
            while self.stopped is None and not self._has_notes_enough():
                more = more and (limits.max_posts is None or handed_out < limits.max_posts)
                if more and len(drafts) < 2 * limits.concurrency:
                    found = await anext(posts)
                    more = found.post is not None
                    handed_out += more
                    draft = asyncio.create_task(self._draft(found.post)) if found.post else None
                    drafts.append(_Handed(draft, found.skipped_before))
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

    async def _posts(self) -> AsyncGenerator[_Found, None]:
        """The posts to attempt, in the feed's order, then the end."""
        skipped = 0
        async for page in self._feed_pages():
            known = self.journal.outcomes(self.name, self.test_mode, [post.id for post in page])
            for post in page:
                if known.get(post.id, Outcome.DRAFTED) is Outcome.DRAFTED:
                    yield _Found(post, skipped)
                    skipped = 0
                else:
                    skipped += 1
        yield _Found(None, skipped)

    async def _feed_pages(self) -> AsyncIterator[list[Post]]:
        left = self.limits.max_pages
        if left == 0:
            return
        async for page in self.client.feed_pages(
            test_mode=self.test_mode, post_selection=self.post_selection
        ):
            yield page
            left = None if left is None else left - 1
            if left == 0:
                return

    async def _draft(self, post: Post) -> Attempt | Drafted:
        """A fresh attempt, or the draft that an earlier pass could not get through to the API."""
        kept = self.journal.attempt(self.name, self.test_mode, post.id)
        if kept is not None and kept.draft is not None and kept.reason != DRY_RUN and not self.dry_run:
            return kept
        async with self.slots:
            return await self.drafting.attempt(post)

    async def _finish(self, handed: _Handed) -> None:
        """Judge and submit what is to be submitted, and write down how the attempt ended."""
        self.skipped += handed.skipped_before
        if handed.draft is None:
            return
        attempt = await handed.draft
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
