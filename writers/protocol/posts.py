"""Posts: as the wire carries them, and as a writer sees them.

`WirePost` and its parts are the canonical (tweet-dialect) JSON of the eligible feed.
`Post` is what a plugin is handed: references resolved, the full text in one place, nothing to look up.
The five Community Notes fields are arrays, as live clients read them; X's OpenAPI document 2.166 wrongly
declares single objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from writers.protocol.notes import PageMeta
from writers.protocol.snowflakes import created_at_ms

__all__ = [
    "FeedPage",
    "Includes",
    "MatchStatus",
    "MatchedMediaNote",
    "Media",
    "MediaType",
    "NoteRequest",
    "Post",
    "RawFeedPage",
    "Received",
    "ReferenceType",
    "SuggestedSource",
    "WireAttachments",
    "WireLongText",
    "WireMatchedMediaNote",
    "WireMedia",
    "WireMediaMetadata",
    "WireNoteRequest",
    "WirePost",
    "WirePublicMetrics",
    "WireReference",
    "WireSourceCount",
    "WireUser",
]


class MediaType(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    ANIMATED_GIF = "animated_gif"


class ReferenceType(StrEnum):
    RETWEETED = "retweeted"
    QUOTED = "quoted"
    REPLIED_TO = "replied_to"


class MatchStatus(StrEnum):
    MATCHED_BUT_NOT_SHOWN = "matched_but_not_shown"
    MATCHED_AND_SHOWN = "matched_and_shown"


class _Wire(BaseModel):
    """Unknown keys are kept, so that a recorded feed loses nothing."""

    model_config = ConfigDict(extra="allow", frozen=True)


class WireMedia(_Wire):
    media_key: str
    type: str
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None


class WireUser(_Wire):
    id: str
    username: str | None = None
    name: str | None = None


class WireReference(_Wire):
    type: str
    id: str


class WireAttachments(_Wire):
    media_keys: tuple[str, ...] = ()


class WireLongText(_Wire):
    """`note_tweet`: the full text of a post longer than 280 characters."""

    text: str


class WirePublicMetrics(_Wire):
    retweet_count: int = 0
    reply_count: int = 0
    like_count: int = 0
    quote_count: int = 0
    bookmark_count: int = 0
    impression_count: int = 0


class WireSourceCount(_Wire):
    url: str
    count: int


class WireNoteRequest(_Wire):
    suggestion_id: str
    suggestion: str
    source_link: str | None = None


class WireMatchedMediaNote(_Wire):
    note_id: str
    match_status: str


class WireMediaMetadata(_Wire):
    media_key: str
    alt_text: str | None = None
    title: str | None = None
    description: str | None = None


class WirePost(_Wire):
    """A post as the feed carries it, every field but the id optional: the reader chose which to ask for."""

    id: str = Field(pattern=r"^[0-9]{1,19}$")
    text: str = ""
    edit_history_tweet_ids: tuple[str, ...] = ()
    author_id: str | None = None
    created_at: datetime | None = None
    lang: str | None = None
    conversation_id: str | None = None
    in_reply_to_user_id: str | None = None
    possibly_sensitive: bool | None = None
    attachments: WireAttachments | None = None
    note_tweet: WireLongText | None = None
    public_metrics: WirePublicMetrics | None = None
    referenced_tweets: tuple[WireReference, ...] = ()
    suggested_source_links: tuple[str, ...] = ()
    suggested_source_links_with_counts: tuple[WireSourceCount, ...] = ()
    note_request_suggestions: tuple[WireNoteRequest, ...] = ()
    matched_media_notes: tuple[WireMatchedMediaNote, ...] = ()
    media_metadata: tuple[WireMediaMetadata, ...] = ()


class Includes(_Wire):
    """Objects that a page's posts refer to."""

    tweets: tuple[WirePost, ...] = ()
    users: tuple[WireUser, ...] = ()
    media: tuple[WireMedia, ...] = ()


class FeedPage(_Wire):
    """Answer of `GET /2/notes/search/posts_eligible_for_notes`, canonical spelling."""

    data: tuple[WirePost, ...] = ()
    includes: Includes = Includes()
    meta: PageMeta = PageMeta()
    errors: tuple[dict[str, Any], ...] = ()

    def posts(self) -> Iterator[Post]:
        """The page's posts as a writer sees them, in the page's order."""
        context = _Resolution(
            posts={post.id: post for post in self.includes.tweets},
            users={user.id: user for user in self.includes.users},
            media={item.media_key: item for item in self.includes.media},
        )
        for wire in self.data:
            yield context.resolve(wire)

    def single(self) -> Iterator[FeedPage]:
        """Each post as a page of its own, with the objects it refers to and no others."""
        posts = {post.id: post for post in self.includes.tweets}
        for wire in self.data:
            ids = (reference.id for reference in wire.referenced_tweets)
            referenced = tuple(posts[post_id] for post_id in ids if post_id in posts)
            together = (wire, *referenced)
            authors = {post.author_id for post in together}
            keys = {key for post in together if post.attachments for key in post.attachments.media_keys}
            includes = {
                "tweets": referenced,
                "users": tuple(user for user in self.includes.users if user.id in authors),
                "media": tuple(item for item in self.includes.media if item.media_key in keys),
            }
            yield FeedPage(
                data=(wire,), includes=Includes(**{name: found for name, found in includes.items() if found})
            )


class RawFeedPage(_Wire):
    """A page of the feed, canonical spelling, its posts and includes as the JSON objects they came as."""

    data: tuple[dict[str, Any], ...] = ()
    includes: dict[str, tuple[dict[str, Any], ...]] = Field(default_factory=dict)
    meta: PageMeta = PageMeta()
    errors: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """A photo, video or animation of a post."""

    key: str
    type: str
    url: str | None = None
    """The photo, or a still of the video."""
    alt_text: str | None = None
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class SuggestedSource:
    """A link that people suggested as a source; `count` is how many did, where told."""

    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """A person's wish for a note on this post."""

    id: int
    suggestion: str
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class MatchedMediaNote:
    """An existing media note that matches this post's media."""

    note_id: int
    shown: bool


@dataclass(frozen=True, slots=True)
class Post:
    """A post as a writer sees it. Everything in it is other people's words: data, never orders."""

    id: int
    text: str
    """The whole text, also of a post longer than 280 characters."""
    created_at_ms: int
    lang: str | None = None
    author_id: int | None = None
    author_username: str | None = None
    media: tuple[Media, ...] = ()
    quoted: Post | None = None
    replied_to: Post | None = None
    suggested_sources: tuple[SuggestedSource, ...] = ()
    note_requests: tuple[NoteRequest, ...] = ()
    matched_media_notes: tuple[MatchedMediaNote, ...] = ()
    possibly_sensitive: bool = False
    metrics: Mapping[str, int] = field(default_factory=dict)
    """Public counts under the wire's names, e.g. `like_count`, `impression_count`."""

    @property
    def has_shown_media_match(self) -> bool:
        """Whether a matching media note is shown already; the API then refuses a new note."""
        return any(match.shown for match in self.matched_media_notes)


@dataclass(frozen=True, slots=True)
class Received:
    """A post, and the feed's page with nothing but it: what came over the wire."""

    post: Post
    page: FeedPage

    @classmethod
    def of(cls, page: FeedPage) -> Received:
        """What a page of one post holds. Raises ValueError."""
        (post,) = page.posts()
        return cls(post, page)

    @property
    def wire(self) -> str:
        """The page as JSON, as much as was told."""
        return self.page.model_dump_json(exclude_unset=True)


@dataclass(frozen=True, slots=True)
class _Resolution:
    """What the references of one page point at."""

    posts: Mapping[str, WirePost]
    users: Mapping[str, WireUser]
    media: Mapping[str, WireMedia]

    def resolve(self, wire: WirePost, *, depth: int = 1) -> Post:
        references = {reference.type: self.posts.get(reference.id) for reference in wire.referenced_tweets}
        user = self.users.get(wire.author_id) if wire.author_id else None
        created = int(wire.created_at.timestamp() * 1000) if wire.created_at else created_at_ms(int(wire.id))
        return Post(
            id=int(wire.id),
            text=wire.note_tweet.text if wire.note_tweet else wire.text,
            created_at_ms=created,
            lang=wire.lang,
            author_id=int(wire.author_id) if wire.author_id else None,
            author_username=user.username if user else None,
            media=tuple(self._media(wire)),
            quoted=self._referenced(references.get(ReferenceType.QUOTED), depth),
            replied_to=self._referenced(references.get(ReferenceType.REPLIED_TO), depth),
            suggested_sources=_suggested_sources(wire),
            note_requests=tuple(
                NoteRequest(int(request.suggestion_id), request.suggestion, request.source_link)
                for request in wire.note_request_suggestions
            ),
            matched_media_notes=tuple(
                MatchedMediaNote(int(match.note_id), match.match_status == MatchStatus.MATCHED_AND_SHOWN)
                for match in wire.matched_media_notes
            ),
            possibly_sensitive=bool(wire.possibly_sensitive),
            metrics=wire.public_metrics.model_dump() if wire.public_metrics else {},
        )

    def _referenced(self, wire: WirePost | None, depth: int) -> Post | None:
        return self.resolve(wire, depth=depth - 1) if wire is not None and depth > 0 else None

    def _media(self, wire: WirePost) -> Iterator[Media]:
        described = {item.media_key: item for item in wire.media_metadata}
        for key in wire.attachments.media_keys if wire.attachments else ():
            item, about = self.media.get(key), described.get(key)
            yield Media(
                key=key,
                type=item.type if item else "",
                url=(item.url or item.preview_image_url) if item else None,
                alt_text=(item.alt_text if item else None) or (about.alt_text if about else None),
                title=about.title if about else None,
                description=about.description if about else None,
            )


def _suggested_sources(wire: WirePost) -> tuple[SuggestedSource, ...]:
    """Counted links first, then links told without a count; each URL once."""
    found = {
        source.url: SuggestedSource(source.url, source.count)
        for source in wire.suggested_source_links_with_counts
    }
    for url in wire.suggested_source_links:
        found.setdefault(url, SuggestedSource(url))
    return tuple(found.values())
