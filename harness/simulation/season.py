"""A season: posts arrive, writers write, raters rate, scoring decides, and limits follow.

Every part is the real one: writers meet the API over HTTP (in process), links are checked, ratings and
statuses go through the store. Only time is simulated, hour by hour, and every random draw comes from the
scenario's seed, so one scenario has one result.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from operator import itemgetter

import httpx
import numpy as np

from harness.admission.evaluator import LocalEvaluator
from harness.api.app import create_app
from harness.api.settings import ServerSettings
from harness.eligibility import Eligibility, RuleSet, rules_at
from harness.rounds.admission import hold_draw
from harness.rounds.evaluation import evaluate_pending
from harness.rounds.scoring import ScoringRounds
from harness.simulation.ai_writer import AiWriter, Surroundings
from harness.simulation.assemble import Record, assemble
from harness.simulation.clock import SimulatedClock
from harness.simulation.events import Events
from harness.simulation.models import SeasonModels
from harness.simulation.note_reader import NoteReader
from harness.simulation.participants import make_raters, rater_id, rater_row
from harness.simulation.people import People, PeopleNote
from harness.simulation.recorded_feed import recorded_source
from harness.simulation.result import HourlyStatus, SeasonResult, StatusChange, StatusCounts
from harness.simulation.scenario import Scenario
from harness.simulation.stages import Enter, Stage, StagedTransport, unmeasured
from harness.simulation.standing import close_day, standing
from harness.simulation.world_posts import world_source
from harness.store import MasterKey, Store
from scoring.statuses import CRH, CRNH
from writers.auth import OAuth1Credentials
from writers.builtin.retrievers import DocumentSearch, SuggestedSources
from writers.client import NotesClient
from writers.clock import DAY_MS, HOUR_MS
from writers.discovery import load_checks, load_writer
from writers.plugin import Retriever, Writer
from writers.protocol.notes import Classification, NoteInfo, NoteSubmission
from writers.web import PageFetcher

BASE_URL = "http://notewright.test"

Progress = Callable[[float], None]
"""Told the share of the season that is over, 0 to 1."""


def run_season(
    scenario: Scenario, *, progress: Progress | None = None, enter: Enter = unmeasured
) -> SeasonResult:
    """Play a scenario to its end.

    What a writer's plugin does wrong is an event of the result; a plugin that cannot be loaded, or a file
    that cannot be read, is a UserError before the first day.
    """
    return asyncio.run(play(scenario, progress=progress, enter=enter))


async def play(
    scenario: Scenario, *, progress: Progress | None = None, enter: Enter = unmeasured
) -> SeasonResult:
    """`run_season` for callers that have an event loop already."""
    with Store.in_memory(MasterKey.from_seed(scenario.seed)) as store:
        async with AsyncExitStack() as resources:
            season = Season(scenario, store, enter)
            await season.open(resources)
            await season.play(progress)
            with enter(Stage.RESULT):
                return await season.result()


class Season:
    """A season under way.

    `plugins` are the writers' plugins in the scenario's order, for a caller that has made them already;
    without them each is made as the scenario says.
    """

    def __init__(
        self, scenario: Scenario, store: Store, enter: Enter, *, plugins: Sequence[Writer] | None = None
    ) -> None:
        rules_at(scenario.rules_date(scenario.start_ms))  # raises where no rules had been published yet
        world, raters, people, feed = np.random.SeedSequence(scenario.seed).spawn(4)
        self.scenario = scenario
        self.store = store
        self.clock = SimulatedClock(scenario.warm_up_start_ms)
        self.events = Events()
        self._enter = enter
        self._settings = ServerSettings(feed_window_ms=round(scenario.posts.eligible_hours * HOUR_MS))
        self._plugins = (
            [load_writer(writer.plugin, writer.options) for writer in scenario.writers]
            if plugins is None
            else plugins
        )
        self.raters = make_raters(scenario.raters, raters)
        with enter(Stage.WORLD):
            self.source = (
                world_source(scenario, int(world.generate_state(1)[0]), self.clock)
                if scenario.posts.feed is None
                else recorded_source(scenario, feed)
            )
        self._posts = {post.post.id: post for post in self.source.posts}
        self._evaluator = LocalEvaluator(self.source.links)
        self._reader = NoteReader(self.source, self._evaluator)
        self._people = People(scenario.people, self.source.posts, len(self.raters.population), people)
        groups = self.raters.population.modeling_group.tolist()
        self._scoring = ScoringRounds(
            store,
            modeling_groups={rater_id(row): group for row, group in enumerate(groups)},
        )
        self._last_note_id = 0
        self._histories: defaultdict[int, list[StatusChange]] = defaultdict(list)
        self._hourly: list[HourlyStatus] = []
        self._rounds = 0
        self.writers: list[AiWriter] = []

    async def open(self, resources: AsyncExitStack, *, models: SeasonModels | None = None) -> None:
        """Enrol the writers and set up what they find around them; `resources` closes it all."""
        scenario = self.scenario
        app = create_app(
            self.store,
            clock=self.clock,
            evaluator=self._evaluator,
            settings=self._settings,
            rules=rules_at(scenario.rules_as_of) if scenario.rules_as_of else None,
        )
        api = StagedTransport(httpx.ASGITransport(app=app), self._enter, Stage.API)
        for settings, plugin in zip(scenario.writers, self._plugins, strict=True):
            account = self.store.add_writer(settings.name, scenario.start_ms)
            auth = OAuth1Credentials(
                account.consumer_key,
                account.consumer_secret,
                account.access_token,
                account.access_token_secret,
                self.clock,
            )
            client = await resources.enter_async_context(
                NotesClient(BASE_URL, auth, clock=self.clock, transport=api)
            )
            writer = AiWriter(settings, plugin, client, account.writer_id)
            resources.callback(writer.journal.close)
            self.writers.append(writer)
        retrievers: list[Retriever] = [SuggestedSources()]
        if self.source.documents:
            retrievers.append(DocumentSearch(self.source.documents))
        self._around = Surroundings(
            clock=self.clock,
            web=await resources.enter_async_context(
                PageFetcher(self.source.web, clock=self.clock, polite=False)
            ),
            retrievers=retrievers,
            checks=load_checks(),
            tell=self._tell,
            models=models,
        )
        with self._enter(Stage.STORE):
            self.store.add_posts(self.source.posts)

    async def play(self, progress: Progress | None) -> None:
        """Every hour from the warm-up to the end."""
        begin, start, end = self.scenario.warm_up_start_ms, self.scenario.start_ms, self.scenario.end_ms
        for hour_ms in range(begin, end, HOUR_MS):
            if hour_ms >= start and (hour_ms - start) % DAY_MS == 0:
                self._hold_draw(hour_ms)
            await self._write(hour_ms)
            await self._rate(hour_ms)
            self.clock.advance_to(hour_ms + HOUR_MS)
            if hour_ms >= start:
                await self._evaluate()
            self._score(hours_played=(hour_ms + HOUR_MS - begin) // HOUR_MS)
            if hour_ms >= start and (hour_ms + HOUR_MS - start) % DAY_MS == 0:
                self._close_day()
            if progress is not None:
                progress((hour_ms + HOUR_MS - begin) / (end - begin))

    async def result(self) -> SeasonResult:
        """What the season brought."""
        return await assemble(
            Record(
                scenario=self.scenario,
                now_ms=self.clock.now_ms(),
                rules=self._rules(),
                source=self.source,
                store=self.store,
                writers=self.writers,
                raters=len(self.raters.population),
                scoring=self._scoring,
                scoring_rounds=self._rounds,
                histories=self._histories,
                hourly=self._hourly,
                link_checks=self._evaluator.link_checks,
                events=self.events.sentences(),
            )
        )

    def _hold_draw(self, now_ms: int) -> None:
        hold_draw(
            self.store,
            self._rules(),
            now_ms=now_ms,
            seed=self.scenario.seed,
            probability=self.scenario.admission.draw_probability,
        )

    async def _write(self, hour_ms: int) -> None:
        """The notes of an hour, by people and by writers, in order of time."""
        people = self._people.write(hour_ms, hour_ms + HOUR_MS)
        work: list[tuple[int, PeopleNote | AiWriter]] = [(note.at_ms, note) for note in people]
        if hour_ms >= self.scenario.start_ms:
            day_ms = hour_ms - (hour_ms - self.scenario.start_ms) % DAY_MS
            for place, writer in enumerate(self.writers):
                work += [
                    (at_ms, writer)
                    for at_ms in writer.passes(day_ms, place)
                    if hour_ms <= at_ms < hour_ms + HOUR_MS
                ]
        for at_ms, item in sorted(work, key=itemgetter(0)):
            self.clock.advance_to(at_ms)
            if isinstance(item, PeopleNote):
                self._publish(item)
            else:
                with self._enter(Stage.DRAFTING):
                    await item.take_pass(self._around, self._standing(item))

    def _publish(self, note: PeopleNote) -> None:
        """A person's note goes straight to the store: people do not write through the API of AI writers."""
        info = NoteInfo(text=note.text, classification=Classification.MISLEADING, trustworthy_sources=True)
        submission = NoteSubmission(test_mode=False, post_id=note.post.wire.id, info=info)
        with self._enter(Stage.STORE):
            self.store.create_note(rater_id(note.rater), submission, now_ms=note.at_ms)

    async def _rate(self, hour_ms: int) -> None:
        """Show raters the hour's live notes and store the ratings they make in it."""
        with self._enter(Stage.STORE):
            found = self.store.notes(test_mode=False, after_id=self._last_note_id)
        notes = []
        with self._enter(Stage.EVALUATION):
            for note in found:
                self._last_note_id = note.note_id
                post = self._posts[note.post_id]
                author = rater_row(note.author_id, len(self.raters.population))
                told = (note.note_id, note.created_at_ms, note.text, post)
                notes.append(await self._reader.ratable(*told, author=author))
        with self._enter(Stage.RATING):
            self.raters.meet(notes)
            ratings = await self.raters.rate(hour_ms, hour_ms + HOUR_MS)
        with self._enter(Stage.STORE):
            self.store.add_ratings(
                {
                    "note_id": ratings.note_id,
                    "rater_id": rater_id(ratings.rater.astype(np.int64)),
                    "created_at_ms": ratings.created_at_ms,
                    "level": ratings.level,
                    "helpful_tags": ratings.helpful_tags,
                    "not_helpful_tags": ratings.not_helpful_tags,
                    "population_sampled": np.zeros(len(ratings), np.bool_),
                }
            )

    async def _evaluate(self) -> None:
        with self._enter(Stage.EVALUATION):
            await evaluate_pending(
                self.store,
                self._evaluator,
                now_ms=self.clock.now_ms(),
                delay_ms=self._settings.evaluation_delay_ms,
                concurrency=1,
            )

    def _score(self, *, hours_played: int) -> None:
        """Prescoring and final scoring, each where it is due."""
        now_ms, settings = self.clock.now_ms(), self.scenario.scoring
        if hours_played % settings.prescore_every_hours == 0:
            with self._enter(Stage.PRESCORING):
                self._scoring.prescore(now_ms)
        if hours_played % settings.every_hours or not self._scoring.prescored:
            return
        with self._enter(Stage.SCORING):
            outcome = self._scoring.score(now_ms)
        for note_id, status in outcome.changes.items():
            self._histories[note_id].append(StatusChange(at_ms=now_ms, status=status))
        self.raters.told(outcome.changes)
        if now_ms > self.scenario.start_ms:
            self._rounds += 1
            self._hourly.append(HourlyStatus(at_ms=now_ms, counts=self._counts()))

    def _counts(self) -> StatusCounts:
        """The season's live notes by status."""
        tables = self._scoring.tables
        status = tables.status_history.status[tables.notes.created_at_ms >= self.scenario.start_ms]
        crh, crnh = int(np.sum(status == CRH)), int(np.sum(status == CRNH))
        return StatusCounts(crh=crh, crnh=crnh, nmr=len(status) - crh - crnh)

    def _close_day(self) -> None:
        for writer in self.writers:
            writer.days.append(close_day(self.store, writer, self._rules(), now_ms=self.clock.now_ms()))

    def _standing(self, writer: AiWriter) -> Eligibility | None:
        return standing(self.store, writer, self._rules(), now_ms=self.clock.now_ms())

    def _rules(self) -> RuleSet:
        return rules_at(self.scenario.rules_date(self.clock.now_ms()))

    def _tell(self, who: str, what: str) -> None:
        self.events.add((self.clock.now_ms() - self.scenario.start_ms) // DAY_MS, who, what)
