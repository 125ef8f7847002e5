"""The models of a scoring round, widest audience last.

Source: twitter/communitynotes 273c895, scoring/src/scoring/: mf_core_scorer.py,
mf_core_with_topics_scorer.py, mf_expansion_scorer.py, mf_expansion_plus_scorer.py; groups from constants.py
(coreGroups, expansionGroups, expansionPlusGroups). A note's fate lies with the narrowest model that decides
it (:mod:`scoring.rules.meta_rules`).
"""

from __future__ import annotations

from typing import Final

from scoring.models.model import Model
from scoring.rules.facts import StatusThresholds
from scoring.topics import Topic

CORE_GROUPS: Final = frozenset({1, 2, 3, 6, 8, 9, 10, 11, 13, 14, 19, 21, 25})
EXPANSION_GROUPS: Final = frozenset({0, 4, 5, 7, 12, 15, 16, 20, 22, 23, 24, 26, 27, 28, 29, 33})
EXPANSION_PLUS_GROUPS: Final = frozenset({17, 18, 30, 31, 32})

_FIRM: Final = StatusThresholds(firm_reject_intercept=0.3)

CORE: Final = Model(
    name="MFCoreScorer",
    column_prefix="core",
    groups=CORE_GROUPS,
    hears_unenrolled=True,
    capture_threshold=0.5,
    thresholds=_FIRM,
    topics=frozenset({Topic.UNASSIGNED}),
    pseudo_raters=True,
)

CORE_WITH_TOPICS: Final = Model(
    name="MFCoreWithTopicsScorer",
    column_prefix="coreWithTopics",
    groups=CORE_GROUPS,
    hears_unenrolled=True,
    capture_threshold=0.5,
    thresholds=StatusThresholds(),
    pseudo_raters=True,
)

EXPANSION: Final = Model(
    name="MFExpansionScorer",
    column_prefix="expansion",
    groups=CORE_GROUPS | EXPANSION_GROUPS,
    hears_unenrolled=True,
    capture_threshold=0.5,
    thresholds=_FIRM,
)

EXPANSION_PLUS: Final = Model(
    name="MFExpansionPlusScorer",
    column_prefix="expansionPlus",
    groups=CORE_GROUPS | EXPANSION_GROUPS | EXPANSION_PLUS_GROUPS,
    hears_unenrolled=True,
    capture_threshold=None,
    thresholds=StatusThresholds(),
)

MODELS: Final[tuple[Model, ...]] = (CORE, CORE_WITH_TOPICS, EXPANSION, EXPANSION_PLUS)
