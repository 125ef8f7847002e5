"""Every choice the local API makes where X's behaviour is a setting, a limit, or not known.

What X documents is followed without a setting. Where documents and observations differ, or nobody has seen
what X does, the choice is here by name, with the most plausible default.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.api.fault_settings import FaultSettings
from harness.api.paging import TokenForm
from harness.api.problems import RateLimitBody
from writers.clock import HOUR_MS, MINUTE_MS


class ServerSettings(BaseModel):
    """How this server answers. Times are milliseconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed_rate_limit: int = Field(default=500, ge=1)
    """Requests for the feed in one window and by one writer. Documented: 90; header of the live feed: 500."""
    rate_limit: int = Field(default=90, ge=1)
    """The same for each other operation. Documented: 90; not observed."""
    rate_limit_window_ms: int = Field(default=15 * MINUTE_MS, ge=1)
    """Length of the window, which begins with its first request (documented: 15 minutes)."""
    notes_requests_per_day: int | None = Field(default=None, ge=1)
    """Requests to create a note in 24 hours, on top of the writing limit. Documented: 250, which is less than
    the largest writing limit; so none is set unless asked for."""
    daily_limit_headers: tuple[Literal["user", "app"], ...] = ("user", "app")
    """Which families of headers tell the limit of a day where one is set: `x-user-limit-24hour-*`,
    `x-app-limit-24hour-*`. Live clients look for both; whether these operations send them is not known. Here
    every writer has an app of its own, so both tell the same values."""
    rate_limit_body: RateLimitBody = "both"
    """What 429 is answered with: a `problem`, version 1's bare `errors` with code 88, or `both` in one body,
    in which a client of either finds what it looks for. X's guide shows one and the other."""

    default_dialect: Literal["tweet", "post"] = "tweet"
    """The spelling of what is answered to a request that is in neither: without `tweet.fields` or
    `post.fields`, and not to an evaluate path. Observed on other operations: tweet."""

    signature_tolerance_ms: int = Field(default=5 * MINUTE_MS, ge=0)
    """How far a signed request's timestamp may be from this server's clock. Not known for X."""
    max_body_bytes: int = Field(default=64 * 1024, ge=1)
    """Longest request body that is read."""
    problem_media_type: Literal["application/problem+json", "application/json"] = "application/problem+json"
    """Content type of problems; X's OpenAPI document allows both."""

    post_dialect_on_feed: bool = True
    """Whether the feed takes `post.fields`. X documents it; a live client was answered 400 in 2026-09."""
    feed_window_ms: int = Field(default=72 * HOUR_MS, ge=1)
    """How long a post stays in the feed (observed: about three days)."""
    larger_feeds_include_smaller: bool = True
    """Whether a feed also holds the posts of the smaller ones. Not known."""
    accept_posts_that_left_the_feed: bool = True
    """Whether a note may be written on a post that is no longer in the feed. Not known. Posts this server was
    never given are unknown to it either way."""

    unknown_post_status: Literal[400, 404] = 400
    """Status of a note or an evaluation on a post nobody knows. Not known."""
    missing_note_status: Literal[400, 403, 404] = 404
    """Status of deleting a note that never was. Known only not to be 2xx."""
    foreign_note_status: Literal[400, 403, 404] = 404
    """Status of deleting another writer's note, which is told in the words of a missing one. Not known."""
    deleted_note_status: Literal[200, 400, 403, 404] = 404
    """Status of deleting a note again. Not known."""
    not_admitted_status: Literal[400, 403] = 403
    """Status of `test_mode=false` before admission. Documented in 2025: 400; observed since: 403."""

    deleted_note_frees_post: bool = True
    """Whether a writer may write anew on a post after deleting its note. Not known."""
    test_and_live_share_duplicates: bool = False
    """Whether a test note on a post stands in the way of a live one, and the reverse, among notes written
    while this is set. Not known."""
    tags_only_on_misleading: bool = True
    """Whether `misleading_tags` must be empty where a note says `not_misleading` (observed by one client)."""

    evaluation_delay_ms: int = Field(default=5 * MINUTE_MS, ge=0)
    """How long a test note waits for its `test_result`. Known only to be longer than the next request."""
    written_paging: TokenForm = "start_at"
    """The `next_token` of notes written: like the feed's, which live clients decode, or like X's older ones,
    letters and digits that tell nothing. Not known."""
    scoring_status_model: str = "expansion"
    """The one model under which `scoring_status` counts ratings (observed by one client)."""

    faults: FaultSettings = FaultSettings()
    """Faults on demand: a bad day to test a writer against. None unless asked for."""
