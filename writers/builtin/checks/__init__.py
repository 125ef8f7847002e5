"""Checks that stand between a draft and the API: what it would refuse, and what a note must never do.

form         what the API demands: length, a URL, tags that fit
addresses    well-formed URLs, and only such as came from evidence
style        no hashtags, no emoji
language     the note speaks the post's language
quotations   what stands in quotation marks stands on a cited page
repetition   not the writer's own note over again
"""

from writers.builtin.checks.addresses import UrlFromEvidenceCheck, UrlWellFormedCheck
from writers.builtin.checks.form import LengthCheck, TagsFitClassificationCheck, UrlPresentCheck
from writers.builtin.checks.language import LanguageCheck
from writers.builtin.checks.quotations import QuotationCheck
from writers.builtin.checks.repetition import RepetitionCheck
from writers.builtin.checks.style import EmojiCheck, HashtagCheck

__all__ = [
    "EmojiCheck",
    "HashtagCheck",
    "LanguageCheck",
    "LengthCheck",
    "QuotationCheck",
    "RepetitionCheck",
    "TagsFitClassificationCheck",
    "UrlFromEvidenceCheck",
    "UrlPresentCheck",
    "UrlWellFormedCheck",
]
