"""The official output files, by their published names and columns.

One module a file builds its table; :mod:`scoring.outputs.write` writes them.
Needs polars, and is imported only when used.
"""

from __future__ import annotations

from scoring.outputs.write import write_outputs, write_prescoring_outputs

__all__ = ["write_outputs", "write_prescoring_outputs"]
