"""Bridging-based scoring of Community Notes: public tables in, note statuses and contributor scores out.

The names below are loaded on first use, so that importing the package costs neither numba nor polars:

- :func:`read_tables`: the public files (:mod:`scoring.tables`);
- :func:`write_outputs`, :func:`write_prescoring_outputs`: the official outputs (:mod:`scoring.outputs`);
- :func:`prescore`, :func:`final_score`, :func:`score`: the two phases, alone and together
  (:mod:`scoring.pipeline`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoring.contributors import contributor_scores
    from scoring.outputs import write_outputs, write_prescoring_outputs
    from scoring.pipeline import final_score, prescore, score
    from scoring.prescoring import Prescoring
    from scoring.scored import Scored
    from scoring.tables.arrays import Tables
    from scoring.tables.read import read_tables

_HOME = {
    "Prescoring": "scoring.prescoring",
    "Scored": "scoring.scored",
    "Tables": "scoring.tables.arrays",
    "contributor_scores": "scoring.contributors",
    "final_score": "scoring.pipeline",
    "prescore": "scoring.pipeline",
    "read_tables": "scoring.tables.read",
    "score": "scoring.pipeline",
    "write_outputs": "scoring.outputs",
    "write_prescoring_outputs": "scoring.outputs",
}

__all__ = [
    "Prescoring",
    "Scored",
    "Tables",
    "contributor_scores",
    "final_score",
    "prescore",
    "read_tables",
    "score",
    "write_outputs",
    "write_prescoring_outputs",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
