"""HarassmentAbuse: does a note insult, mock or threaten?

Our own model, not X's, of the same kind as `claim_opinion`: a logistic regression on the note's surface,
fitted against notes that two raters tagged, or a language model labelled, as harassing. The score is the
log-odds that the note is not, at equal base rates; higher is better. Labels are scarce, so it catches plain
insults and misses quiet ones.

Admission demands High of 98 % of a writer's notes, so the threshold of High lies below all but one in two
hundred of the human notes of 2026 that became Helpful; that of Low is the lower quartile of the notes
labelled harassing.
"""

from __future__ import annotations

from functools import cache

from harness.admission.text_model import LinearTextModel


@cache
def harassment_abuse_model() -> LinearTextModel:
    """The HarassmentAbuse model that ships."""
    return LinearTextModel.shipped("harassment_abuse")
