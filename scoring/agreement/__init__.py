"""Two scoring runs' outputs side by side, ours and theirs.

- :func:`compare`: every column that both runs have;
- :func:`summarize`: the figures that tell whether two scorers agree, and each difference by its cause.
"""

from __future__ import annotations

from scoring.agreement.causes import Cause
from scoring.agreement.columns import ColumnAgreement, compare
from scoring.agreement.summary import Rows, Share, Summary, summarize

__all__ = ["Cause", "ColumnAgreement", "Rows", "Share", "Summary", "compare", "summarize"]
