"""UrlValidity: High where every link of a note works, else Low, as X publishes its evaluator.

After twitter/communitynotes 273c895, `evaluator/url_evaluator.py`, and its document: the text is
HTML-unescaped twice; everything that looks like a URL, with or without a scheme, must answer 200 after
redirects, as it stands or without the punctuation that trails it; a note without a URL is Low. As there, a
missing space after a full stop ("word.Next") looks like a host. Unlike there, a URL with a scheme is taken up
to the next white space, so that a port, an address or a query in it is checked and not cut away.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from html import unescape
from typing import Final

from harness.admission.links import LinkAnswer, LinkChecker
from writers.protocol.notes import ScoreBucket

TRAILING_PUNCTUATION: Final = ".,;:!?)]}\"'"
"""Cut from the end of a URL that does not work as it stands."""

NOTE_SECONDS: Final = 60.0
"""All links of a note together are given so much time; what has not answered by then does not work."""

_URL_LIKE: Final = re.compile(
    r"https?://\S+|(?<![\w@.-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?![\w@-])(?:/\S*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UrlVerdict:
    """The bucket, and the answer for each link looked at: all of them, or up to the first that failed."""

    bucket: ScoreBucket
    answers: tuple[LinkAnswer, ...]
    reason: str
    """For people."""


def url_like(text: str) -> list[str]:
    """Everything in a note that looks like a URL, each once, in order, punctuation included."""
    return list(dict.fromkeys(_URL_LIKE.findall(unescape(unescape(text)))))


async def url_validity(note_text: str, links: LinkChecker) -> UrlVerdict:
    """The verdict on a note's links; at the first that does not work the rest is left unasked."""
    found = url_like(note_text)
    if not found:
        return UrlVerdict(ScoreBucket.LOW, (), "the note has no URL")
    answers: list[LinkAnswer] = []
    try:
        async with asyncio.timeout(NOTE_SECONDS):
            for candidate in found:
                answers.append(await _any_variant(candidate, links))
                if not answers[-1].works:
                    break
    except TimeoutError:
        answers.append(LinkAnswer(found[len(answers)], None, f"no answer within {NOTE_SECONDS:g} seconds"))
    last = answers[-1]
    if last.works:
        return UrlVerdict(ScoreBucket.HIGH, tuple(answers), "every URL answers 200")
    return UrlVerdict(ScoreBucket.LOW, tuple(answers), f"{last.url} {last.reason}")


async def _any_variant(candidate: str, links: LinkChecker) -> LinkAnswer:
    """The first variant that works, else what came of the last."""
    url = candidate if "://" in candidate else f"https://{candidate}"
    trimmed = url.rstrip(TRAILING_PUNCTUATION)
    answer = await links.check(url)
    if not answer.works and trimmed != url:
        answer = await links.check(trimmed)
    return answer
