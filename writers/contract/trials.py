"""One post handed to a writer on a desk of the kit's own, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from writers.bounded import NO_ANSWER, within
from writers.builtin.retrievers import DocumentSearch, SuggestedSources
from writers.clock import SECOND_MS, SystemClock
from writers.drafting import submission
from writers.errors import PluginFailure
from writers.llm import NO_MODEL, LanguageModel
from writers.llm.errors import ModelError
from writers.plugin import Abstain, Desk, Document, Draft, Fetch, Retriever, Writer
from writers.protocol.posts import Post

MAX_HANGS: Final = 2
"""A writer that gave no answer to so many posts is asked no further: it would not answer the rest either."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A post, the desk it was drafted on, and the writer's answer; None where there is none, and why."""

    label: str
    post: Post
    desk: Desk
    answer: Draft | Abstain | None
    failure: str = ""

    @property
    def hung(self) -> bool:
        return self.failure.startswith(NO_ANSWER)

    @property
    def complaint(self) -> str:
        return f"{self.label}: {self.failure}"


async def evaluates_fair(text: str) -> float:
    """An evaluator's opinion that is neither good nor bad."""
    return 0.5


def desks(
    fetch: Fetch,
    evaluate: Callable[[str], Awaitable[float]] = evaluates_fair,
    *,
    documents: Sequence[Document] = (),
    model: LanguageModel = NO_MODEL,
    seconds: float,
) -> Callable[[], Desk]:
    """Lays a desk for one post as a pass does, with `seconds` left; nothing reaches a network."""
    clock = SystemClock()
    retrievers: tuple[Retriever, ...] = (SuggestedSources(), DocumentSearch(documents))

    def lay() -> Desk:
        evidence: dict[str, Document] = {}

        async def recorded(url: str) -> Document | None:
            document = await fetch(url)
            if document is not None:
                evidence[url] = evidence[document.url] = document
            return document

        return Desk(
            clock=clock,
            deadline_ms=clock.now_ms() + round(seconds * SECOND_MS),
            fetch=recorded,
            retrievers={retriever.name: retriever for retriever in retrievers},
            evaluate=evaluate,
            log=logging.getLogger("notewright.contract"),
            evidence=evidence,
            model=model,
        )

    return lay


def offline_desks(pages: Sequence[Document], *, seconds: float) -> Callable[[], Desk]:
    """Lays desks with some pages at hand: they can be fetched, and are found by a search."""
    by_url = {page.url: page for page in pages}

    async def fetch(url: str) -> Document | None:
        return by_url.get(url)

    return desks(fetch, documents=pages, seconds=seconds)


async def tried(writer: Writer, label: str, post: Post, desk: Desk, *, seconds: float) -> Trial:
    """The trial of one post; nothing is raised for a bad writer.

    An error of the language model that a writer lets through is as good as an abstention: it says why there
    is no note.
    """
    try:
        answer = await within(writer.draft(post, desk), seconds=seconds)
        if isinstance(answer, Draft):
            submission(answer, post.id, test_mode=True)
        elif not isinstance(answer, Abstain):
            raise PluginFailure(f"answered {type(answer).__name__} where Draft or Abstain was due")
        elif not isinstance(answer.reason, str):
            raise PluginFailure(f"abstained with {type(answer.reason).__name__} for a reason")
    except PluginFailure as failure:
        if isinstance(failure.__cause__, ModelError):
            return Trial(label, post, desk, Abstain(str(failure.__cause__)))
        return Trial(label, post, desk, None, str(failure))
    except Exception as error:
        return Trial(label, post, desk, None, f"raised {type(error).__name__}: {error}")
    return Trial(label, post, desk, answer)


async def tried_on_all(
    writer: Writer,
    posts: Mapping[str, Post],
    lay: Callable[[], Desk],
    *,
    seconds: float,
    tell: Callable[[str], None],
) -> list[Trial]:
    """The trials of many posts, a desk for each; fewer than posts where the writer keeps hanging.

    `tell` is given the label of each post before it is tried.
    """
    trials: list[Trial] = []
    for label, post in posts.items():
        tell(label)
        trials.append(await tried(writer, label, post, lay(), seconds=seconds))
        if sum(trial.hung for trial in trials) == MAX_HANGS:
            break
    return trials


def complaints_of(trials: Iterable[Trial], posts: int) -> list[str]:
    """What went wrong in trials of `posts` posts."""
    trials = list(trials)
    found = [trial.complaint for trial in trials if trial.failure]
    if len(trials) < posts:
        found.append(f"{posts - len(trials)} more posts were not tried")
    return found
