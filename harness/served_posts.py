"""Which posts a data folder serves: hand-written ones, a generated world's, or a recorded feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from harness.eligibility.ruleset import BASE_FEED
from harness.feeds.arrivals import RecordedArrival, Spacing, arriving
from harness.feeds.lines import read_feed
from harness.world import World, WorldPost, build_world, load_handwritten
from writers.clock import DAY_MS
from writers.errors import BadInputError, UserError

FILE: Final = "posts.json"

WORLD_DAYS: Final = 30
WORLD_POSTS_PER_DAY: Final = 200
WORLD_AGE_MS: Final = 3 * DAY_MS
"""A generated world began this long before its folder: the feed is full from the first minute."""
SAMPLE_SPREAD_MS: Final = 2 * DAY_MS
"""The hand-written posts arrived evenly over this time."""


@dataclass(frozen=True, slots=True)
class ServedPosts:
    """Posts with their times of arrival, and the fictional web around them, where there is one."""

    name: str
    arrivals: Sequence[WorldPost] | Sequence[RecordedArrival]
    world: World | None


class PostsChoice(BaseModel):
    """Which posts a data folder serves: chosen once, so that ids and pages stay what they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    posts: Literal["handwritten", "world", "recorded"]
    seed: int
    start_ms: int
    feed: Path | None = None
    """The file of a recorded feed."""

    @classmethod
    def of_folder(cls, folder: Path, asked: str | None, *, seed: int, now_ms: int) -> Self:
        """What the folder serves; on its first run what is asked for, else the generated world.

        `asked` is `handwritten`, `world`, or the file of a recorded feed. Raises UserError.
        """
        file = folder / FILE
        try:
            chosen = cls.model_validate_json(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            chosen = cls._asked(asked or "world", seed=seed, now_ms=now_ms)
            chosen.check()
            file.write_text(chosen.model_dump_json(indent=2, exclude_none=True) + "\n", encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            raise BadInputError("does not say which posts are served; remove it", file=file) from error
        if (
            asked is not None
            and (wanted := cls._asked(asked, seed=seed, now_ms=now_ms)).label != chosen.label
        ):
            raise UserError(
                f"The folder {folder} serves the posts '{chosen.label}'; "
                f"name another folder by --data for '{wanted.label}'."
            )
        return chosen

    @classmethod
    def _asked(cls, asked: str, *, seed: int, now_ms: int) -> Self:
        start_ms = now_ms - WORLD_AGE_MS
        if asked in ("handwritten", "world"):
            return cls(posts=asked, seed=seed, start_ms=start_ms)
        return cls(posts="recorded", seed=seed, start_ms=start_ms, feed=Path(asked).resolve())

    @property
    def label(self) -> str:
        """As the user names it."""
        return str(self.feed) if self.feed is not None else self.posts

    def check(self) -> None:
        """Raises BadInputError where a recorded feed cannot be served."""
        if self.feed is not None:
            read_feed(self.feed)

    def load(self, *, now_ms: int, spacing: Spacing | None) -> ServedPosts:
        """The posts as they arrive for a server started now. Raises UserError, BadInputError."""
        if self.feed is not None:
            posts = read_feed(self.feed)
            return ServedPosts(
                self.feed.name, arriving(posts, now_ms=now_ms, spacing=spacing or "even"), world=None
            )
        if spacing is not None:
            raise UserError(
                f"--arrivals is for a recorded feed; the posts '{self.posts}' have their own times."
            )
        if self.posts == "world":
            world = build_world(
                self.seed, start_ms=self.start_ms, days=WORLD_DAYS, posts_per_day=WORLD_POSTS_PER_DAY
            )
            return ServedPosts(world.name, world.posts, world)
        # A sample: all in the small feed, all of late, however old the folder is.
        world = load_handwritten()
        pause_ms = SAMPLE_SPREAD_MS // len(world.posts)
        arrivals = [
            replace(post, arrived_at_ms=now_ms - age * pause_ms, feed_size=BASE_FEED)
            for age, post in enumerate(reversed(world.posts))
        ]
        return ServedPosts(world.name, arrivals, world)
