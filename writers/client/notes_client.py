"""The five operations of the AI Note Writer API, as coroutines and async iterators."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
from pydantic import BaseModel
from tenacity import AsyncRetrying

from writers.client.answers import log_partial_errors, parse, problem_error, read_answer
from writers.client.retry import RETRYABLE, RetryPolicy, Tenacity
from writers.clock import HOUR_MS, Clock, SystemClock
from writers.errors import (
    ApiError,
    ConnectionFailed,
    MalformedAnswer,
    NotFound,
    ServerFailure,
    UserError,
)
from writers.protocol.dialects import FEED_PATH, NOTES_PATH, TWEET, WRITTEN_PATH, Dialect
from writers.protocol.fields import (
    EXPANSIONS,
    FEED_EXPANSIONS,
    FEED_FIELDS,
    FEED_MEDIA_FIELDS,
    PLACE_FIELDS,
    POLL_FIELDS,
    PUBLIC_MEDIA_FIELDS,
    PUBLIC_POST_FIELDS,
    PUBLIC_USER_FIELDS,
)
from writers.protocol.notes import (
    NOTE_FIELDS,
    CreatedNote,
    DeletedNote,
    EvaluationRequest,
    NoteEvaluation,
    NoteSubmission,
    WrittenNote,
    WrittenPage,
    wire_json,
)
from writers.protocol.posts import FeedPage, Post, RawFeedPage, Received
from writers.protocol.snowflakes import created_at_ms

MAX_PAGE_SIZE: Final = 100
TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
USER_AGENT: Final = "notewright"

UNSURE: Final = (ConnectionFailed, MalformedAnswer, ServerFailure)
"""After these, a request that changes something may or may not have been carried out."""

CLOCK_DIFFERENCE_MS: Final = HOUR_MS
"""How far this machine's clock may be ahead of the one that dates note ids."""

Model = TypeVar("Model", bound=BaseModel)
Page = TypeVar("Page", FeedPage, RawFeedPage, WrittenPage)
Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)


class NotesClient:
    """A writer's account on one API. Use it as an async context manager.

    `base_url` may carry a path prefix. `transport` replaces the network, e.g. by `httpx.ASGITransport`. Every
    method raises an `ApiError` after the retries of `retry`. Nothing is sent to another host than that
    of `base_url`: redirects are not followed.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        *,
        clock: Clock | None = None,
        dialect: Dialect = TWEET,
        transport: httpx.AsyncBaseTransport | None = None,
        retry: RetryPolicy | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self.clock = clock or SystemClock()
        self.dialect = dialect
        self._tenacity = Tenacity(retry or RetryPolicy(), self.clock)
        self._http = httpx.AsyncClient(
            base_url=_checked(base_url),
            auth=auth,
            transport=transport,
            timeout=timeout,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            follow_redirects=False,
            # A proxy named by the environment would take the place of the given transport.
            trust_env=transport is None,
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def feed(
        self, *, test_mode: bool, post_selection: str | None = None, page_size: int = MAX_PAGE_SIZE
    ) -> AsyncIterator[Post]:
        """Posts eligible for a note, in the feed's order, each once.

        `post_selection` is e.g. `feed_size: small, feed_lang: all`. A page is fetched when the one before it
        is used up, so that a caller who stops early asks for no more.
        """
        async for posts in self.feed_pages(
            test_mode=test_mode, post_selection=post_selection, page_size=page_size
        ):
            for post in posts:
                yield post

    async def feed_pages(
        self, *, test_mode: bool, post_selection: str | None = None, page_size: int = MAX_PAGE_SIZE
    ) -> AsyncIterator[list[Post]]:
        """The feed page by page, without posts of an earlier page: the feed moves while it is read."""
        async for page in self.received_pages(
            test_mode=test_mode, post_selection=post_selection, page_size=page_size
        ):
            yield [received.post for received in page]

    async def received_pages(
        self, *, test_mode: bool, post_selection: str | None = None, page_size: int = MAX_PAGE_SIZE
    ) -> AsyncIterator[list[Received]]:
        """As `feed_pages`, each post with what came over the wire for it."""
        query = self._feed_query(test_mode, post_selection, page_size, FEED_FIELDS, FEED_EXPANSIONS)
        query["media.fields"] = ",".join(FEED_MEDIA_FIELDS)
        seen: set[int] = set()
        async for page in self._pages(FEED_PATH, query, FeedPage):
            log_partial_errors(_log, page.errors)
            try:
                posts = {
                    post.id: Received(post, wire)
                    for post, wire in zip(page.posts(), page.single(), strict=True)
                    if post.id not in seen
                }
            except ValueError as error:
                raise MalformedAnswer(f"A post of the feed cannot be read: {error}") from None
            seen.update(posts)
            yield list(posts.values())

    async def raw_feed_pages(
        self, *, test_mode: bool, post_selection: str | None = None, page_size: int = MAX_PAGE_SIZE
    ) -> AsyncIterator[RawFeedPage]:
        """The feed page by page as it comes, with every public field and expansion: what a recording needs.

        A post may stand on two pages: the feed moves while it is read.
        """
        query = self._feed_query(test_mode, post_selection, page_size, PUBLIC_POST_FIELDS, EXPANSIONS) | {
            "media.fields": ",".join(PUBLIC_MEDIA_FIELDS),
            "user.fields": ",".join(PUBLIC_USER_FIELDS),
            "poll.fields": ",".join(POLL_FIELDS),
            "place.fields": ",".join(PLACE_FIELDS),
        }
        async for page in self._pages(FEED_PATH, query, RawFeedPage):
            yield page

    def _feed_query(
        self,
        test_mode: bool,
        post_selection: str | None,
        page_size: int,
        fields: Iterable[str],
        expansions: Iterable[str],
    ) -> dict[str, str]:
        query = {
            "test_mode": _boolean(test_mode),
            "max_results": str(page_size),
            self.dialect.fields_parameter: self.dialect.spell_fields(fields),
            "expansions": self.dialect.spell_expansions(expansions),
        }
        if post_selection is not None:
            query["post_selection"] = post_selection
        return query

    async def written(self, *, test_mode: bool, page_size: int = MAX_PAGE_SIZE) -> AsyncIterator[WrittenNote]:
        """The notes this account has written, in the API's order: newest first."""
        query = {
            "test_mode": _boolean(test_mode),
            "max_results": str(page_size),
            "note.fields": ",".join(NOTE_FIELDS),
        }
        async for page in self._pages(WRITTEN_PATH, query, WrittenPage):
            for note in page.data:
                yield note

    async def create(self, submission: NoteSubmission) -> int:
        """Submit a note and give its id. The note is stored once, whatever happens on the way.

        After an answer that was lost or cut short, or a server error, the API may have stored the note:
        it is looked for among the notes written before the request is sent again. Where ConnectionFailed,
        MalformedAnswer or ServerFailure is raised all the same, whether the note was stored is not known;
        after any other ApiError it was not.
        """
        began_ms = self.clock.now_ms()
        body = wire_json(submission)
        doubt: ApiError | None = None

        async def submit() -> int:
            nonlocal doubt
            if doubt is not None and (stored := await self._stored(submission, began_ms)) is not None:
                return stored
            try:
                answer = await self._once("POST", NOTES_PATH, CreatedNote, json=body)
            except UNSURE as error:
                doubt = error
                raise
            return int(answer.data.id)

        try:
            return await self._retrying(submit)
        except ApiError as error:
            if doubt is None:
                raise
            try:
                stored = await self._stored(submission, began_ms)
            except ApiError:
                raise doubt from error
            if stored is not None:
                return stored
            # A request that was given up may still be on its way.
            raise (doubt if isinstance(error, RETRYABLE) else error) from None

    async def _stored(self, submission: NoteSubmission, began_ms: int) -> int | None:
        """This account's note on the submission's post, if the API has stored one since `began_ms`."""
        found = await self.find_written(
            {int(submission.post_id)}, test_mode=submission.test_mode, since_ms=began_ms
        )
        return found.get(int(submission.post_id))

    async def find_written(
        self, post_ids: Collection[int], *, test_mode: bool, since_ms: int
    ) -> dict[int, int]:
        """Which of the posts have a note of this account written since `since_ms`: post id → note id."""
        found: dict[int, int] = {}
        async for note in self.written(test_mode=test_mode):
            if not note.id.isdecimal():
                raise MalformedAnswer(f"A note written has the id {note.id!r}, which is no number.")
            note_id = int(note.id)
            if created_at_ms(note_id) < since_ms - CLOCK_DIFFERENCE_MS:
                break
            if note.info.post_id.isdecimal() and int(note.info.post_id) in post_ids:
                found.setdefault(int(note.info.post_id), note_id)
                if len(found) == len(post_ids):
                    break
        return found

    async def delete(self, note_id: int) -> bool:
        """Delete a note of this account; False where there was none. The writing limit still counts it."""
        unsure = False

        async def remove() -> bool:
            nonlocal unsure
            try:
                return (await self._once("DELETE", f"{NOTES_PATH}/{note_id}", DeletedNote)).data.deleted
            except NotFound:
                # Gone after a request whose answer was lost: that request deleted it.
                return unsure
            except UNSURE:
                unsure = True
                raise

        return await self._retrying(remove)

    async def evaluate(self, post_id: int, text: str) -> float:
        """The API's `claim_opinion_score` of a text on a post, an unbounded logit. Nothing is submitted."""
        body = wire_json(EvaluationRequest(post_id=str(post_id), note_text=text))
        answer = await self._ask("POST", self.dialect.evaluate_path, NoteEvaluation, json=body)
        return answer.data.claim_opinion_score

    async def _pages(self, path: str, query: Mapping[str, str], model: type[Page]) -> AsyncIterator[Page]:
        """Every page of a search; each is asked for when the one before it is used up."""
        tokens: set[str] = set()
        token: str | None = None
        while True:
            paged = {**query, "pagination_token": token} if token is not None else query
            page = await self._ask("GET", path, model, params=paged)
            yield page
            token = page.meta.next_token
            if not token:
                return
            if token in tokens:
                raise MalformedAnswer(f"The pages of {path} go round in a circle.")
            tokens.add(token)

    async def _ask(
        self,
        method: str,
        path: str,
        model: type[Model],
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Model:
        """Ask something that changes nothing when asked twice, as often as the policy says."""

        async def once() -> Model:
            return await self._once(method, path, model, params=params, json=json)

        return await self._retrying(once)

    async def _retrying(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        answer: Answer = await AsyncRetrying(
            sleep=self.clock.sleep,
            retry=self._tenacity.retry,
            wait=self._tenacity.wait,
            stop=self._tenacity.stop,
            reraise=True,
        )(call)
        return answer

    async def _once(
        self,
        method: str,
        path: str,
        model: type[Model],
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Model:
        request = self._http.build_request(method, path, params=params, json=json)
        try:
            response = await self._http.send(request, stream=True)
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ConnectionFailed(
                f"No answer from {request.url.host} to {method} {path}: {reason}"
            ) from error
        try:
            body = await read_answer(response)
        finally:
            await response.aclose()
        if not response.is_success:
            raise problem_error(response, body, now_ms=self.clock.now_ms())
        return parse(body, model, self.dialect)


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _checked(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise UserError(
            f"The address {base_url!r} cannot be read ({error}): give one like https://api.x.com."
        ) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise UserError(f"The address {base_url!r} is no web address: give one like https://api.x.com.")
    return base_url
