"""Recording: the eligible feed of X or a local server, saved post by post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.feeds.file import FeedFile
from harness.feeds.pages import posts_of
from writers.client import NotesClient
from writers.errors import MalformedAnswer


@dataclass(slots=True)
class Recorded:
    """What a recording has done so far."""

    pages: int = 0
    new: int = 0
    known: int = 0
    """Posts the feed told that the file held already."""


async def record_feed(
    client: NotesClient,
    file: FeedFile,
    *,
    test_mode: bool,
    post_selection: str | None = None,
    max_posts: int | None = None,
    on_page: Callable[[Recorded], None] = lambda _done: None,
) -> Recorded:
    """Add the feed's posts that the file does not hold yet, at most `max_posts` of them.

    A page is saved before the next one is asked for. Raises ApiError where the feed cannot be read further.
    """
    done = Recorded()
    async for page in client.raw_feed_pages(test_mode=test_mode, post_selection=post_selection):
        new = {}
        for post in posts_of(page, now_ms=client.clock.now_ms()):
            if not isinstance(post_id := post.get("id"), str):
                raise MalformedAnswer("A post of the feed has no id.")
            if post_id in file.known:
                done.known += 1
            else:
                new[post_id] = post
        wanted = list(new.values())[: None if max_posts is None else max_posts - done.new]
        file.add(wanted)
        done.pages += 1
        done.new += len(wanted)
        on_page(done)
        if done.new == max_posts:
            break
    return done
