"""What a post claims, sentence by sentence, wherever in the post it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from writers.builtin.passages import name_terms, sentences
from writers.builtin.terms import terms, without_decoration
from writers.builtin.values import Values, values_of
from writers.protocol.posts import Post


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence that a post puts before its readers."""

    text: str
    terms: frozenset[str]
    names: frozenset[str]
    """Terms spelt with a capital letter."""
    values: Values


def claims_of(post: Post) -> list[Claim]:
    """The sentences of a post, of the post it quotes, and of its pictures' descriptions."""
    told = [post.text, post.quoted.text if post.quoted else "", *descriptions(post)]
    return [claim for text in told for claim in _claims(text, post.lang or "en")]


def descriptions(post: Post) -> list[str]:
    """What is said to be seen in the post's media."""
    texts = [
        text for media in post.media for text in (media.alt_text, media.description, media.title) if text
    ]
    return list(dict.fromkeys(texts))


def query_of(post: Post) -> str:
    """A search query for the whole post."""
    parts = [post.text, post.quoted.text if post.quoted else "", *descriptions(post)]
    return without_decoration("\n".join(parts))


def _claims(text: str, lang: str) -> Iterator[Claim]:
    for sentence in sentences(without_decoration(text), lang):
        found = frozenset(terms(sentence))
        if found:
            yield Claim(sentence, found, name_terms(sentence), values_of(sentence))
