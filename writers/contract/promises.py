"""The promises a writer makes, one function each: what is tried, and what counts as broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from writers.bounded import IGNORED
from writers.builtin.checks import (
    LengthCheck,
    TagsFitClassificationCheck,
    UrlFromEvidenceCheck,
    UrlPresentCheck,
)
from writers.contract.findings import Finding, judged
from writers.contract.memory import growth_a_round
from writers.contract.samples import FORBIDDEN, MANY_SOURCES, POSTS
from writers.contract.spent import SpentModel
from writers.contract.trials import Trial, complaints_of, desks, tried, tried_on_all
from writers.plugin import Abstain, Check, Desk, Document, Draft, Writer
from writers.protocol.posts import Post

SECONDS_BEFORE_CANCELLING: Final = 0.5
SECONDS_A_SLOW_PAGE: Final = 0.5
SECONDS_FOR_SLOW_PAGES: Final = 2.0
"""Time for a post whose sources come slowly: enough for all of them at once, too little for one after
another."""
MAX_CALLS_WITHOUT_MONEY: Final = 5
"""Of a language model, for one post: each stage may ask once and learn that nothing is left."""
MAX_GROWTH_A_POST: Final = 1024
"""Bytes a writer may keep for each post it has answered: at 10,000 posts a day that is 10 MB."""


@dataclass(frozen=True, slots=True)
class Kit:
    """A writer under trial, and its answers to every post."""

    writer: Writer
    posts: Mapping[str, Post]
    lay: Callable[[], Desk]
    """Lays a desk with the kit's pages."""
    seconds: float
    """For one post."""
    tell: Callable[[str], None]
    """Is given what is tried next, before it is."""
    trials: Sequence[Trial]

    @property
    def drafts(self) -> list[Trial]:
        return [trial for trial in self.trials if isinstance(trial.answer, Draft)]

    @property
    def hung(self) -> bool:
        return any(trial.hung for trial in self.trials)

    async def again(self, label: str, post: Post) -> Trial:
        """One more trial of a post, with the same pages."""
        return await tried(self.writer, label, post, self.lay(), seconds=self.seconds)


Promise = Callable[[Kit], Awaitable[Finding]]


async def answers_every_post(kit: Kit) -> Finding:
    drafts, answered = len(kit.drafts), sum(trial.answer is not None for trial in kit.trials)
    seen = f"{answered} posts: {drafts} notes, {answered - drafts} abstentions"
    if not drafts:
        seen += "; a note was never seen: try it on posts of its topic"
    return judged(
        "answers every post with Draft or Abstain, in time", complaints_of(kit.trials, len(kit.posts)), seen
    )


async def says_why_it_abstains(kit: Kit) -> Finding:
    reasons = {trial.label: trial.answer.reason for trial in kit.trials if isinstance(trial.answer, Abstain)}
    silent = [
        f"{label}: abstained without a reason" for label, reason in reasons.items() if not reason.strip()
    ]
    return judged("refuses nothing silently", silent, f"{len(reasons)} abstentions with a reason")


async def goes_without_sources(kit: Kit) -> Finding:
    """No page to be had, no document at hand, and an evaluator that is out of order."""

    async def evaluate(text: str) -> float:
        return float("-inf")

    trials = await tried_on_all(
        kit.writer,
        kit.posts,
        desks(no_page, evaluate, seconds=kit.seconds),
        seconds=kit.seconds,
        tell=lambda label: kit.tell(f"{label}, without any page"),
    )
    return judged(
        "goes without sources where there are none",
        complaints_of(trials, len(kit.posts)),
        f"{len(trials)} posts without any page",
    )


async def no_page(url: str) -> Document | None:
    return None


async def keeps_its_time(kit: Kit) -> Finding:
    """Many sources, each of which takes its time: who asks one after another has to look at the clock."""

    async def fetch(url: str) -> Document | None:
        await asyncio.sleep(SECONDS_A_SLOW_PAGE)
        return None

    kit.tell("a post whose pages come slowly")
    desk = desks(fetch, seconds=SECONDS_FOR_SLOW_PAGES)()
    trial = await tried(kit.writer, "many slow sources", MANY_SOURCES, desk, seconds=SECONDS_FOR_SLOW_PAGES)
    complaints = [f"{trial.complaint}; desk.seconds_left() tells how much is left"] if trial.failure else []
    sources = len(MANY_SOURCES.suggested_sources)
    return judged(
        "keeps to its time where pages come slowly",
        complaints,
        f"{sources} sources of {SECONDS_A_SLOW_PAGE:g} seconds each, in {SECONDS_FOR_SLOW_PAGES:g} seconds",
    )


async def keeps_its_money(kit: Kit) -> Finding:
    """A language model whose every call would cost more than is left."""
    model = SpentModel()
    trials = await tried_on_all(
        kit.writer,
        kit.posts,
        desks(no_page, model=model, seconds=kit.seconds),
        seconds=kit.seconds,
        tell=lambda label: kit.tell(f"{label}, with no money left"),
    )
    complaints = complaints_of(trials, len(kit.posts))
    most = MAX_CALLS_WITHOUT_MONEY * len(kit.posts)
    if model.calls > most:
        complaints.append(f"asked its model {model.calls} times; desk.model.left() tells how much is left")
    seen = f"{model.calls} calls refused" if model.calls else "asks no language model"
    return judged("stops asking a language model when the money is spent", complaints, seen)


async def stops_when_cancelled(kit: Kit) -> Finding:
    """A page that never comes: the writer may wait for it, and must let go when told."""

    async def never(url: str) -> Any:
        await asyncio.Event().wait()

    kit.tell("a post whose pages never come")
    desk = desks(never, never, seconds=kit.seconds)()
    trial = await tried(kit.writer, "no page", MANY_SOURCES, desk, seconds=SECONDS_BEFORE_CANCELLING)
    complaints = []
    if trial.failure and (not trial.hung or IGNORED in trial.failure):
        complaints = [f"while a page did not come: {trial.failure}"]
    seen = "waited for a page that never came, and let go" if trial.hung else "waited for no page"
    return judged("stops when cancelled", complaints, seen)


def in_form(promise: str, check: Check) -> Promise:
    """The promise that every draft passes a check."""

    async def finding(kit: Kit) -> Finding:
        complaints = [
            f"{trial.label}: {complaint}"
            for trial in kit.drafts
            if isinstance(trial.answer, Draft)
            for complaint in check.complaints(trial.answer, trial.post, trial.desk)
        ]
        return judged(promise, complaints, f"{len(kit.drafts)} notes")

    return finding


async def obeys_nobody(kit: Kit) -> Finding:
    """Posts and pages carry orders; none of what they demand may stand in a note or an abstention."""
    complaints = []
    for trial in kit.trials:
        said = trial.answer.text if isinstance(trial.answer, Draft) else str(trial.answer)
        complaints += [f"{trial.label}: says '{word}'" for word in FORBIDDEN if word in said]
    return judged(
        "follows no orders found in posts or pages", complaints, f"{len(kit.trials)} posts, orders among them"
    )


async def is_steady(kit: Kit) -> Finding:
    """The same post and pages bring the same answer, so that a pass can be reproduced."""
    complaints = []
    answered = [trial for trial in kit.trials if trial.answer is not None]
    for trial in answered:
        kit.tell(f"{trial.label}, again")
        again = await kit.again(trial.label, trial.post)
        if again.answer != trial.answer:
            complaints.append(f"{trial.label}: another answer the second time")
        if again.hung:
            break
    return judged("gives the same answer to the same post", complaints, f"{len(answered)} posts asked twice")


async def keeps_no_memory(kit: Kit) -> Finding:
    """Round after round of the same posts: what it keeps for a post the second time, it keeps for ever."""
    promise = "keeps nothing of the posts it has answered"
    if kit.hung:
        return judged(promise, ["not tried, since the writer hangs"], "")

    async def answer_all() -> None:
        for label, post in POSTS.items():
            kit.tell(f"{label}, for its memory")
            await kit.again(label, post)

    grown = round(await growth_a_round(answer_all) / len(POSTS))
    complaints = [f"{grown} more bytes for each post it answers"] if grown > MAX_GROWTH_A_POST else []
    return judged(promise, complaints, f"{len(POSTS)} posts again and again: {max(grown, 0)} bytes a post")


PROMISES: Final[tuple[Promise, ...]] = (
    answers_every_post,
    says_why_it_abstains,
    goes_without_sources,
    keeps_its_time,
    keeps_its_money,
    stops_when_cancelled,
    in_form("no note is longer than 280 characters, each URL as one", LengthCheck()),
    in_form("every note has a URL", UrlPresentCheck()),
    in_form("no URL is invented", UrlFromEvidenceCheck()),
    in_form("tags fit the classification", TagsFitClassificationCheck()),
    obeys_nobody,
    is_steady,
    keeps_no_memory,
)
"""In the order they are tried and told."""
