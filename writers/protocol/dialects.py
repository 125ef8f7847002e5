"""The two spellings of one wire.

X serves the same operations in two dialects: "tweet" (its OpenAPI document 2.166, every released bot) and
"post" (2.167, the newest SDKs). They differ only in names. The tweet spelling is this project's canonical
one: payloads are built and read in it, and translated at the edge by the table below, the only place
where the other spelling is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

FEED_PATH: Final = "/2/notes/search/posts_eligible_for_notes"
WRITTEN_PATH: Final = "/2/notes/search/notes_written"
NOTES_PATH: Final = "/2/notes"

KEYS_OF_POST_DIALECT: Final[Mapping[str, str]] = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "tweets": "posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
}
"""Canonical key → the post dialect's key, wherever in a payload it stands."""

EXPANSIONS_OF_POST_DIALECT: Final[Mapping[str, str]] = {
    "attachments.media_source_tweet": "attachments.media_source_post",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets.id": "referenced_posts",
    "referenced_tweets.id.attachments.media_keys": "referenced_posts.attachments.media_keys",
    "referenced_tweets.id.author_id": "referenced_posts.author_id",
    "author_id": "username",
}
"""Canonical expansion → the post dialect's spelling of it."""

FIELDS_ABSENT_FROM_POST_DIALECT: Final = frozenset(
    {"author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "referenced_tweets"}
)
"""Canonical post fields that the post dialect's selector has no name for: its expansions bring them."""

EXPANSIONS_ABSENT_FROM_POST_DIALECT: Final = frozenset(
    {
        "entities.note.mentions.username",
        "referenced_tweets.id.attachments.media_keys",
        "referenced_tweets.id.author_id",
    }
)
"""Canonical expansions gone from X's OpenAPI document 2.167: `referenced_posts` brings their objects."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one spelling of the wire names things."""

    name: str
    fields_parameter: str
    """The query parameter that selects a post's fields."""
    evaluate_path: str
    problem_base: str
    """Base of the `type` URI of a problem."""
    keys: Mapping[str, str]
    expansions: Mapping[str, str]
    absent_fields: frozenset[str] = frozenset()
    """Canonical fields that the selector does not take."""
    absent_expansions: frozenset[str] = frozenset()

    def spell(self, payload: Any) -> Any:
        """A canonical JSON value in this dialect (a new value where anything changes)."""
        return _rename(payload, self.keys) if self.keys else payload

    def canonical(self, payload: Any) -> Any:
        """A JSON value of this dialect in the canonical spelling."""
        return (
            _rename(payload, {theirs: ours for ours, theirs in self.keys.items()}) if self.keys else payload
        )

    def spell_field(self, field: str) -> str:
        return self.keys.get(field, field)

    def canonical_field(self, field: str) -> str:
        return next((ours for ours, theirs in self.keys.items() if theirs == field), field)

    def spell_fields(self, fields: Iterable[str]) -> str:
        """The value of the selector for canonical fields, without those it does not take."""
        return ",".join(self.spell_field(field) for field in fields if field not in self.absent_fields)

    def spell_expansions(self, expansions: Iterable[str]) -> str:
        """The value of `expansions` for canonical ones, without those this dialect does not take."""
        return ",".join(
            self.spell_expansion(name) for name in expansions if name not in self.absent_expansions
        )

    def spell_expansion(self, expansion: str) -> str:
        return self.expansions.get(expansion, expansion)

    def canonical_expansion(self, expansion: str) -> str:
        return next((ours for ours, theirs in self.expansions.items() if theirs == expansion), expansion)


def _rename(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _rename(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_rename(item, names) for item in value]
    return value


TWEET: Final = Dialect(
    name="tweet",
    fields_parameter="tweet.fields",
    evaluate_path="/2/evaluate_note",
    problem_base="https://api.twitter.com/2/problems/",
    keys={},
    expansions={},
)

POST: Final = Dialect(
    name="post",
    fields_parameter="post.fields",
    evaluate_path="/2/notes/evaluate",
    problem_base="https://api.x.com/2/problems/",
    keys=KEYS_OF_POST_DIALECT,
    expansions=EXPANSIONS_OF_POST_DIALECT,
    absent_fields=FIELDS_ABSENT_FROM_POST_DIALECT,
    absent_expansions=EXPANSIONS_ABSENT_FROM_POST_DIALECT,
)

DIALECTS: Final[Mapping[str, Dialect]] = {TWEET.name: TWEET, POST.name: POST}
