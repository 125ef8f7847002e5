"""Posts, media and users in the shape of the eligible feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from harness.world.authors import Author
from harness.world.dice import Dice
from harness.world.sites import Site
from harness.world.text import SHOWN_CHARACTERS, shown
from writers.protocol.posts import (
    Includes,
    ReferenceType,
    WireMedia,
    WireMediaMetadata,
    WirePost,
    WirePublicMetrics,
    WireReference,
)
from writers.protocol.snowflakes import created_at_ms, snowflake

_HASHTAG: Final = re.compile(r"#(\w+)")
_MENTION: Final = re.compile(r"@(\w{2,15})")
_SIZES: Final = ((1200, 675), (1080, 1350), (2048, 1365), (720, 1280), (1080, 1080))
_MEDIA_CLASS: Final = {"photo": 3, "video": 7, "animated_gif": 16}
"""What a media key begins with."""
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Picture:
    """Media of a post: what its author wrote about it, and what the platform knows."""

    type: str
    alt_text: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A post before it is put on the wire."""

    author: Author
    lang: str
    text: str
    created_at_ms: int
    pictures: tuple[Picture, ...] = ()
    link: str | None = None
    """The page it shares."""
    quoted: WorldRef | None = None
    replied_to: WorldRef | None = None


@dataclass(frozen=True, slots=True)
class WorldRef:
    """A post on the wire with what it refers to."""

    wire: WirePost
    includes: Includes

    @property
    def created_at_ms(self) -> int:
        return created_at_ms(int(self.wire.id))


@dataclass
class WireWriter:
    """Gives posts their ids, links and media keys."""

    dice: Dice
    links: Site
    """Where short links live."""
    images: Site
    shared: dict[str, str] = field(default_factory=dict)
    """Short link → page, for every shared page."""

    def write(self, draft: Draft, extra: dict[str, Any] | None = None) -> WorldRef:
        """The post and its includes; `extra` are further fields of the post."""
        post_id = str(snowflake(draft.created_at_ms, self.dice.whole(0, 4_194_303)))
        references = self._references(draft)
        media, metadata = self._media(draft)
        urls = self._urls(draft, post_id)
        full = " ".join((draft.text, *(short for short, _ in urls)))
        visible = " ".join((shown(draft.text), *(short for short, _ in urls)))
        fields: dict[str, Any] = {
            "id": post_id,
            "text": visible,
            "edit_history_tweet_ids": (post_id,),
            "author_id": draft.author.id,
            "created_at": datetime.fromtimestamp(draft.created_at_ms / 1000, UTC),
            "lang": draft.lang,
            "conversation_id": draft.replied_to.wire.conversation_id if draft.replied_to else post_id,
            "possibly_sensitive": self.dice.chance(0.02),
            "reply_settings": "everyone",
            "display_text_range": (0, len(visible)),
            "referenced_tweets": references,
        }
        if draft.replied_to:
            fields["in_reply_to_user_id"] = draft.replied_to.wire.author_id
        if media:
            fields["attachments"] = {"media_keys": tuple(item.media_key for item in media)}
            fields["media_metadata"] = tuple(metadata)
        if len(draft.text) > SHOWN_CHARACTERS:
            fields["note_tweet"] = {"text": full}
        if entities := _entities(visible, urls):
            fields["entities"] = entities
        wire = WirePost(**fields, **(extra or {}))
        return WorldRef(wire, self._includes(draft, media))

    def metrics(self, impressions: int) -> WirePublicMetrics:
        """Public counts that go with a number of impressions."""
        likes = int(impressions * self.dice.log_between(0.004, 0.06))
        return WirePublicMetrics(
            impression_count=impressions,
            like_count=likes,
            retweet_count=int(likes * self.dice.between(0.08, 0.4)),
            reply_count=int(likes * self.dice.between(0.03, 0.5)),
            quote_count=int(likes * self.dice.between(0.0, 0.08)),
            bookmark_count=int(likes * self.dice.between(0.01, 0.2)),
        )

    def _references(self, draft: Draft) -> tuple[WireReference, ...]:
        references = []
        if draft.quoted:
            references.append(WireReference(type=ReferenceType.QUOTED.value, id=draft.quoted.wire.id))
        if draft.replied_to:
            references.append(WireReference(type=ReferenceType.REPLIED_TO.value, id=draft.replied_to.wire.id))
        return tuple(references)

    def _media(self, draft: Draft) -> tuple[list[WireMedia], list[WireMediaMetadata]]:
        media, metadata = [], []
        for picture in draft.pictures:
            number = snowflake(draft.created_at_ms, self.dice.whole(0, 4_194_303))
            key = f"{_MEDIA_CLASS[picture.type]}_{number}"
            width, height = self.dice.pick(_SIZES)
            url = self.images.url("media", f"{self._letters(15)}.jpg")
            photo = picture.type == "photo"
            media.append(
                WireMedia(
                    media_key=key,
                    type=picture.type,
                    url=url if photo else None,
                    preview_image_url=None if photo else url,
                    alt_text=picture.alt_text,
                    width=width,
                    height=height,
                    duration_ms=self.dice.whole(4_000, 140_000) if picture.type == "video" else None,
                )
            )
            if picture.alt_text is not None or picture.description is not None:
                metadata.append(
                    WireMediaMetadata(
                        media_key=key, alt_text=picture.alt_text, description=picture.description
                    )
                )
        return media, metadata

    def _urls(self, draft: Draft, post_id: str) -> list[tuple[str, str]]:
        """(short link, where it leads) of what stands at the text's end."""
        targets = []
        if draft.link:
            targets.append(draft.link)
        if draft.quoted:
            user = draft.quoted.wire.author_id
            targets.append(self.images.url(user, "status", draft.quoted.wire.id))
        if draft.pictures:
            targets.append(self.images.url(draft.author.username, "status", post_id, "photo", 1))
        urls = [(self.links.url(self._letters(10)), target) for target in targets]
        if draft.link:
            self.shared[urls[0][0]] = draft.link
        return urls

    def _includes(self, draft: Draft, media: Sequence[WireMedia]) -> Includes:
        others = [reference for reference in (draft.quoted, draft.replied_to) if reference]
        users = {draft.author.id: draft.author.wire}
        for reference in others:
            users.update((u.id, u) for u in reference.includes.users if u.id == reference.wire.author_id)
        shown_media = [
            item
            for reference in others
            for item in reference.includes.media
            if reference.wire.attachments and item.media_key in reference.wire.attachments.media_keys
        ]
        return Includes(
            tweets=tuple(reference.wire for reference in others),
            users=tuple(users.values()),
            media=(*media, *shown_media),
        )

    def _letters(self, count: int) -> str:
        return "".join(self.dice.pick(_ALPHABET) for _ in range(count))


def _entities(text: str, urls: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Where URLs, hashtags and mentions stand in the text."""
    found: dict[str, Any] = {}
    if urls:
        found["urls"] = [
            {
                "start": text.index(short),
                "end": text.index(short) + len(short),
                "url": short,
                "expanded_url": target,
                "display_url": target.removeprefix("https://")[:27],
            }
            for short, target in urls
        ]
    if hashtags := [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in _HASHTAG.finditer(text)]:
        found["hashtags"] = hashtags
    if mentions := [{"start": m.start(), "end": m.end(), "username": m[1]} for m in _MENTION.finditer(text)]:
        found["mentions"] = mentions
    return found
