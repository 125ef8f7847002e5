"""Which posts a page tells in full: those that tell the writers apart first."""

from __future__ import annotations

from typing import Final

from harness.comparison.document import Answer, Comparison, PostAnswers
from writers.protocol.notes import Status

POSTS_TOLD: Final = 150


def final_answers(post: PostAnswers) -> dict[str, Answer]:
    """Writer → its last attempt at the post: a live one where there is one."""
    return {answer.writer: answer for answer in post.answers}


def told(comparison: Comparison) -> list[PostAnswers]:
    """Posts with at least one draft: first those whose notes fared unlike, then those with a verdict, then
    those on which most writers wrote, then the most rated; then as they arrived.
    """
    ranked = [
        (rank, number, post)
        for number, post in enumerate(comparison.answers)
        if (rank := _rank(post)) is not None
    ]
    return [post for _, _, post in sorted(ranked, key=lambda item: item[:2])[:POSTS_TOLD]]


def with_drafts(comparison: Comparison) -> int:
    """How many posts there are to tell."""
    return sum(_rank(post) is not None for post in comparison.answers)


def _rank(post: PostAnswers) -> tuple[bool, bool, int, int] | None:
    answers = final_answers(post).values()
    drafts = sum(answer.text is not None for answer in answers)
    if not drafts:
        return None
    fates = [answer.note for answer in answers if answer.note is not None]
    statuses = {fate.status for fate in fates if fate.status is not None}
    verdict = bool(statuses & {Status.CRH, Status.CRNH})
    return (len(statuses) < 2, not verdict, -drafts, -sum(fate.ratings for fate in fates))
