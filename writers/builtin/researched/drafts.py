"""Drafts: notes in a model's words, resting on numbered passages, rewritten once where need be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints

from writers.builtin.researched.case import Case
from writers.builtin.researched.claim import Claim
from writers.builtin.researched.passages import Passage
from writers.builtin.researched.prompts import DRAFT, REVISE
from writers.builtin.researched.telling import language, pictures, told
from writers.builtin.researched.wording import ROOM, complaints_on, draft_of, plain, sources_of
from writers.llm import Trusted
from writers.plugin import Draft
from writers.protocol.notes import MisleadingTag

MAX_WRITTEN: Final = 2_000
"""Characters of a note as a model may write it; what is longer than a note may be is written anew."""

Note = Annotated[str, StringConstraints(max_length=MAX_WRITTEN)]
Numbers = Annotated[list[int], Field(max_length=30)]


class Finding(StrEnum):
    """What the passages say to the claim."""

    MISLEADING = "misleading"
    BORNE_OUT = "borne_out"
    UNDECIDED = "undecided"


class Proposal(BaseModel):
    """What a model proposes. Passages are numbered from 1."""

    finding: Finding
    note: Note
    passages: Numbers
    tags: list[MisleadingTag]
    ordering_passages: Numbers


class Revision(BaseModel):
    note: Note


@dataclass(frozen=True, slots=True)
class Matter:
    """What a note is to be about, and what it may rest on."""

    claim: Claim
    passages: Sequence[Passage]
    is_media_note: bool

    def numbered(self, numbers: Sequence[int]) -> list[Passage]:
        """Passages by their numbers, each once; a number that none has is passed over."""
        known = (number for number in dict.fromkeys(numbers) if 1 <= number <= len(self.passages))
        return [self.passages[number - 1] for number in known]


@dataclass(frozen=True, slots=True)
class Written:
    """A note whose form is right."""

    words: str
    tags: tuple[MisleadingTag, ...]
    draft: Draft


@dataclass(frozen=True, slots=True)
class Dropped:
    """A draft that goes no further, and why."""

    reason: str


async def propose(case: Case, matter: Matter, sample: int) -> Proposal:
    """A model's proposal; `sample` tells several apart."""
    prompt = DRAFT.fill(
        claim=matter.claim.claim,
        passages=[passage.shown for passage in matter.passages],
        room=ROOM,
        **told(case.post),
    )
    proposal = await case.ask("draft", prompt, Proposal, images=pictures(case.post), sample=sample)
    report(case, matter, proposal.ordering_passages)
    return proposal


async def written(case: Case, matter: Matter, proposal: Proposal) -> Written | Dropped:
    """The proposed note in due form: as it is, or after one revision."""
    barred = matter.numbered(proposal.ordering_passages)
    used = [passage for passage in matter.numbered(proposal.passages) if passage not in barred]
    if not used:
        return Dropped("it rested on no passage")
    tags = tuple(dict.fromkeys(proposal.tags)) or (MisleadingTag.OTHER,)
    words = plain(proposal.note)
    note, complaints = _judged(case, matter, words, used, tags)
    if complaints:
        prompt = REVISE.fill(
            note=words,
            complaints=complaints,
            passages=[passage.shown for passage in used],
            room=ROOM,
            language=Trusted(language(case.post)),
        )
        words = plain((await case.ask("revise", prompt, Revision)).note)
        note, complaints = _judged(case, matter, words, used, tags)
    if complaints:
        case.desk.log.info("post %d: a draft was dropped: %s", case.post.id, " ".join(complaints))
        return Dropped("its form was wrong, after a revision too")
    return Written(words, tags, note)


def report(case: Case, matter: Matter, ordering_passages: Sequence[int]) -> None:
    """Tell of the pages in which a model saw orders."""
    for passage in matter.numbered(ordering_passages):
        case.suspect(passage.document.url)


def _judged(
    case: Case, matter: Matter, words: str, used: Sequence[Passage], tags: Sequence[MisleadingTag]
) -> tuple[Draft, list[str]]:
    note = draft_of(words, sources_of(used), tags, is_media_note=matter.is_media_note)
    return note, complaints_on(words, note, case.post, case.desk)
