"""The critic: a second question, which must quote what bears out each sentence; code looks that up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from writers.builtin.passages import sentences
from writers.builtin.researched.case import Case
from writers.builtin.researched.drafts import Dropped, Matter, Numbers, Written, report
from writers.builtin.researched.grounding import shares_matter, stands_in, unknown_figures
from writers.builtin.researched.passages import Passage
from writers.builtin.researched.prompts import CRITIC
from writers.builtin.researched.telling import told, words_of
from writers.builtin.researched.wording import complaints_on, draft_of, sources_of
from writers.plugin import Draft


class Support(BaseModel):
    """What bears out a sentence of the note; sentences and passages are numbered from 1."""

    sentence: int
    passage: int
    quotation: Annotated[str, StringConstraints(max_length=1_200)]


class Settles(StrEnum):
    """How far the quoted words show that the post misleads."""

    CLEARLY = "clearly"
    PARTLY = "partly"
    NO = "no"


class Criticism(BaseModel):
    supports: Annotated[list[Support], Field(max_length=20)]
    settles: Settles
    is_fair: bool
    ordering_passages: Numbers


@dataclass(frozen=True, slots=True)
class Approved:
    """A note that its critic, and code, have nothing against."""

    draft: Draft
    settles: Settles


async def criticized(case: Case, matter: Matter, written: Written) -> Approved | Dropped:
    """The note with the sources that bear it out, or why it is dropped."""
    told_sentences = list(sentences(written.words, case.post.lang or "en"))
    prompt = CRITIC.fill(
        sentences=told_sentences,
        passages=[passage.shown for passage in matter.passages],
        **told(case.post),
    )
    criticism = await case.ask("critic", prompt, Criticism)
    report(case, matter, criticism.ordering_passages)
    if not criticism.is_fair:
        return Dropped("the critic found it unfair")
    if criticism.settles is Settles.NO:
        return Dropped("its sources do not settle the matter, says the critic")
    barred = matter.numbered(criticism.ordering_passages)
    cited: list[Passage] = []
    for number, sentence in enumerate(told_sentences, start=1):
        found = [
            (passage, support.quotation)
            for support in criticism.supports
            if support.sentence == number
            for passage in matter.numbered([support.passage])
            if passage not in barred and stands_in(support.quotation, passage.text)
        ]
        if not found:
            return Dropped("no quotation that stands on a page bears out each of its sentences")
        if not shares_matter(sentence, [quotation for _, quotation in found]):
            return Dropped("a sentence of it has little to do with what is quoted for it")
        if unknown_figures(sentence, [*(passage.text for passage, _ in found), words_of(case.post)]):
            return Dropped("it states a figure or day that neither its sources nor the post have")
        cited += (passage for passage, _ in found)
    return _resting_on(case, matter, written, cited, criticism.settles)


def _resting_on(
    case: Case, matter: Matter, written: Written, cited: list[Passage], settles: Settles
) -> Approved | Dropped:
    """The note, citing the pages that were quoted for it."""
    if len({passage.document.url for passage in cited}) > len(sources_of(cited)):
        return Dropped("it rests on more pages than a note has room to cite")
    draft = draft_of(written.words, sources_of(cited), written.tags, is_media_note=matter.is_media_note)
    if complaints_on(written.words, draft, case.post, case.desk):
        return Dropped("its form is wrong with the sources that bear it out")
    return Approved(draft, settles)
