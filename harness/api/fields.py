"""Field selection and expansions: which parts of a post, and of what it refers to, an answer carries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from harness.api.problems import missing_reference
from harness.api.query import Query
from harness.store import StoredPost
from harness.store.json_text import json_text
from writers.protocol.dialects import DIALECTS, POST, TWEET, Dialect
from writers.protocol.fields import (
    DEFAULT_POST_FIELDS,
    EXPANSIONS,
    MEDIA_FIELDS,
    PLACE_FIELDS,
    POLL_FIELDS,
    POST_FIELDS,
    USER_FIELDS,
)

DEFAULT_USER_FIELDS: Final = ("id", "name", "username")
DEFAULT_MEDIA_FIELDS: Final = ("media_key", "type")
MATCHED_MEDIA_NOTES: Final = "matched_media_notes"

REFERENCED: Final = "referenced_tweets.id"

FIELDS_OF_EXPANSIONS: Final[Mapping[str, str]] = {
    "attachments.media_keys": "attachments",
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    REFERENCED: "referenced_tweets",
    f"{REFERENCED}.attachments.media_keys": "referenced_tweets",
    f"{REFERENCED}.author_id": "referenced_tweets",
}
"""Expansion → the post field it follows, which the answer then carries too."""

POST_FIELDS_TAKEN: Final = {
    dialect.name: tuple(dict.fromkeys(dialect.spell_field(field) for field in POST_FIELDS))
    for dialect in DIALECTS.values()
}
# Taken by live servers (the first two) and named by the post dialect's document only; no post here has them.
POST_FIELDS_TAKEN[TWEET.name] += ("rest_id", "username")
POST_FIELDS_TAKEN[POST.name] += ("article_title",)
EXPANSIONS_TAKEN: Final = tuple(
    dict.fromkeys((*EXPANSIONS, *(POST.spell_expansion(expansion) for expansion in EXPANSIONS)))
)
"""Either dialect's spelling, whatever the rest of the request is spelled in: live servers do not mind."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What an answer carries, in canonical names."""

    dialect: Dialect
    post_fields: frozenset[str]
    user_fields: frozenset[str]
    media_fields: frozenset[str]
    expansions: frozenset[str]

    def __hash__(self) -> int:
        return hash(
            (self.dialect.name, self.post_fields, self.user_fields, self.media_fields, self.expansions)
        )

    def without_matched_media_notes(self) -> Selection:
        return replace(self, post_fields=self.post_fields - {MATCHED_MEDIA_NOTES})


@dataclass(frozen=True, slots=True)
class Fragment:
    """One post's part of a page, as JSON texts in the request's dialect."""

    data: str
    includes: tuple[tuple[str, str, str], ...]
    """Kind (`tweets`, `users`, `media` in the dialect's spelling), id, JSON."""
    errors: tuple[str, ...]
    has_matched_media_notes: bool


def read_selection(query: Query) -> Selection:
    """The selection a request asks for; complaints go to `query`."""
    dialect = query.dialect
    fields = query.choices(dialect.fields_parameter, POST_FIELDS_TAKEN[dialect.name]) or ()
    expansions = frozenset(
        POST.canonical_expansion(expansion)
        for expansion in query.choices("expansions", EXPANSIONS_TAKEN) or ()
    )
    user_fields = query.choices("user.fields", USER_FIELDS) or ()
    media_fields = query.choices("media.fields", MEDIA_FIELDS) or ()
    # Polls and places are taken and checked; no post here has any.
    query.choices("poll.fields", POLL_FIELDS)
    query.choices("place.fields", PLACE_FIELDS)
    return Selection(
        dialect=dialect,
        post_fields=frozenset(
            (
                *DEFAULT_POST_FIELDS,
                *(dialect.canonical_field(field) for field in fields),
                *(FIELDS_OF_EXPANSIONS[name] for name in expansions if name in FIELDS_OF_EXPANSIONS),
            )
        ),
        user_fields=frozenset((*DEFAULT_USER_FIELDS, *user_fields)),
        media_fields=frozenset((*DEFAULT_MEDIA_FIELDS, *media_fields)),
        expansions=expansions,
    )


def render(post: StoredPost, selection: Selection) -> Fragment:
    """A post as a selection shows it."""
    includes, errors = [], []
    shapes = {
        "tweets": ("tweet", selection.post_fields),
        "users": ("user", selection.user_fields),
        "media": ("media", selection.media_fields),
    }
    for kind, parameter, key, found in _expanded(post, selection.expansions):
        resource, fields = shapes[kind]
        if found is None:
            missing = missing_reference(selection.dialect, resource=resource, parameter=parameter, value=key)
            errors.append(json_text(missing))
        else:
            text = json_text(selection.dialect.spell(_chosen(found, fields)))
            includes.append((selection.dialect.spell_field(kind), key, text))
    shown = _chosen(post.wire, selection.post_fields)
    return Fragment(
        data=json_text(selection.dialect.spell(shown)),
        includes=tuple(includes),
        errors=tuple(errors),
        has_matched_media_notes=MATCHED_MEDIA_NOTES in shown,
    )


_Reached = Iterator[tuple[str, str, str, dict[str, Any] | None]]
"""Kind of the object, the expansion that reached it, its id, and the object, or None where it is gone."""


def _expanded(post: StoredPost, expansions: Collection[str]) -> _Reached:
    """What the expansions reach from a post."""
    known = {
        kind: {item["media_key" if kind == "media" else "id"]: item for item in items}
        for kind, items in post.includes.items()
    }

    def media_of(wire: Mapping[str, Any], expansion: str) -> _Reached:
        if expansion in expansions:
            for key in wire.get("attachments", {}).get("media_keys", ()):
                yield "media", expansion, key, known.get("media", {}).get(key)

    def user_of(wire: Mapping[str, Any], field: str, expansion: str) -> _Reached:
        if expansion in expansions and field in wire:
            yield "users", expansion, wire[field], known.get("users", {}).get(wire[field])

    yield from media_of(post.wire, "attachments.media_keys")
    yield from user_of(post.wire, "author_id", "author_id")
    yield from user_of(post.wire, "in_reply_to_user_id", "in_reply_to_user_id")
    if not any(expansion.startswith(REFERENCED) for expansion in expansions):
        return
    for reference in post.wire.get("referenced_tweets", ()):
        target = known.get("tweets", {}).get(reference["id"])
        yield "tweets", REFERENCED, reference["id"], target
        if target is not None:
            yield from media_of(target, f"{REFERENCED}.attachments.media_keys")
            yield from user_of(target, "author_id", f"{REFERENCED}.author_id")


def _chosen(item: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name in fields}
