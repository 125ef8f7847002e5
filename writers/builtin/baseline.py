"""`baseline`: a writer without a model. It looks for a sentence that the post cannot stand beside, and
quotes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import httpx

from writers.builtin.addresses import urls_of
from writers.builtin.claims import Claim, claims_of, descriptions, query_of
from writers.builtin.passages import name_terms, prepare
from writers.builtin.pool import Pool
from writers.builtin.terms import terms
from writers.builtin.values import values_of
from writers.builtin.verdicts import (
    Agreement,
    Contradiction,
    Verdict,
    judge,
    judge_picture,
    judge_satire,
)
from writers.plugin import Abstain, Desk, Document, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post
from writers.protocol.text import MAX_NOTE_LENGTH

DOCUMENTS: Final = 20
"""Documents asked of each retriever."""

SHORTEST_OWN_NAME: Final = 8
"""Letters of an account's name that may be told again in a host's."""

LEADS: Final = {
    "en": {
        MisleadingTag.FACTUAL_ERROR: "The source gives a different account:",
        MisleadingTag.OUTDATED_INFORMATION: "This is out of date. The source has newer information:",
        MisleadingTag.MISSING_IMPORTANT_CONTEXT: "The picture was taken elsewhere or earlier:",
        MisleadingTag.MISINTERPRETED_SATIRE: "The story comes from a satirical site:",
    },
    "es": {
        MisleadingTag.FACTUAL_ERROR: "La fuente dice otra cosa:",
        MisleadingTag.OUTDATED_INFORMATION: "Esto ya no es actual. La fuente tiene datos más recientes:",
        MisleadingTag.MISSING_IMPORTANT_CONTEXT: "La imagen es de otro lugar o de otra fecha:",
        MisleadingTag.MISINTERPRETED_SATIRE: "La historia procede de un sitio satírico:",
    },
    "de": {
        MisleadingTag.FACTUAL_ERROR: "In der Quelle steht etwas anderes:",
        MisleadingTag.OUTDATED_INFORMATION: "Das ist nicht mehr aktuell. Die Quelle nennt neuere Angaben:",
        MisleadingTag.MISSING_IMPORTANT_CONTEXT: "Das Bild entstand anderswo oder früher:",
        MisleadingTag.MISINTERPRETED_SATIRE: "Die Geschichte stammt von einer Satireseite:",
    },
}
"""How a note begins, by the post's language; in any other language the quotation stands alone."""


class BaselineWriter:
    """Retrieves pages, and quotes a sentence that contradicts the post in a number, a day, a place or a
    name.
    """

    name = "baseline"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        claims = claims_of(post)
        if not claims:
            return Abstain("the post has no words to check")
        documents = await desk.retrieve(post, query_of(post), limit=DOCUMENTS)
        if not documents:
            return Abstain("no source found")
        suggested = {desk.evidence[url].url for url in urls_of(post) if url in desk.evidence}
        verdicts = verdicts_on(post, claims, documents, suggested)
        if doubt := next((verdict for verdict in verdicts if isinstance(verdict, Contradiction)), None):
            # The source's own words find what else is recorded about the matter, which may agree with
            # the post.
            documents += await desk.retrieve(post, f"{doubt.page.title} {doubt.sentence}", limit=DOCUMENTS)
            verdicts = verdicts_on(post, claims, documents, suggested)
        agreement = next((verdict for verdict in verdicts if isinstance(verdict, Agreement)), None)
        if agreement is not None:
            return Abstain(f"a source agrees with the post: {agreement.page.document.url}")
        contradictions = [verdict for verdict in verdicts if isinstance(verdict, Contradiction)]
        if not contradictions:
            return Abstain("no source decides what the post says")
        decisive = max(contradictions, key=lambda verdict: verdict.score)
        if is_own_account(post, decisive.page.document.url):
            return Abstain("the post is its publisher's own")
        return note(post, decisive)


def verdicts_on(
    post: Post, claims: Sequence[Claim], documents: Sequence[Document], suggested: Collection[str]
) -> list[Verdict]:
    """What documents say to a post: to the story, or else to its pictures, or else to each of its sentences.

    `suggested` are the addresses that came with the post: such pages may merely repeat it.
    """
    pool = Pool([prepare(document) for document in dict.fromkeys(documents)], suggested)
    if satire := judge_satire(claims, pool):
        return [satire]
    scene = scene_of(post)
    if scene is None:
        return [judge(claim, pool) for claim in claims]
    if shown := judge_picture(claims, scene, post.created_at_ms, pool):
        return [shown]
    return [judge(claim, pool) for claim in claims if claim.values.days or claim.values.numbers]


def is_own_account(post: Post, url: str) -> bool:
    """Whether the author's name is that of the site: what a satirist says in his own name misleads nobody."""
    host = "".join(filter(str.isalpha, httpx.URL(url).host))
    author = "".join(filter(str.isalpha, (post.author_username or "").lower()))
    return len(author) >= SHORTEST_OWN_NAME and author in host


def scene_of(post: Post) -> Claim | None:
    """All that is said to be seen in the post's pictures, as one claim; None where a picture states
    figures.
    """
    text = "\n".join(descriptions(post))
    found, values = frozenset(terms(text)), values_of(text)
    return Claim(text, found, name_terms(text), values) if found and not values.numbers else None


def note(post: Post, found: Contradiction) -> Draft:
    """A note that quotes the decisive sentence and cites its page, in at most 280 characters."""
    lead = LEADS.get((post.lang or "")[:2], {}).get(found.tag, "")
    url = found.page.document.url
    title = found.page.title
    before = f"{lead} " if lead else ""
    after = f" ({title})" if title and title not in found.sentence else ""
    # The URL counts as one character, with a space before it and the two quotation marks.
    room = MAX_NOTE_LENGTH - len(before) - 4
    quotation = shortened(found.sentence, room)
    if len(quotation) + len(after) > room:
        after = ""
    text = f"{before}“{quotation}”{after} {url}"
    return Draft(text=text, sources=(url,), misleading_tags=(found.tag,))


def shortened(sentence: str, room: int) -> str:
    """`sentence` in at most `room` characters, cut between words."""
    if len(sentence) <= room:
        return sentence
    return sentence[: room - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
