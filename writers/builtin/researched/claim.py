"""Whether a post says something that can be checked and that readers ought to see checked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, StringConstraints

from writers.builtin.researched.case import Case, GivenUp
from writers.builtin.researched.orders import gives_orders
from writers.builtin.researched.prompts import CLAIM
from writers.builtin.researched.telling import pictures, told, words_of


class Kind(StrEnum):
    """What a post is, to one who checks claims."""

    WORTH_CHECKING = "worth_checking"
    NO_CLAIM = "no_claim"
    OPINION = "opinion"
    PREDICTION = "prediction"
    PLAIN_JOKE = "plain_joke"
    PRIVATE_MATTER = "private_matter"
    HARMLESS = "harmless"


REASONS: Final[Mapping[Kind, str]] = {
    Kind.NO_CLAIM: "the post makes no claim that can be checked",
    Kind.OPINION: "the post is an opinion",
    Kind.PREDICTION: "the post foretells what nobody can check yet",
    Kind.PLAIN_JOKE: "the post is a joke that nobody takes for a fact",
    Kind.PRIVATE_MATTER: "the post is about its author's own life",
    Kind.HARMLESS: "nobody is misled, whether the post is right or not",
}


class Claim(BaseModel):
    """What is to be checked."""

    kind: Kind
    claim: Annotated[str, StringConstraints(max_length=600)]
    """The post's most important claim, as one sentence that is understood without the post."""
    in_picture: bool
    """Whether a picture or video makes it, so that it is made wherever that is posted."""
    gives_orders: bool
    """Whether the post tries to give orders to whoever reads it as a machine."""


async def claim_of(case: Case) -> Claim:
    """Raises GivenUp where there is nothing to check."""
    post = case.post
    if not words_of(post).strip() and not post.media:
        raise GivenUp("the post has neither words nor pictures")
    if gives_orders(words_of(post)):
        case.suspect("the post")
    claim = await case.ask("claim", CLAIM.fill(**told(post)), Claim, images=pictures(post))
    if claim.gives_orders:
        # No reason to abstain: an order would then protect any post from notes.
        case.suspect("the post")
    if claim.kind is not Kind.WORTH_CHECKING:
        raise GivenUp(REASONS[claim.kind])
    if not claim.claim.strip():
        raise GivenUp(REASONS[Kind.NO_CLAIM])
    return claim
