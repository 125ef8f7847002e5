"""`scoring_status`: how raters of each side rated a note, told to writers who earned it.

Sides are cut at a rater factor of ±0.15 over a note's most recent ratings (Community Notes
documentation/api/overview.md, 2026-03-27). Tag names are those that live clients read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntFlag
from typing import Any, Final

from scoring.tables import HelpfulnessLevel, HelpfulTag, NotHelpfulTag
from writers.protocol.notes import (
    BucketCounts,
    ModelRatingCounts,
    RatingCountsPerModel,
    ScoringStatus,
    TagCount,
    wire_json,
)

SIDE_CUT: Final = 0.15

HELPFUL_TAGS: Final[Mapping[IntFlag, str]] = {
    HelpfulTag.IMPORTANT_CONTEXT: "ImportantContext",
    HelpfulTag.ADDRESSES_CLAIM: "AddressesClaim",
    HelpfulTag.GOOD_SOURCES: "GoodSources",
    HelpfulTag.UNBIASED_LANGUAGE: "UnbiasedLanguage",
    HelpfulTag.CLEAR: "Clear",
    HelpfulTag.OTHER: "Other",
}
NOT_HELPFUL_TAGS: Final[Mapping[IntFlag, str]] = {
    NotHelpfulTag.SOURCES_MISSING_OR_UNRELIABLE: "NoSources",
    NotHelpfulTag.MISSING_KEY_POINTS: "MissingKeyPoints",
    NotHelpfulTag.OPINION_SPECULATION: "OpinionSpeculation",
    NotHelpfulTag.ARGUMENTATIVE_OR_BIASED: "Rude",
    NotHelpfulTag.OTHER: "Other",
    NotHelpfulTag.INCORRECT: "Incorrect",
    NotHelpfulTag.NOTE_NOT_NEEDED: "NoteNotNeeded",
    NotHelpfulTag.HARD_TO_UNDERSTAND: "Unclear",
    NotHelpfulTag.SPAM_HARASSMENT_OR_ABUSE: "TwitterViolationAny",
    NotHelpfulTag.IRRELEVANT_SOURCES: "IrrelevantSources",
}
"""The tags of today's rating form; tags of older forms are not told."""

NO_ACCESS: Final[Mapping[str, Any]] = wire_json(ScoringStatus(has_access=False))


def scoring_status(ratings: Iterable[tuple[float, int, int, int]], *, model: str) -> dict[str, Any]:
    """The wire's `scoring_status` of a note from (rater factor, level, helpful tags, not-helpful tags)."""
    sides: dict[str, Counter[tuple[int, int, int]]] = {
        "negative": Counter(),
        "neutral": Counter(),
        "positive": Counter(),
    }
    for factor, level, helpful_tags, not_helpful_tags in ratings:
        side = "negative" if factor < -SIDE_CUT else "positive" if factor > SIDE_CUT else "neutral"
        sides[side][level, helpful_tags, not_helpful_tags] += 1
    counts = ModelRatingCounts(
        negative_factor_bucket_counts=_bucket(sides["negative"]),
        neutral_factor_bucket_counts=_bucket(sides["neutral"]),
        positive_factor_bucket_counts=_bucket(sides["positive"]),
    )
    status = ScoringStatus(
        has_access=True, rating_counts_per_model=(RatingCountsPerModel(model_name=model, value=counts),)
    )
    return wire_json(status)


def _bucket(answers: Counter[tuple[int, int, int]]) -> BucketCounts:
    levels: Counter[int] = Counter()
    helpful: Counter[str] = Counter()
    not_helpful: Counter[str] = Counter()
    for (level, helpful_tags, not_helpful_tags), count in answers.items():
        levels[level] += count
        helpful.update({name: count for tag, name in HELPFUL_TAGS.items() if helpful_tags & tag})
        not_helpful.update({name: count for tag, name in NOT_HELPFUL_TAGS.items() if not_helpful_tags & tag})
    return BucketCounts(
        helpful_count=levels[HelpfulnessLevel.HELPFUL],
        somewhat_helpful_count=levels[HelpfulnessLevel.SOMEWHAT_HELPFUL],
        not_helpful_count=levels[HelpfulnessLevel.NOT_HELPFUL],
        helpful_tag_counts=_tag_counts(helpful, HELPFUL_TAGS),
        not_helpful_tag_counts=_tag_counts(not_helpful, NOT_HELPFUL_TAGS),
    )


def _tag_counts(counts: Counter[str], names: Mapping[IntFlag, str]) -> tuple[TagCount, ...]:
    return tuple(TagCount(tag_name=name, tag_count=counts[name]) for name in names.values() if counts[name])
