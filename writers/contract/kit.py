"""The kit, run: a writer is tried on every post, then each promise is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from writers.contract.findings import Finding
from writers.contract.promises import PROMISES, Kit
from writers.contract.samples import DOCUMENTS, POSTS
from writers.contract.trials import offline_desks, tried, tried_on_all
from writers.errors import PluginFailure
from writers.plugin import Abstain, Check, Document, Draft, Writer
from writers.protocol.posts import Post

SECONDS_PER_POST: Final = 10.0


async def check_writer(
    writer: Writer,
    *,
    posts: Sequence[Post] = (),
    pages: Sequence[Document] = (),
    seconds_per_post: float = SECONDS_PER_POST,
) -> list[Finding]:
    """Try a writer on the contract; a finding for each promise, kept or not. Nothing is raised for a bad
    writer.

    `posts` and `pages` of the writer's own topic are tried besides the kit's. A writer that takes memory
    without end is not stopped here: `check_plugin` runs the kit in a process of its own.
    """
    kit = await open_kit(writer, posts, pages, seconds=seconds_per_post)
    return [await promise(kit) for promise in PROMISES]


async def open_kit(
    writer: Writer,
    posts: Sequence[Post],
    pages: Sequence[Document],
    *,
    seconds: float,
    tell: Callable[[str], None] = lambda label: None,
) -> Kit:
    """The kit, with the writer's answers to every post: what the promises are looked at with."""
    labelled = {**POSTS, **{f"post {post.id}": post for post in posts}}
    lay = offline_desks([*DOCUMENTS, *pages], seconds=seconds)
    trials = await tried_on_all(writer, labelled, lay, seconds=seconds, tell=tell)
    return Kit(writer=writer, posts=labelled, lay=lay, seconds=seconds, tell=tell, trials=trials)


async def ask_writer(
    writer: Writer,
    post: Post,
    *,
    pages: Sequence[Document] = (),
    checks: Sequence[Check] = (),
    seconds: float = SECONDS_PER_POST,
) -> Draft | Abstain:
    """A writer's answer to one post with some pages at hand, for its own tests.

    Raises PluginFailure where it raises or gives no answer, and where a check refuses the draft.
    """
    desk = offline_desks(pages, seconds=seconds)()
    trial = await tried(writer, f"post {post.id}", post, desk, seconds=seconds)
    if trial.answer is None:
        raise PluginFailure(trial.complaint)
    if isinstance(trial.answer, Draft):
        refusals = [
            complaint for check in checks for complaint in check.complaints(trial.answer, post, trial.desk)
        ]
        if refusals:
            raise PluginFailure(f"{trial.label}: {' '.join(refusals)}")
    return trial.answer
