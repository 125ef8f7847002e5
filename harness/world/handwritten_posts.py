"""Posts written by hand, with their pages, for people to read: `handwritten/*.json`, checked on reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zlib import crc32

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from harness.world.authors import Author
from harness.world.dice import Dice, streams
from harness.world.page import Page, PageKind
from harness.world.sites import Site
from harness.world.truth import ClaimKind, PostTruth
from harness.world.wire import Draft, Picture, WireWriter, WorldRef
from harness.world.world import World, WorldPost
from writers.clock import DAY_MS, HOUR_MS, MINUTE_MS
from writers.errors import BadInputError
from writers.protocol.posts import WireNoteRequest, WireSourceCount
from writers.protocol.snowflakes import snowflake

START_MS: Final = 1_777_874_400_000
"""Monday 4 May 2026, 06:00 UTC: the start that the posts' days fit."""

NAME: Final = "Brannoch"
_SHORT_LINKS: Final = Site("", "go.brannoch.example")
_IMAGES: Final = Site("", "images.brannoch.example")
_PAGES: Final = "pages.json"
_POSTS: Final = "posts.json"

Share = Annotated[float, Field(ge=0, le=1)]
Side = Annotated[float, Field(ge=-1, le=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PageEntry(_Entry):
    url: Annotated[str, Field(pattern=r"^https://[^/\s]+\.(example|test)(/\S*)?$")]
    title: str
    kind: PageKind
    lang: str
    published_at: AwareDatetime
    body: str = ""
    status: int = 200
    redirect_to: str | None = None


class AuthorEntry(_Entry):
    username: Annotated[str, Field(pattern=r"^\w{1,20}$")]
    name: str
    lean: Side


class MediaEntry(_Entry):
    type: Literal["photo", "video", "animated_gif"]
    alt_text: str | None = None
    description: str | None = None


class SourceEntry(_Entry):
    url: str
    count: Annotated[int, Field(ge=1)]


class RequestEntry(_Entry):
    suggestion: str
    source_url: str | None = None


class TruthEntry(_Entry):
    kind: ClaimKind
    misleading: bool
    wrong: str | None = None
    explanation: str | None = None
    right_values: tuple[str, ...] = ()
    decisive_urls: tuple[str, ...] = ()
    divisiveness: Share
    topic: str


class PostEntry(_Entry):
    key: str
    lang: str
    text: str
    author: AuthorEntry
    minutes: Annotated[int, Field(ge=0)]
    reach: Annotated[float, Field(gt=0)]
    feed_size: Literal["small", "large", "xl", "xxl"]
    media: Annotated[tuple[MediaEntry, ...], Field(max_length=4)] = ()
    quoted: str | None = None
    replied_to: str | None = None
    suggested_sources: tuple[SourceEntry, ...] = ()
    note_requests: tuple[RequestEntry, ...] = ()
    truth: TruthEntry


def load_handwritten(folder: Path | None = None, *, start_ms: int = START_MS) -> World:
    """The hand-written world, or one in the same format from another folder.

    Minute 0 of the posts is `start_ms`. Raises BadInputError, naming file and entry.
    """
    source = folder or Path(str(files("harness.world").joinpath("handwritten")))
    pages = _read(source / _PAGES, TypeAdapter(tuple[PageEntry, ...]))
    posts = _read(source / _POSTS, TypeAdapter(tuple[PostEntry, ...]))
    web = {page.url: _page(page) for page in pages}
    _check_references(source / _POSTS, posts, web)
    return World(NAME, _put_on_the_wire(posts, start_ms), web)


def _read(path: Path, shape: TypeAdapter[Any]) -> Any:
    try:
        return shape.validate_json(path.read_bytes())
    except OSError as problem:
        raise BadInputError(f"cannot be read: {problem.strerror}", file=path) from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInputError(first["msg"], file=path, field=where or None) from problem


def _check_references(path: Path, posts: Sequence[PostEntry], web: Mapping[str, Page]) -> None:
    seen: set[str] = set()
    for number, post in enumerate(posts):
        if post.key in seen:
            raise BadInputError(f"the key '{post.key}' stands twice", file=path, field=f"{number}.key")
        for field, key in (("quoted", post.quoted), ("replied_to", post.replied_to)):
            if key is not None and key not in seen:
                raise BadInputError(
                    f"no earlier post has the key '{key}'", file=path, field=f"{number}.{field}"
                )
        for url in post.truth.decisive_urls:
            if url not in web:
                raise BadInputError(
                    f"no page has the URL {url}", file=path, field=f"{number}.truth.decisive_urls"
                )
        seen.add(post.key)


def _page(entry: PageEntry) -> Page:
    return Page(
        url=entry.url,
        title=entry.title,
        kind=entry.kind,
        lang=entry.lang,
        published_at_ms=int(entry.published_at.timestamp() * 1000),
        paragraphs=tuple(part for part in entry.body.split("\n\n") if part.strip()),
        site=entry.url.split("/")[2],
        status=entry.status,
        redirect_to=entry.redirect_to,
    )


def _put_on_the_wire(posts: Sequence[PostEntry], start_ms: int) -> tuple[WorldPost, ...]:
    dice = streams(0, "handwritten")["handwritten"]
    writer = WireWriter(dice, _SHORT_LINKS, _IMAGES)
    done: dict[str, WorldRef] = {}
    world_posts = []
    for post in sorted(posts, key=lambda post: post.minutes):
        arrived_at_ms = start_ms + post.minutes * MINUTE_MS
        created_at_ms = arrived_at_ms - dice.whole(20 * MINUTE_MS, 3 * HOUR_MS)
        draft = Draft(
            author=_author(post),
            lang=post.lang,
            text=post.text,
            created_at_ms=max(created_at_ms, _after(post, done)),
            pictures=tuple(Picture(media.type, media.alt_text, media.description) for media in post.media),
            quoted=done[post.quoted] if post.quoted else None,
            replied_to=done[post.replied_to] if post.replied_to else None,
        )
        done[post.key] = writer.write(draft, _sent_in(dice, writer, post, draft.created_at_ms, arrived_at_ms))
        world_posts.append(
            WorldPost(
                wire=done[post.key].wire,
                includes=done[post.key].includes,
                arrived_at_ms=arrived_at_ms,
                feed_size=post.feed_size,
                truth=PostTruth(**dict(post.truth), lean=post.author.lean, reach=post.reach),
            )
        )
    return tuple(world_posts)


def _after(post: PostEntry, done: Mapping[str, WorldRef]) -> int:
    """The first moment after what the post refers to."""
    times = [done[key].created_at_ms for key in (post.quoted, post.replied_to) if key is not None]
    return max(times, default=0) + 1


def _author(post: PostEntry) -> Author:
    """An author's account; the same username gives the same account."""
    number = crc32(post.author.username.encode())
    created_at_ms = START_MS - (40 + number % 4_000) * DAY_MS
    return Author(
        id=str(snowflake(created_at_ms, number % 4_194_304)),
        username=post.author.username,
        name=post.author.name,
        lang=post.lang,
        lean=post.author.lean,
        followers=int(post.reach / 20),
        posts=number % 30_000,
        created_at_ms=created_at_ms,
    )


def _sent_in(
    dice: Dice, writer: WireWriter, post: PostEntry, created_at_ms: int, arrived_at_ms: int
) -> dict[str, Any]:
    return {
        "public_metrics": writer.metrics(int(post.reach * dice.between(0.1, 0.6))),
        "suggested_source_links": tuple(source.url for source in post.suggested_sources),
        "suggested_source_links_with_counts": tuple(
            WireSourceCount(url=source.url, count=source.count) for source in post.suggested_sources
        ),
        "note_request_suggestions": tuple(
            WireNoteRequest(
                suggestion_id=str(
                    snowflake(dice.whole(created_at_ms, arrived_at_ms), dice.whole(0, 4_194_303))
                ),
                suggestion=request.suggestion,
                source_link=request.source_url,
            )
            for request in post.note_requests
        ),
    }
