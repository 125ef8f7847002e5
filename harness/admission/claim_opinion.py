"""ClaimOpinion: does a note address a claim with facts, or does it argue and speculate?

Our own model, not X's: X fine-tunes a language model on pairs of post and note and publishes neither weights
nor thresholds. This one is a logistic regression on the note's surface (`text_features`), fitted against
notes that raters tagged, or a language model labelled, as opinion or speculation (`training`). The score is
the log-odds that the note is none of those at equal base rates: 0 is undecided, higher is better.

Thresholds come from the human notes of 2026 that became Helpful: three quarters of those are High, one in
twenty is Low. They are percentiles of that population, not X's cuts. `models/claim_opinion.json` holds both,
and how well the score did on later notes.
"""

from __future__ import annotations

from functools import cache

from harness.admission.text_model import LinearTextModel


@cache
def claim_opinion_model() -> LinearTextModel:
    """The ClaimOpinion model that ships."""
    return LinearTextModel.shipped("claim_opinion")
