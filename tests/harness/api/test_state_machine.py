"""The API against a small model of what it promises, over random lives of two writers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from harness.api import ServerSettings, create_app
from harness.rounds.evaluation import evaluate_pending
from harness.store import MasterKey, Store
from scoring.statuses import CRNH
from tests.harness.api.running import recorded_evaluator
from tests.harness.api.samples import Arrival, sample_post, submission
from tests.harness.store.test_notes import status_columns
from writers.auth import OAuth1Credentials
from writers.clock import DAY_MS, HOUR_MS, MINUTE_MS
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, TWEET, WRITTEN_PATH
from writers.protocol.snowflakes import created_at_ms

BEGAN_MS = 1_790_000_000_000
FEED_WINDOW_MS = 2 * DAY_MS
WINDOW_MS = 15 * MINUTE_MS
HOURS_AGO = [*range(-40, 0, 8), *range(1, 40), 44, 47, 49, 60]
"""Ages of the posts; the negative ones are yet to arrive."""
NO_POST = "1200000000000000000"
ADMITTED, IN_TEST_MODE = 0, 1

WRITERS = st.sampled_from([ADMITTED, IN_TEST_MODE])
POSTS = st.integers(0, len(HOURS_AGO) + 1)
"""Index of a post; one past the end is a post nobody knows."""
PAGE_SIZES = st.sampled_from([3, 100, 1])


class Clock:
    def __init__(self) -> None:
        self.ms = BEGAN_MS

    def now_ms(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass
class Note:
    """A note as the model remembers it."""

    note_id: int
    writer: int
    post_id: str
    test_mode: bool
    created_ms: int
    deleted: bool = False
    evaluated: bool = False
    not_helpful: bool = False


@dataclass
class Window:
    reset_ms: int = 0
    used: int = 0


class Model:
    """What the API promises, in the fewest words: lists searched from end to end, and no state but them."""

    def __init__(self, options: ServerSettings, posts: list[Arrival]) -> None:
        self.options = options
        self.posts = posts
        self.notes: list[Note] = []
        self.windows: dict[tuple[int, str, int], Window] = {}

    def admits(self, writer: int, operation: str, now_ms: int) -> tuple[bool, int]:
        """Whether the limits let a request pass, and how many more in its window of 15 minutes."""
        limits = [
            (self.options.feed_rate_limit if operation == "feed" else self.options.rate_limit, WINDOW_MS)
        ]
        if operation == "create" and self.options.notes_requests_per_day is not None:
            limits.append((self.options.notes_requests_per_day, DAY_MS))
        windows = []
        for limit, length_ms in limits:
            window = self.windows.setdefault((writer, operation, length_ms), Window())
            if now_ms >= window.reset_ms:
                window.reset_ms, window.used = now_ms + length_ms, 0
            windows.append((limit, window))
        passes = all(window.used < limit for limit, window in windows)
        for _, window in windows:
            window.used += passes
        limit, window = windows[0]
        return passes, limit - window.used

    def post(self, post_id: str, now_ms: int) -> Arrival | None:
        """The post, where a note may be written on it."""
        for post in self.posts:
            if post.wire.id == post_id and post.arrived_at_ms <= now_ms:
                gone = post.arrived_at_ms <= now_ms - FEED_WINDOW_MS
                return None if gone and not self.options.accept_posts_that_left_the_feed else post
        return None

    def create(self, writer: int, post_id: str, *, test_mode: bool, now_ms: int) -> tuple[int, str]:
        """The status of a create, and what its answer says."""
        if not test_mode and writer != ADMITTED:
            return self.options.not_admitted_status, ""
        post = self.post(post_id, now_ms)
        if post is None:
            return self.options.unknown_post_status, "is not found"
        if post.wire.matched_media_notes:
            return 400, "already shown"
        if not test_mode and len(self.live(writer, now_ms - DAY_MS)) >= self.writing_limit(writer):
            return 403, "daily limit"
        for note in self.notes:
            rivals = self.options.test_and_live_share_duplicates or note.test_mode == test_mode
            stands = not (note.deleted and self.options.deleted_note_frees_post)
            if (note.writer, note.post_id) == (writer, post_id) and rivals and stands:
                return 400, f"already created a note: [{note.note_id}]"
        return 201, ""

    def live(self, writer: int, after_ms: int = 0) -> list[Note]:
        return [n for n in self.notes if n.writer == writer and not n.test_mode and n.created_ms > after_ms]

    def writing_limit(self, writer: int) -> int:
        """The published rules for a writer none of whose notes was ever found helpful."""
        written = self.live(writer)
        decided = sum(note.not_helpful for note in written)
        if decided >= 8:
            return 2
        return 5 if decided >= 3 or len(written) >= 20 else 10

    def delete(self, writer: int, note_id: int) -> int:
        """The status of a deletion, which is carried out."""
        for note in self.notes:
            if note.note_id == note_id and note.writer != writer:
                return self.options.foreign_note_status
            if note.note_id == note_id and note.deleted:
                return self.options.deleted_note_status
            if note.note_id == note_id:
                note.deleted = True
                return 200
        return self.options.missing_note_status

    def written(self, writer: int, *, test_mode: bool, start_id: int | None = None) -> list[Note]:
        """Notes that stand, newest first, from one on."""
        return [
            note
            for note in reversed(self.notes)
            if (note.writer, note.test_mode, note.deleted) == (writer, test_mode, False)
            and (start_id is None or note.note_id <= start_id)
        ]

    def feed(self, now_ms: int, start: Arrival | None = None) -> list[Arrival]:
        """Posts in the feed, newest first, from one on."""
        return [
            post
            for post in sorted(self.posts, key=lambda post: post.arrived_at_ms, reverse=True)
            if now_ms - FEED_WINDOW_MS < post.arrived_at_ms <= now_ms
            and (start is None or post.arrived_at_ms <= start.arrived_at_ms)
        ]


class TwoWriters(RuleBasedStateMachine):
    """One writer is admitted, one is in test mode; both have limits of their own."""

    notes = Bundle("notes")
    places = Bundle("places")
    """A `pagination_token` of notes written, and the note it points at."""
    feed_places = Bundle("feed_places")

    @initialize(
        options=st.builds(
            ServerSettings,
            rate_limit=st.sampled_from([1000, 5, 1000]),
            feed_rate_limit=st.sampled_from([1000, 2]),
            notes_requests_per_day=st.sampled_from([None, None, 9]),
            feed_window_ms=st.just(FEED_WINDOW_MS),
            accept_posts_that_left_the_feed=st.booleans(),
            unknown_post_status=st.sampled_from([400, 404]),
            missing_note_status=st.sampled_from([400, 403, 404]),
            foreign_note_status=st.sampled_from([400, 403, 404]),
            deleted_note_status=st.sampled_from([200, 400, 403, 404]),
            not_admitted_status=st.sampled_from([400, 403]),
            deleted_note_frees_post=st.booleans(),
            test_and_live_share_duplicates=st.booleans(),
            written_paging=st.sampled_from(["start_at", "opaque"]),
        )
    )
    def open(self, options: ServerSettings) -> None:
        self.clock = Clock()
        self.runner = asyncio.Runner()
        self.store = Store.in_memory(MasterKey.from_seed(1))
        posts = [sample_post(hours * 60, BEGAN_MS) for hours in HOURS_AGO]
        match = [{"note_id": "1400000000000000003", "match_status": "matched_and_shown"}]
        posts[8] = sample_post(HOURS_AGO[8] * 60, BEGAN_MS, matched_media_notes=match)
        self.store.add_posts(posts)
        self.model = Model(options, posts)
        self.evaluator = recorded_evaluator()
        app = create_app(self.store, clock=self.clock, evaluator=self.evaluator, settings=options)
        credentials = [self.store.add_writer(name, BEGAN_MS) for name in ("admitted", "in test mode")]
        self.store.admit(credentials[ADMITTED].writer_id, BEGAN_MS)
        self.clients = [
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://x",
                auth=OAuth1Credentials(
                    writer.consumer_key,
                    writer.consumer_secret,
                    writer.access_token,
                    writer.access_token_secret,
                    self.clock,
                ),
            )
            for writer in credentials
        ]

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            for client in self.clients:
                self.runner.run(client.aclose())
            self.runner.close()
            self.store.close()

    def ask(
        self, writer: int, operation: str, method: str, path: str, **options: Any
    ) -> httpx.Response | None:
        """The answer; None where it was refused for the rate limit, as the model says it had to be."""
        passes, remaining = self.model.admits(writer, operation, self.clock.ms)
        answer = self.runner.run(self.clients[writer].request(method, path, **options))
        assert answer.headers["x-rate-limit-remaining"] == str(remaining)
        assert (answer.status_code != 429) == passes, answer.text
        return answer if passes else None

    def post_id(self, index: int) -> str:
        return self.model.posts[index].wire.id if index < len(self.model.posts) else NO_POST

    @rule(target=notes, writer=WRITERS, post=POSTS, test_mode=st.booleans())
    def create(self, writer: int, post: int, test_mode: bool) -> Any:
        post_id = self.post_id(post)
        body = submission(post_id, test_mode=test_mode)
        answer = self.ask(writer, "create", "POST", NOTES_PATH, json=body)
        if answer is None:
            return multiple()
        status, told = self.model.create(writer, post_id, test_mode=test_mode, now_ms=self.clock.ms)
        assert answer.status_code == status, answer.text
        assert told in answer.text
        if status != 201:
            return multiple()
        note_id = int(answer.json()["data"]["id"])
        assert created_at_ms(note_id) == self.clock.ms
        assert all(note_id > note.note_id for note in self.model.notes)
        self.model.notes.append(Note(note_id, writer, post_id, test_mode, self.clock.ms))
        return note_id

    @rule(target=notes, count=st.integers(5, 25), live=st.sampled_from([True, True, False]))
    def create_many(self, count: int, live: bool) -> Any:
        """A day's work on posts without a note: without it, daily limits would hardly be reached."""
        noted = {note.post_id for note in self.model.notes}
        free = [i for i in range(len(HOURS_AGO)) if self.post_id(i) not in noted]
        eligible = [i for i in free if self.model.post(self.post_id(i), self.clock.ms)]
        before = len(self.model.notes)
        for post in eligible[:count]:
            self.create(ADMITTED, post, not live)
        return multiple(*(note.note_id for note in self.model.notes[before:]))

    @rule(target=notes, note_id=notes, test_mode=st.booleans())
    def create_again(self, note_id: int, test_mode: bool) -> Any:
        """A note on a post that its writer has noted, or had noted."""
        note = self.note(note_id)
        index = next(i for i, post in enumerate(self.model.posts) if post.wire.id == note.post_id)
        return self.create(note.writer, index, test_mode)

    @rule(note_id=notes, test_mode=st.booleans())
    def delete_and_create_again(self, note_id: int, test_mode: bool) -> None:
        self.delete_as(self.note(note_id).writer, note_id)
        self.create_again(note_id, test_mode)

    @rule(writer=WRITERS, note_id=notes | st.just(123))
    def delete(self, writer: int, note_id: int) -> None:
        self.delete_as(writer, note_id)

    def delete_as(self, writer: int, note_id: int) -> None:
        if answer := self.ask(writer, "delete", "DELETE", f"{NOTES_PATH}/{note_id}"):
            assert answer.status_code == self.model.delete(writer, note_id), answer.text

    def note(self, note_id: int) -> Note:
        return next(note for note in self.model.notes if note.note_id == note_id)

    @rule(writer=WRITERS, post=POSTS, malformed=st.booleans())
    def evaluate(self, writer: int, post: int, malformed: bool) -> None:
        post_id = self.post_id(post)
        body = {"post_id": post_id, "note_text": "A text."} | ({"extra": "x"} if malformed else {})
        if answer := self.ask(writer, "evaluate", "POST", TWEET.evaluate_path, json=body):
            known = self.model.post(post_id, self.clock.ms) is not None
            expected = 400 if malformed else 200 if known else self.model.options.unknown_post_status
            assert answer.status_code == expected, answer.text

    @rule(target=places, writer=WRITERS, test_mode=st.booleans(), size=PAGE_SIZES)
    def list_notes(self, writer: int, test_mode: bool, size: int) -> Any:
        return self.page_of_notes(writer, test_mode, size, None)

    @rule(target=places, writer=WRITERS, test_mode=st.booleans(), size=PAGE_SIZES, place=places)
    def list_notes_from(self, writer: int, test_mode: bool, size: int, place: tuple[str, int]) -> Any:
        """A token may be older than the newest changes, and another writer's: it names a place in time."""
        return self.page_of_notes(writer, test_mode, size, place)

    def page_of_notes(self, writer: int, test_mode: bool, size: int, place: tuple[str, int] | None) -> Any:
        query = {"test_mode": str(test_mode), "max_results": str(size)}
        if place is not None:
            query["pagination_token"] = place[0]
        answer = self.ask(writer, "written", "GET", WRITTEN_PATH, params=query)
        if answer is None:
            return multiple()
        if not test_mode and writer != ADMITTED:
            assert answer.status_code == self.model.options.not_admitted_status
            return multiple()
        expected = self.model.written(writer, test_mode=test_mode, start_id=place[1] if place else None)
        page = answer.json()
        listed = page.get("data", [])
        assert [note["id"] for note in listed] == [str(note.note_id) for note in expected[:size]]
        assert [note["info"]["post_id"] for note in listed] == [note.post_id for note in expected[:size]]
        assert ["test_result" in note for note in listed] == [note.evaluated for note in expected[:size]]
        assert [note["status"] for note in listed] == [_status(note) for note in expected[:size]]
        assert page["meta"]["result_count"] == len(listed)
        assert ("next_token" in page["meta"]) == (len(expected) > size)
        return (page["meta"]["next_token"], expected[size].note_id) if len(expected) > size else multiple()

    @rule(target=feed_places, writer=WRITERS, test_mode=st.booleans(), size=PAGE_SIZES)
    def feed(self, writer: int, test_mode: bool, size: int) -> Any:
        return self.page_of_feed(writer, test_mode, size, None)

    @rule(target=feed_places, writer=WRITERS, test_mode=st.booleans(), size=PAGE_SIZES, place=feed_places)
    def feed_from(self, writer: int, test_mode: bool, size: int, place: tuple[str, Arrival]) -> Any:
        return self.page_of_feed(writer, test_mode, size, place)

    def page_of_feed(self, writer: int, test_mode: bool, size: int, place: tuple[str, Arrival] | None) -> Any:
        query = {"test_mode": str(test_mode), "max_results": str(size)}
        if place is not None:
            query["pagination_token"] = place[0]
        answer = self.ask(writer, "feed", "GET", FEED_PATH, params=query)
        if answer is None:
            return multiple()
        if not test_mode and writer != ADMITTED:
            assert answer.status_code == self.model.options.not_admitted_status
            return multiple()
        expected = self.model.feed(self.clock.ms, place[1] if place else None)
        page = answer.json()
        assert [post["id"] for post in page.get("data", [])] == [post.wire.id for post in expected[:size]]
        assert ("next_token" in page["meta"]) == (len(expected) > size)
        return (page["meta"]["next_token"], expected[size]) if len(expected) > size else multiple()

    @rule(ms=st.sampled_from([DAY_MS, DAY_MS - 1, MINUTE_MS, WINDOW_MS - 1, WINDOW_MS, HOUR_MS, 8 * HOUR_MS]))
    def time_passes(self, ms: int) -> None:
        self.clock.ms += ms

    @rule()
    def evaluators_run(self) -> None:
        delay_ms = self.model.options.evaluation_delay_ms
        self.runner.run(evaluate_pending(self.store, self.evaluator, now_ms=self.clock.ms, delay_ms=delay_ms))
        for note in self.model.notes:
            note.evaluated |= note.test_mode and note.created_ms + delay_ms <= self.clock.ms

    @precondition(lambda self: self.model.live(ADMITTED))
    @rule(count=st.sampled_from([3, 8]))
    def people_find_notes_not_helpful(self, count: int) -> None:
        undecided = [note for note in self.model.live(ADMITTED) if not note.not_helpful][:count]
        for note in undecided:
            note.not_helpful = True
        ids = [note.note_id for note in undecided]
        self.store.update_statuses(status_columns(ids, [CRNH] * len(ids)))

    @invariant()
    def no_post_has_two_notes(self) -> None:
        if not hasattr(self, "model"):
            return
        standing = [
            (note.author_id, note.post_id, note.test_mode)
            for note in self.store.notes()
            if note.deleted_at_ms is None
        ]
        assert len(set(standing)) == len(standing) == sum(not note.deleted for note in self.model.notes)


def _status(note: Note) -> str:
    if note.test_mode:
        return ""
    return "currently_rated_not_helpful" if note.not_helpful else "needs_more_ratings"


TestTwoWriters = TwoWriters.TestCase
TestTwoWriters.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
