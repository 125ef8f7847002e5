"""The public Community Notes tables: their values, their columns, and their rows in memory.

Reading files is :mod:`scoring.tables.read`, writing them :mod:`scoring.outputs`; they need polars and are
imported only when used.
"""

from __future__ import annotations

from scoring.tables.arrays import TEXT, Enrollment, Notes, RaterClusters, Ratings, StatusHistory, Tables, Text
from scoring.tables.growing import Growing
from scoring.tables.values import (
    CLASSIFICATION_NAMES,
    GROUP_MISSING,
    HELPFUL_TAG_COLUMNS,
    MISSING_MS,
    NOT_ENROLLED,
    NOT_HELPFUL_TAG_COLUMNS,
    Classification,
    EnrollmentState,
    HelpfulnessLevel,
    HelpfulTag,
    NotHelpfulTag,
)

__all__ = [
    "CLASSIFICATION_NAMES",
    "GROUP_MISSING",
    "HELPFUL_TAG_COLUMNS",
    "MISSING_MS",
    "NOT_ENROLLED",
    "NOT_HELPFUL_TAG_COLUMNS",
    "TEXT",
    "Classification",
    "Enrollment",
    "EnrollmentState",
    "Growing",
    "HelpfulTag",
    "HelpfulnessLevel",
    "NotHelpfulTag",
    "Notes",
    "RaterClusters",
    "Ratings",
    "StatusHistory",
    "Tables",
    "Text",
]
