"""An AI writer in a season: its plugin, its account, and its passes over the feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from harness.eligibility import Eligibility
from harness.simulation.models import SeasonModels
from harness.simulation.result import WriterDay
from harness.simulation.scenario import LARGEST, WriterSettings
from writers.bounded import NO_ANSWER
from writers.client import NotesClient
from writers.clock import DAY_MS, HOUR_MS, MINUTE_MS, Clock
from writers.errors import ApiError, PluginFailure
from writers.journal import Attempt, Journal, Outcome
from writers.llm import ModelDesk
from writers.plugin import Check, Fetch, Retriever, Writer
from writers.protocol.post_selection import DEFAULT_SELECTION, FeedSize, PostSelection
from writers.run import run_pass
from writers.run_limits import RunLimits

PATIENCE: Final = 3
"""Drafts that may hang before a writer takes no further part; each costs real time, up to its limit."""

FEED_PAGES: Final = 1
"""Pages of the feed that a pass reads: the newest 100 posts, since older ones have lost their readers."""


class Withdrawn(PluginFailure):
    """The writer hung too often."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every writer of a season finds around it."""

    clock: Clock
    web: Fetch
    retrievers: Sequence[Retriever]
    checks: Sequence[Check]
    tell: Callable[[str, str], None]
    """Told who met with what mishap."""
    models: SeasonModels | None = None
    """None where no language model is configured."""


class AiWriter:
    """One writer and its record so far."""

    def __init__(self, settings: WriterSettings, plugin: Writer, client: NotesClient, writer_id: int) -> None:
        self.settings = settings
        self.client = client
        self.writer_id = writer_id
        self.journal = Journal.in_memory(material=False)
        self.days: list[WriterDay] = []
        self._plugin = plugin
        self._hung = 0

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def withdrawn(self) -> bool:
        return self._hung >= PATIENCE

    def passes(self, day_start_ms: int, place: int) -> list[int]:
        """The times of a day's passes; where the settings name no minute of the hour, `place` does."""
        pause_ms = DAY_MS // self.settings.passes_per_day
        minute = self.settings.minute if self.settings.minute is not None else 1 + place
        first_ms = day_start_ms + minute * MINUTE_MS % HOUR_MS
        return [first_ms + i * pause_ms for i in range(self.settings.passes_per_day)]

    def counts(self) -> dict[str, int]:
        """Attempts by outcome, over test and live notes."""
        return {
            outcome.value: count for outcome, count in self.journal.counts(self._plugin.name).items() if count
        }

    def submitted(self, *, test_mode: bool) -> int:
        """Notes that the API has taken."""
        return self.journal.counts(self._plugin.name, test_mode=test_mode)[Outcome.SUBMITTED]

    def attempts(self) -> Iterator[Attempt]:
        """Every attempt, in the order they were made."""
        return self.journal.attempts(self._plugin.name)

    async def take_pass(self, around: Surroundings, standing: Eligibility | None) -> None:
        """Go over the feed once: live with `standing`, in test mode before admission, where it is None.

        Whatever the writer does, it is told and the season goes on.
        """
        if self.withdrawn or (standing is not None and standing.notes_left == 0):
            return

        def watch(attempt: Attempt) -> None:
            if attempt.outcome is Outcome.FAILED:
                around.tell(self.name, f"a draft failed: {attempt.reason}")
                self._hung += attempt.reason.startswith(NO_ANSWER)
                if self.withdrawn:
                    raise Withdrawn(
                        f"takes no further part after {PATIENCE} drafts without an answer in time"
                    )

        settings = self.settings
        try:
            async with self._models(around, test_mode=standing is None) as models:
                await run_pass(
                    self._plugin,
                    self.client,
                    journal=self.journal,
                    clock=around.clock,
                    test_mode=standing is None,
                    web=around.web,
                    limits=RunLimits(
                        max_posts=settings.posts_per_pass,
                        max_pages=FEED_PAGES,
                        max_notes=standing.notes_left if standing is not None else None,
                        concurrency=settings.concurrency,
                        seconds_per_post=settings.seconds_per_post,
                    ),
                    retrievers=around.retrievers,
                    checks=around.checks if settings.checks else (),
                    post_selection=self._post_selection(standing),
                    on_attempt=watch,
                    models=models,
                )
        except (ApiError, PluginFailure) as error:
            around.tell(self.name, str(error))

    def _models(
        self, around: Surroundings, *, test_mode: bool
    ) -> AbstractAsyncContextManager[ModelDesk | None]:
        """The pass's language models, whose exchanges go to the journal."""
        if around.models is None:
            return nullcontext()
        return around.models.desk(
            self.journal.exchange_log(self._plugin.name, test_mode), season=around.clock
        )

    def calls_usd(self) -> list[Decimal | None]:
        """What each question that was sent to a language model cost; None where that is not known."""
        return [spent.cost_usd for spent in self.journal.spent(self._plugin.name) if spent.tries]

    def _post_selection(self, standing: Eligibility | None) -> str:
        feeds = standing.feeds if standing is not None else (DEFAULT_SELECTION.feed_size,)
        wanted = feeds[-1] if self.settings.feed == LARGEST else self.settings.feed
        size = wanted if wanted in feeds else DEFAULT_SELECTION.feed_size
        return PostSelection(FeedSize(size), self.settings.language).wire()
