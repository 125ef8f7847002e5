"""The Core model.

Source: twitter/communitynotes 273c895, scoring/src/scoring/mf_core_scorer.py and constants.py,
``coreGroups``.
"""

from __future__ import annotations

from typing import Final

from scoring.models.model import Model
from scoring.rules.facts import StatusThresholds

CORE_GROUPS: Final = frozenset({1, 2, 3, 6, 8, 9, 10, 11, 13, 14, 19, 21, 25})

CORE: Final = Model(
    name="MFCoreScorer",
    groups=CORE_GROUPS,
    hears_unenrolled=True,
    capture_threshold=0.5,
    thresholds=StatusThresholds(firm_reject_intercept=0.3),
    pseudo_raters=True,
)
