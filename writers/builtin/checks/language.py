"""The note speaks the language of the post, as far as that can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from writers.builtin.checks.quotations import without_quotations
from writers.builtin.checks.wording import prose
from writers.builtin.terms import without_decoration
from writers.plugin import Desk, Draft
from writers.protocol.posts import Post

MIN_LETTERS: Final = 24
"""Of fewer letters no language is told; CJK characters carry more, and count three times."""

SURE: Final = 0.95
"""Probability of another language that a refusal needs."""

UNLIKELY: Final = 0.01
"""And what the post's own languages may have at most."""

POSSIBLE: Final = 0.05
"""A language that the post's words may be in."""

_RENAMED: Final[Mapping[str, str]] = {
    "in": "id",
    "iw": "he",
    "ji": "yi",
    "nb": "no",
    "fil": "tl",
    "zh-cn": "zh",
    "zh-tw": "zh",
}
"""X's labels → the detector's, where these differ."""

_NEAR: Final[tuple[frozenset[str], ...]] = tuple(
    map(
        frozenset,
        (
            ("no", "nn", "da"),
            ("bs", "hr", "sr", "srl"),
            ("id", "ms"),
            ("ar", "ary", "arz"),
            ("zh", "wuu", "yue"),
            ("fa", "prs"),
        ),
    )
)
"""Languages whose readers read each other's: a note in one is no mistake under a post in the other."""


class LanguageCheck:
    """The note speaks the post's language; nothing is refused for doubt, and a refusal tells its confidence.

    A post's languages are X's label and what its words may be in. Posts and notes of few words, and labels
    that name no language, are in doubt. Passages that the note quotes may be in any language.
    """

    name = "language"

    def complaints(self, draft: Draft, post: Post, desk: Desk) -> Sequence[str]:
        note = without_quotations(prose(draft.text))
        said = without_decoration(post.text)
        if _letters(note) < MIN_LETTERS or _letters(said) < MIN_LETTERS:
            return []
        expected = _expected(said, post.lang)
        told = probabilities(note)
        if sum(told.get(language, 0.0) for language in expected) > UNLIKELY:
            return []
        best = _likeliest(told)
        confidence = sum(told[language] for language in _with_near(best) if language in told)
        if confidence < SURE:
            return []
        known = post.lang is not None and _renamed(post.lang) in told
        label = post.lang if known else _likeliest(probabilities(said))
        return [
            f"The note reads as '{best}' (confidence {confidence:.2f}) and the post as '{label}': "
            "write it in the post's language."
        ]


def probabilities(text: str) -> dict[str, float]:
    """Language code (ISO 639, as py3langid names them) → probability; they add up to 1."""
    return dict(_detector().rank(text))


@cache
def _detector() -> LanguageIdentifier:
    """Loaded when it is first needed: half a second, some 90 MiB."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _expected(said: str, label: str | None) -> frozenset[str]:
    """Languages that a note may be in."""
    told = probabilities(said)
    languages = {language for language, probability in told.items() if probability >= POSSIBLE}
    if label is not None and _renamed(label) in told:
        languages.add(_renamed(label))
    return frozenset(near for language in languages for near in _with_near(language))


def _likeliest(told: Mapping[str, float]) -> str:
    return max(told, key=lambda language: told[language])


def _renamed(label: str) -> str:
    code = label.lower()
    return _RENAMED.get(code) or _RENAMED.get(code.partition("-")[0]) or code.partition("-")[0]


def _with_near(language: str) -> frozenset[str]:
    return next((group for group in _NEAR if language in group), frozenset({language}))


def _letters(text: str) -> int:
    return sum(3 if character >= "\u3040" else 1 for character in text if character.isalpha())
