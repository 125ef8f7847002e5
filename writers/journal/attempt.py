"""What the journal tells of one attempt of a writer at a post."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from writers.plugin import Document, Draft
from writers.protocol.notes import Classification, MisleadingTag


class Outcome(StrEnum):
    DRAFTED = "drafted"
    """A draft that passed the checks and was not sent: a dry run, or the API would take no more."""
    ABSTAINED = "abstained"
    REFUSED = "refused"
    """By a check."""
    SUBMITTING = "submitting"
    """Sent, or about to be: whether the API has it is not known yet."""
    SUBMITTED = "submitted"
    FAILED = "failed"


OWN_NOTE: Final = (Outcome.SUBMITTED, Outcome.SUBMITTING)
"""How an attempt stands whose note the API has, or may have."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that was brought for a draft, and when."""

    url: str
    """As it was asked for; `document.url` is often where that led."""
    title: str = ""
    excerpt: str = ""
    sha256: str | None = None
    """Of the text; None in attempts that an older version wrote."""
    fetched_ms: int | None = None
    """When it was read from the web, epoch milliseconds."""
    text: str | None = field(default=None, repr=False, compare=False)
    """Given to the journal, which keeps each text once; an attempt that is read comes without texts."""

    @classmethod
    def of(cls, url: str, document: Document) -> Evidence:
        return cls(url, document.title, document.excerpt, document.sha256, document.fetched_ms, document.text)

    def as_dict(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "title": self.title,
            "excerpt": self.excerpt,
            "sha256": self.sha256,
            "fetched_ms": self.fetched_ms,
        }


@dataclass(frozen=True, slots=True)
class Attempt:
    """One writer's attempt at one post."""

    writer: str
    test_mode: bool
    post_id: int
    outcome: Outcome
    began_ms: int
    ended_ms: int
    reason: str = ""
    """Why the writer abstained, or what failed."""
    draft: Draft | None = None
    complaints: tuple[str, ...] = ()
    """Every complaint of every check, not the first alone."""
    evidence: tuple[Evidence, ...] = ()
    """What was brought for the draft, by URL."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """What the API's evaluator told about the draft's text, e.g. `claim_opinion_score`."""
    note_id: int | None = None
    post: str | None = field(default=None, repr=False)
    """The feed's page with this post and what it refers to, as JSON; None where it was not kept."""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: ids are decimal strings."""
        values = asdict(self)
        values["post_id"] = str(self.post_id)
        values["note_id"] = None if self.note_id is None else str(self.note_id)
        values["evidence"] = [page.as_dict() for page in self.evidence]
        values["post"] = None if self.post is None else json.loads(self.post)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Attempt:
        """What `as_dict` made. Raises KeyError, TypeError or ValueError where it is something else."""
        return cls(
            writer=values["writer"],
            test_mode=values["test_mode"],
            post_id=int(values["post_id"]),
            outcome=Outcome(values["outcome"]),
            began_ms=values["began_ms"],
            ended_ms=values["ended_ms"],
            reason=values["reason"],
            draft=None if values["draft"] is None else draft_of(values["draft"]),
            complaints=tuple(values["complaints"]),
            evidence=tuple(Evidence(**page) for page in values["evidence"]),
            scores=values["scores"],
            note_id=None if values["note_id"] is None else int(values["note_id"]),
            post=None if values["post"] is None else compact(values["post"]),
        )


def draft_of(values: Mapping[str, Any]) -> Draft:
    """A draft from what `dataclasses.asdict` made of it."""
    return Draft(
        **{
            **values,
            "sources": tuple(values["sources"]),
            "classification": Classification(values["classification"]),
            "misleading_tags": tuple(map(MisleadingTag, values["misleading_tags"])),
        }
    )


def compact(value: object) -> str:
    """JSON in one line, always the same for the same value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
