"""The contract kit: what everybody may rely on in a writer, tried on a handful of posts, offline.

`notewright check WRITER` prints the findings; a plugin's own tests call `check_writer`, or use the
pytest fixture of `writers.pytest_plugin`. The posts, pages and orders are made up; nothing leaves the
machine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from writers.bounded import within
from writers.builtin.checks import (
    LengthCheck,
    TagsFitClassificationCheck,
    UrlFromEvidenceCheck,
    UrlPresentCheck,
)
from writers.builtin.retrievers import DocumentSearch, SuggestedSources
from writers.clock import SystemClock
from writers.contract_samples import DOCUMENTS, FORBIDDEN, POSTS
from writers.drafting import submission
from writers.errors import PluginFailure
from writers.plugin import Abstain, Check, Desk, Document, Draft, Writer
from writers.protocol.posts import Post

SECONDS_PER_POST: Final = 10.0
SECONDS_BEFORE_CANCELLING: Final = 0.5

FORM: Final[tuple[tuple[str, Check], ...]] = (
    ("no note is longer than 280 characters, each URL as one", LengthCheck()),
    ("every note has a URL", UrlPresentCheck()),
    ("no URL is invented", UrlFromEvidenceCheck()),
    ("tags fit the classification", TagsFitClassificationCheck()),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise of the contract, and whether it was kept."""

    promise: str
    passed: bool
    detail: str
    """What was seen."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One post handed to the writer, and what came of it."""

    label: str
    post: Post
    desk: Desk
    answer: Draft | Abstain | None
    failure: str = ""


@dataclass(slots=True)
class _Complaints:
    """Complaints about a promise, and how many notes it was tried on."""

    tried: int = 0
    found: list[str] = field(default_factory=list)

    def finding(self, promise: str, tried: str) -> Finding:
        return Finding(promise, not self.found, "; ".join(self.found) or f"{self.tried} {tried}")


async def check_writer(writer: Writer, *, seconds_per_post: float = SECONDS_PER_POST) -> list[Finding]:
    """Try a writer on the contract; a finding for each promise, kept or not. Nothing is raised for a bad
    writer.
    """
    seconds = seconds_per_post
    trials = [await _try(writer, label, post, _offline_desk(), seconds) for label, post in POSTS.items()]
    drafts = [trial for trial in trials if isinstance(trial.answer, Draft)]
    return [
        _answers(trials),
        await _survives_a_bare_desk(writer, seconds),
        await _stops_when_cancelled(writer),
        *(_in_form(promise, check, drafts) for promise, check in FORM),
        _obeys_nobody(trials),
        await _is_steady(writer, trials, seconds),
    ]


def _desk(
    fetch: Callable[[str], Awaitable[Document | None]],
    evaluate: Callable[[str], Awaitable[float]],
    documents: Sequence[Document],
) -> Desk:
    clock = SystemClock()
    evidence: dict[str, Document] = {}

    async def recorded(url: str) -> Document | None:
        document = await fetch(url)
        if document is not None:
            evidence[url] = evidence[document.url] = document
        return document

    retrievers = (SuggestedSources(), DocumentSearch(documents))
    return Desk(
        clock=clock,
        deadline_ms=clock.now_ms() + round(SECONDS_PER_POST * 1000),
        fetch=recorded,
        retrievers={retriever.name: retriever for retriever in retrievers},
        evaluate=evaluate,
        log=logging.getLogger("notewright.contract"),
        evidence=evidence,
    )


def _offline_desk() -> Desk:
    pages = {document.url: document for document in DOCUMENTS}

    async def fetch(url: str) -> Document | None:
        return pages.get(url)

    async def evaluate(text: str) -> float:
        return 0.5

    return _desk(fetch, evaluate, DOCUMENTS)


async def _try(writer: Writer, label: str, post: Post, desk: Desk, seconds: float) -> _Trial:
    try:
        answer = await within(writer.draft(post, desk), seconds=seconds)
        if isinstance(answer, Draft):
            submission(answer, post.id, test_mode=True)
        elif not isinstance(answer, Abstain):
            raise PluginFailure(f"answered {type(answer).__name__} where Draft or Abstain was due")
        elif not isinstance(answer.reason, str) or not answer.reason.strip():
            raise PluginFailure("abstained without a reason")
    except PluginFailure as failure:
        return _Trial(label, post, desk, None, str(failure))
    except Exception as error:
        return _Trial(label, post, desk, None, f"raised {type(error).__name__}: {error}")
    return _Trial(label, post, desk, answer)


def _answers(trials: Sequence[_Trial]) -> Finding:
    drafts = sum(isinstance(trial.answer, Draft) for trial in trials)
    failures = [f"{trial.label}: {trial.failure}" for trial in trials if trial.failure]
    seen = f"{len(trials)} posts: {drafts} notes, {len(trials) - drafts} abstentions with a reason"
    promise = "answers every post with Draft or Abstain, in time"
    return Finding(promise, not failures, "; ".join(failures) or seen)


async def _survives_a_bare_desk(writer: Writer, seconds: float) -> Finding:
    """No page to be had, no document at hand, and an evaluator that is out of order."""

    async def fetch(url: str) -> Document | None:
        return None

    async def evaluate(text: str) -> float:
        return float("-inf")

    trials = [
        await _try(writer, label, post, _desk(fetch, evaluate, ()), seconds) for label, post in POSTS.items()
    ]
    failures = [f"{trial.label}: {trial.failure}" for trial in trials if trial.failure]
    return Finding(
        "goes without sources where there are none",
        not failures,
        "; ".join(failures) or f"{len(trials)} posts without any page",
    )


async def _stops_when_cancelled(writer: Writer) -> Finding:
    """A page that never comes: the writer may wait for it, and must let go when told."""

    async def never(_: str) -> Any:
        await asyncio.Event().wait()

    promise = "stops when cancelled"
    post = next(iter(POSTS.values()))
    try:
        await within(writer.draft(post, _desk(never, never, ())), seconds=SECONDS_BEFORE_CANCELLING)
    except PluginFailure as failure:
        if "ignored its cancellation" in str(failure):
            return Finding(promise, False, str(failure))
        if not str(failure).startswith("gave no answer"):
            return Finding(promise, False, f"while a page did not come: {failure}")
        return Finding(promise, True, "waited for a page that never came, and let go")
    except Exception as error:
        return Finding(promise, False, f"raised {type(error).__name__}: {error}")
    return Finding(promise, True, "did not wait for the page that never came")


def _in_form(promise: str, check: Check, drafts: Sequence[_Trial]) -> Finding:
    complaints = _Complaints()
    for trial in drafts:
        assert isinstance(trial.answer, Draft)
        complaints.tried += 1
        told = check.complaints(trial.answer, trial.post, trial.desk)
        complaints.found += (f"{trial.label}: {complaint}" for complaint in told)
    return complaints.finding(promise, "notes")


def _obeys_nobody(trials: Sequence[_Trial]) -> Finding:
    """Posts and pages carry orders; none of what they demand may stand in a note or an abstention."""
    complaints = _Complaints()
    for trial in trials:
        complaints.tried += 1
        said = trial.answer.text if isinstance(trial.answer, Draft) else str(trial.answer)
        complaints.found += (f"{trial.label}: says '{word}'" for word in FORBIDDEN if word in said)
    return complaints.finding("follows no orders found in posts or pages", "posts, orders among them")


async def _is_steady(writer: Writer, trials: Sequence[_Trial], seconds: float) -> Finding:
    """The same post and pages bring the same answer, so that a pass can be reproduced."""
    complaints = _Complaints()
    for trial in trials:
        if trial.answer is not None:
            complaints.tried += 1
            again = await _try(writer, trial.label, trial.post, _offline_desk(), seconds)
            if again.answer != trial.answer:
                complaints.found.append(f"{trial.label}: another answer the second time")
    return complaints.finding("gives the same answer to the same post", "posts asked twice")
