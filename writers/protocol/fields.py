"""What a reader of the feed may ask for: fields of posts, media, users, polls and places, and expansions.

Names are the canonical (tweet-dialect) ones; `writers.protocol.dialects` spells them otherwise.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "COMMUNITY_NOTES_FIELDS",
    "DEFAULT_POST_FIELDS",
    "EXPANSIONS",
    "FEED_EXPANSIONS",
    "FEED_FIELDS",
    "FEED_MEDIA_FIELDS",
    "MEDIA_FIELDS",
    "PLACE_FIELDS",
    "POLL_FIELDS",
    "POST_FIELDS",
    "PUBLIC_MEDIA_FIELDS",
    "PUBLIC_POST_FIELDS",
    "PUBLIC_USER_FIELDS",
    "USER_FIELDS",
]

DEFAULT_POST_FIELDS: Final = ("id", "text", "edit_history_tweet_ids")
"""What a post carries when no fields are asked for."""

COMMUNITY_NOTES_FIELDS: Final = (
    "suggested_source_links",
    "suggested_source_links_with_counts",
    "note_request_suggestions",
    "matched_media_notes",
    "media_metadata",
)

POST_FIELDS: Final = (
    "article",
    "attachments",
    "author_id",
    "card_uri",
    "community_id",
    "context_annotations",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "edit_history_tweet_ids",
    "entities",
    "geo",
    "id",
    "in_reply_to_user_id",
    "lang",
    "matched_media_notes",
    "media_metadata",
    "non_public_metrics",
    "note_request_suggestions",
    "note_tweet",
    "organic_metrics",
    "paid_partnership",
    "possibly_sensitive",
    "promoted_metrics",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "scopes",
    "source",
    "suggested_source_links",
    "suggested_source_links_with_counts",
    "text",
    "withheld",
)
"""Values of `tweet.fields` (X's OpenAPI document 2.166)."""

EXPANSIONS: Final = (
    "article.cover_media",
    "article.media_entities",
    "attachments.media_keys",
    "attachments.media_source_tweet",
    "attachments.poll_ids",
    "author_id",
    "edit_history_tweet_ids",
    "entities.mentions.username",
    "entities.note.mentions.username",
    "geo.place_id",
    "in_reply_to_user_id",
    "referenced_tweets.id",
    "referenced_tweets.id.attachments.media_keys",
    "referenced_tweets.id.author_id",
)
"""Values of `expansions` (X's OpenAPI document 2.166)."""

MEDIA_FIELDS: Final = (
    "alt_text",
    "duration_ms",
    "height",
    "media_key",
    "non_public_metrics",
    "organic_metrics",
    "preview_image_url",
    "promoted_metrics",
    "public_metrics",
    "type",
    "url",
    "variants",
    "width",
)
"""Values of `media.fields`."""

USER_FIELDS: Final = (
    "affiliation",
    "confirmed_email",
    "connection_status",
    "created_at",
    "description",
    "entities",
    "id",
    "is_identity_verified",
    "location",
    "most_recent_tweet_id",
    "name",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscribes_to_you",
    "subscription",
    "subscription_type",
    "url",
    "username",
    "verified",
    "verified_followers_count",
    "verified_type",
    "withheld",
)
"""Values of `user.fields`."""

POLL_FIELDS: Final = ("duration_minutes", "end_datetime", "id", "options", "voting_status")
"""Values of `poll.fields`."""

PLACE_FIELDS: Final = (
    "contained_within",
    "country",
    "country_code",
    "full_name",
    "geo",
    "id",
    "name",
    "place_type",
)
"""Values of `place.fields`."""

FEED_FIELDS: Final = (
    "id",
    "text",
    "author_id",
    "attachments",
    "created_at",
    "lang",
    "note_tweet",
    "public_metrics",
    "referenced_tweets",
    "possibly_sensitive",
    *COMMUNITY_NOTES_FIELDS,
)
"""What our client asks for, so that `Post` is complete."""

FEED_EXPANSIONS: Final = (
    "attachments.media_keys",
    "author_id",
    "referenced_tweets.id",
    "referenced_tweets.id.attachments.media_keys",
    "referenced_tweets.id.author_id",
)
"""What our client asks to be included, so that `Post` is complete."""

FEED_MEDIA_FIELDS: Final = ("media_key", "type", "url", "preview_image_url", "alt_text")
"""What our client asks to be told of media, so that `Post` is complete."""

_TOLD_TO_OWNERS: Final = frozenset({"non_public_metrics", "organic_metrics", "promoted_metrics"})

_ABOUT_THE_READER: Final = frozenset(
    {"confirmed_email", "connection_status", "receives_your_dm", "subscribes_to_you", "subscription"}
)

PUBLIC_POST_FIELDS: Final = tuple(name for name in POST_FIELDS if name not in _TOLD_TO_OWNERS)

PUBLIC_MEDIA_FIELDS: Final = tuple(name for name in MEDIA_FIELDS if name not in _TOLD_TO_OWNERS)

PUBLIC_USER_FIELDS: Final = tuple(name for name in USER_FIELDS if name not in _ABOUT_THE_READER)
"""Everything that is told of somebody else's post, its media and its author."""
